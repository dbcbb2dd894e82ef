import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Actor,
  actorsOf,
  changePeople,
  checkSealing,
  communityGroups,
  type EndpointDefinition,
  type ErasureTerms,
  ensureCustomers,
  erasureTerms,
  type GroupSnapshot,
  groupProviders,
  type HelpRole,
  heldObjects,
  helpRoles,
  lookup,
  type MessageDefinition,
  type OrganizationSnapshot,
  type OutputOf,
  pickPeople,
  type QuestionDefinition,
  readFeed,
  reopenMail,
  serviceRoute,
  type UserSnapshot,
} from '@helpmesh/contracts';
import { AppError, uuidv7 } from '@helpmesh/kernel';
import { type Bus, connectBus, RpcClient, RpcStrategy, type ToldPage } from '@helpmesh/messaging';
import { sql } from '@helpmesh/persistence';
import { ActorSigner, loadConfig, type RunningService } from '@helpmesh/service-kit';
import { FakeClock, infra, testKeys, waitFor } from '@helpmesh/testing';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { createTicketService, TicketConfig } from '../src/service.ts';

export const user = (over: Partial<UserSnapshot> & { id: number }): UserSnapshot => ({
  login: `user${over.id}@example.org`,
  email: `user${over.id}@example.org`,
  firstname: 'User',
  lastname: String(over.id),
  organizationId: null,
  active: true,
  locale: 'en',
  agent: false,
  fullGroupIds: [],
  ...over,
});

export const group = (over: Partial<GroupSnapshot> & { id: number; name: string }): GroupSnapshot => ({
  active: true,
  followUpPossible: 'yes',
  followUpAssignment: true,
  reopenTimeInDays: null,
  email: null,
  signature: null,
  ...over,
});

/** The services of the mail channel, as far as they are asked about signed and encrypted mails. */
interface ProtectedMail {
  reopened: OutputOf<typeof reopenMail> | null;
  asked: unknown[];
  check: OutputOf<typeof checkSealing>;
}

/** The neighbour, with as much of it as the ticket service asks. */
export class Identity {
  readonly users = new Map<number, UserSnapshot>();
  readonly groups = new Map<number, GroupSnapshot>();
  readonly organizations = new Map<number, OrganizationSnapshot>();
  /** Users that were asked for by their ids, once for each time. */
  readonly lookedUp: number[] = [];
  /** Who has a telephone number. */
  readonly phones = new Map<string, UserSnapshot[]>();
  /** What erasures look for, by task. */
  readonly erasures = new Map<number, { terms: ErasureTerms; heldTicketIds: number[] }>();

  add(...users: UserSnapshot[]): void {
    for (const one of users) this.users.set(one.id, one);
  }

  /** Who may sign in, and what they may do by now. */
  actors: Actor[] = Object.values(cast);

  /** Whom schedules over people pick, and what was asked to be done to them. */
  picked: number[] = [];
  readonly changed: z.output<typeof changePeople.input>[] = [];
  /** Of whom what a schedule says is so already, and what it may ask no longer. */
  steady: number[] = [];
  unasked: string | undefined;
  /** After so many questions that change people the next one is lost. */
  lostAfter: number | undefined;

  /** What is under legal hold. */
  readonly helpRoles: HelpRole[] = [];
  readonly communities: OutputOf<typeof communityGroups>['communities'] = [];
  readonly held = { userIds: [] as number[], ticketIds: [] as number[] };

  addGroups(...groups: GroupSnapshot[]): void {
    for (const one of groups) this.groups.set(one.id, one);
  }

  listen(bus: Bus): void {
    const strategy = new RpcStrategy({
      bus,
      service: 'identity',
      // The token is the ticket service's own; who asks does not matter here.
      admit: () => actor({ userId: 1 }),
    });
    const answer = (question: QuestionDefinition, work: (input: never) => unknown) =>
      strategy.addHandler(question.subject, async (input) => work(input as never), false, {
        kind: 'question',
        question,
        batch: false,
      });
    answer(lookup, (needs: z.output<typeof lookup.input>) => this.lookup(needs));
    answer(ensureCustomers, ({ customers }: z.output<typeof ensureCustomers.input>) => ({
      users: customers.map(({ email, name }) => this.ensure(email, name)),
    }));
    answer(
      erasureTerms,
      ({ taskId }: z.output<typeof erasureTerms.input>) =>
        this.erasures.get(taskId) ?? { terms: null, heldTicketIds: [] },
    );
    answer(pickPeople, ({ after, limit, examples, perform }: z.output<typeof pickPeople.input>) => {
      if (this.unasked !== undefined) throw new AppError('invalid', 'condition.unsupported', this.unasked);
      if ('user.login' in perform) throw new AppError('invalid', 'action.invalid', 'Not for many.');
      const would = [{ action: 'user.vip', from: false, to: true }];
      const left = this.picked.filter((id) => id > after);
      const shown = left.slice(0, examples).map((id) => ({ id, label: `User ${id}`, would }));
      return { ids: left.slice(0, limit), total: after === 0 ? left.length : null, examples: shown };
    });
    answer(changePeople, (asked: z.output<typeof changePeople.input>) => {
      if (this.changed.length === this.lostAfter) {
        this.lostAfter = undefined;
        throw new AppError('unavailable', 'identity.gone', 'Gone for now.');
      }
      this.changed.push(asked);
      const did = (id: number) => (this.steady.includes(id) ? [] : ['user.vip']);
      return { outcomes: asked.ids.map((id) => ({ id, outcome: 'done', did: did(id), heldBack: [] })) };
    });
    answer(heldObjects, () => this.held);
    answer(helpRoles, () => ({ roles: this.helpRoles }));
    answer(communityGroups, () => ({ communities: this.communities }));
    answer(actorsOf, ({ userIds }: z.output<typeof actorsOf.input>) => ({
      actors: this.actors.filter(({ userId }) => userIds.includes(userId)),
    }));
    strategy.listen(() => undefined);
  }

  private lookup(needs: z.output<typeof lookup.input>) {
    const { userIds = [], logins = [], groupIds = [], groupNames = [] } = needs;
    this.lookedUp.push(...userIds);
    const { organizationIds = [], organizationNames = [], allGroups } = needs;
    return {
      users: [
        ...[...this.users.values()].filter(
          (one) => userIds.includes(one.id) || logins.includes(one.login) || logins.includes(one.email ?? '-'),
        ),
        ...(this.phones.get(needs.phone ?? '') ?? []),
      ],
      groups: [...this.groups.values()].filter(
        (one) => allGroups || groupIds.includes(one.id) || groupNames.includes(one.name),
      ),
      organizations: [...this.organizations.values()].filter(
        (one) => organizationIds.includes(one.id) || organizationNames.includes(one.name),
      ),
    };
  }

  private ensure(email: string, name: string): UserSnapshot {
    if (!email.includes('@')) throw new AppError('invalid', 'user.email-invalid', `Invalid email '${email}'`);
    const known = [...this.users.values()].find((one) => one.email === email);
    if (known) return known;
    const [firstname = '', ...rest] = name.split(' ');
    const made = user({ id: 1000 + this.users.size, login: email, email, firstname, lastname: rest.join(' ') });
    this.add(made);
    return made;
  }
}

export function actor(over: Partial<Actor> & { userId: number }): Actor {
  return {
    kind: 'user',
    login: `user${over.userId}@example.org`,
    permissions: [],
    groups: {},
    organizationIds: [],
    sharedOrganizationIds: [],
    locale: 'en',
    via: 'session',
    ...over,
  };
}

/** The cast of most stories: groups 1 and 2, agents of them, customers of organization 7. */
export const cast = {
  admin: actor({ userId: 3, permissions: ['admin', 'ticket.agent'], groups: { 1: ['full'], 2: ['full'] } }),
  agent: actor({ userId: 4, permissions: ['ticket.agent'], groups: { 1: ['full'] } }),
  agent2: actor({ userId: 5, permissions: ['ticket.agent'], groups: { 2: ['full'] } }),
  reader: actor({ userId: 6, permissions: ['ticket.agent'], groups: { 1: ['read'] } }),
  customer: actor({
    userId: 10,
    permissions: ['ticket.customer'],
    organizationIds: [7],
    sharedOrganizationIds: [7],
  }),
  colleague: actor({
    userId: 11,
    permissions: ['ticket.customer'],
    organizationIds: [7],
    sharedOrganizationIds: [7],
  }),
  stranger: actor({ userId: 12, permissions: ['ticket.customer'] }),
};

/** What a request demands: no second effect, and an object that is still as it was read. */
export interface Terms {
  key?: string | undefined;
  ifMatch?: string[] | undefined;
}

export interface Desk {
  service: RunningService;
  identity: Identity;
  /** What stands at addresses outside. */
  feeds: Map<string, string>;
  /** What the services of the mail channel answer about signed and encrypted mails. */
  protectedMail: ProtectedMail;
  /** What can be asked for, by id. */
  catalogue: Map<number, NonNullable<OutputOf<typeof serviceRoute>['route']>>;
  /** Who stands for groups, as the federation service knows it. */
  providers: OutputOf<typeof groupProviders>;
  bus: Bus;
  clock: FakeClock;
  db: DataSource;
  threadingSecret: string;
  ask<Q extends QuestionDefinition>(who: Actor, question: Q, input: unknown, terms?: Terms): Promise<OutputOf<Q>>;
  /** Asks as another service does, for itself. */
  askAs<Q extends QuestionDefinition>(service: string, question: Q, input: unknown): Promise<OutputOf<Q>>;
  /** A REST call without the edge. */
  /** The same, and what is told of the page. */
  page(who: Actor, endpoint: EndpointDefinition, query: object): Promise<ToldPage & { list: { id: number }[] }>;
  rest<E extends EndpointDefinition>(
    who: Actor,
    endpoint: E,
    at?: { id?: number | string; query?: object; body?: object } & Terms,
  ): Promise<OutputOf<E>>;
  /** Puts a command or event of a neighbour on the bus. */
  publish<D extends MessageDefinition>(definition: D, data: z.input<D['data']>, over?: object): Promise<string>;
  /** Everything this service has told with this definition, oldest first. */
  told<D extends MessageDefinition>(definition: D): Promise<{ data: z.output<D['data']>; aggregateVersion: number }[]>;
  query<T = Record<string, unknown>>(text: string, params?: unknown[]): Promise<T[]>;
  stop(): Promise<void>;
}

/** The whole ticket service on servers of its own, with a clock that the test moves. */
export async function startDesk(
  options: { seed?: 'zammad' | 'blank'; env?: Record<string, string> } = {},
): Promise<Desk> {
  const keys = testKeys();
  const env = keys.envOf('ticket');
  const broker = await infra().nats();
  const clock = new FakeClock();
  const config = loadConfig(TicketConfig, {
    ...env,
    DATABASE_URL: await infra().database('ticket'),
    NATS_URL: broker.url,
    HEALTH_PORT: '0',
    HEALTH_HOST: '127.0.0.1',
    HELPMESH_FQDN: 'desk.example.org',
    HELPMESH_SEED: options.seed ?? 'blank',
    HELPMESH_CHECK_ANSWERS: 'true',
    BLOB_DIR: mkdtempSync(path.join(tmpdir(), 'helpmesh-test-blobs-')),
    ...options.env,
  });
  const service = createTicketService(config, clock);
  await service.migrate();
  const bus = await connectBus({ url: broker.url, name: 'test' });
  await bus.declareStreams('notification');
  await bus.declareStreams('identity');
  await bus.declareStreams('mail-ingest');
  const identity = new Identity();
  identity.add(
    user({ id: 1, login: '-', email: null, firstname: '-', lastname: '', active: false }),
    user({ id: 3, firstname: 'Ada', lastname: 'Admin', agent: true, fullGroupIds: [1, 2] }),
    user({ id: 4, firstname: 'Anton', lastname: 'Agent', agent: true, fullGroupIds: [1] }),
    user({ id: 5, firstname: 'Berta', lastname: 'Agent', agent: true, fullGroupIds: [2] }),
    user({ id: 6, firstname: 'Rita', lastname: 'Reader', agent: true }),
    user({ id: 10, firstname: 'Clara', lastname: 'Customer', organizationId: 7 }),
    user({ id: 11, firstname: 'Carl', lastname: 'Colleague', organizationId: 7 }),
    user({ id: 12, firstname: 'Sam', lastname: 'Stranger' }),
  );
  identity.addGroups(
    group({ id: 1, name: 'Users', email: { name: 'Help Desk', address: 'help@desk.example.org' } }),
    group({ id: 2, name: 'Second', email: { name: 'Second', address: 'second@desk.example.org' } }),
  );
  identity.organizations.set(7, { id: 7, name: 'Seven', shared: true, active: true });
  identity.listen(bus);
  const feeds = new Map<string, string>();
  const notification = new RpcStrategy({ bus, service: 'notification', admit: () => actor({ userId: 1 }) });
  const readOne = async (input: unknown) => {
    const text = feeds.get((input as z.output<typeof readFeed.input>).url);
    if (text === undefined) throw new AppError('unavailable', 'feed.no-success', 'Nothing is there.');
    return { text };
  };
  const route = { kind: 'question', question: readFeed, batch: false } as const;
  notification.addHandler(readFeed.subject, readOne, false, route);
  const protectedMail: ProtectedMail = {
    reopened: null,
    asked: [],
    check: { type: 'S/MIME', sign: null, missing: [] },
  };
  notification.addHandler(
    checkSealing.subject,
    async (input) => {
      protectedMail.asked.push(input);
      return protectedMail.check;
    },
    false,
    { kind: 'question', question: checkSealing, batch: false },
  );
  notification.listen(() => undefined);
  const mailIngest = new RpcStrategy({ bus, service: 'mail-ingest', admit: () => actor({ userId: 1 }) });
  mailIngest.addHandler(reopenMail.subject, async () => protectedMail.reopened, false, {
    ...{ kind: 'question', question: reopenMail, batch: false },
  });
  mailIngest.listen(() => undefined);
  const catalogue: Desk['catalogue'] = new Map();
  const federation = new RpcStrategy({ bus, service: 'federation', admit: () => actor({ userId: 1 }) });
  const routeOf = (asked: z.output<typeof serviceRoute.input>) =>
    'id' in asked ? catalogue.get(asked.id) : [...catalogue.values()].find(({ name }) => name === asked.name);
  const routed = async (input: unknown) => ({
    route: routeOf(input as z.output<typeof serviceRoute.input>) ?? null,
  });
  federation.addHandler(serviceRoute.subject, routed, false, {
    ...{ kind: 'question', question: serviceRoute, batch: false },
  });
  const providers: Desk['providers'] = { agreements: [], helpdesks: [] };
  federation.addHandler(groupProviders.subject, async () => providers, false, {
    ...{ kind: 'question', question: groupProviders, batch: false },
  });
  federation.listen(() => undefined);
  await service.start();

  const rpc = new RpcClient(bus);
  const db = service.get(DataSource);
  const gateway = new ActorSigner({ service: 'gateway', key: keys.pairs.gateway?.privateKey ?? '', clock });
  const desk: Desk = {
    service,
    protectedMail,
    catalogue,
    providers,
    identity,
    feeds,
    bus,
    clock,
    db,
    threadingSecret: env.HELPMESH_THREADING_SECRET as string,
    ask: async (who, question, input, terms = {}) =>
      rpc.call(question, input as never, { actor: gateway.for(who), ...terms, timeoutMs: 10_000 }),
    askAs: async (name, question, input) => {
      const signer = new ActorSigner({ service: name, key: keys.pairs[name]?.privateKey ?? '', clock });
      return rpc.call(question, input as never, { actor: signer.service(), timeoutMs: 10_000 });
    },
    rest: (who, endpoint, { id, query = {}, body, ...terms } = {}) =>
      desk.ask(who, endpoint, { params: id === undefined ? {} : { id: String(id) }, query, body }, terms),
    async page(who, endpoint, query) {
      const options = { actor: gateway.for(who), timeoutMs: 10_000 };
      const { json, told } = await rpc.callPage(endpoint, { params: {}, query }, options);
      return { ...(told as ToldPage), list: JSON.parse(json.toString()) };
    },
    async publish(definition, data, over = {}) {
      const id = uuidv7();
      const envelope = {
        id,
        type: definition.type,
        time: new Date(clock.now()).toISOString(),
        source: 'test',
        aggregateId: id,
        aggregateVersion: 0,
        correlationId: id,
        data,
        ...over,
      };
      await bus.js.publish(definition.type, JSON.stringify(envelope), { msgID: id });
      return id;
    },
    async told(definition) {
      const rows = await sql<{ payload: string }>(
        db,
        `SELECT payload FROM (SELECT seq, subject, payload FROM outbox UNION SELECT seq, subject, payload FROM event_log) AS m
         WHERE subject = $1 ORDER BY seq`,
        [definition.type],
      );
      return rows.map((row) => JSON.parse(row.payload));
    },
    query: (text, params = []) => sql(db, text, params),
    async stop() {
      await service.stop();
      await bus.close();
      await broker.stop();
    },
  };
  return desk;
}

/** Waits until the message with this id has had its effect, or been given up. */
export async function handled(desk: Desk, messageId: string): Promise<void> {
  await waitFor(
    async () =>
      (
        await desk.query(
          'SELECT 1 FROM inbox WHERE event_id = $1 UNION SELECT 1 FROM dead_letter WHERE message_id = $2',
          [messageId, messageId],
        )
      ).length > 0,
    { what: `message ${messageId} to be handled` },
  );
}
