import { createHash } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';
import { z } from 'zod';
import type { FileSink } from '../../application/files/ports.ts';
import type {
  AdapterAddress,
  NewEntry,
  NewFile,
  NewTicket,
  PeerAdapter,
  PeerCall,
  PeerChanges,
  PeerEntry,
  PeerTicket,
} from '../../application/foreign/ports.ts';
import type { PeerTables, PeerWords, WritableWord } from '../../domain/foreign/words.ts';
import { JsonWire, readAs, type WireAnswer } from './json-wire.ts';
import { asHtml, marked, markIn, withoutMark } from './marks.ts';
import { changedSince } from './newest-first.ts';
import type { Fetcher } from './paced-fetch.ts';
import { nameOf, requesterOf } from './people.ts';
import { tablesOf } from './tables.ts';

const Key = z.coerce.string().regex(/^\d{1,18}$/);
/** `2026-01-02 03:04:05`, by the clock of its server. */
const Time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .transform((said) => Date.parse(`${said.replace(' ', 'T')}Z`));
const Log = z
  .object({
    entries: z.array(
      z.object({
        date: Time,
        user_login: z.string().nullish(),
        message: z.string().default(''),
        message_html: z.string().nullish(),
      }),
    ),
  })
  .catch({ entries: [] });
const Request = z.object({
  id: Key,
  ref: z.string(),
  title: z.string(),
  description: z.string().default(''),
  status: z.string(),
  priority: z.coerce.string(),
  impact: z.coerce.string(),
  team_id_friendlyname: z.string(),
  agent_id_friendlyname: z.string().default(''),
  caller_id: z.coerce.string(),
  caller_id_friendlyname: z.string().default(''),
  start_date: Time,
  public_log: Log,
});
const Contents = z.object({
  contents: z.object({ data: z.string(), filename: z.string().default(''), mimetype: z.string().nullish() }),
});
const Objects = <S extends z.ZodType>(fields: S) =>
  z.object({ objects: z.record(z.string(), z.object({ key: Key, fields })).nullish() });

const CLASS = 'UserRequest';
const DESCRIPTION = 'description';
const PAGE = 500;
const MOST_PAGES = 200;
/** Wrong credentials, or none. */
const NOT_SIGNED_IN = [1, 5, 6];

/** Which stimulus leads from one state to another, in requests as iTop is installed. */
const ways: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  new: { assigned: 'ev_assign' },
  waiting_for_approval: { approved: 'ev_approve', rejected: 'ev_reject' },
  approved: { assigned: 'ev_assign' },
  assigned: { pending: 'ev_pending', resolved: 'ev_resolve' },
  pending: { assigned: 'ev_assign' },
  escalated_tto: { assigned: 'ev_assign' },
  escalated_ttr: { assigned: 'ev_assign', pending: 'ev_pending', resolved: 'ev_resolve' },
  resolved: { assigned: 'ev_reopen', closed: 'ev_close' },
};

/** User requests of a team in iTop, by its REST/JSON. Each answer has the status 200; its code tells. */
export class ItopAdapter implements PeerAdapter {
  readonly capabilities = { writes: ['subject', 'state', 'priority'], notes: true, html: true, files: true } as const;
  readonly tables: PeerTables;
  private readonly wire: JsonWire;

  constructor(
    safe: Fetcher,
    private readonly to: AdapterAddress,
  ) {
    const { node, secret, signIn } = to;
    const token = signIn === 'token' ? { 'auth-token': secret } : undefined;
    this.wire = new JsonWire(safe, `${node}/webservices`, { ...token }, refusalIn);
    this.tables = tablesOf('itop', to);
  }

  async check(call: PeerCall) {
    const { body } = await this.ask({ operation: 'list_operations' }, call);
    const { version } = readAs(z.object({ version: z.string().default('') }), body);
    await this.team(call);
    await this.ourselves(call);
    return { product: 'iTop', version, account: this.to.account };
  }

  /** It cannot sort: what has changed since is read whole, and at first everything that the team has. */
  async listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges> {
    return changedSince(cursor, async (_, since) => {
      const items: { id: string; at: number }[] = [];
      const known = since === null ? '' : ` AND last_update >= '${spoken(since)}'`;
      const fields = z.object({ last_update: Time });
      let now = 0;
      for (let page = 1; page <= MOST_PAGES; page++) {
        const query = { key: `${this.inTeam()}${known}`, output_fields: 'last_update', limit: PAGE, page };
        const { found, headers } = await this.get(CLASS, query, fields, call);
        items.push(...found.map(({ key, fields: { last_update: at } }) => ({ id: key, at })));
        now = Date.parse(headers.get('date') ?? '') || 0;
        if (found.length < PAGE) break;
      }
      return { items: items.sort((one, other) => other.at - one.at), more: false, now };
    });
  }

  async getTicket(id: string, call: PeerCall): Promise<PeerTicket> {
    const request = await this.request(id, call);
    const { queue, node } = this.to;
    if (request.team_id_friendlyname !== queue) {
      throw new AppError('not-found', 'peer.unshared', `${request.ref} is not with the team ${queue} any more.`);
    }
    return {
      ...{ id, number: request.ref, createdAt: instant(request.start_date) },
      url: `${node}/pages/UI.php?operation=details&class=${CLASS}&id=${id}`,
      words: {
        ...{ subject: request.title, state: request.status, priority: request.priority, tags: [] },
        owner: request.agent_id_friendlyname || null,
      },
      requester: requesterOf(request.caller_id, request.caller_id_friendlyname, null),
    };
  }

  async correlationOf(id: string, call: PeerCall): Promise<string | null> {
    return markIn((await this.request(id, call)).description);
  }

  async findByCorrelation(mark: string, call: PeerCall): Promise<string | null> {
    const [uuid] = /[0-9a-f-]{36}/.exec(mark) ?? [];
    const key = `SELECT ${CLASS} WHERE description LIKE '%${uuid}%'`;
    const { found } = await this.get(
      CLASS,
      { key, output_fields: 'description' },
      z.object({ description: z.string() }),
      call,
    );
    return found.find(({ fields }) => markIn(fields.description) === mark)?.key ?? null;
  }

  async createTicket({ words, mark, first }: NewTicket, call: PeerCall): Promise<string> {
    const { subject: title, state, priority } = words;
    const team = await this.team(call);
    const fields = {
      ...{ title, description: asHtml(marked(first, mark)), org_id: team.orgId, team_id: team.id },
      ...{ caller_id: await this.ourselves(call), ...urgencyOf(priority) },
    };
    const { body } = await this.ask(
      { operation: 'core/create', class: CLASS, comment, fields, output_fields: 'id' },
      call,
    );
    const [made] = objectsIn(z.unknown(), body);
    if (!made) throw new AppError('conflict', 'peer.unreadable', 'iTop does not say what became of a ticket.');
    await this.move(made.key, state, call);
    return made.key;
  }

  async updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void> {
    const { subject, state, priority } = words;
    const fields = {
      ...(subject !== undefined && { title: subject }),
      ...(priority !== undefined && urgencyOf(priority)),
    };
    if (Object.keys(fields).length > 0) {
      await this.ask({ operation: 'core/update', class: CLASS, key: id, comment, fields, output_fields: 'id' }, call);
    }
    if (state !== undefined) await this.move(id, state, call);
  }

  /** Entries of its log have no number: they are counted from the oldest, for nothing is ever taken out. */
  async listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]> {
    const {
      description,
      public_log: log,
      start_date: begun,
      caller_id_friendlyname: caller,
    } = await this.request(id, call);
    const entries: PeerEntry[] = [];
    if (!isKnown(DESCRIPTION) && description.trim() !== '') {
      entries.push({
        ...{ id: DESCRIPTION, author: nameOf(caller, ''), role: 'requester', own: markIn(description) !== null },
        ...{ createdAt: instant(begun), format: 'text/html', body: withoutMark(description), files: [] },
      });
    }
    for (const [i, { date, user_login: who, message, message_html: html }] of oldestFirst(log).entries()) {
      if (isKnown(`log ${i + 1}`)) continue;
      const author = nameOf(who, '');
      entries.push({
        ...{ id: `log ${i + 1}`, author, role: author === caller ? 'requester' : 'agent', createdAt: instant(date) },
        own: author.toLowerCase() === this.to.account.toLowerCase(),
        ...(html ? { format: 'text/html', body: html } : { format: 'text/plain', body: message }),
        files: [],
      });
    }
    return [...entries, ...(await this.attachments(id, begun, isKnown, call))];
  }

  /** They belong to the request and not to what was said, and are seen by whoever may see it. */
  private async attachments(
    id: string,
    begun: number,
    isKnown: (entryId: string) => boolean,
    call: PeerCall,
  ): Promise<PeerEntry[]> {
    const query = {
      key: `SELECT Attachment WHERE item_class = '${CLASS}' AND item_id = ${id}`,
      output_fields: 'item_id',
    };
    const { found } = await this.get('Attachment', query, z.unknown(), call);
    const entries: PeerEntry[] = [];
    for (const { key } of found.toSorted((one, other) => Number(one.key) - Number(other.key))) {
      if (isKnown(`attachment ${key}`)) continue;
      const files = [await this.describedFile(key, call)];
      entries.push({
        ...{ id: `attachment ${key}`, author: 'iTop', role: 'agent', own: false, createdAt: instant(begun) },
        ...{ format: 'text/plain', body: '', files },
      });
    }
    return entries;
  }

  /** What a file is called is told with its bytes alone. */
  private async describedFile(key: string, call: PeerCall): Promise<PeerEntry['files'][number]> {
    try {
      const { bytes, filename, mediaType } = await this.contents(key, call);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { id: key, filename, mediaType, size: bytes.length, sha256 };
    } catch (error) {
      if (error instanceof AppError && error.code === 'net.answer-too-large') return `Attachment::${key}`;
      throw error;
    }
  }

  private async contents(key: string, call: PeerCall): Promise<NewFile> {
    const [file] = (await this.get('Attachment', { key, output_fields: 'contents' }, Contents, call)).found;
    if (!file) throw new AppError('not-found', 'peer.not-there', 'The file is not there any more.');
    const { data, filename, mimetype } = file.fields.contents;
    return { filename, mediaType: mimetype || 'application/octet-stream', bytes: Buffer.from(data, 'base64') };
  }

  async getFile(id: string, sink: FileSink, call: PeerCall): Promise<void> {
    await sink.take((await this.contents(id, call)).bytes);
  }

  async addFile(id: string, { filename, mediaType, bytes }: NewFile, call: PeerCall): Promise<string> {
    const contents = { data: bytes.toString('base64'), filename, mimetype: mediaType };
    const fields = { item_class: CLASS, item_id: id, item_org_id: (await this.team(call)).orgId, contents };
    const create = { operation: 'core/create', class: 'Attachment', comment, fields, output_fields: 'item_id' };
    const [made] = objectsIn(z.unknown(), (await this.ask(create, call)).body);
    if (!made) throw new AppError('conflict', 'peer.unreadable', 'iTop does not say what became of a file.');
    return `attachment ${made.key}`;
  }

  async addEntry(id: string, entry: NewEntry, call: PeerCall): Promise<string> {
    const body = await this.log('public_log', id, asHtml(entry), call);
    const [request] = objectsIn(z.object({ public_log: Log }), body);
    if (!request) throw new AppError('conflict', 'peer.unreadable', 'iTop does not say what became of a comment.');
    // Somebody may have written since: the last one that we wrote.
    const said = oldestFirst(request.fields.public_log);
    const at = said.findLastIndex(({ user_login: who }) => who?.toLowerCase() === this.to.account.toLowerCase());
    return `log ${(at < 0 ? said.length - 1 : at) + 1}`;
  }

  async addNote(id: string, text: string, call: PeerCall): Promise<void> {
    await this.log('private_log', id, asHtml({ format: 'text/plain', body: text }), call);
  }

  private async log(name: 'public_log' | 'private_log', id: string, message: string, call: PeerCall): Promise<unknown> {
    const fields = { [name]: { add_item: { message, format: 'html' } } };
    const change = { operation: 'core/update', class: CLASS, key: id, comment, fields, output_fields: name };
    return (await this.ask(change, call)).body;
  }

  /** Along the stimuli; a state that none leads to stays as it is, which is read after. */
  private async move(id: string, state: string, call: PeerCall): Promise<void> {
    const { status } = await this.request(id, call);
    // What has run out of time is still what it was.
    const goal = { escalated_tto: 'new', escalated_ttr: 'assigned' }[state] ?? state;
    for (const stimulus of pathTo(status, goal)) {
      const fields = await this.needed(stimulus, call);
      const step = { operation: 'core/apply_stimulus', class: CLASS, key: id, comment, stimulus, fields };
      await this.ask({ ...step, output_fields: 'status' }, call);
    }
  }

  /** What its forms insist on. */
  private async needed(stimulus: string, call: PeerCall): Promise<Record<string, unknown>> {
    if (stimulus === 'ev_assign') {
      return { team_id: (await this.team(call)).id, agent_id: await this.ourselves(call) };
    }
    if (stimulus === 'ev_pending') return { pending_reason: comment };
    if (stimulus === 'ev_resolve') return { resolution_code: 'other', solution: comment };
    return {};
  }

  private async request(id: string, call: PeerCall): Promise<z.output<typeof Request>> {
    const names = Object.keys(Request.shape).join(',');
    const { found } = await this.get(CLASS, { key: id, output_fields: names }, Request, call);
    const [request] = found;
    if (!request) throw new AppError('not-found', 'peer.not-there', `${this.to.node} has no request ${id}.`);
    return request.fields;
  }

  /** @throws AppError conflict `peer.settings-wrong` */
  private async team(call: PeerCall): Promise<{ id: string; orgId: string }> {
    const { queue } = this.to;
    const query = { key: `SELECT Team WHERE name = ${quoted(queue)}`, output_fields: 'org_id' };
    const [team] = (await this.get('Team', query, z.object({ org_id: Key }), call)).found;
    if (!team) throw new AppError('conflict', 'peer.settings-wrong', `There is no team ${queue} that we may see.`);
    return { id: team.key, orgId: team.fields.org_id };
  }

  /** The person of our account. @throws AppError conflict `peer.settings-wrong` */
  private async ourselves(call: PeerCall): Promise<string> {
    const { account } = this.to;
    const key = `SELECT Person AS p JOIN User AS u ON u.contactid = p.id WHERE u.login = ${quoted(account)}`;
    const [person] = (await this.get('Person', { key, output_fields: 'friendlyname' }, z.unknown(), call)).found;
    if (!person) throw new AppError('conflict', 'peer.settings-wrong', `The account ${account} is no person in iTop.`);
    return person.key;
  }

  private async get<S extends z.ZodType>(of: string, query: Record<string, unknown>, fields: S, call: PeerCall) {
    const { body, headers } = await this.ask({ operation: 'core/get', class: of, ...query }, call);
    return { found: objectsIn(fields, body), headers };
  }

  private ask(operation: Record<string, unknown>, call: PeerCall): Promise<WireAnswer> {
    const { account, secret, signIn } = this.to;
    const form = new URLSearchParams({ json_data: JSON.stringify(operation) });
    if (signIn === 'password') {
      form.set('auth_user', account);
      form.set('auth_pwd', secret);
    }
    return this.wire.send('POST', '/rest.php?version=1.3', form, call);
  }

  private inTeam(): string {
    return `SELECT ${CLASS} WHERE team_id_friendlyname = ${quoted(this.to.queue)}`;
  }
}

const comment = 'Helpmesh';

function objectsIn<S extends z.ZodType>(fields: S, body: unknown): { key: string; fields: z.output<S> }[] {
  const { objects } = readAs(Objects(fields), body);
  return Object.values(objects ?? {}) as { key: string; fields: z.output<S> }[];
}

/** `{"code": 1, "message": "Error: Invalid login"}`, with the status 200. */
function refusalIn(body: unknown, base: string): AppError | undefined {
  const { success, data } = z.object({ code: z.number(), message: z.string().nullish() }).safeParse(body);
  if (!success) return new AppError('conflict', 'peer.unreadable', 'The answer of the peer cannot be understood.');
  if (data.code === 0) return undefined;
  const said = `${base} refuses: ${data.message ?? ''} (code ${data.code})`.slice(0, 500);
  if (NOT_SIGNED_IN.includes(data.code)) return new AppError('unauthenticated', 'peer.token-refused', said);
  return new AppError('conflict', 'peer.refused', said);
}

/** Of the ways that there are the shortest; none: it cannot be reached. */
function pathTo(from: string, goal: string): string[] {
  const paths: [state: string, stimuli: string[]][] = [[from, []]];
  const seen = new Set([from]);
  for (const [state, stimuli] of paths) {
    if (state === goal) return stimuli;
    for (const [next, stimulus] of Object.entries(ways[state] ?? {})) {
      if (!seen.has(next)) paths.push([next, [...stimuli, stimulus]]);
      seen.add(next);
    }
  }
  return [];
}

/** The priority is computed there: of a request about a service it is its urgency. */
function urgencyOf(priority: string): { impact: string; urgency: string } {
  return { impact: '2', urgency: priority };
}

function oldestFirst(log: z.output<typeof Log>) {
  return [...log.entries].reverse();
}

/** A text in a query (OQL). */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;
}

function spoken(time: number): string {
  return new Date(Math.max(0, time)).toISOString().slice(0, 19).replace('T', ' ');
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
