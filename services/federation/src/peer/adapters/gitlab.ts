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
import { asTyped, inMarkdown } from './markdown.ts';
import { markIn, withoutMark } from './marks.ts';
import { changedSince } from './newest-first.ts';
import type { Fetcher } from './paced-fetch.ts';
import { nameOf, requesterOf } from './people.ts';
import { tablesOf } from './tables.ts';

const Time = z.iso.datetime({ offset: true });
const User = z.object({ id: z.number(), username: z.string(), name: z.string().nullish() });
const Changed = z.object({ iid: z.number(), updated_at: Time });
const Issue = z.object({
  iid: z.number(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.string(),
  labels: z.array(z.string()),
  author: User,
  assignees: z.array(User).default([]),
  created_at: Time,
  web_url: z.string(),
  moved_to_id: z.number().nullish(),
  service_desk_reply_to: z.string().nullish(),
});
const Note = z.object({
  id: z.number(),
  body: z.string(),
  author: User,
  created_at: Time,
  system: z.boolean(),
  internal: z.boolean().nullish(),
  /** As `internal` was called before 15. */
  confidential: z.boolean().nullish(),
});

const PAGE = 100;
const MOST_PAGES = 100;
const DESCRIPTION = 'description';
/** Between the state of an issue and the label that says more: `opened + on hold`. */
const AND = ' + ';

/**
 * Issues of a GitLab project, Service Desk's among them. Ours are confidential, and internal notes are left alone. Each
 * text is Markdown there, in which words of a requester could order things to be done: they are quoted.
 */
export class GitlabAdapter implements PeerAdapter {
  readonly capabilities = {
    writes: ['subject', 'state', 'priority', 'tags'],
    ...{ notes: true, html: false, files: true },
  } as const;
  readonly tables: PeerTables;
  private readonly wire: JsonWire;
  private readonly project: string;
  /** Labels that are states and priorities, in lower case; the others are tags. */
  private readonly stateLabels: ReadonlySet<string>;
  private readonly priorityLabels: ReadonlySet<string>;
  private who: Promise<z.output<typeof User>> | undefined;

  constructor(
    safe: Fetcher,
    private readonly to: AdapterAddress,
  ) {
    const { node, secret, queue } = to;
    this.wire = new JsonWire(safe, `${node}/api/v4`, { authorization: `Bearer ${secret}` });
    this.project = `/projects/${encodeURIComponent(queue)}`;
    this.tables = tablesOf('gitlab', to);
    const labels = Object.values(this.tables.states).map((word) => partsOf(word).label);
    this.stateLabels = new Set(labels.filter((label) => label !== ''));
    const priorities = Object.values(this.tables.priorities).map((word) => word.toLowerCase());
    this.priorityLabels = new Set(priorities.filter((label) => label !== ''));
  }

  async check(call: PeerCall) {
    const { username } = await this.me(call);
    const { body } = await this.wire.get(this.project, {}, call).catch((error: unknown) => {
      if (!(error instanceof AppError) || !['not-found', 'forbidden'].includes(error.kind)) throw error;
      const detail = `There is no project ${this.to.queue} that we may see.`;
      throw new AppError('conflict', 'peer.settings-wrong', detail, undefined, { cause: error });
    });
    if (readAs(z.object({ issues_enabled: z.boolean().nullish() }), body).issues_enabled === false) {
      throw new AppError('conflict', 'peer.settings-wrong', `The project ${this.to.queue} has no issues.`);
    }
    return { product: 'GitLab', version: await this.version(call), account: username };
  }

  async listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges> {
    return changedSince(cursor, async (page) => {
      const order = { order_by: 'updated_at', sort: 'desc', scope: 'all', per_page: PAGE, page };
      const { body, headers } = await this.wire.get(`${this.project}/issues`, order, call);
      const now = Date.parse(headers.get('date') ?? '');
      return {
        items: readAs(z.array(Changed), body).map(({ iid, updated_at: at }) => ({
          id: String(iid),
          at: Date.parse(at),
        })),
        ...{ more: hasNext(headers), now: Number.isNaN(now) ? 0 : now },
      };
    });
  }

  async getTicket(id: string, call: PeerCall): Promise<PeerTicket> {
    const issue = await this.issue(id, call);
    if (issue.moved_to_id)
      throw new AppError('not-found', 'peer.unshared', `Issue ${id} was moved to another project.`);
    const { title, state, labels, author, assignees, service_desk_reply_to: mail } = issue;
    const [owner] = assignees;
    return {
      ...{ id, number: id, url: issue.web_url, createdAt: instant(issue.created_at) },
      words: {
        ...{
          subject: title,
          state: this.stateOf(state, labels),
          owner: owner ? nameOf(owner.name, owner.username) : null,
        },
        priority: labels.find((label) => this.priorityLabels.has(label.toLowerCase())) ?? '',
        tags: labels.filter((label) => this.isTag(label)),
      },
      // Whoever wrote to Service Desk has no account.
      requester: mail ? requesterOf(mail, null, mail) : requesterOf(author.username, author.name, null),
    };
  }

  async correlationOf(id: string, call: PeerCall): Promise<string | null> {
    return markIn((await this.issue(id, call)).description);
  }

  async findByCorrelation(mark: string, call: PeerCall): Promise<string | null> {
    const [uuid = ''] = /[0-9a-f-]{36}/.exec(mark) ?? [];
    const query = { search: uuid, in: 'description', scope: 'all', per_page: 20 };
    const { body } = await this.wire.get(`${this.project}/issues`, query, call);
    const found = readAs(z.array(Issue.pick({ iid: true, description: true })), body);
    const ours = found.find(({ description }) => markIn(description) === mark);
    return ours ? String(ours.iid) : null;
  }

  async createTicket({ words, mark, first }: NewTicket, call: PeerCall): Promise<string> {
    const { subject: title, state, priority, tags } = words;
    const { label } = partsOf(state);
    const labels = [label, priority, ...tags].filter((one) => one !== '').join(',');
    const description = `${await this.text(first, call)}\n\n${mark}`;
    const issue = { title, description, confidential: true, labels };
    const { body } = await this.wire.send('POST', `${this.project}/issues`, issue, call);
    const id = String(readAs(z.object({ iid: z.number() }), body).iid);
    if (partsOf(state).base === 'closed') await this.updateTicket(id, { state }, call);
    return id;
  }

  async updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void> {
    const { subject, state, priority, tags } = words;
    const { labels, state: present } = await this.issue(id, call);
    const { base, label } = partsOf(state ?? '');
    const wanted = [
      ...(state === undefined ? labels.filter((one) => this.stateLabels.has(one.toLowerCase())) : [label]),
      ...(priority === undefined ? labels.filter((one) => this.priorityLabels.has(one.toLowerCase())) : [priority]),
      ...(tags ?? labels.filter((one) => this.isTag(one))),
    ].filter((one) => one !== '');
    const added = wanted.filter((one) => !includes(labels, one));
    const removed = labels.filter((one) => !includes(wanted, one));
    const change = {
      ...(subject !== undefined && { title: subject }),
      ...(state !== undefined && base !== present && { state_event: base === 'closed' ? 'close' : 'reopen' }),
      ...(added.length > 0 && { add_labels: added.join(',') }),
      ...(removed.length > 0 && { remove_labels: removed.join(',') }),
    };
    if (Object.keys(change).length > 0) await this.wire.send('PUT', `${this.project}/issues/${id}`, change, call);
  }

  async listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]> {
    const { id: me } = await this.me(call);
    const issue = await this.issue(id, call);
    const entries: PeerEntry[] = [];
    const text = issue.description ?? '';
    if (!isKnown(DESCRIPTION) && text.trim() !== '') {
      const own = markIn(text) !== null;
      entries.push({
        ...{ id: DESCRIPTION, author: askerOf(issue) },
        ...{ role: 'requester', own, createdAt: instant(issue.created_at), format: 'text/plain' },
        ...(own
          ? { body: asTyped(withoutUploads(withoutMark(text))), files: [] }
          : { body: text, files: uploadsIn(text) }),
      });
    }
    for (const { id: entryId, body, author, created_at: at } of await this.notes(id, call)) {
      if (isKnown(String(entryId))) continue;
      const own = author.id === me;
      entries.push({
        ...{ id: String(entryId), author: nameOf(author.name, author.username), own, createdAt: instant(at) },
        role: author.id === issue.author.id ? 'requester' : 'agent',
        format: 'text/plain',
        ...(own ? { body: asTyped(withoutUploads(body)), files: [] } : { body, files: uploadsIn(body) }),
      });
    }
    return entries;
  }

  /** Its type is not told anywhere. */
  async getFile(id: string, sink: FileSink, call: PeerCall): Promise<void> {
    const [secret = '', name = ''] = id.split('/');
    await this.wire.file(`${this.project}/uploads/${secret}/${encodeURIComponent(name)}`, sink, call);
  }

  async addEntry(id: string, entry: NewEntry, call: PeerCall): Promise<string> {
    const note = { body: await this.text(entry, call) };
    const { body } = await this.wire.send('POST', `${this.project}/issues/${id}/notes`, note, call);
    return String(readAs(z.object({ id: z.number() }), body).id);
  }

  async addNote(id: string, text: string, call: PeerCall): Promise<void> {
    const note = { body: inMarkdown(text), internal: true };
    await this.wire.send('POST', `${this.project}/issues/${id}/notes`, note, call);
  }

  /** Words, and below them the files, which the project keeps. */
  private async text({ body, files = [] }: NewEntry, call: PeerCall): Promise<string> {
    const lines: string[] = [];
    for (const file of files) {
      const answer = await this.wire.send('POST', `${this.project}/uploads`, formOf([], 'file', [file]), call);
      lines.push(readAs(z.object({ markdown: z.string() }), answer.body).markdown);
    }
    return [inMarkdown(body), ...lines].join('\n\n');
  }

  private async issue(id: string, call: PeerCall): Promise<z.output<typeof Issue>> {
    return readAs(Issue, (await this.wire.get(`${this.project}/issues/${id}`, {}, call)).body);
  }

  /** What everybody who sees the issue may read. */
  private async notes(id: string, call: PeerCall): Promise<z.output<typeof Note>[]> {
    const found: z.output<typeof Note>[] = [];
    for (let page = 1; page <= MOST_PAGES; page++) {
      const order = { sort: 'asc', order_by: 'created_at', per_page: PAGE, page };
      const { body, headers } = await this.wire.get(`${this.project}/issues/${id}/notes`, order, call);
      found.push(...readAs(z.array(Note), body));
      if (!hasNext(headers)) break;
    }
    return found.filter(({ system, internal, confidential }) => !system && !internal && !confidential);
  }

  private me(call: PeerCall): Promise<z.output<typeof User>> {
    this.who ??= this.wire.get('/user', {}, call).then(({ body }) => readAs(User, body));
    return this.who;
  }

  /** A token for a project may not ask. */
  private async version(call: PeerCall): Promise<string> {
    try {
      return readAs(z.object({ version: z.string() }), (await this.wire.get('/version', {}, call)).body).version;
    } catch (error) {
      if (error instanceof AppError && ['forbidden', 'not-found', 'unauthenticated'].includes(error.kind)) return '';
      throw error;
    }
  }

  private stateOf(base: string, labels: readonly string[]): string {
    const words = labels.map((label) => `${base}${AND}${label}`.toLowerCase());
    const known = Object.values(this.tables.states).map((word) => word.toLowerCase());
    return words.find((word) => known.includes(word)) ?? base;
  }

  private isTag(label: string): boolean {
    const name = label.toLowerCase();
    return !this.stateLabels.has(name) && !this.priorityLabels.has(name);
  }
}

function partsOf(word: string): { base: string; label: string } {
  const [base = '', label = ''] = word.toLowerCase().split(AND);
  return { base: base.trim(), label: label.trim() };
}

/** `![photo](/uploads/0123…/photo.png)`, as GitLab writes what was uploaded; files of other projects are not meant. */
const UPLOAD = /!?\[[^\]\n]*\]\(\/uploads\/([0-9a-f]{32})\/([^()\s]+)\)(?:\{[^}\n]*\})?/g;

function uploadsIn(text: string): PeerFile[] {
  return [...text.matchAll(UPLOAD)].map(([, secret, name = '']) => {
    const filename = decoded(name);
    return { id: `${secret}/${filename}`, filename, mediaType: 'application/octet-stream' };
  });
}

function withoutUploads(text: string): string {
  return text.replace(UPLOAD, '').trimEnd();
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name).replaceAll('/', '_');
  } catch {
    return name;
  }
}

function hasNext(headers: Headers): boolean {
  return (headers.get('x-next-page') ?? '') !== '';
}

function includes(labels: readonly string[], label: string): boolean {
  return labels.some((one) => one.toLowerCase() === label.toLowerCase());
}

function instant(time: string): string {
  return new Date(time).toISOString();
}

/** Addresses are not for everybody. */
function askerOf({ author, service_desk_reply_to: mail }: z.output<typeof Issue>): string {
  return mail ? nameOf(mail.split('@')[0], '') : nameOf(author.name, author.username);
}
