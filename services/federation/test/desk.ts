import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openBlobStore } from '@helpmesh/blob';
import {
  type Actor,
  type agreements,
  answerPeer,
  applyPeerChange,
  forgetRequester,
  type GroupSnapshot,
  groupCreated,
  type InputOf,
  type imports,
  issuePeerToken,
  type OutputOf,
  type ParsedInputOf,
  type peerAdapters,
  type peers,
  readForPeer,
  shares,
  type TicketSnapshot,
  takeInPast,
  takeInRows,
  ticketCreated,
  ticketUpdated,
  workingTimeAfter,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Answers, messagingTables, RpcClient, type RpcContext } from '@helpmesh/messaging';
import { baseConfig, loadConfig, type RunningService, runService } from '@helpmesh/service-kit';
import { infra, type Neighbours, neighbours, testKeys } from '@helpmesh/testing';
import { Controller, Module } from '@nestjs/common';
import { createFederationService, FederationConfig } from '../src/service.ts';

export type Told = NonNullable<OutputOf<typeof readForPeer>>;
type Article = Told['articles'][number];
type Over = Partial<Omit<Article, 'files'>> & { files?: Omit<Article['files'][number], 'id'>[] };
type Apply = ParsedInputOf<typeof applyPeerChange>;
type PastTicket = ParsedInputOf<typeof takeInPast>;
type Rows = ParsedInputOf<typeof takeInRows>;

const keys = testKeys();
const ticketStates: Record<string, number> = { new: 1, open: 2, 'pending reminder': 3, closed: 4 };

/** The tickets of a desk, as its ticket service would keep them. */
export class Tickets {
  readonly rows = new Map<number, Told>();
  readonly uuids = new Map<string, number>();
  private nextFile = 1;
  private nextTicket = 1;
  private nextArticle = 1;
  /** Does what it is asked, and loses every n-th answer; 0: none. */
  losesAnswers = 0;
  private asked = 0;
  /** Who was called by notes. */
  readonly called: { body: string; userIds: number[] }[] = [];
  /** Whose requesters were to be forgotten. */
  readonly forgotten: ParsedInputOf<typeof forgetRequester>[] = [];
  isHeld = false;
  /** How fast working time goes by, ms. */
  minuteMs = 60_000;
  changed: (ticketId: number, by?: Apply['peer']) => Promise<unknown> = async () => undefined;

  read({ ticketId, knownArticleIds, onlyArticleIds, internal, limit }: ParsedInputOf<typeof readForPeer>): Told | null {
    const row = this.rows.get(ticketId);
    if (!row) return null;
    const articles = row.articles.filter(
      ({ id, internal: hidden }) =>
        (!hidden || internal) && !knownArticleIds.includes(id) && (!onlyArticleIds || onlyArticleIds.includes(id)),
    );
    return { ...row, articles: articles.slice(0, limit) };
  }

  async apply({ ticket, title, stateType, priority, tags, articles, peer }: Apply) {
    let id = 'id' in ticket ? ticket.id : this.uuids.get(ticket.uuid);
    if ('uuid' in ticket && id === undefined) {
      id = this.open(title ?? '-', { groupId: ticket.groupId ?? 1, customer: ticket.customer?.name ?? '-' });
      this.uuids.set(ticket.uuid, id);
    }
    const row = this.rows.get(id as number) as Told;
    if ('version' in ticket && ticket.version !== row.version) throw new AppError('stale', 'test.stale', 'Moved on.');
    row.version += 1;
    Object.assign(row, {
      ...(title !== undefined && { title }),
      ...(stateType !== undefined && { stateType }),
      ...(priority !== undefined && { priority }),
      ...(tags !== undefined && { tags }),
    });
    for (const { uuid, sender, author, internal, contentType, body, files, calls } of articles) {
      if (row.articles.some((one) => one.uuid === uuid)) continue;
      if (calls) this.called.push({ body, userIds: calls });
      const shown = sender === 'System' ? 'Agent' : sender;
      const words = {
        uuid,
        sender: shown,
        author: `${author} (${peer.name})`,
        internal,
        contentType,
        body,
        files,
      } as const;
      this.add(row, words);
    }
    // As in one transaction: what comes later is not in the answer.
    const after = structuredClone(row);
    const articleIds = articles.map(({ uuid }) => row.articles.find((one) => one.uuid === uuid)?.id as number);
    await this.changed(id as number, peer);
    if (this.losesAnswers > 0 && ++this.asked % this.losesAnswers === 0) {
      throw new AppError('unavailable', 'test.lost', 'The answer was lost.');
    }
    return { ticketId: id as number, articleIds, after };
  }

  /** @throws as the ticket service does under a legal hold, once */
  async forget({ ticketId, ...asked }: ParsedInputOf<typeof forgetRequester>) {
    if (this.isHeld) {
      this.isHeld = false;
      throw new AppError('conflict', 'ticket.legal-hold', 'A legal hold keeps this ticket from being deleted.');
    }
    this.forgotten.push({ ticketId, ...asked });
    const row = this.rows.get(ticketId);
    if (row) await this.change(ticketId, { customer: { id: 1, name: '-', email: null } });
    return {};
  }

  open(title: string, { groupId = 1, customer = 'Zoë Müller' } = {}): number {
    const id = this.nextTicket++;
    this.rows.set(id, {
      ...{ number: String(10_000 + id), title, groupId, stateType: 'new', priority: '2 normal', owner: null },
      ...{ customer: { id: 7, name: customer, email: 'zoe@example.org' }, tags: [], version: 1, articles: [] },
      createdAt: new Date().toISOString(),
    });
    return id;
  }

  change(id: number, change: Partial<Told>): Promise<unknown> {
    const row = this.rows.get(id) as Told;
    Object.assign(row, change);
    row.version += 1;
    return this.changed(id);
  }

  say(id: number, body: string, over: Over = {}): Promise<unknown> {
    const row = this.rows.get(id) as Told;
    this.add(row, {
      uuid: null,
      sender: 'Agent',
      author: 'Ada',
      internal: false,
      contentType: 'text/plain',
      body,
      ...over,
    });
    row.version += 1;
    return this.changed(id);
  }

  private add(
    row: Told,
    { files = [], ...article }: Omit<Article, 'id' | 'createdAt' | 'files'> & Pick<Over, 'files'>,
  ) {
    const named = files.map((file) => ({ ...file, id: this.nextFile++ }));
    row.articles.push({ ...article, id: this.nextArticle++, createdAt: new Date().toISOString(), files: named });
  }
}

/** What was imported, as the services behind would keep it. */
export class Past {
  readonly tickets: PastTicket[] = [];
  readonly rows: Record<Rows['object'], Record<string, string>[]> = { User: [], Organization: [] };
  /** Until it is let go of, no ticket is answered. */
  gate: Promise<unknown> | undefined;

  async takeIn({ articles, ...ticket }: PastTicket): Promise<OutputOf<typeof takeInPast>> {
    await this.gate;
    const known = this.tickets.find(({ uuid }) => uuid === ticket.uuid);
    if (!known) this.tickets.push({ ...ticket, articles });
    const fresh = known ? articles.filter(({ uuid }) => known.articles.every((one) => one.uuid !== uuid)) : articles;
    known?.articles.push(...fresh);
    return { ticketId: this.tickets.length, made: !known, articles: fresh.length };
  }

  take({ object, columns, rows, try: trial }: Rows): OutputOf<typeof takeInRows> {
    const answer: OutputOf<typeof takeInRows> = { records: [], errors: [] };
    for (const { line, cells } of rows) {
      const row = Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? '']));
      const name = row.name ?? (row.email || row.login) ?? '';
      if (row.organization && this.rows.Organization.every((one) => one.name !== row.organization)) {
        answer.errors.push({ line, message: `No lookup value found for 'organization' of ${row.email}.` });
        continue;
      }
      const known = this.rows[object].some((one) => (one.name ?? (one.email || one.login)) === name);
      if (!known && !trial) this.rows[object].push(row);
      answer.records.push({ line, id: known ? 1 : null, name, what: known ? 'unchanged' : 'created' });
    }
    return answer;
  }
}

type Question =
  | (typeof imports)[keyof typeof imports]
  | (typeof peers)[keyof typeof peers]
  | (typeof agreements)[keyof typeof agreements]
  | (typeof shares)[keyof typeof shares]
  | (typeof peerAdapters)[keyof typeof peerAdapters];

/** A whole helpdesk, as far as others see it: the federation service, its neighbours, and the edge in front of it. */
export class Desk {
  readonly tickets = new Tickets();
  readonly past = new Past();
  service!: RunningService;
  others!: Neighbours;
  node = '';
  /** What becomes of calls that come in: a number below 1 for each kind of trouble. */
  trouble = { drop: 0, lose: 0, repeat: 0 };
  down = false;
  /** Its proxy is there, and nobody behind it. */
  away = false;
  /** It is of before there were details: its descriptor does not name them, and it refuses what does. */
  old = false;
  /** Its address leads to somebody else. */
  isElsewhere = false;
  /** Messages that came in, by what they are about; each once, however often it was tried. */
  readonly heard = new Map<string, Set<string>>();
  /** Of this desk alone. */
  private readonly blobDir = mkdtempSync(path.join(tmpdir(), 'helpmesh-desk-'));
  readonly blobs = openBlobStore({ BLOB_DIR: this.blobDir });
  /** What becomes of calls for bytes of files. */
  fileTrouble: 'down' | 'others' | undefined;
  /** What was asked for by others, answered or not. */
  readonly calls: string[] = [];
  /** Files that were asked for, each time. */
  readonly fetched: string[] = [];
  private edge!: Server;
  private neighbours: RunningService[] = [];

  /** @param groups  how many there are, by numbers from 1 */
  constructor(private readonly groups = 2) {}

  private broker!: Awaited<ReturnType<ReturnType<typeof infra>['nats']>>;

  async start(): Promise<this> {
    this.edge = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (this.isElsewhere) return void response.writeHead(404).end('Not Found');
        const url = new URL(request.url ?? '/', 'http://desk');
        const text = Buffer.concat(chunks).toString();
        if (url.pathname === '/oauth/token') return void this.giveToken(text, response);
        const { authorization, 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
        const idempotencyKey = request.headers['idempotency-key'] as string | undefined;
        const isFile = request.method === 'PUT' && url.pathname.includes('/attachments/');
        const input: InputOf<typeof answerPeer> = {
          method: request.method as 'GET',
          path: url.pathname.replace(/^\/federation\/v1\/?/, ''),
          query: Object.fromEntries(url.searchParams),
          ...(authorization && { token: authorization.replace('Bearer ', '') }),
          ...{
            ...(text && !isFile && { body: JSON.parse(text) }),
            ...(idempotencyKey && { idempotencyKey }),
            ...(ifMatch && { ifMatch }),
            ...(ifNoneMatch && { ifNoneMatch }),
          },
        };
        const whole = async () => (isFile ? { ...input, file: await this.blobs.put(Buffer.concat(chunks)) } : input);
        const answering = whole().then((one) => this.handle(one));
        void answering.then(
          (answer) => {
            if (!answer) return void request.socket.destroy();
            response.writeHead(answer.status, answer.headers);
            if (answer.file) return this.sendFile(response, answer.file.sha256);
            response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
          },
          (error: unknown) => {
            const { kind, code, detail } = AppError.from(error);
            const status =
              code === 'federation.unshared' ? 410 : { unauthenticated: 401, 'not-found': 404 }[kind as string];
            response.writeHead(status ?? 422).end(JSON.stringify({ code, detail }));
          },
        );
      });
    });
    await new Promise<void>((done) => this.edge.listen(0, '127.0.0.1', done));
    this.node = `http://127.0.0.1:${(this.edge.address() as AddressInfo).port}`;
    this.broker = await infra().nats();
    this.others = await neighbours(this.broker.url, ['ticket', 'identity', 'notification']);
    const { tickets, past } = this;
    @Controller()
    class Neighbourhood {
      @Answers(readForPeer)
      read(_ctx: RpcContext, input: ParsedInputOf<typeof readForPeer>) {
        return tickets.read(input);
      }
      @Answers(applyPeerChange)
      apply(_ctx: RpcContext, input: Apply) {
        return tickets.apply(input);
      }
      @Answers(forgetRequester)
      forget(_ctx: RpcContext, input: ParsedInputOf<typeof forgetRequester>) {
        return tickets.forget(input);
      }
      @Answers(takeInPast)
      takeIn(_ctx: RpcContext, input: PastTicket) {
        return past.takeIn(input);
      }
      @Answers(workingTimeAfter)
      after(_ctx: RpcContext, { from, minutes }: ParsedInputOf<typeof workingTimeAfter>) {
        return { at: new Date(Date.parse(from) + minutes * tickets.minuteMs).toISOString() };
      }
    }
    @Module({ controllers: [Neighbourhood] })
    class TicketModule {}
    @Controller()
    class People {
      @Answers(takeInRows)
      take(_ctx: RpcContext, input: Rows) {
        return past.take(input);
      }
    }
    @Module({ controllers: [People] })
    class IdentityModule {}
    const common = { NATS_URL: this.broker.url, HEALTH_PORT: '0', HEALTH_HOST: '127.0.0.1', LOG_LEVEL: 'silent' };
    this.service = createFederationService(
      loadConfig(FederationConfig, {
        ...{ ...keys.envOf('federation'), ...common, DATABASE_URL: await infra().database('federation') },
        ...{ HELPMESH_PUBLIC_URL: `${this.node}/`, HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' },
        ...{ BLOB_DIR: this.blobDir },
        ...{ HELPMESH_CHECK_ANSWERS: 'true', HELPMESH_SECRETS_KEY: Buffer.alloc(32, 7).toString('base64') },
      }),
    );
    const config = { ...keys.envOf('ticket'), ...common, DATABASE_URL: await infra().database('neighbourhood') };
    const people = { ...keys.envOf('identity'), ...common, DATABASE_URL: await infra().database('people') };
    this.neighbours = [
      runService({
        name: 'identity',
        module: IdentityModule,
        migrations: [messagingTables],
        config: loadConfig(baseConfig, people),
      }),
      runService({
        name: 'ticket',
        module: TicketModule,
        migrations: [messagingTables],
        config: loadConfig(baseConfig, config),
      }),
    ];
    for (const one of [this.service, ...this.neighbours]) {
      await one.migrate();
      await one.start();
    }
    tickets.changed = (id, by) => {
      const rule = by && { rule: { type: 'Peer' as const, ...by, quiet: false } };
      return this.others.say(ticketUpdated, { ...this.told(id), ...rule }, { aggregateId: id });
    };
    for (let id = 1; id <= this.groups; id++) await this.others.say(groupCreated, aGroup(id), { aggregateId: id });
    await this.others.settled('federation');
    return this;
  }

  /** A file, as an upload would leave it. */
  async file(filename: string, bytes: string | Buffer, contentType = 'text/plain') {
    return { ...(await this.blobs.put(Buffer.from(bytes))), filename, contentType };
  }

  /** What the files of an article hold, by name. */
  async contents({ files }: Article): Promise<Record<string, string>> {
    const read = async ({ filename, sha256 }: Article['files'][number]) =>
      [filename, (await buffer(await this.blobs.get(sha256))).toString()] as const;
    return Object.fromEntries(await Promise.all(files.map(read)));
  }

  /** As the edge does. */
  private async giveToken(form: string, response: ServerResponse): Promise<void> {
    if (this.down) return void response.destroy();
    const actor = await keys.actorToken(admin([]));
    const { status, body } = await this.service.get(RpcClient).call(issuePeerToken, { form }, { actor });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  private async sendFile(response: ServerResponse, sha256: string): Promise<void> {
    if (this.fileTrouble === 'down') return void response.destroy();
    if (this.fileTrouble === 'others') return void response.end('others');
    (await this.blobs.get(sha256)).pipe(response);
  }

  async stop(): Promise<void> {
    this.edge.closeAllConnections();
    this.edge.close();
    await this.service?.stop();
    for (const one of this.neighbours) await one.stop();
    await this.others?.close();
    await this.broker?.stop();
    rmSync(this.blobDir, { recursive: true, force: true });
  }

  /** Opens a ticket as an agent would, and waits for nothing. */
  async open(
    title: string,
    { first, ...over }: { groupId?: number; customer?: string; first?: { body: string; over?: Over } } = {},
  ): Promise<number> {
    const id = this.tickets.open(title, over);
    if (first) await this.tickets.say(id, first.body, first.over);
    const { changes: _, changedById: __, ...data } = this.told(id);
    const customer = { userId: 7, email: 'zoe@example.org', name: 'Zoë', locale: 'en' };
    await this.others.say(ticketCreated, { ...data, article: null, customer, createdById: 3 }, { aggregateId: id });
    return id;
  }

  told(id: number, changes = {}) {
    return { ticket: snapshot(id, this.tickets.rows.get(id) as Told), changes, changedById: 3 };
  }

  async ask<Q extends Question>(
    question: Q,
    input: { params?: object; query?: object; body?: unknown },
    permissions = ['admin.integration'],
    groups: Actor['groups'] = {},
  ): Promise<OutputOf<Q>> {
    const full = { params: {}, query: {}, body: undefined, ...input };
    return this.service
      .get(RpcClient)
      .call(question, full as never, { actor: await keys.actorToken(admin(permissions, groups)) }) as never;
  }

  /** Calls here as somebody else does. */
  async call(token: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.node}/federation/v1/${path}`, {
      ...{ method, headers: { authorization: `Bearer ${token}`, ...headers } },
      ...(body !== undefined && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  private async handle(input: InputOf<typeof answerPeer>): Promise<OutputOf<typeof answerPeer> | null> {
    this.calls.push(`${input.method} ${input.path}`);
    if (input.method === 'GET' && input.path.startsWith('attachments/')) this.fetched.push(input.path);
    const { id, subject } = (input.body ?? {}) as { id?: string; subject?: string };
    if (id && subject) this.heard.set(subject, (this.heard.get(subject) ?? new Set()).add(id));
    const { drop, lose, repeat } = this.trouble;
    if (this.down || Math.random() < drop) return null;
    if (this.away) throw new AppError('not-found', 'none', 'default backend');
    if (this.old && JSON.stringify(input.body ?? {}).includes('"details"')) {
      throw new AppError('invalid', 'test.strict', 'There is no such field.');
    }
    const actor = await keys.actorToken(admin([]));
    const answer = await this.service.get(RpcClient).call(answerPeer, input, { actor });
    if (Math.random() < repeat) await this.service.get(RpcClient).call(answerPeer, input, { actor });
    if (this.old && input.path === '') delete (answer.body as { fields?: unknown }).fields;
    return Math.random() < lose ? null : answer;
  }
}

function admin(permissions: string[], groups: Actor['groups'] = {}): Actor {
  return {
    ...{ kind: 'user', userId: 3, login: 'admin', permissions, groups, organizationIds: [] },
    ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
  };
}

function aGroup(id: number): GroupSnapshot {
  return {
    ...{ id, name: `Group ${id}`, active: true, followUpPossible: 'yes', followUpAssignment: true },
    ...{ reopenTimeInDays: null, signature: null, email: null },
  };
}

function snapshot(id: number, row: Told): TicketSnapshot {
  return {
    ...{ id, number: row.number, title: row.title, groupId: row.groupId, group: `Group ${row.groupId}` },
    ...{ stateId: ticketStates[row.stateType] as number, state: row.stateType, stateType: row.stateType },
    ...{ priorityId: Number(row.priority[0]), priority: row.priority, customerId: 7, organizationId: null },
    ...{ ownerId: 1, articleCount: row.articles.length, createdAt: row.createdAt, closeAt: null },
    updatedAt: row.createdAt,
  };
}
