import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { OnlineNotice, Settling, Telling } from '../domain/notice.ts';

type On = DataSource | EntityManager;

interface Row extends Omit<OnlineNotice, 'createdAt' | 'updatedAt'> {
  createdAt: Date;
  updatedAt: Date;
}

const columns = `id, user_id AS "userId", ticket_id AS "ticketId", kind, reason, seen, created_by_id AS "createdById",
  updated_by_id AS "updatedById", created_at AS "createdAt", updated_at AS "updatedAt"`;
const noticeOf = ({ createdAt, updatedAt, ...row }: Row): OnlineNotice => ({
  ...row,
  ...{ createdAt: epochMs(createdAt), updatedAt: epochMs(updatedAt) },
});

/** Online notifications, and whom not to write to. */
export class NoticeStore {
  /**
   * A whole batch in one statement: what is settled, then what is new. What comes once a day takes the place of the one
   * before it, and is left out when that day has had its own.
   * @returns places of those that are news, people whose list is another one now, and addresses that are paused
   */
  async tell(
    tx: EntityManager,
    tellings: readonly Telling[],
    settlings: readonly Settling[],
    addresses: readonly string[],
    now: EpochMs,
  ): Promise<{ news: Set<number>; userIds: number[]; paused: Set<string> }> {
    const [row] = await sql<{ news: number[]; userIds: number[]; paused: string[] }>(tx, tell, [
      ...[JSON.stringify(tellings), JSON.stringify(settlings), isoTime(now), addresses],
    ]);
    const { news, userIds, paused } = row as { news: number[]; userIds: number[]; paused: string[] };
    return { news: new Set(news), userIds, paused: new Set(paused) };
  }

  /** Those of the addresses, in lower case, to which nothing is to be written now. */
  async paused(on: On, addresses: readonly string[], now: EpochMs): Promise<Set<string>> {
    if (addresses.length === 0) return new Set();
    const rows = await sql<{ address: string }>(
      on,
      'SELECT address FROM paused_address WHERE address = ANY ($1::text[]) AND until > $2',
      [addresses, isoTime(now)],
    );
    return new Set(rows.map(({ address }) => address));
  }

  /** Newest first. */
  async list(on: On, userId: number, limit: number, offset: number): Promise<OnlineNotice[]> {
    const rows = await sql<Row>(
      on,
      `SELECT ${columns} FROM online_notification WHERE user_id = $1
       ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`,
      [userId, limit, offset],
    );
    return rows.map(noticeOf);
  }

  async get(on: On, userId: number, id: number): Promise<OnlineNotice | undefined> {
    const [row] = await sql<Row>(on, `SELECT ${columns} FROM online_notification WHERE user_id = $1 AND id = $2`, [
      ...[userId, id],
    ]);
    return row && noticeOf(row);
  }

  async setSeen(
    tx: EntityManager,
    userId: number,
    id: number,
    seen: boolean,
    now: EpochMs,
  ): Promise<OnlineNotice | undefined> {
    const [row] = await sql<Row>(
      tx,
      `UPDATE online_notification SET seen = $3, updated_at = $4, updated_by_id = $1
       WHERE user_id = $1 AND id = $2 RETURNING ${columns}`,
      [userId, id, seen, isoTime(now)],
    );
    return row && noticeOf(row);
  }

  /** @returns how many were not */
  async seeAll(tx: EntityManager, userId: number, now: EpochMs): Promise<number> {
    const rows = await sql(
      tx,
      `UPDATE online_notification SET seen = true, updated_at = $2, updated_by_id = $1
       WHERE user_id = $1 AND NOT seen RETURNING id`,
      [userId, isoTime(now)],
    );
    return rows.length;
  }

  async remove(tx: EntityManager, userId: number, id: number): Promise<boolean> {
    const rows = await sql(tx, 'DELETE FROM online_notification WHERE user_id = $1 AND id = $2 RETURNING id', [
      ...[userId, id],
    ]);
    return rows.length > 0;
  }

  /** @returns how many there were */
  async clear(tx: EntityManager, userId: number, upTo: number | undefined): Promise<number> {
    const rows = await sql(
      tx,
      'DELETE FROM online_notification WHERE user_id = $1 AND ($2::int IS NULL OR id <= $2) RETURNING id',
      [userId, upTo ?? null],
    );
    return rows.length;
  }

  /** Of a ticket that is gone. @returns whose list is another one now */
  async forgetTicket(tx: EntityManager, ticketId: number): Promise<number[]> {
    const [row] = await sql<{ userIds: number[] }>(
      tx,
      `WITH days AS (DELETE FROM notice_day WHERE ticket_id = $1),
         gone AS (DELETE FROM online_notification WHERE ticket_id = $1 RETURNING user_id)
       SELECT ARRAY(SELECT DISTINCT user_id FROM gone) AS "userIds"`,
      [ticketId],
    );
    return row?.userIds ?? [];
  }

  /** What is long seen, what is very old, and days and pauses that are over. */
  async forgetOld(on: On, { seen, all, now }: { seen: EpochMs; all: EpochMs; now: EpochMs }): Promise<void> {
    await sql(
      on,
      `WITH days AS (DELETE FROM notice_day WHERE day < $3::timestamptz::date - 2),
         pauses AS (DELETE FROM paused_address WHERE until < $3)
       DELETE FROM online_notification WHERE updated_at < $2 OR (seen AND updated_at < $1)`,
      [isoTime(seen), isoTime(all), isoTime(now)],
    );
  }

  /** Everything of a person. @returns how many notifications */
  async erase(on: On, userId: number, addresses: readonly string[]): Promise<number> {
    const [row] = await sql<{ n: number }>(
      on,
      `WITH days AS (DELETE FROM notice_day WHERE user_id = $1),
         pauses AS (DELETE FROM paused_address WHERE address = ANY ($2::text[])),
         own AS (DELETE FROM online_notification WHERE user_id = $1 RETURNING 1)
       SELECT count(*)::int AS n FROM own`,
      [userId, addresses],
    );
    return row?.n ?? 0;
  }

  async count(on: On, userId: number): Promise<number> {
    const [row] = await sql<{ n: number }>(
      on,
      'SELECT count(*)::int AS n FROM online_notification WHERE user_id = $1',
      [userId],
    );
    return row?.n ?? 0;
  }
}

const tell = `WITH told AS (
    SELECT * FROM json_to_recordset($1::json) AS t (place int, user_id int, ticket_id int, kind text, reason text,
      online boolean, seen boolean, by int, at timestamptz, once_on date)),
  days AS (
    INSERT INTO notice_day (ticket_id, user_id, kind, day)
    SELECT ticket_id, user_id, kind, once_on FROM told WHERE once_on IS NOT NULL ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING RETURNING ticket_id, user_id, kind),
  news AS (
    SELECT told.* FROM told LEFT JOIN days USING (ticket_id, user_id, kind)
    WHERE told.once_on IS NULL OR days.user_id IS NOT NULL),
  replaced AS (
    DELETE FROM online_notification o USING news
    WHERE news.once_on IS NOT NULL AND news.online
      AND o.ticket_id = news.ticket_id AND o.user_id = news.user_id AND o.kind = news.kind),
  settled AS (
    UPDATE online_notification o SET seen = true, updated_at = $3::timestamptz
    FROM json_to_recordset($2::json) AS s (ticket_id int, but int[])
    WHERE o.ticket_id = s.ticket_id AND NOT o.seen AND o.reason <> 'mentioned' AND o.user_id <> ALL (s.but)
    RETURNING o.user_id),
  added AS (
    INSERT INTO online_notification (user_id, ticket_id, kind, reason, seen, created_by_id, updated_by_id, created_at,
      updated_at)
    SELECT user_id, ticket_id, kind, reason, seen, by, by, at, at FROM news WHERE online ORDER BY place
    RETURNING user_id)
  SELECT ARRAY(SELECT place FROM news) AS news,
    ARRAY(SELECT user_id FROM settled UNION SELECT user_id FROM added) AS "userIds",
    ARRAY(SELECT address FROM paused_address WHERE address = ANY ($4::text[]) AND until > $3::timestamptz) AS paused`;
