import { AppError, type Clock } from '@helpmesh/kernel';
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
  PeerTicket,
} from '../../application/foreign/ports.ts';
import type { PeerTables, PeerWords, WritableWord } from '../../domain/foreign/words.ts';
import { JsonWire, readAs } from './json-wire.ts';
import { changedSince } from './newest-first.ts';
import type { Fetcher } from './paced-fetch.ts';
import { nameOf, requesterOf } from './people.ts';
import { tablesOf } from './tables.ts';

const ZammadUser = z.object({
  id: z.number(),
  login: z.string().default(''),
  firstname: z.string().nullish(),
  lastname: z.string().nullish(),
  email: z.string().nullish(),
});
const Changed = z.array(z.object({ id: z.number(), updated_at: z.iso.datetime({ offset: true }) }));
const Ticket = z.object({
  id: z.number(),
  number: z.coerce.string(),
  title: z.string().nullish(),
  group: z.string(),
  state: z.string(),
  priority: z.string(),
  owner: z.string().nullish(),
  customer_id: z.number(),
  created_at: z.iso.datetime({ offset: true }),
});
const Article = z.object({
  id: z.number(),
  subject: z.string().nullish(),
  from: z.string().nullish(),
  body: z.string().nullish(),
  content_type: z.string().nullish(),
  internal: z.boolean(),
  sender: z.string(),
  created_by: z.string().nullish(),
  created_by_id: z.number(),
  created_at: z.iso.datetime({ offset: true }),
  attachments: z
    .array(
      z.object({
        id: z.number(),
        filename: z.string(),
        /** Bytes, as a text. */
        size: z.coerce.number().nullish(),
        preferences: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .default([]),
});
const Made = z.object({ id: z.number() });
const Tags = z.object({ tags: z.array(z.string()) });

const PAGE = 100;
/** A waiting ticket has a time when it is taken up again; ours have none to tell. */
const REMIND_MS = 7 * 24 * 3_600_000;
const names = { expand: 'true' };

/** Zammad by its REST API. */
export class ZammadAdapter implements PeerAdapter {
  readonly capabilities = {
    writes: ['subject', 'state', 'priority', 'tags'],
    ...{ notes: true, html: true, files: true, opensAsTold: true },
  } as const;
  readonly tables: PeerTables;
  private readonly wire: JsonWire;
  private who: Promise<z.output<typeof ZammadUser>> | undefined;

  constructor(
    safe: Fetcher,
    private readonly clock: Clock,
    private readonly to: AdapterAddress,
  ) {
    const { node, account, secret, signIn } = to;
    const basic = `Basic ${Buffer.from(`${account}:${secret}`).toString('base64')}`;
    this.wire = new JsonWire(safe, `${node}/api/v1`, {
      authorization: signIn === 'password' ? basic : `Token token=${secret}`,
    });
    this.tables = tablesOf('zammad', to);
  }

  async check(call: PeerCall) {
    const { login } = await this.me(call);
    const { queue } = this.to;
    const { body } = await this.wire.get('/groups', { per_page: 500, page: 1 }, call);
    const groups = readAs(z.array(z.object({ name: z.string() })), body);
    if (!groups.some(({ name }) => name === queue)) {
      throw new AppError('conflict', 'peer.settings-wrong', `There is no group ${queue} that we may see.`);
    }
    return { product: 'Zammad', version: await this.version(call), account: login };
  }

  async listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges> {
    return changedSince(cursor, async (page) => {
      const query = `group.name:"${this.to.queue.replaceAll('"', '\\"')}"`;
      const sorted = { sort_by: 'updated_at', order_by: 'desc', per_page: PAGE, page, ...names };
      const { body, headers } = await this.wire.get('/tickets/search', { query, ...sorted }, call);
      const tickets = readAs(Changed, body);
      const now = Date.parse(headers.get('date') ?? '');
      return {
        items: tickets.map(({ id, updated_at: at }) => ({ id: String(id), at: Date.parse(at) })),
        ...{ more: tickets.length === PAGE, now: Number.isNaN(now) ? 0 : now },
      };
    });
  }

  async getTicket(id: string, call: PeerCall): Promise<PeerTicket> {
    const ticket = readAs(Ticket, (await this.wire.get(`/tickets/${id}`, names, call)).body);
    const { queue, node } = this.to;
    if (ticket.group !== queue || ticket.state === 'merged') {
      const where = ticket.state === 'merged' ? 'was merged into another' : `is not in the group ${queue} any more`;
      throw new AppError('not-found', 'peer.unshared', `Ticket ${ticket.number} ${where}.`);
    }
    const user = readAs(ZammadUser, (await this.wire.get(`/users/${ticket.customer_id}`, {}, call)).body);
    const { owner } = ticket;
    return {
      ...{ id, number: ticket.number, url: `${node}/#ticket/zoom/${id}`, createdAt: instant(ticket.created_at) },
      words: {
        ...{ subject: ticket.title ?? '', state: ticket.state, priority: ticket.priority },
        ...{ owner: !owner || owner === '-' ? null : owner, tags: await this.tagsOf(id, call) },
      },
      requester: requesterOf(user.login || String(user.id), fullName(user), user.email),
    };
  }

  async correlationOf(id: string, call: PeerCall): Promise<string | null> {
    const [first] = await this.articles(id, call);
    return first?.subject?.includes('/?shared=') ? first.subject : null;
  }

  async findByCorrelation(mark: string, call: PeerCall): Promise<string | null> {
    const [uuid] = /[0-9a-f-]{36}/.exec(mark) ?? [];
    const { body } = await this.wire.get(
      '/tickets/search',
      { query: `"${uuid}"`, per_page: 20, page: 1, ...names },
      call,
    );
    for (const { id } of readAs(z.array(Made), body)) {
      if ((await this.correlationOf(String(id), call)) === mark) return String(id);
    }
    return null;
  }

  /** As a note for ourselves: no customer is written to, and no trigger greets anybody. */
  async createTicket({ words, mark, first }: NewTicket, call: PeerCall): Promise<string> {
    const { subject: title, state, priority, tags } = words;
    const { id: customer } = await this.me(call);
    const article = { subject: mark, body: first.body, content_type: first.format, ...note, ...attached(first) };
    // A comma would make two of one.
    const whole = tags.filter((tag) => !tag.includes(','));
    const ticket = {
      ...{ title, group: this.to.queue, customer_id: customer, priority, ...this.stateIn(state), article },
      ...(whole.length > 0 && { tags: whole.join(',') }),
    };
    const id = String(readAs(Made, (await this.wire.send('POST', '/tickets', ticket, call)).body).id);
    for (const tag of tags) if (!whole.includes(tag)) await this.tag('add', id, tag, call);
    return id;
  }

  async updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void> {
    const { subject, state, priority, tags } = words;
    const change = {
      ...(subject !== undefined && { title: subject }),
      ...(state !== undefined && this.stateIn(state)),
      ...(priority !== undefined && { priority }),
    };
    if (Object.keys(change).length > 0) await this.wire.send('PUT', `/tickets/${id}`, change, call);
    if (tags === undefined) return;
    const present = await this.tagsOf(id, call);
    for (const tag of tags) if (!present.includes(tag)) await this.tag('add', id, tag, call);
    for (const tag of present) if (!tags.includes(tag)) await this.tag('remove', id, tag, call);
  }

  async listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]> {
    const me = await this.me(call);
    const said = (await this.articles(id, call)).filter(({ internal, sender }) => !internal && sender !== 'System');
    return said
      .filter(({ id, body, attachments }) => !isKnown(String(id)) && ((body ?? '').trim() || attachments.length > 0))
      .map((article) => ({
        ...{ id: String(article.id), author: authorOf(article), createdAt: instant(article.created_at) },
        role: article.sender === 'Customer' ? 'requester' : 'agent',
        own: article.created_by_id === me.id,
        format: article.content_type?.startsWith('text/html') ? 'text/html' : 'text/plain',
        body: article.body ?? '',
        files: article.attachments.map((file) => ({
          id: `${id}/${article.id}/${file.id}`,
          ...{ filename: file.filename, mediaType: typeOf(file.preferences ?? {}) },
          ...(file.size && { size: file.size }),
        })),
      }));
  }

  async getFile(id: string, sink: FileSink, call: PeerCall): Promise<void> {
    await this.wire.file(`/ticket_attachment/${id}`, sink, call);
  }

  async addEntry(id: string, entry: NewEntry, call: PeerCall): Promise<string> {
    const { format, body } = entry;
    const article = { ticket_id: Number(id), body, content_type: format, ...note, ...attached(entry) };
    return String(readAs(Made, (await this.wire.send('POST', '/ticket_articles', article, call)).body).id);
  }

  async addNote(id: string, text: string, call: PeerCall): Promise<void> {
    const article = { ticket_id: Number(id), body: text, content_type: 'text/plain', ...note, internal: true };
    await this.wire.send('POST', '/ticket_articles', article, call);
  }

  private async articles(id: string, call: PeerCall): Promise<z.output<typeof Article>[]> {
    const { body } = await this.wire.get(`/ticket_articles/by_ticket/${id}`, names, call);
    return readAs(z.array(Article), body).sort((one, other) => one.id - other.id);
  }

  private me(call: PeerCall): Promise<z.output<typeof ZammadUser>> {
    this.who ??= this.wire.get('/users/me', {}, call).then(({ body }) => readAs(ZammadUser, body));
    return this.who;
  }

  /** Told to administrators only. */
  private async version(call: PeerCall): Promise<string> {
    try {
      const { body } = await this.wire.get('/version', {}, call);
      return readAs(z.object({ version: z.string() }), body).version;
    } catch (error) {
      if (error instanceof AppError && ['forbidden', 'not-found'].includes(error.kind)) return '';
      throw error;
    }
  }

  private async tagsOf(id: string, call: PeerCall): Promise<string[]> {
    return readAs(Tags, (await this.wire.get('/tags', { object: 'Ticket', o_id: id }, call)).body).tags;
  }

  private async tag(what: 'add' | 'remove', id: string, item: string, call: PeerCall): Promise<void> {
    const method = what === 'add' ? 'POST' : 'DELETE';
    await this.wire.send(method, `/tags/${what}`, { object: 'Ticket', o_id: Number(id), item }, call);
  }

  private stateIn(state: string) {
    if (!state.startsWith('pending')) return { state };
    return { state, pending_time: new Date(this.clock.now() + REMIND_MS).toISOString() };
  }
}

/** An article of type email would be sent; a note is not. */
const note = { type: 'note', sender: 'Agent', internal: false };

function attached({ files = [] }: NewEntry) {
  if (files.length === 0) return {};
  return {
    attachments: files.map(({ filename, mediaType, bytes }) => ({
      ...{ filename, data: bytes.toString('base64'), 'mime-type': mediaType },
    })),
  };
}

/** Mails bring it in one way, the web in another. */
function typeOf(preferences: Readonly<Record<string, unknown>>): string {
  const named = Object.entries(preferences).find(([name]) =>
    ['content-type', 'mime-type'].includes(name.toLowerCase()),
  );
  return typeof named?.[1] === 'string' ? named[1] : 'application/octet-stream';
}

function authorOf({ from, created_by: by }: z.output<typeof Article>): string {
  // `Zoë Müller <zoe@example.org>`: the name is meant for others, the address is not.
  return nameOf(/^\s*"?([^"<]*)"?\s*</.exec(from ?? '')?.[1] ?? from, by ?? '');
}

function fullName({ firstname, lastname }: z.output<typeof ZammadUser>): string {
  return [firstname, lastname].filter(Boolean).join(' ');
}

function instant(time: string): string {
  return new Date(time).toISOString();
}
