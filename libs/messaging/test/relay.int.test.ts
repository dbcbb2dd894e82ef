import { epochMs } from '@helpmesh/kernel';
import { sql, transaction } from '@helpmesh/persistence';
import { infra, waitFor } from '@helpmesh/testing';
import { AckPolicy } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Relay, rebuildStream } from '../src/index.ts';
import { type Bed, bed, counted, mortalNats, upTo } from './bed.ts';

let natsUrl: string;
let b: Bed;
const others: Bed[] = [];

beforeEach(async () => {
  natsUrl = (await infra().nats()).url;
});
afterEach(async () => {
  for (const one of [...others.splice(0), b]) await one.stop();
});

/** What the stream holds, oldest first. */
async function numbers(): Promise<number[]> {
  const { first_seq, last_seq } = (await b.bus.jsm.streams.info('EVT_TALLY')).state;
  const all: number[] = [];
  for (let seq = first_seq; seq <= last_seq; seq++) {
    const stored = await b.bus.jsm.streams.getMessage('EVT_TALLY', { seq });
    if (stored) all.push((stored.json() as { data: { n: number } }).data.n);
  }
  return all;
}

const left = async () => (await sql<{ n: number }>(b.ds, 'SELECT count(*) AS n FROM outbox'))[0]?.n;

describe('relay', () => {
  it('publishes what was committed while no relay ran, in order, and moves it to the log', async () => {
    b = await bed(natsUrl);
    await b.emit(120);
    await transaction(b.ds, async (tx) => {
      await b.outbox.add(tx, counted, { aggregateId: 1, data: { n: 999 } });
      throw new Error('rolled back');
    }).catch(() => undefined);
    b.relay.start();
    await waitFor(async () => (await left()) === 0, { what: 'an empty outbox' });
    expect(await numbers()).toEqual(upTo(120));
    const logged = await sql<{ n: number }>(
      b.ds,
      `SELECT (payload::jsonb #>> '{data,n}')::int AS n FROM event_log WHERE stream = 'EVT_TALLY' ORDER BY seq`,
    );
    expect(logged.map((row) => row.n)).toEqual(upTo(120));
  });

  it('publishing again what the broker had before a crash adds nothing', async () => {
    b = await bed(natsUrl);
    await b.emit(30);
    // The crash: acknowledged by the broker, and the move to the log never happened.
    const rows = await sql<{ id: string; payload: string }>(b.ds, 'SELECT id, payload FROM outbox ORDER BY seq');
    for (const row of rows.slice(0, 20)) await b.bus.js.publish(counted.type, row.payload, { msgID: row.id });
    b.relay.start();
    await waitFor(async () => (await left()) === 0, { what: 'an empty outbox' });
    expect(await numbers()).toEqual(upTo(30));
  });

  it('one replica works; when its session dies another goes on', async () => {
    b = await bed(natsUrl);
    const second = await bed(natsUrl, b.url);
    others.push(second);
    b.relay.start();
    second.relay.start();
    const holders = `SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                     WHERE locktype = 'advisory' AND granted AND a.datname = current_database()`;
    const [first] = await waitFor(
      async () => {
        const rows = await sql<{ pid: number }>(b.ds, holders);
        return rows.length > 0 && rows;
      },
      { what: 'a holder of the lock' },
    );
    await b.emit(50);
    await waitFor(async () => (await left()) === 0, { what: 'an empty outbox' });
    expect(await sql(b.ds, holders)).toHaveLength(1);
    await sql(b.ds, 'SELECT pg_terminate_backend($1)', [first?.pid]);
    await second.emit(50, 51);
    await waitFor(async () => (await left()) === 0, { what: 'an empty outbox again' });
    expect(await numbers()).toEqual(upTo(100));
  });

  it('holds a delayed message back until it is due', async () => {
    b = await bed(natsUrl);
    const dueAt = Date.now() + 1_500;
    await transaction(b.ds, async (tx) => {
      await b.outbox.add(tx, counted, { aggregateId: 1, data: { n: 2 }, delayUntil: epochMs(dueAt) });
      await b.outbox.add(tx, counted, { aggregateId: 1, data: { n: 1 } });
    });
    b.relay.start();
    await waitFor(async () => (await left()) === 0, { what: 'an empty outbox' });
    expect(Date.now()).toBeGreaterThanOrEqual(dueAt);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('sets aside what can never be published and goes on with the rest', async () => {
    b = await bed(natsUrl);
    const huge = JSON.stringify({ data: 'x'.repeat(9_000_000) });
    await sql(
      b.ds,
      `INSERT INTO outbox (id, subject, kind, payload)
       VALUES (gen_random_uuid(), $1, 'event', $2), (gen_random_uuid(), 'nobody.v1.listens', 'event', '{}')`,
      [counted.type, huge],
    );
    await b.emit(10);
    b.relay.start();
    await waitFor(async () => (await numbers()).length === 10, { what: 'the ordinary ones' });
    const aside = () => sql(b.ds, 'SELECT subject FROM outbox WHERE due_at > now() ORDER BY subject');
    await waitFor(async () => (await aside()).length === 2, { what: 'the others to be set aside' });
    expect(await aside()).toEqual([{ subject: 'nobody.v1.listens' }, { subject: counted.type }]);
  });

  it('refuses data that breaks its schema before it reaches the outbox', async () => {
    b = await bed(natsUrl);
    const add = transaction(b.ds, (tx) => b.outbox.add(tx, counted, { aggregateId: 1, data: { n: 'x' as never } }));
    await expect(add).rejects.toMatchObject({ kind: 'bug', internal: expect.stringContaining('n:') });
    expect(await left()).toBe(0);
  });

  it('drops partitions and inbox rows past their retention, and keeps the others', async () => {
    b = await bed(natsUrl);
    await sql(
      b.ds,
      `INSERT INTO inbox (consumer, event_id, done_at)
       VALUES ('c', gen_random_uuid(), now() - interval '17 days'), ('c', gen_random_uuid(), now() - interval '15 days')`,
    );
    for (const days of [16, 13]) {
      await b.ds.query(`DO $$
        DECLARE d date := (now() AT TIME ZONE 'UTC')::date - ${days};
        BEGIN
          EXECUTE format('CREATE TABLE event_log_%s PARTITION OF event_log FOR VALUES FROM (%L) TO (%L)',
            to_char(d, 'YYYYMMDD'), d::text || 'T00:00Z', (d + 1)::text || 'T00:00Z');
        END $$`);
    }
    b.relay.start();
    const partitions = `SELECT count(*) AS n FROM pg_inherits WHERE inhparent = 'event_log'::regclass`;
    // 13 days ago, today, tomorrow, the day after.
    await waitFor(async () => (await sql<{ n: number }>(b.ds, partitions))[0]?.n === 4, { what: 'four partitions' });
    await waitFor(async () => (await sql(b.ds, 'SELECT 1 FROM inbox')).length === 1, { what: 'one inbox row' });
  });

  it('rebuildStream fills a purged stream from the log', async () => {
    b = await bed(natsUrl);
    await b.emit(700);
    b.relay.start();
    await waitFor(async () => (await left()) === 0, { what: 'an empty outbox' });
    await b.bus.jsm.streams.delete('EVT_TALLY');
    await b.relay.stop();
    expect(await rebuildStream(b.ds, b.bus, 'EVT_TALLY')).toBe(700);
    expect(await numbers()).toEqual(upTo(700));
  });

  it('notices a stream that lost its tail', async () => {
    b = await bed(natsUrl);
    await b.emit(100);
    b.relay.start();
    await waitFor(async () => (await left()) === 0, { what: 'an empty outbox' });
    await b.relay.stop();
    // As after a power cut that took what the broker had acknowledged but not yet synced.
    await sql(b.ds, `UPDATE bus_stream SET last_seq = 130 WHERE stream = 'EVT_TALLY'`);
    await b.bus.jsm.consumers.add('EVT_TALLY', { durable_name: 'witness', ack_policy: AckPolicy.None });
    await sql(b.ds, `UPDATE event_log SET id = gen_random_uuid()`); // so that the broker takes them for new
    const again = new Relay({ ds: b.ds, bus: b.bus, outbox: b.outbox, service: 'counter' });
    again.start();
    await waitFor(async () => (await b.bus.jsm.streams.info('EVT_TALLY')).state.messages === 200, {
      what: 'all twice',
    });
    await again.stop();
  });

  it('stops at once while the broker is away', async () => {
    const nats = await mortalNats();
    b = await bed(nats.url);
    await nats.kill();
    b.relay.start();
    await b.emit(1);
    const started = performance.now();
    await b.relay.stop();
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(await left()).toBe(1);
  });
});
