import type { Message } from '@helpmesh/contracts';
import { sql, transaction } from '@helpmesh/persistence';
import { infra, waitFor } from '@helpmesh/testing';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { Consumes, ConsumesBatch } from '../src/index.ts';
import { type Bed, bed, counted, doIt, mortalNats, sorted, upTo } from './bed.ts';

@Controller()
class Counter {
  @ConsumesBatch(counted)
  async onCounted(messages: Message<typeof counted>[], tx: EntityManager): Promise<void> {
    await sql(tx, 'INSERT INTO effect (n, aggregate) SELECT * FROM unnest($1::int[], $2::text[])', [
      messages.map((m) => m.data.n),
      messages.map((m) => m.aggregateId),
    ]);
  }

  @Consumes(doIt)
  async onDoIt(message: Message<typeof doIt>, tx: EntityManager): Promise<void> {
    await sql(tx, 'INSERT INTO effect (n) VALUES ($1)', [message.data.n]);
  }
}

let b: Bed;
afterEach(() => b?.stop());

const all = (count: number) =>
  waitFor(async () => (await b.effects()).length >= count, {
    what: `${count} effects`,
    timeoutMs: 30_000,
    everyMs: 50,
  });

async function expectOrderPerAggregate(): Promise<void> {
  const rows = await sql<{ aggregate: string; n: number }>(b.ds, 'SELECT aggregate, n FROM effect ORDER BY at');
  for (const own of Map.groupBy(rows, (row) => row.aggregate).values()) {
    const numbers = own.map((row) => row.n);
    expect(numbers).toEqual(sorted(numbers));
  }
}

describe('faults', { timeout: 180_000 }, () => {
  it('F07: the broker is killed three times in the middle of 2,000 events: none lost, none doubled, order kept', async () => {
    const nats = await mortalNats();
    b = await bed(nats.url);
    await b.serve([Counter], { ackWaitMs: 1_000 });
    b.relay.start();
    for (let round = 0; round < 4; round++) {
      await b.emit(250, 1 + round * 500);
      await waitFor(async () => (await b.effects()).length > round * 500, { what: 'some effects', timeoutMs: 60_000 });
      if (round < 3) await nats.kill();
      await b.emit(250, 251 + round * 500); // writes go on
      if (round < 3) await nats.start();
    }
    await all(2_000);
    expect(sorted(await b.effects())).toEqual(upTo(2_000));
    await expectOrderPerAggregate();
  });

  it('F11: streams deleted while running, with messages nobody consumed yet: none lost, none doubled', async () => {
    b = await bed((await infra().nats()).url);
    b.relay.start();
    const published = () =>
      waitFor(async () => (await sql(b.ds, 'SELECT 1 FROM outbox LIMIT 1')).length === 0, {
        what: 'an empty outbox',
        timeoutMs: 60_000,
      });
    await b.emit(500);
    await transaction(b.ds, (tx) => b.outbox.add(tx, doIt, { aggregateId: 1, data: { n: 1_001 } }));
    await published();
    // Nobody has consumed anything.
    await b.bus.jsm.streams.delete('EVT_TALLY');
    await b.bus.jsm.streams.delete('CMD_COUNTER');
    await b.serve([Counter]);
    await all(501);
    // And while everything runs.
    await b.emit(250, 501);
    await b.bus.jsm.streams.delete('EVT_TALLY');
    await b.emit(250, 751);
    await all(1_001);
    expect(sorted(await b.effects())).toEqual(upTo(1_001));
  });

  it('F05: all database connections are cut again and again: none lost, none doubled', async () => {
    b = await bed((await infra().nats()).url);
    await b.serve([Counter], { ackWaitMs: 1_000 });
    b.relay.start();
    const cut = () =>
      sql(
        b.ds,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    for (let round = 0; round < 10; round++) {
      // The outside repeats what it has no answer for, in whole transactions of 50.
      const emitted = b.emit(50, 1 + round * 50).then(
        () => true,
        () => false,
      );
      await cut().catch(() => undefined);
      if (await emitted) continue;
      const [row] = await waitFor(
        () =>
          sql<{ n: number }>(
            b.ds,
            `SELECT (SELECT count(*) FROM outbox WHERE payload LIKE $1) + (SELECT count(*) FROM event_log WHERE payload LIKE $1) AS n`,
            [`%"n":${1 + round * 50}}%`],
          ),
        { what: 'the database' },
      );
      if (row?.n === 0) round--; // it did not commit: again
    }
    await all(500);
    expect(sorted(await b.effects())).toEqual(upTo(500));
  });
});
