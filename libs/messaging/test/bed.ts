import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { defineCommand, defineEvent, defineQuestion } from '@helpmesh/contracts';
import { type Nats, startNats } from '@helpmesh/deploy/local';
import { connect, createDataSource, migrate, Session, sql, transaction } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { DataSource, QueryRunner } from 'typeorm';
import { inject } from 'vitest';
import { z } from 'zod';
import {
  type Bus,
  connectBus,
  DeadLetters,
  EventStrategy,
  type EventStrategyOptions,
  messagingTables,
  Outbox,
  Relay,
  RpcStrategy,
  type StreamDeclaration,
} from '../src/index.ts';

export const counted = defineEvent('tally.v1.counted', z.object({ n: z.number().int() }));
export const noted = defineEvent('tally.v1.noted', z.object({ n: z.number().int() }));
export const unheard = defineEvent('tally.v1.unheard', z.object({ n: z.number().int() }));
export const doIt = defineCommand('cmd.counter.v1.do-it', z.object({ n: z.number().int() }), { senders: [] });

const Text = z.object({ text: z.string().max(10_000_000) });
const access = { callers: ['gateway'] } as const;
export const echo = defineQuestion('rpc.counter.v1.echo', Text, Text, access);
export const twice = defineQuestion('rpc.counter.v1.twice', z.object({ n: z.coerce.number() }), z.number(), access);
export const listed = defineQuestion(
  'rpc.counter.v1.listed',
  z.object({ ns: z.array(z.number()) }),
  z.object({}),
  access,
);

// Faults are the subject here; what is logged about them is not.
process.env.LOG_LEVEL ??= 'silent';

const streams: readonly StreamDeclaration[] = [
  { name: 'EVT_TALLY', owner: 'counter', kind: 'event', subjects: ['tally.v1.>'] },
  { name: 'CMD_COUNTER', owner: 'counter', kind: 'command', subjects: ['cmd.counter.v1.>'] },
];

/** The effect that tests count: one row for every time a handler came to its commit. */
class Effects1700000000001 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE effect (at bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, aggregate text, n int, kind text)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE effect');
  }
}

export interface Bed {
  readonly url: string;
  readonly natsUrl: string;
  readonly ds: DataSource;
  readonly bus: Bus;
  readonly outbox: Outbox;
  /** Not started. */
  readonly relay: Relay;
  readonly deadLetters: DeadLetters;
  /** Records and commits events `from`, `from + 1`, …, spread over 20 aggregates, 50 a transaction. */
  emit(count: number, from?: number): Promise<void>;
  /** Starts a Nest application with these controllers. */
  serve(controllers: Type[], options?: Partial<EventStrategyOptions>): Promise<INestMicroservice>;
  /** Numbers in the order of their commits. */
  effects(): Promise<number[]>;
  /** What a SIGKILL does to the outside: database and broker connections are gone, nothing was acknowledged. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Nest attaches one strategy to a microservice; the kind of a handler says whose it is. */
class Both extends Server implements CustomTransportStrategy {
  private readonly questions: RpcStrategy;
  private readonly events: EventStrategy;

  constructor(questions: RpcStrategy, events: EventStrategy) {
    super();
    this.questions = questions;
    this.events = events;
  }

  override addHandler(pattern: string, callback: MessageHandler, isEvent = false, extras: object = {}): void {
    (isEvent ? this.events : this.questions).addHandler(pattern, callback, isEvent, extras);
  }

  listen(ready: () => void): void {
    this.questions.listen(() => this.events.listen(ready));
  }

  async close(): Promise<void> {
    await Promise.all([this.questions.close(), this.events.close()]);
  }

  on(): void {}

  unwrap<T>(): T {
    return this.questions.unwrap<T>();
  }
}

let beds = 0;

/** One process of the service `counter`; several on one database are replicas. */
export async function bed(natsUrl: string, databaseUrl?: string): Promise<Bed> {
  const url = databaseUrl ?? (await infra().database('messaging'));
  const name = `counter ${++beds}`;
  const ds = createDataSource({ url, migrations: [messagingTables, Effects1700000000001], name });
  await migrate(ds);
  await connect(ds);
  const bus = await connectBus({ url: natsUrl, name: 'counter', streams });
  await bus.declareStreams('counter');
  const outbox = new Outbox('counter');
  const relay = new Relay({ ds, bus, outbox, service: 'counter' });
  const apps: INestMicroservice[] = [];
  let crashed = false;
  const deadLetters = new DeadLetters(ds, bus);
  return {
    url,
    natsUrl,
    ds,
    bus,
    outbox,
    relay,
    deadLetters,
    async emit(count, from = 1) {
      for (let at = from; at < from + count; at += 50) {
        const size = Math.min(50, from + count - at);
        const rows = Array.from({ length: size }, (_, i) => ({
          aggregateId: (at + i) % 20,
          aggregateVersion: at + i,
          data: { n: at + i },
        }));
        await transaction(ds, (tx) => outbox.addMany(tx, counted, rows));
      }
    },
    async serve(controllers, options = {}) {
      class Root {}
      Module({ controllers })(Root);
      const admit = (token: string | undefined) => (token === undefined ? undefined : JSON.parse(token));
      const strategy = new Both(
        new RpcStrategy({ bus, service: 'counter', admit, checkAnswers: true }),
        new EventStrategy({ bus, ds, service: 'counter', deadLetters, ...options }),
      );
      const app = await NestFactory.createMicroservice(Root, { logger: false, abortOnError: false, strategy });
      await app.listen();
      apps.push(app);
      return app;
    },
    async effects() {
      return (await sql<{ n: number }>(ds, 'SELECT n FROM effect ORDER BY at')).map((row) => row.n);
    },
    async crash() {
      crashed = true;
      await bus.nc.close();
      const killer = await Session.open({ url });
      await killer.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name]);
      await killer.close();
    },
    async stop() {
      if (crashed) return;
      await Promise.all(apps.map((app) => app.close()));
      await relay.stop();
      await bus.close();
      if (ds.isInitialized) await ds.destroy();
    },
  };
}

/** A broker that can be killed and started again on the same port and store. */
export async function mortalNats(): Promise<{ url: string; kill(): Promise<void>; start(): Promise<void> }> {
  const { folder, cacheDir } = inject('infra');
  if (!folder || !cacheDir) throw new Error('needs embedded servers');
  const storeDir = mkdtempSync(path.join(folder, 'mortal-nats-'));
  let server: Nats = await startNats({ storeDir, cacheDir, port: 20_000 + (process.pid % 10_000) });
  const { port, url } = server;
  return {
    url,
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    async start() {
      server = await startNats({ storeDir, cacheDir, port });
    },
  };
}

/** 1, 2, … count */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

export const sorted = (numbers: number[]): number[] => [...numbers].sort((a, b) => a - b);
