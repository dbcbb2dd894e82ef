import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { PublicHolidays } from '../domain/sla/calendar.ts';

type On = DataSource | EntityManager;

export interface DueFeed {
  calendarId: number;
  url: string;
}

/** Feeds of calendars, and when they are read. */
export class CalendarFeedStore {
  /** Another address is read at once; none takes the feed away. @returns whether it became another one */
  async set(tx: EntityManager, calendarId: number, url: string | null, now: EpochMs): Promise<boolean> {
    const changed = url
      ? await sql(
          tx,
          `INSERT INTO calendar_feed AS held (calendar_id, url, next_at) VALUES ($1, $2, $3)
           ON CONFLICT (calendar_id) DO UPDATE SET url = $2, next_at = $3, synced_at = NULL, log = NULL
             WHERE held.url <> $2 RETURNING 1`,
          [calendarId, url, isoTime(now)],
        )
      : await sql(tx, 'DELETE FROM calendar_feed WHERE calendar_id = $1 RETURNING 1', [calendarId]);
    return changed.length > 0;
  }

  /** One that is due, for this process alone until `until`; undefined when there is none. */
  async claim(on: On, now: EpochMs, until: EpochMs): Promise<DueFeed | undefined> {
    const [row] = await sql<DueFeed>(
      on,
      `UPDATE calendar_feed SET next_at = $2 WHERE calendar_id = (
         SELECT calendar_id FROM calendar_feed WHERE next_at <= $1 ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING calendar_id AS "calendarId", url`,
      [isoTime(now), isoTime(until)],
    );
    return row;
  }

  /** The days off, held to the end of the transaction; undefined when the feed is another one by now, or none. */
  async lock(tx: EntityManager, { calendarId, url }: DueFeed): Promise<PublicHolidays | undefined> {
    const [row] = await sql<{ days: PublicHolidays }>(
      tx,
      `SELECT c.public_holidays AS days FROM calendar c JOIN calendar_feed f ON f.calendar_id = c.id
       WHERE c.id = $1 AND f.url = $2 FOR NO KEY UPDATE`,
      [calendarId, url],
    );
    return row?.days;
  }

  /** @param log  why it was not read; null: it was */
  async done(on: On, { calendarId, url }: DueFeed, log: string | null, now: EpochMs, next: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE calendar_feed SET next_at = $3, log = $4, synced_at = CASE WHEN $4::text IS NULL THEN $5 ELSE synced_at END
       WHERE calendar_id = $1 AND url = $2`,
      [calendarId, url, isoTime(next), log, isoTime(now)],
    );
  }
}
