import { sql, transaction } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { type Incoming, payloadText } from './incoming.ts';

/** How often a message was started, this time included. */
export interface Start {
  tries: number;
  lastError: string | null;
  /** Recorded in the table: a redelivery. */
  counted: boolean;
}

/** The tables `inbox`, `delivery` and `dead_letter` as one durable sees them. */
export class Inbox {
  private readonly ds: DataSource;
  private readonly consumer: string;
  /** Tries to give back to messages that could not be forgiven in the database, because it was away. */
  private readonly owed = new Map<string, number>();

  constructor(ds: DataSource, consumer: string) {
    this.ds = ds;
    this.consumer = consumer;
  }

  /** Records the messages as done. @returns ids that were not done before */
  async claim(tx: EntityManager, ids: string[]): Promise<Set<string>> {
    // Sorted, so that two replicas with overlapping redeliveries wait for each other instead of deadlocking.
    const rows = await sql<{ event_id: string }>(
      tx,
      `INSERT INTO inbox (consumer, event_id)
       SELECT $1, id FROM (SELECT DISTINCT unnest($2::uuid[]) AS id) AS ids ORDER BY id
       ON CONFLICT DO NOTHING RETURNING event_id`,
      [this.consumer, ids],
    );
    return new Set(rows.map((row) => row.event_id));
  }

  /** Takes back a claim of this transaction: the message is not done after all. */
  async release(tx: EntityManager, ids: string[]): Promise<void> {
    await sql(tx, 'DELETE FROM inbox WHERE consumer = $1 AND event_id = ANY ($2::uuid[])', [this.consumer, ids]);
  }

  /** Done, or among the dead letters. */
  async isSettled(id: string): Promise<boolean> {
    const rows = await sql(
      this.ds,
      `SELECT 1 FROM inbox WHERE consumer = $1 AND event_id = $2
       UNION ALL
       SELECT 1 FROM dead_letter WHERE consumer = $1 AND message_id = $2::text AND replayed_at IS NULL`,
      [this.consumer, id],
    );
    return rows.length > 0;
  }

  /**
   * Counts a start of redelivered messages, before anything else is done with them, so that one which kills the
   * process runs out of tries.
   */
  async countStarts(ids: string[]): Promise<Map<string, Start>> {
    const credits = ids.map((id) => this.owed.get(id) ?? 0);
    const rows = await sql<{ event_id: string; starts: number; last_error: string | null }>(
      this.ds,
      `INSERT INTO delivery (consumer, event_id, starts)
       SELECT $1, id, 1 - max(credit)
       FROM unnest($2::uuid[], $3::int[]) AS again (id, credit) GROUP BY id ORDER BY id
       ON CONFLICT (consumer, event_id)
         DO UPDATE SET starts = greatest(delivery.starts + excluded.starts, 1), at = now()
       RETURNING event_id, starts, last_error`,
      [this.consumer, ids, credits],
    );
    for (const id of ids) this.owed.delete(id);
    return new Map(
      rows.map((row) => [row.event_id, { tries: row.starts + 1, lastError: row.last_error, counted: true }]),
    );
  }

  /** Gives counted starts back: they failed through no fault of the messages. Never throws. */
  async forgive(ids: string[]): Promise<void> {
    try {
      await sql(
        this.ds,
        `UPDATE delivery SET starts = greatest(starts - 1, 0) WHERE consumer = $1 AND event_id = ANY ($2::uuid[])`,
        [this.consumer, ids],
      );
    } catch {
      // The database is away: remembered here; a killed process forgets it, which costs a message one try.
      for (const id of ids) this.owed.set(id, (this.owed.get(id) ?? 0) + 1);
    }
  }

  /** Keeps what went wrong for the dead letter it may become. */
  async noteFailure(id: string, tries: number, why: string): Promise<void> {
    await sql(
      this.ds,
      `INSERT INTO delivery (consumer, event_id, starts, last_error) VALUES ($1, $2, $3, $4)
       ON CONFLICT (consumer, event_id) DO UPDATE SET last_error = excluded.last_error`,
      [this.consumer, id, tries - 1, storable(why)],
    );
  }

  async forgetDelivery(tx: EntityManager, ids: string[]): Promise<void> {
    await sql(tx, 'DELETE FROM delivery WHERE consumer = $1 AND event_id = ANY ($2::uuid[])', [this.consumer, ids]);
  }

  /** Writes the message to the dead letters; one that dies again opens its old row again. */
  async bury(item: Incoming, why: string, tries: number): Promise<void> {
    await transaction(this.ds, async (tx) => {
      await sql(
        tx,
        `INSERT INTO dead_letter (consumer, message_id, subject, payload, headers, cause, tries)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (consumer, message_id) DO UPDATE
           SET cause = excluded.cause, tries = excluded.tries, died_at = now(), replayed_at = NULL`,
        [
          this.consumer,
          item.id,
          item.msg.subject,
          payloadText(item.msg),
          withoutNul(JSON.stringify(item.headers)),
          storable(why),
          tries,
        ],
      );
      if (item.message.id) await this.forgetDelivery(tx, [item.message.id]);
    });
  }
}

const MAX_CAUSE = 2_000;

function storable(value: string): string {
  return withoutNul(value).slice(0, MAX_CAUSE);
}

/** PostgreSQL text holds no NUL, jsonb not even its escape. */
function withoutNul(value: string): string {
  return value.replaceAll('\u0000', '\ufffd').replaceAll('\\u0000', '\ufffd');
}
