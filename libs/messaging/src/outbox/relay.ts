import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@helpmesh/kernel';
import { Session, sql } from '@helpmesh/persistence';
import { counter, gauge, logger } from '@helpmesh/telemetry';
import { errors } from '@nats-io/nats-core';
import type { DataSource } from 'typeorm';
import { type Bus, isRefusal } from '../bus.ts';
import { forgetOld, type LoggedMessage, makePartitions } from './event-log.ts';
import type { Outbox } from './outbox.ts';
import { Publisher } from './publisher.ts';
import { StreamKeeper } from './stream-keeper.ts';

export interface RelayOptions {
  ds: DataSource;
  bus: Bus;
  outbox: Outbox;
  service: string;
}

const BATCH = 500;
/** Catches rows of other processes, of a killed one, and delayed rows that became due. */
const SLOW_POLL_MS = 1_000;
/** Under load the next batch gathers this long: ten messages cost a tenth of one message's round trips each. */
const GATHER_MS = 40;
const BUSY_MS = 60;
const CHECK_STREAMS_MS = 5_000;
const HOUSEKEEPING_MS = 3_600_000;
const WAIT_FOR_LOCK_MS = 2_000;

const published = counter({ name: 'helpmesh_outbox_published_total', help: 'Messages acknowledged by the broker.' });
const refusals = counter({
  name: 'helpmesh_outbox_refused_total',
  help: 'Tries to publish a message that is too large, has no stream or is not permitted; it stays in the outbox.',
});
const rebuilt = counter({
  name: 'helpmesh_stream_republished_total',
  help: 'Messages published again from the event log because a stream had lost them.',
});

/**
 * Publishes the outbox of one service, in order, and moves what the broker acknowledged to the event log.
 * All replicas run one; the holder of an advisory lock works, on the very connection that holds the lock.
 */
export class Relay {
  private readonly options: RelayOptions;
  private readonly log = logger('relay');
  private stopping = false;
  private running: Promise<void> | undefined;
  /** When the last batch was moved to the log, by the clock of the database; null: there is none yet. */
  private movedAt: string | null = null;
  private rung = false;
  private wake: () => void = () => undefined;
  private unsubscribe: () => void = () => undefined;

  constructor(options: RelayOptions) {
    this.options = options;
  }

  start(): void {
    if (this.running) return;
    this.unsubscribe = this.options.outbox.onRing(() => this.ring());
    gauge({
      name: 'helpmesh_outbox_oldest_seconds',
      help: 'Age of the oldest message that waits to be published; 0 when none does.',
      read: async (metric) => metric.set(await oldestAge(this.options.ds)),
    });
    this.running = this.run();
  }

  /** Ends after the batch at hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.unsubscribe();
    this.ring();
    await this.running;
  }

  private ring(): void {
    this.rung = true;
    this.wake();
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.stopping; ) {
      let session: Session | undefined;
      let publisher: Publisher | undefined;
      try {
        session = await this.becomeTheOne();
        if (!session) break;
        publisher = await Publisher.open(this.options.bus, `${this.options.service} relay`);
        await this.work(session, publisher, () => {
          failures = 0;
        });
      } catch (error) {
        if (this.stopping) break;
        failures++;
        this.log.warn({ err: error, failures }, 'relay interrupted, starting over');
        await this.rest(backoffMs(failures, { baseMs: 100, capMs: 5_000, jitter: Math.random() }), false);
      } finally {
        await publisher?.close();
        await session?.close();
      }
    }
  }

  /** Waits for the lock. @returns undefined when stopped meanwhile */
  private async becomeTheOne(): Promise<Session | undefined> {
    const { ds, service } = this.options;
    const session = await Session.open({ url: urlOf(ds), name: `${service} relay` });
    try {
      while (!(await session.tryLock('helpmesh.relay'))) {
        await this.rest(WAIT_FOR_LOCK_MS, false);
        if (this.stopping) {
          await session.close();
          return undefined;
        }
      }
      // Losing the last commits of the relay in a crash only publishes again what the broker has already.
      await session.query('SET synchronous_commit = off');
      // Planned while the outbox is empty, the next batch would be looked for in all pages of dead rows, for good.
      await session.query('SET enable_seqscan = off');
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  private async work(session: Session, publisher: Publisher, wentWell: () => void): Promise<void> {
    const { bus, service } = this.options;
    const keeper = new StreamKeeper(session, publisher, bus.streams, (n) => rebuilt.inc(n));
    let tidyAt = 0;
    let checkAt = 0;
    let pollAt = 0;
    let lastBatchAt = Number.NEGATIVE_INFINITY;
    await makePartitions(session);
    this.movedAt = await lastMove(session);
    while (!this.stopping) {
      const now = performance.now();
      if (now >= tidyAt) {
        await makePartitions(session);
        const dropped = await forgetOld(session, bus.options.retentionDays);
        if (dropped.length > 0) this.log.info({ dropped }, 'old partitions of the event log dropped');
        tidyAt = now + HOUSEKEEPING_MS;
      }
      if (now >= checkAt) {
        await keeper.check(service);
        checkAt = performance.now() + CHECK_STREAMS_MS;
      }
      if (now >= pollAt) {
        await session.query('UPDATE outbox SET due_at = NULL WHERE due_at <= now()');
        pollAt = now + SLOW_POLL_MS;
      }
      this.rung = false;
      const rows = await takeBatch(session);
      if (rows.length > 0) {
        const failed = await this.publishBatch(session, publisher, keeper, rows);
        if (failed) throw failed;
        lastBatchAt = performance.now();
      }
      wentWell();
      if (rows.length === BATCH) continue;
      if (!this.rung) await this.rest(SLOW_POLL_MS, true);
      if (!publisher.alive) throw new Error('the broker connection is gone');
      if (performance.now() - lastBatchAt < BUSY_MS && !this.stopping) await pause(GATHER_MS);
    }
  }

  /** @returns the first error; what was acknowledged before it is moved all the same */
  private async publishBatch(
    session: Session,
    publisher: Publisher,
    keeper: StreamKeeper,
    rows: LoggedMessage[],
  ): Promise<Error | undefined> {
    const { streams } = this.options.bus;
    const known = rows.flatMap((row) => streams.find(row.subject) ?? []);
    await keeper.know(new Set(known));
    const acks = await publisher.publish(rows);
    const done: { seq: number; stream: string }[] = [];
    const lastSeq = new Map<string, number>();
    const refused: { row: LoggedMessage; error: Error }[] = [];
    let firstError: Error | undefined;
    acks.forEach((ack, i) => {
      const row = rows[i] as LoggedMessage;
      if (ack instanceof Error) {
        if (isFinal(ack) || !streams.find(row.subject)) refused.push({ row, error: ack });
        else firstError ??= ack;
        return;
      }
      done.push({ seq: row.seq, stream: ack.stream });
      lastSeq.set(ack.stream, Math.max(ack.seq, lastSeq.get(ack.stream) ?? 0));
    });
    if (done.length > 0) this.movedAt = await moveToLog(session, done, lastSeq, this.movedAt);
    published.inc(done.length);
    for (const { row, error } of refused) await this.setAside(session, row, error);
    return firstError;
  }

  /** A message that can never be published as things stand must neither be dropped nor stop the others. */
  private async setAside(session: Session, row: LoggedMessage, error: Error): Promise<void> {
    refusals.inc();
    this.log.error({ err: error, id: row.id, type: row.subject }, 'message cannot be published; tried each minute');
    await session.query(`UPDATE outbox SET due_at = now() + interval '1 minute' WHERE seq = $1`, [row.seq]);
  }

  /** Sleeps until the time is over, the relay stops or, if wished, the bell rings. */
  private rest(ms: number, wakeOnBell: boolean): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wake = () => {
        if (wakeOnBell || this.stopping) done();
      };
    });
  }
}

/** Too large for the broker, or not for us to publish: another try gives the same. */
function isFinal(error: Error): boolean {
  return error instanceof errors.InvalidArgumentError || isRefusal(error);
}

/** By seq, but never "after the last seq": transactions commit in another order than they took their numbers. */
function takeBatch(session: Session): Promise<LoggedMessage[]> {
  return session.query<LoggedMessage>(
    'SELECT seq, id, subject, payload, headers FROM outbox WHERE due_at IS NULL ORDER BY seq LIMIT $1',
    [BATCH],
  );
}

/** Batches are at most BATCH rows, so the newest of them are among those with the highest numbers. */
async function lastMove(session: Session): Promise<string | null> {
  const [row] = await session.query<{ at: string | null }>(
    `SELECT max(published_at)::text AS at FROM (
       SELECT published_at FROM event_log ORDER BY seq DESC LIMIT ${2 * BATCH}) AS newest`,
  );
  return row?.at ?? null;
}

/**
 * Each batch gets a later time than the one before, also when the clock of the database was set back: readers of the
 * log go by it.
 * @returns that time
 */
async function moveToLog(
  session: Session,
  done: { seq: number; stream: string }[],
  lastSeq: Map<string, number>,
  movedAt: string | null,
): Promise<string | null> {
  const [row] = await session.query<{ at: string | null }>(
    `WITH gone AS (
       DELETE FROM outbox WHERE seq = ANY ($1::bigint[])
       RETURNING seq, id, subject, kind, payload, headers, created_at
     ), mark AS (
       UPDATE bus_stream SET last_seq = greatest(bus_stream.last_seq, seen.last_seq)
       FROM unnest($3::text[], $4::bigint[]) AS seen (stream, last_seq)
       WHERE bus_stream.stream = seen.stream
     ), moved AS (
       INSERT INTO event_log (seq, id, stream, subject, kind, payload, headers, created_at, published_at)
       SELECT seq, id, acked.stream, subject, kind, payload, headers, created_at,
              greatest(now(), $5::timestamptz + interval '1 microsecond')
       FROM gone JOIN unnest($1::bigint[], $2::text[]) AS acked (seq, stream) USING (seq)
       RETURNING published_at
     )
     SELECT max(published_at)::text AS at FROM moved`,
    [done.map((row) => row.seq), done.map((row) => row.stream), [...lastSeq.keys()], [...lastSeq.values()], movedAt],
  );
  return row?.at ?? movedAt;
}

async function oldestAge(ds: DataSource): Promise<number> {
  const [row] = await sql<{ age: number }>(
    ds,
    `SELECT extract(epoch FROM now() - created_at)::float8 AS age FROM outbox
     WHERE due_at IS NULL ORDER BY seq LIMIT 1`,
  );
  return row?.age ?? 0;
}

/** Where the data source connects to. */
export function urlOf(ds: DataSource): string {
  const { url } = ds.options as { url?: string };
  if (!url) throw new Error('the data source must be made by createDataSource()');
  return url;
}
