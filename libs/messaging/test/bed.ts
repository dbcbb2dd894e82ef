import { defineCommand, defineEvent, defineQuestion } from '@helpmesh/contracts';
import { connect, createDataSource, migrate, sql, transaction } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { DataSource, QueryRunner } from 'typeorm';
import { z } from 'zod';
import {
  type Bus,
  BusStrategy,
  connectBus,
  type EventStrategyOptions,
  messagingTables,
  Outbox,
  Relay,
  type StreamDeclaration,
} from '../src/index.ts';

export const counted = defineEvent('tally.v1.counted', z.object({ n: z.number().int() }));
export const noted = defineEvent('tally.v1.noted', z.object({ n: z.number().int() }));
export const doIt = defineCommand('cmd.counter.v1.do-it', z.object({ n: z.number().int() }));
export const echo = defineQuestion(
  'rpc.counter.v1.echo',
  z.object({ text: z.string() }),
  z.object({ text: z.string() }),
);
export const twice = defineQuestion('rpc.counter.v1.twice', z.object({ n: z.coerce.number() }), z.number());

export const streams: readonly StreamDeclaration[] = [
  { name: 'EVT_TALLY', owner: 'counter', kind: 'event', subjects: ['tally.v1.>'] },
  { name: 'CMD_COUNTER', owner: 'counter', kind: 'command', subjects: ['cmd.counter.v1.>'] },
];

/** The effect that tests count: one row for every time a handler ran to its commit. */
class Effects1700000000001 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE effect (at bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, aggregate text, n int);
      CREATE TABLE attempt (n int)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE effect, attempt');
  }
}

export function dataSource(url: string): DataSource {
  return createDataSource({ url, migrations: [messagingTables, Effects1700000000001] });
}

export interface Bed {
  url: string;
  natsUrl: string;
  ds: DataSource;
  bus: Bus;
  outbox: Outbox;
  relay: Relay;
  /** Records and commits `count` events, spread over 20 aggregates, 50 a transaction. */
  emit(count: number, from?: number): Promise<void>;
  /** Starts a Nest application with the given controllers on both strategies. */
  serve(controllers: Type[], options?: Partial<EventStrategyOptions>): Promise<INestMicroservice>;
  effects(): Promise<{ n: number; times: number }[]>;
  stop(): Promise<void>;
}

/** A database, a broker connection, an outbox and a relay that is not yet started. */
export async function bed(natsUrl: string, databaseUrl?: string): Promise<Bed> {
  const url = databaseUrl ?? (await infra().database('messaging'));
  const ds = dataSource(url);
  await migrate(ds);
  await connect(ds);
  const bus = await connectBus({ url: natsUrl, name: 'counter', streams });
  const outbox = new Outbox('counter');
  const relay = new Relay({ ds, bus, outbox, service: 'counter' });
  const apps: INestMicroservice[] = [];
  return {
    url,
    natsUrl,
    ds,
    bus,
    outbox,
    relay,
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
      Module({ controllers, providers: [{ provide: 'ds', useValue: ds }] })(Root);
      const verifyActor = (token: string) => JSON.parse(token);
      const strategy = new BusStrategy({ bus, ds, service: 'counter', verifyActor, checkAnswers: true, ...options });
      const app = await NestFactory.createMicroservice(Root, { logger: false, abortOnError: false, strategy });
      await app.listen();
      apps.push(app);
      return app;
    },
    effects: () => sql(ds, 'SELECT n, count(*) AS times FROM effect GROUP BY n ORDER BY n'),
    async stop() {
      for (const app of apps) await app.close();
      await relay.stop();
      await bus.close();
      await ds.destroy();
    },
  };
}
