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
import { type PeerTables, type PeerWords, understandsState, type WritableWord } from '../../domain/foreign/words.ts';
import { formOf, JsonWire, readAs } from './json-wire.ts';
import { marked, markIn, withoutMark } from './marks.ts';
import { changedSince, type NewestPage } from './newest-first.ts';
import type { Fetcher } from './paced-fetch.ts';
import { nameOf, requesterOf } from './people.ts';
import { tablesOf } from './tables.ts';

/** In the cloud people have an account id, elsewhere a name. */
const User = z.object({
  accountId: z.string().nullish(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
  emailAddress: z.string().nullish(),
});
/** `2026-01-02T03:04:05.678+0000`: the zone has no colon. */
const Time = z.string().transform((said, at) => {
  const time = Date.parse(said.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  if (!Number.isNaN(time)) return time;
  at.addIssue({ code: 'custom', message: 'No time' });
  return z.NEVER;
});
const Key = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*-\d+$/);
const Changed = z.object({
  issues: z.array(z.object({ key: Key, fields: z.object({ updated: Time }) })),
  nextPageToken: z.string().nullish(),
  total: z.number().nullish(),
});
const Issue = z.object({
  key: Key,
  fields: z.object({
    summary: z.string(),
    description: z.string().nullish(),
    status: z.object({ name: z.string(), statusCategory: z.object({ name: z.string() }).nullish() }),
    priority: z.object({ name: z.string() }).nullish(),
    assignee: User.nullish(),
    reporter: User.nullish(),
    created: Time,
    project: z.object({ key: z.string() }),
    attachment: z
      .array(
        z.object({
          id: z.string(),
          filename: z.string(),
          mimeType: z.string().nullish(),
          size: z.number().nullish(),
          created: Time,
        }),
      )
      .default([]),
  }),
});
const Comment = z.object({
  id: z.string(),
  body: z.string(),
  public: z.boolean(),
  author: User,
  created: z.object({ epochMillis: z.number() }),
  attachments: z
    .object({
      values: z.array(
        z.object({
          filename: z.string(),
          mimeType: z.string().nullish(),
          size: z.number().nullish(),
          _links: z.object({ jiraRest: z.string().nullish(), content: z.string().nullish() }),
        }),
      ),
    })
    .nullish(),
});
const Page = <S extends z.ZodType>(item: S) => z.object({ values: z.array(item), isLastPage: z.boolean() });
const Transitions = z.object({
  transitions: z.array(
    z.object({
      id: z.string(),
      to: z.object({ name: z.string(), statusCategory: z.object({ name: z.string() }).nullish() }),
    }),
  ),
});

const DESCRIPTION = 'description';
/** What is attached by then came with the request; what comes later belongs to a comment, and that may be internal. */
const OPENING_MS = 60_000;
const PAGE = 100;
const MOST_PAGES = 100;
const fields = 'summary,description,status,priority,assignee,reporter,created,project,attachment';

/**
 * Jira Service Management, in the cloud and on premise: requests and comments by its own interface, what agents see by
 * that of the platform (version 2, whose texts are texts). A status is moved by a transition, where the workflow has one.
 */
export class JiraAdapter implements PeerAdapter {
  readonly capabilities = {
    writes: ['subject', 'state', 'priority'],
    ...{ notes: true, html: false, files: true, filesLater: true },
  } as const;
  readonly tables: PeerTables;
  private readonly wire: JsonWire;
  private readonly project: string;
  private readonly requestType: string;
  private who: Promise<z.output<typeof User>> | undefined;

  /** The queue is the key of the project and, after a slash, the type of new requests: `SUP/Get IT help`. */
  constructor(
    safe: Fetcher,
    private readonly to: AdapterAddress,
  ) {
    const { node, account, secret, signIn, queue } = to;
    const basic = `Basic ${Buffer.from(`${account}:${secret}`).toString('base64')}`;
    this.wire = new JsonWire(safe, `${node}/rest`, {
      ...{ authorization: signIn === 'password' ? basic : `Bearer ${secret}` },
      // Parts of it are told to nobody else.
      'x-experimentalapi': 'opt-in',
    });
    const [project = '', ...type] = queue.split('/');
    this.project = project.replace(/["\\]/g, '').trim();
    this.requestType = type.join('/').trim();
    this.tables = tablesOf('jira', to);
  }

  async check(call: PeerCall) {
    const { displayName, emailAddress, name } = await this.me(call);
    await this.typeOfRequests(call);
    const { body } = await this.wire.get('/api/2/serverInfo', {}, call);
    const { version } = readAs(z.object({ version: z.string() }), body);
    return { product: 'Jira', version, account: emailAddress ?? name ?? displayName ?? '' };
  }

  async listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges> {
    let token: string | null | undefined;
    return changedSince(cursor, async (page) => {
      const found = await this.search('ORDER BY updated DESC', 'updated', page, token, call);
      token = found.next;
      const { issues } = readAs(Changed, found.body);
      return {
        items: issues.map(({ key, fields: { updated } }) => ({ id: key, at: updated })),
        ...{ more: found.more, now: found.now },
      } satisfies NewestPage;
    });
  }

  async getTicket(id: string, call: PeerCall): Promise<PeerTicket> {
    const { key, fields: issue } = await this.issue(id, call);
    const { status, priority, assignee, reporter, project } = issue;
    if (key !== id || project.key.toLowerCase() !== this.project.toLowerCase()) {
      throw new AppError('not-found', 'peer.unshared', `${id} was moved to another project.`);
    }
    const email = reporter?.emailAddress;
    return {
      ...{ id, number: key, url: `${this.to.node}/browse/${key}`, createdAt: instant(issue.created) },
      words: {
        ...{ subject: issue.summary, state: this.stateOf(status), priority: priority?.name ?? '', tags: [] },
        owner: assignee ? calledAs(assignee) : null,
      },
      requester: requesterOf(reporter ? idOf(reporter) : undefined, reporter?.displayName, email),
    };
  }

  async correlationOf(id: string, call: PeerCall): Promise<string | null> {
    return markIn((await this.issue(id, call)).fields.description);
  }

  async findByCorrelation(mark: string, call: PeerCall): Promise<string | null> {
    const [uuid] = /[0-9a-f-]{36}/.exec(mark) ?? [];
    const { body } = await this.search(`AND text ~ "\\"${uuid}\\""`, 'description', 1, null, call);
    const Found = z.object({
      issues: z.array(z.object({ key: Key, fields: z.object({ description: z.string().nullish() }) })),
    });
    const ours = readAs(Found, body).issues.find((one) => markIn(one.fields.description) === mark);
    return ours?.key ?? null;
  }

  async createTicket({ words, mark, first }: NewTicket, call: PeerCall): Promise<string> {
    const { serviceDeskId, requestTypeId } = await this.typeOfRequests(call);
    const { subject: summary, state, priority } = words;
    const requestFieldValues = { summary, description: marked(first, mark).body };
    const request = { serviceDeskId, requestTypeId, requestFieldValues };
    // What may fail for long comes first: a request that is there is not made again.
    const uploaded = await this.upload(first.files ?? [], call);
    const { body } = await this.wire.send('POST', '/servicedeskapi/request', request, call);
    const { issueKey } = readAs(z.object({ issueKey: Key }), body);
    // What a request is opened with is the workflow's.
    await this.updateTicket(issueKey, { state, priority }, call);
    if (uploaded.length > 0) await this.attach(issueKey, { temporaryAttachmentIds: uploaded, public: true }, call);
    return issueKey;
  }

  async updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void> {
    const { subject, state, priority } = words;
    const change = {
      ...(subject !== undefined && { summary: subject }),
      ...(priority !== undefined && { priority: { name: priority } }),
    };
    if (Object.keys(change).length > 0) {
      // What its screens do not have is refused with all the rest.
      const { body } = await this.wire.get(`/api/2/issue/${id}/editmeta`, {}, call);
      const screen = readAs(z.object({ fields: z.record(z.string(), z.unknown()) }), body).fields;
      const fitting = Object.fromEntries(Object.entries(change).filter(([name]) => name in screen));
      if (Object.keys(fitting).length > 0) await this.wire.send('PUT', `/api/2/issue/${id}`, { fields: fitting }, call);
    }
    if (state !== undefined) await this.move(id, state, call);
  }

  async listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]> {
    const me = idOf(await this.me(call));
    const issue = await this.issue(id, call);
    const { description, reporter, created, attachment } = issue.fields;
    const entries: PeerEntry[] = [];
    if (!isKnown(DESCRIPTION) && (description ?? '').trim() !== '') {
      const text = description ?? '';
      entries.push({
        ...{ id: DESCRIPTION, author: reporter ? calledAs(reporter) : '-', role: 'requester' },
        ...{ own: markIn(text) !== null, createdAt: instant(created), format: 'text/plain', body: withoutMark(text) },
        files: attachment
          .filter((file) => file.created <= created + OPENING_MS)
          .map(({ id: fileId, ...file }) => fileOf(fileId, file)),
      });
    }
    for (const comment of await this.comments(id, call)) {
      if (!comment.public || isKnown(comment.id)) continue;
      const { author } = comment;
      const files = (comment.attachments?.values ?? []).map(({ _links: { jiraRest, content }, ...file }) => {
        const [fileId] = /(?<=attachment\/(?:content\/)?)\d+/.exec(jiraRest ?? content ?? '') ?? [];
        return fileId === undefined ? file.filename : fileOf(fileId, file);
      });
      entries.push({
        ...{ id: comment.id, author: calledAs(author), own: idOf(author) === me, format: 'text/plain' },
        role: reporter && idOf(author) === idOf(reporter) ? 'requester' : 'agent',
        ...{ createdAt: instant(comment.created.epochMillis), body: withoutFileMarks(comment.body), files },
      });
    }
    return entries;
  }

  async getFile(id: string, sink: FileSink, call: PeerCall): Promise<void> {
    const { body } = await this.wire.get(`/api/2/attachment/${id}`, {}, call);
    await this.wire.file(readAs(z.object({ content: z.string() }), body).content, sink, call);
  }

  async addEntry(id: string, { body, files = [] }: NewEntry, call: PeerCall): Promise<string> {
    if (files.length === 0) return this.comment(id, { body, public: true }, call);
    const temporaryAttachmentIds = await this.upload(files, call);
    return this.attach(id, { temporaryAttachmentIds, public: true, additionalComment: { body } }, call);
  }

  /** Where they stay for a while, until a request takes them. @returns what they are called there */
  private async upload(files: readonly NewFile[], call: PeerCall): Promise<string[]> {
    if (files.length === 0) return [];
    const { serviceDeskId } = await this.typeOfRequests(call);
    const path = `/servicedeskapi/servicedesk/${serviceDeskId}/attachTemporaryFile`;
    const { body } = await this.wire.send('POST', path, formOf([], 'file', files), call, {
      'x-atlassian-token': 'no-check',
    });
    const Uploaded = z.object({ temporaryAttachments: z.array(z.object({ temporaryAttachmentId: z.string() })) });
    return readAs(Uploaded, body).temporaryAttachments.map((one) => one.temporaryAttachmentId);
  }

  /** @returns the comment that holds them */
  private async attach(id: string, what: Readonly<Record<string, unknown>>, call: PeerCall): Promise<string> {
    const { body } = await this.wire.send('POST', `/servicedeskapi/request/${id}/attachment`, what, call);
    return readAs(z.object({ comment: z.object({ id: z.string() }) }), body).comment.id;
  }

  async addNote(id: string, text: string, call: PeerCall): Promise<void> {
    await this.comment(id, { body: text, public: false }, call);
  }

  private async comment(id: string, comment: { body: string; public: boolean }, call: PeerCall): Promise<string> {
    const { body } = await this.wire.send('POST', `/servicedeskapi/request/${id}/comment`, comment, call);
    return readAs(z.object({ id: z.string() }), body).id;
  }

  /** A workflow that has no way to a state keeps its own; what became of it is read after. */
  private async move(id: string, state: string, call: PeerCall): Promise<void> {
    const { status } = (await this.issue(id, call)).fields;
    if (sameName(this.stateOf(status), state)) return;
    const { body } = await this.wire.get(`/api/2/issue/${id}/transitions`, {}, call);
    const { transitions } = readAs(Transitions, body);
    const way =
      transitions.find(({ to }) => sameName(to.name, state)) ??
      transitions.find(({ to }) => sameName(to.statusCategory?.name ?? '', state));
    if (way) await this.wire.send('POST', `/api/2/issue/${id}/transitions`, { transition: { id: way.id } }, call);
  }

  private async issue(id: string, call: PeerCall): Promise<z.output<typeof Issue>> {
    return readAs(Issue, (await this.wire.get(`/api/2/issue/${encodeURIComponent(id)}`, { fields }, call)).body);
  }

  private async comments(id: string, call: PeerCall): Promise<z.output<typeof Comment>[]> {
    const found: z.output<typeof Comment>[] = [];
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = { public: 'true', internal: 'false', start: found.length, limit: PAGE, expand: 'attachment' };
      const { body } = await this.wire.get(`/servicedeskapi/request/${id}/comment`, query, call);
      const { values, isLastPage } = readAs(Page(Comment), body);
      found.push(...values);
      if (isLastPage || values.length === 0) break;
    }
    return found.sort((one, other) => one.created.epochMillis - other.created.epochMillis);
  }

  /** The cloud has another search than Jira on premise, with other pages. */
  private async search(
    rest: string,
    wanted: string,
    page: number,
    token: string | null | undefined,
    call: PeerCall,
  ): Promise<{ body: unknown; more: boolean; next: string | null; now: number }> {
    const query = { jql: `project = "${this.project}" ${rest}`, fields: wanted, maxResults: PAGE };
    const cloud = { ...query, ...(token && { nextPageToken: token }) };
    const startAt = (page - 1) * PAGE;
    const { body, headers } = await this.wire.get('/api/2/search/jql', cloud, call).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'peer.not-there') throw error;
      return this.wire.get('/api/2/search', { ...query, startAt }, call);
    });
    const { nextPageToken, total } = readAs(Changed.pick({ nextPageToken: true, total: true }), body);
    const now = Date.parse(headers.get('date') ?? '');
    const more = typeof total === 'number' ? startAt + PAGE < total : Boolean(nextPageToken);
    return { body, more, next: nextPageToken ?? null, now: Number.isNaN(now) ? 0 : now };
  }

  /** @throws AppError conflict `peer.settings-wrong` */
  private async typeOfRequests(call: PeerCall): Promise<{ serviceDeskId: string; requestTypeId: string }> {
    const Desk = z.object({ id: z.string(), projectKey: z.string() });
    const desk = await this.find(
      '/servicedeskapi/servicedesk',
      Desk,
      ({ projectKey }) => sameName(projectKey, this.project),
      call,
    );
    if (!desk) {
      throw new AppError(
        'conflict',
        'peer.settings-wrong',
        `There is no service project ${this.project} that we may see.`,
      );
    }
    const path = `/servicedeskapi/servicedesk/${desk.id}/requesttype`;
    const Type = z.object({ id: z.string(), name: z.string() });
    const type = await this.find(
      path,
      Type,
      ({ name }) => this.requestType === '' || sameName(name, this.requestType),
      call,
    );
    if (!type) {
      const detail = `The project ${this.project} has no request type ${this.requestType}.`;
      throw new AppError('conflict', 'peer.settings-wrong', detail);
    }
    return { serviceDeskId: desk.id, requestTypeId: type.id };
  }

  private async find<S extends z.ZodType>(
    path: string,
    item: S,
    fits: (one: z.output<S>) => boolean,
    call: PeerCall,
  ): Promise<z.output<S> | undefined> {
    for (let page = 0; page < MOST_PAGES; page++) {
      const { body } = await this.wire.get(path, { start: page * PAGE, limit: PAGE }, call);
      const { values, isLastPage } = readAs(Page(item), body);
      const found = (values as z.output<S>[]).find(fits);
      if (found || isLastPage) return found;
    }
    return undefined;
  }

  private me(call: PeerCall): Promise<z.output<typeof User>> {
    this.who ??= this.wire.get('/api/2/myself', {}, call).then(({ body }) => readAs(User, body));
    return this.who;
  }

  /** A status that nobody told us of counts as its category. */
  private stateOf({ name, statusCategory }: z.output<typeof Issue>['fields']['status']): string {
    return understandsState(this.tables, name) ? name : (statusCategory?.name ?? name);
  }
}

function fileOf(
  id: string,
  {
    filename,
    mimeType,
    size,
  }: { filename: string; mimeType?: string | null | undefined; size?: number | null | undefined },
) {
  return { id, filename, mediaType: mimeType ?? 'application/octet-stream', ...(size && { size }) };
}

/** Lines that show a file in its place: `[^log.txt]`, `!photo.png|thumbnail!`. */
function withoutFileMarks(text: string): string {
  return text.replace(/^[ \t]*(?:\[\^[^\]\n]+\]|![^!\n]+!)[ \t]*$/gm, '').trimEnd();
}

function idOf({ accountId, name }: z.output<typeof User>): string {
  return accountId ?? name ?? '';
}

function calledAs(user: z.output<typeof User>): string {
  return nameOf(user.displayName, user.name ?? '');
}

function sameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
