import { AppError } from '@helpmesh/kernel';
import { z } from 'zod';
import type { FileSink } from '../../application/files/ports.ts';
import type {
  AdapterAddress,
  NewEntry,
  NewTicket,
  PeerAdapter,
  PeerCall,
  PeerChanges,
  PeerEntry,
  PeerFile,
  PeerTicket,
} from '../../application/foreign/ports.ts';
import type { PeerTables, PeerWords, WritableWord } from '../../domain/foreign/words.ts';
import { formOf, JsonWire, readAs } from './json-wire.ts';
import { asHtml, marked, markIn, withoutMark } from './marks.ts';
import { changedSince } from './newest-first.ts';
import type { Fetcher } from './paced-fetch.ts';
import { nameOf, requesterOf } from './people.ts';
import { tablesOf } from './tables.ts';

const Time = z.iso.datetime({ offset: true });
const Person = z.object({ name: z.string().nullish(), email: z.string().nullish() });
const Agent = z.object({ id: z.number(), contact: Person });
const Group = z.object({ id: z.number(), name: z.string() });
const File = z.object({
  id: z.number(),
  name: z.string(),
  content_type: z.string().nullish(),
  size: z.number().nullish(),
  /** Signed, and good for a short while. */
  attachment_url: z.string(),
});
const Changed = z.object({ id: z.number(), group_id: z.number().nullish(), updated_at: Time });
const Ticket = z.object({
  id: z.number(),
  subject: z.string().nullish(),
  description: z.string().nullish(),
  status: z.number(),
  priority: z.number(),
  group_id: z.number().nullish(),
  responder_id: z.number().nullish(),
  requester_id: z.number(),
  requester: Person.nullish(),
  tags: z.array(z.string()).default([]),
  spam: z.boolean().default(false),
  deleted: z.boolean().default(false),
  created_at: Time,
  attachments: z.array(File).default([]),
});
const Conversation = z.object({
  id: z.number(),
  body: z.string().nullish(),
  private: z.boolean(),
  incoming: z.boolean().default(false),
  user_id: z.number(),
  created_at: Time,
  attachments: z.array(File).default([]),
});
const Made = z.object({ id: z.number() });

const PAGE = 100;
const MOST_PAGES = 100;
/** What a ticket begins with; it has no number of its own. */
const DESCRIPTION = 'description';
const PORTAL = 2;

/** Freshdesk by its API v2. States and priorities are numbers there. */
export class FreshdeskAdapter implements PeerAdapter {
  readonly capabilities = {
    writes: ['subject', 'state', 'priority', 'tags'],
    ...{ notes: true, html: true, files: true },
  } as const;
  readonly tables: PeerTables;
  private readonly wire: JsonWire;
  private who: Promise<z.output<typeof Agent>> | undefined;
  private group: Promise<number> | undefined;

  constructor(
    safe: Fetcher,
    private readonly to: AdapterAddress,
  ) {
    const { node, account, secret, signIn } = to;
    const shown = signIn === 'password' ? `${account}:${secret}` : `${secret}:X`;
    const authorization = `Basic ${Buffer.from(shown).toString('base64')}`;
    this.wire = new JsonWire(safe, `${node}/api/v2`, { authorization });
    this.tables = tablesOf('freshdesk', to);
  }

  async check(call: PeerCall) {
    const { contact } = await this.me(call);
    await this.groupId(call);
    return { product: 'Freshdesk', version: 'v2', account: contact.email ?? '' };
  }

  async listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges> {
    const group = await this.groupId(call);
    const inGroup = new Set<string>();
    const changes = await changedSince(cursor, async (page, since) => {
      const order = { order_by: 'updated_at', order_type: 'desc', per_page: PAGE, page };
      const known = since === null ? {} : { updated_since: new Date(Math.max(0, since)).toISOString() };
      const { body, headers } = await this.wire.get('/tickets', { ...order, ...known }, call);
      const tickets = readAs(z.array(Changed), body);
      for (const { id, group_id: of } of tickets) if (of === group) inGroup.add(String(id));
      const now = Date.parse(headers.get('date') ?? '');
      return {
        items: tickets.map(({ id, updated_at: at }) => ({ id: String(id), at: Date.parse(at) })),
        ...{ more: tickets.length === PAGE, now: Number.isNaN(now) ? 0 : now },
      };
    });
    return { ...changes, ids: changes.ids.filter((id) => inGroup.has(id)) };
  }

  async getTicket(id: string, call: PeerCall): Promise<PeerTicket> {
    const ticket = await this.ticket(id, call);
    const { queue, node } = this.to;
    if (ticket.group_id !== (await this.groupId(call)) || ticket.spam || ticket.deleted) {
      throw new AppError('not-found', 'peer.unshared', `Ticket ${id} is not in the group ${queue} any more.`);
    }
    const { subject, status, priority, responder_id: owner, requester, requester_id: person } = ticket;
    return {
      ...{ id, number: id, url: `${node}/a/tickets/${id}`, createdAt: instant(ticket.created_at) },
      words: {
        ...{ subject: subject ?? '', state: String(status), priority: String(priority), tags: ticket.tags },
        owner: owner ? await this.agent(owner, call) : null,
      },
      requester: requesterOf(String(person), requester?.name, requester?.email),
    };
  }

  async correlationOf(id: string, call: PeerCall): Promise<string | null> {
    return markIn((await this.ticket(id, call)).description);
  }

  /** Its search knows no texts. What we have made has us as its requester, and is among the newest of ours. */
  async findByCorrelation(mark: string, call: PeerCall): Promise<string | null> {
    const { email } = (await this.me(call)).contact;
    const newest = { order_by: 'created_at', order_type: 'desc', per_page: PAGE, page: 1, include: 'description' };
    const { body } = await this.wire.get('/tickets', { ...(email && { email }), ...newest }, call);
    const found = readAs(z.array(Ticket.pick({ id: true, description: true })), body);
    const ours = found.find(({ description }) => markIn(description) === mark);
    return ours ? String(ours.id) : null;
  }

  /** With our account as the requester: nobody else is written to. */
  async createTicket({ words, mark, first }: NewTicket, call: PeerCall): Promise<string> {
    const { subject, state, priority, tags } = words;
    const { email } = (await this.me(call)).contact;
    const ticket = {
      ...{ subject, description: asHtml(marked(first, mark)), status: Number(state), priority: Number(priority) },
      ...{ ...(email && { email }), group_id: await this.groupId(call), tags, source: PORTAL },
    };
    const { body } = await this.wire.send('POST', '/tickets', withFiles(ticket, first), call);
    return String(readAs(Made, body).id);
  }

  async updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void> {
    const { subject, state, priority, tags } = words;
    const change = {
      ...(subject !== undefined && { subject }),
      ...(state !== undefined && { status: Number(state) }),
      ...(priority !== undefined && { priority: Number(priority) }),
      ...(tags !== undefined && { tags }),
    };
    await this.wire.send('PUT', `/tickets/${id}`, change, call);
  }

  async listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]> {
    const { id: me } = await this.me(call);
    const said = (await this.conversations(id, call)).filter((one) => !one.private && !isKnown(String(one.id)));
    const firstIsKnown = isKnown(DESCRIPTION);
    if (said.length === 0 && firstIsKnown) return [];
    const ticket = await this.ticket(id, call);
    const asker = nameOf(ticket.requester?.name, ticket.requester?.email ?? '');
    const entries: PeerEntry[] = [];
    if (!firstIsKnown && (ticket.description ?? '').trim() !== '') {
      const body = ticket.description ?? '';
      entries.push({
        ...{ id: DESCRIPTION, author: asker, role: 'requester', own: markIn(body) !== null, format: 'text/html' },
        ...{ createdAt: instant(ticket.created_at), body: withoutMark(body), files: filesOf(id, DESCRIPTION, ticket) },
      });
    }
    for (const one of said) {
      const { id: entryId, body, user_id: author, incoming, created_at: at } = one;
      const isAsker = author === ticket.requester_id;
      entries.push({
        ...{ id: String(entryId), role: incoming || isAsker ? 'requester' : 'agent', own: author === me },
        author: isAsker ? asker : await this.agent(author, call),
        ...{ createdAt: instant(at), format: 'text/html', body: body ?? '', files: filesOf(id, String(entryId), one) },
      });
    }
    return entries;
  }

  /** Its address is read anew: the one that was told has ended by now. */
  async getFile(fileId: string, sink: FileSink, call: PeerCall): Promise<void> {
    const [id = '', entryId, attachmentId] = fileId.split('/');
    const holders = entryId === DESCRIPTION ? [await this.ticket(id, call)] : await this.conversations(id, call);
    const file = holders.flatMap(({ attachments }) => attachments).find((one) => String(one.id) === attachmentId);
    if (!file) throw new AppError('not-found', 'peer.not-there', 'The file is not there any more.');
    await this.wire.file(file.attachment_url, sink, call);
  }

  /** As a public note: a reply would be mailed. */
  async addEntry(id: string, entry: NewEntry, call: PeerCall): Promise<string> {
    const note = withFiles({ body: asHtml(entry), private: false }, entry);
    return String(readAs(Made, (await this.wire.send('POST', `/tickets/${id}/notes`, note, call)).body).id);
  }

  async addNote(id: string, text: string, call: PeerCall): Promise<void> {
    const note = { body: asHtml({ format: 'text/plain', body: text }), private: true };
    await this.wire.send('POST', `/tickets/${id}/notes`, note, call);
  }

  private async ticket(id: string, call: PeerCall): Promise<z.output<typeof Ticket>> {
    return readAs(Ticket, (await this.wire.get(`/tickets/${id}`, { include: 'requester' }, call)).body);
  }

  private async conversations(id: string, call: PeerCall): Promise<z.output<typeof Conversation>[]> {
    const found: z.output<typeof Conversation>[] = [];
    for (let page = 1; page <= MOST_PAGES; page++) {
      const { body } = await this.wire.get(`/tickets/${id}/conversations`, { per_page: PAGE, page }, call);
      const some = readAs(z.array(Conversation), body);
      found.push(...some);
      if (some.length < PAGE) break;
    }
    return found.sort((one, other) => one.id - other.id);
  }

  private me(call: PeerCall): Promise<z.output<typeof Agent>> {
    this.who ??= this.wire.get('/agents/me', {}, call).then(({ body }) => readAs(Agent, body));
    return this.who;
  }

  /** @throws AppError conflict `peer.settings-wrong` */
  private groupId(call: PeerCall): Promise<number> {
    this.group ??= (async () => {
      const { queue } = this.to;
      for (let page = 1; page <= MOST_PAGES; page++) {
        const { body } = await this.wire.get('/groups', { per_page: PAGE, page }, call);
        const groups = readAs(z.array(Group), body);
        const group = groups.find(({ name }) => name === queue);
        if (group) return group.id;
        if (groups.length < PAGE) break;
      }
      throw new AppError('conflict', 'peer.settings-wrong', `There is no group ${queue} that we may see.`);
    })();
    return this.group;
  }

  /** Somebody who has left has no name any more. */
  private async agent(id: number, call: PeerCall): Promise<string> {
    try {
      const { contact } = readAs(Agent, (await this.wire.get(`/agents/${id}`, {}, call)).body);
      return nameOf(contact.name, contact.email ?? '');
    } catch (error) {
      if (error instanceof AppError && ['not-found', 'forbidden'].includes(error.kind)) return '-';
      throw error;
    }
  }
}

function filesOf(
  ticketId: string,
  entryId: string,
  { attachments }: { attachments: z.output<typeof File>[] },
): PeerFile[] {
  return attachments.map(({ id, name, content_type: type, size }) => ({
    ...{ id: `${ticketId}/${entryId}/${id}`, filename: name, mediaType: type ?? 'application/octet-stream' },
    ...(size && { size }),
  }));
}

/** With files it is a form, whose lists have their brackets. */
function withFiles(
  values: Readonly<Record<string, string | number | boolean | string[]>>,
  { files = [] }: NewEntry,
): FormData | Readonly<Record<string, unknown>> {
  if (files.length === 0) return values;
  const parts = Object.entries(values).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((one) => [`${name}[]`, one] as const) : [[name, String(value)] as const],
  );
  return formOf(parts, 'attachments[]', files);
}

function instant(time: string): string {
  return new Date(time).toISOString();
}
