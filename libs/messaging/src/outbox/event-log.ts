import type { Session } from '@helpmesh/persistence';

/** One message of the outbox or the log. */
export interface LoggedMessage {
  seq: number;
  id: string;
  subject: string;
  payload: string;
  headers: Record<string, string> | null;
}

const DAYS_AHEAD = 2;

/** Makes the partitions of today and the next two days (UTC). */
export async function makePartitions(session: Session): Promise<void> {
  const days = await session.query<{ day: string; next: string }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, to_char(day + interval '1 day', 'YYYY-MM-DD') AS next
     FROM generate_series((now() AT TIME ZONE 'UTC')::date::timestamp,
                          (now() AT TIME ZONE 'UTC')::date::timestamp + interval '${DAYS_AHEAD} days', '1 day') AS day
     WHERE to_regclass('event_log_' || to_char(day, 'YYYYMMDD')) IS NULL`,
  );
  for (const { day, next } of days) {
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${partitionOf(day)} PARTITION OF event_log
       FOR VALUES FROM ('${day}T00:00:00Z') TO ('${next}T00:00:00Z')`,
    );
  }
}

/**
 * Drops the partitions that ended more than `retentionDays` ago and the inbox rows that no rebuild can ask for any
 * more: an id is kept two days longer than the log could republish it.
 * @returns names of the dropped partitions
 */
export async function forgetOld(session: Session, retentionDays: number): Promise<string[]> {
  const old = await session.query<{ name: string }>(
    `SELECT child.relname AS name
     FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = 'event_log'::regclass
       AND to_date(right(child.relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'UTC')::date - $1::int
     ORDER BY 1`,
    [retentionDays],
  );
  for (const { name } of old) await session.query(`DROP TABLE ${name}`);
  await session.query(`DELETE FROM inbox WHERE done_at < now() - make_interval(days => $1)`, [retentionDays + 2]);
  await session.query(`DELETE FROM delivery WHERE at < now() - make_interval(days => $1)`, [retentionDays + 2]);
  return old.map((row) => row.name);
}

/** A page of what the log keeps for a stream, in outbox order. */
export function readLog(session: Session, stream: string, afterSeq: number, limit: number): Promise<LoggedMessage[]> {
  return session.query<LoggedMessage>(
    `SELECT seq, id, subject, payload, headers FROM event_log
     WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    [stream, afterSeq, limit],
  );
}

function partitionOf(day: string): string {
  return `event_log_${day.replaceAll('-', '')}`;
}
