import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Actor,
  hasMailAccount,
  type InputOf,
  missingPriorities,
  type OutputOf,
  type QuestionDefinition,
  type signIn,
  ticketsReferTo,
} from '@helpmesh/contracts';
import { type CallOptions, connectBus, RpcClient, RpcStrategy, type ToldPage } from '@helpmesh/messaging';
import { sql } from '@helpmesh/persistence';
import { ActorSigner, loadConfig, type RunningService } from '@helpmesh/service-kit';
import { FakeClock, infra, type Neighbours, neighbours, testKeys } from '@helpmesh/testing';
import { DataSource } from 'typeorm';
import { actorOf } from '../src/application/sign-in/actor-of.ts';
import { configSchema, type IdentityConfig } from '../src/config.ts';
import { PrincipalStore } from '../src/persistence/principal.store.ts';
import { createIdentityService } from '../src/service.ts';

export const adminPassword = 'correct horse battery staple';
export const ids = { system: 1, nicole: 2, admin: 3, agent: 4 } as const;

export interface TestIdentity {
  service: RunningService;
  clock: FakeClock;
  bus: Neighbours;
  databaseUrl: string;
  /** Whom and what tickets refer to, as `user 5`: what the ticket service answers when asked. */
  inTickets: Set<string>;
  settings: IdentityConfig;
  /** Asks, as a service that may, for a user with their rights as stored now, or for nobody. */
  /** A list, and what is told of the page. */
  page(question: QuestionDefinition, query: object, who: number): Promise<ToldPage & { list: { id: number }[] }>;
  ask<Q extends QuestionDefinition>(
    question: Q,
    input: InputOf<Q>,
    who?: number | Actor,
    terms?: Pick<CallOptions, 'key' | 'ifMatch'>,
  ): Promise<OutputOf<Q>>;
  actor(userId: number): Promise<Actor>;
  rows<T = Record<string, unknown>>(text: string, params?: unknown[]): Promise<T[]>;
  stop(): Promise<void>;
}

/** What a password sign-in opened; it must not ask for a second factor. */
export function openedBy(answer: OutputOf<typeof signIn>) {
  if (!('sessionToken' in answer)) throw new Error('a second factor was asked for');
  return answer;
}

/** The whole service on a database and a broker of its own, seeded; its clock stands still at the present. */
export async function startIdentity(env: Record<string, string> = {}): Promise<TestIdentity> {
  const keys = testKeys();
  const [databaseUrl, nats] = await Promise.all([infra().database('identity'), infra().nats()]);
  const clock = new FakeClock(new Date());
  const config = loadConfig(configSchema, {
    ...keys.envOf('identity'),
    DATABASE_URL: databaseUrl,
    NATS_URL: nats.url,
    HEALTH_PORT: '0',
    HEALTH_HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    HELPMESH_PUBLIC_URL: 'https://desk.example.com/',
    HELPMESH_ADMIN_PASSWORD: adminPassword,
    BLOB_DIR: mkdtempSync(path.join(tmpdir(), 'helpmesh-test-blobs-')),
    ...env,
  });
  const bus = await neighbours(nats.url, ['ticket', 'notification']);
  const mailBus = await connectBus({ url: nats.url, name: 'notification' });
  const mails = new RpcStrategy({ bus: mailBus, service: 'notification', admit: () => undefined });
  const account = { kind: 'question', question: hasMailAccount, batch: false } as const;
  const has = async ({ id }: InputOf<typeof hasMailAccount>) => ({ there: id === 7 });
  mails.addHandler(hasMailAccount.subject, has, false, account);
  mails.listen(() => undefined);
  const inTickets = new Set<string>();
  const ticketBus = await connectBus({ url: nats.url, name: 'ticket' });
  const tickets = new RpcStrategy({ bus: ticketBus, service: 'ticket', admit: () => undefined });
  const referTo = async ({ kind, id }: InputOf<typeof ticketsReferTo>) => ({
    referred: inTickets.has(`${kind} ${id}`),
  });
  const route = { kind: 'question', question: ticketsReferTo, batch: false } as const;
  tickets.addHandler(ticketsReferTo.subject, referTo, false, route);
  const missing = async ({ ids }: InputOf<typeof missingPriorities>) => ({ ids: ids.filter((id) => id > 3) });
  const asked = { kind: 'question', question: missingPriorities, batch: false } as const;
  tickets.addHandler(missingPriorities.subject, missing, false, asked);
  tickets.listen(() => undefined);
  const service = createIdentityService(config, clock);
  await service.migrate();
  await service.start();
  const signerOf = (name: string) => new ActorSigner({ service: name, key: keys.pairs[name]?.privateKey ?? '', clock });
  const gateway = signerOf('gateway');
  const ds = service.get(DataSource);
  const actor = async (userId: number): Promise<Actor> => {
    const principal = await service.get(PrincipalStore).byId(ds, userId);
    if (!principal) throw new Error(`no user ${userId}`);
    return actorOf(principal, { via: 'basic', token: null });
  };
  return {
    service,
    clock,
    bus,
    databaseUrl,
    inTickets,
    settings: config,
    actor,
    async page(question, query, who) {
      const options = { actor: gateway.for(await actor(who)) };
      const { json, told } = await service.get(RpcClient).callPage(question, { params: {}, query }, options);
      return { ...(told as ToldPage), list: JSON.parse(json.toString()) };
    },
    async ask(question, input, who, terms = {}) {
      const asked = typeof who === 'number' ? await actor(who) : who;
      const [caller = ''] = question.callers;
      // Only the gateway asks for people; the other services ask for themselves.
      const signed = caller === 'gateway' ? gateway.for(asked) : signerOf(caller).service();
      return service.get(RpcClient).call(question, input, { actor: signed, ...terms });
    },
    rows: (text, params) => sql(ds, text, params),
    async stop() {
      await service.stop();
      await ticketBus.close();
      await mailBus.close();
      await bus.close();
      await nats.stop();
    },
  };
}
