import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { isVisible, type VisibleTickets } from './visible-tickets.ts';

/** Whose tickets: a person's, or an organization's. */
export interface Whose {
  customerId: number | null;
  organizationId: number | null;
}

export interface MonthVolume {
  year: number;
  month: number;
  created: number;
  closed: number;
}

interface View {
  id: number;
  ticketId: number;
  seenAt: Date;
}

/** Closed, merged, and what left for elsewhere. */
const OVER = 's.state_type_id IN (5, 6)';
const whose = '(t.customer_id = $5::int OR t.organization_id = $6::int)';

/** What is shown beside tickets and people. */
@Injectable()
export class AroundStore {
  /** Newest first. */
  async ids(
    on: DataSource,
    visible: VisibleTickets,
    { customerId, organizationId }: Whose,
    { over, limit }: { over: boolean; limit: number },
  ): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT t.id FROM ticket t JOIN ticket_state s ON s.id = t.state_id
       WHERE ${whose} AND ${isVisible()} AND (${OVER}) = $7 ORDER BY t.created_at DESC, t.id DESC LIMIT $8`,
      [...visible.params, customerId, organizationId, over, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Opened and closed in each month since then, in UTC; months of which there is nothing are missing. */
  volume(
    on: DataSource,
    visible: VisibleTickets,
    { customerId, organizationId }: Whose,
    since: string,
  ): Promise<MonthVolume[]> {
    return sql<MonthVolume>(
      on,
      `SELECT extract(year FROM at AT TIME ZONE 'UTC')::int AS year, extract(month FROM at AT TIME ZONE 'UTC')::int AS month,
         count(*) FILTER (WHERE opened) AS created, count(*) FILTER (WHERE NOT opened) AS closed
       FROM (SELECT t.created_at AS at, true AS opened FROM ticket t WHERE ${whose} AND ${isVisible()}
             UNION ALL
             SELECT t.close_at, false FROM ticket t WHERE ${whose} AND ${isVisible()} AND t.close_at IS NOT NULL) AS moments
       WHERE at >= $7 GROUP BY 1, 2`,
      [...visible.params, customerId, organizationId, since],
    );
  }

  /** The customer of a ticket; undefined when it is not visible. */
  async customerOf(on: DataSource, visible: VisibleTickets, id: number): Promise<number | undefined> {
    const [row] = await sql<{ customerId: number }>(
      on,
      `SELECT t.customer_id AS "customerId" FROM ticket t WHERE t.id = $5 AND ${isVisible()}`,
      [...visible.params, id],
    );
    return row?.customerId;
  }

  /** Tickets the person looked at and may still read, the last one first. */
  viewed(on: DataSource, visible: VisibleTickets, userId: number, limit: number): Promise<View[]> {
    return sql<View>(
      on,
      `SELECT v.id, v.ticket_id AS "ticketId", v.seen_at AS "seenAt"
       FROM recent_view v JOIN ticket t ON t.id = v.ticket_id
       WHERE v.user_id = $5 AND ${isVisible()} ORDER BY v.seen_at DESC, v.id DESC LIMIT $6`,
      [...visible.params, userId, limit],
    );
  }

  /** Notes that the person looked, and forgets all but the newest. */
  async see(tx: EntityManager, userId: number, ticketId: number, now: EpochMs, kept: number): Promise<void> {
    await sql(
      tx,
      `INSERT INTO recent_view (user_id, ticket_id, seen_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id, ticket_id) DO UPDATE SET seen_at = excluded.seen_at`,
      [userId, ticketId, isoTime(now)],
    );
    await sql(
      tx,
      `DELETE FROM recent_view WHERE user_id = $1 AND ticket_id IN (
         SELECT ticket_id FROM recent_view WHERE user_id = $1 ORDER BY seen_at DESC, id DESC OFFSET $2)`,
      [userId, kept],
    );
  }

  /** What a form for a new ticket offers: states and priorities in use, and who may own tickets of these groups. */
  async choices(on: DataSource, groupIds: number[]) {
    const [row] = await sql<{
      states: { id: number; name: string }[];
      priorities: { id: number; name: string }[];
      groups: { id: number; name: string }[];
      owners: { id: number; firstname: string; lastname: string; groups: number[] }[];
    }>(
      on,
      `SELECT
         (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name) ORDER BY id), '[]') FROM ticket_state
          WHERE active AND state_type_id <> 6) AS states,
         (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name) ORDER BY id), '[]') FROM ticket_priority
          WHERE active) AS priorities,
         (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name) ORDER BY id), '[]') FROM replica_group
          WHERE id = ANY ($1::int[]) AND active) AS groups,
         (SELECT coalesce(json_agg(json_build_object('id', id, 'firstname', firstname, 'lastname', lastname,
                 'groups', full_group_ids) ORDER BY id), '[]')
          FROM replica_user WHERE active AND agent AND full_group_ids && $1::int[]) AS owners`,
      [groupIds],
    );
    return row as NonNullable<typeof row>;
  }
}
