import type { NoticeKind } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** What somebody wants to be told later, together with other things. */
export interface GatheredNotice {
  /** UUID */
  id: string;
  user_id: number;
  ticket_id: number;
  kind: NoticeKind;
  title: string;
  number: string;
  address: string;
  name: string;
  locale: string;
  correlation_id: string;
  due_at: Date;
  created_at: Date;
}

/** The table `gathered_notice`. */
export class GatheredNoticeStore {
  async add(tx: EntityManager, notices: readonly GatheredNotice[]): Promise<void> {
    if (notices.length === 0) return;
    await sql(
      tx,
      `INSERT INTO gathered_notice SELECT * FROM json_populate_recordset(NULL::gathered_notice, $1::json)
       ON CONFLICT (id) DO NOTHING`,
      [JSON.stringify(notices)],
    );
  }

  /**
   * Takes what is due, of some people at once, oldest first. Of a ticket whose notifications somebody has seen in the web
   * page meanwhile, or of which nothing is left to do, they need no mail.
   * @param most  people
   */
  async take(tx: EntityManager, now: EpochMs, most: number): Promise<{ wanted: GatheredNotice[]; taken: number }> {
    const rows = await sql<GatheredNotice & { wanted: boolean }>(
      tx,
      `WITH taken AS (
         DELETE FROM gathered_notice WHERE due_at <= $1 AND user_id IN (
           SELECT DISTINCT user_id FROM gathered_notice WHERE due_at <= $1 LIMIT $2)
         RETURNING *)
       SELECT taken.*, coalesce(online.unseen, true) AS wanted FROM taken LEFT JOIN LATERAL (
         SELECT bool_or(NOT seen) AS unseen FROM online_notification o
         WHERE o.ticket_id = taken.ticket_id AND o.user_id = taken.user_id) AS online ON true
       ORDER BY user_id, created_at, id`,
      [new Date(now), most],
    );
    return {
      wanted: rows.filter(({ wanted }) => wanted).map(({ wanted: _, ...notice }) => notice),
      taken: rows.length,
    };
  }

  async forgetTicket(tx: EntityManager, ticketId: number): Promise<void> {
    await sql(tx, 'DELETE FROM gathered_notice WHERE ticket_id = $1', [ticketId]);
  }

  /** What somebody was to be told, and what names them. @param patterns  of ILIKE */
  async erase(on: On, userId: number, patterns: readonly string[]): Promise<void> {
    await sql(on, 'DELETE FROM gathered_notice WHERE user_id = $1 OR title ILIKE ANY ($2::text[])', [userId, patterns]);
  }
}
