import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { Rating } from '../domain/rating/rating.ts';

/** A customer who was not asked before, and what a mail to them needs. */
export interface Asked {
  ticketId: number;
  number: string;
  title: string;
  customerId: number;
  firstname: string;
  lastname: string;
  address: string;
  locale: string;
  groupId: number;
  groupName: string | null;
  groupAddress: string | null;
}

/** What customers think of how their tickets went: one rating a ticket, and whether they were asked for it. */
@Injectable()
export class RatingStore {
  async get(on: DataSource | EntityManager, ticketId: number): Promise<Rating | undefined> {
    const [row] = await sql<{ score: number; comment: string; rated_at: Date; changed_at: Date | null }>(
      on,
      'SELECT score, comment, rated_at, changed_at FROM ticket_rating WHERE ticket_id = $1 AND score IS NOT NULL',
      [ticketId],
    );
    if (!row) return undefined;
    const { score, comment, rated_at: given, changed_at: changed } = row;
    return { score, comment, ratedAt: epochMs(given), changedAt: changed && epochMs(changed) };
  }

  /** Its ticket is locked. */
  async set(tx: EntityManager, ticketId: number, { score, comment, ratedAt, changedAt }: Rating): Promise<void> {
    await sql(
      tx,
      `INSERT INTO ticket_rating (ticket_id, score, comment, rated_at, changed_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (ticket_id) DO UPDATE SET score = excluded.score, comment = excluded.comment,
         rated_at = excluded.rated_at, changed_at = excluded.changed_at`,
      [ticketId, score, comment, isoTime(ratedAt), changedAt && isoTime(changedAt)],
    );
  }

  /**
   * Notes that the customers of these tickets are asked, as far as they are closed in groups that ask, nobody asked
   * before, they have not said it by themselves, and mail reaches them at an address that is not the desk's own.
   */
  async ask(tx: EntityManager, ticketIds: readonly number[], now: EpochMs): Promise<Asked[]> {
    return sql<Asked>(
      tx,
      `WITH asked AS (
         INSERT INTO ticket_rating (ticket_id, asked_at)
         SELECT t.id, $2::timestamptz FROM ticket t JOIN ticket_state s ON s.id = t.state_id AND NOT s.terminal
           JOIN ticket_state_type y ON y.id = s.state_type_id AND y.name = 'closed'
           JOIN replica_group g ON g.id = t.group_id AND g.ask_rating AND NOT g.deleted
           JOIN replica_user u ON u.id = t.customer_id AND u.active AND NOT u.deleted AND u.email IS NOT NULL
         WHERE t.id = ANY ($1::int[])
           -- What is imported was closed long ago.
           AND coalesce(t.last_close_at, t.close_at) > $2::timestamptz - interval '1 day'
           AND NOT EXISTS (SELECT FROM replica_group o WHERE lower(o.email_address) = lower(u.email))
         ON CONFLICT (ticket_id) DO NOTHING RETURNING ticket_id)
       SELECT t.id AS "ticketId", t.number, t.title, t.customer_id AS "customerId", u.firstname, u.lastname,
         u.email AS address, u.locale, g.id AS "groupId", g.email_name AS "groupName", g.email_address AS "groupAddress"
       FROM asked a JOIN ticket t ON t.id = a.ticket_id JOIN replica_user u ON u.id = t.customer_id
         JOIN replica_group g ON g.id = t.group_id ORDER BY t.id`,
      [ticketIds, isoTime(now)],
    );
  }
}
