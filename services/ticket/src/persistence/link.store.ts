import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { LinkType, TicketLink } from '../domain/link/link.ts';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;

export interface StoredLink extends TicketLink {
  id: number;
  createdById: number;
  createdAt: EpochMs;
}

export interface ShownLink {
  link_type: LinkType;
  link_object: 'Ticket';
  link_object_value: number;
}

const columns = 'id, kind, source_id AS "sourceId", target_id AS "targetId", created_by_id AS "createdById"';

/** What a ticket is linked with. */
export class LinkStore {
  /** As the actor may see them, in the order they were made; null when they see the ticket, and not as an agent. */
  async shown(on: On, visible: VisibleTickets, ticketId: number): Promise<{ links: ShownLink[] | null } | undefined> {
    const [row] = await sql<{ links: ShownLink[] | null }>(
      on,
      `SELECT CASE WHEN ${seesAsAgent()} THEN ${linksOf('t.id')} END AS links
       FROM ticket t WHERE t.id = $5 AND ${isVisible()}`,
      [...visible.params, ticketId],
    );
    return row;
  }

  /** All links of these tickets, locked. */
  async held(tx: EntityManager, ticketIds: readonly number[]): Promise<StoredLink[]> {
    const rows = await sql<Omit<StoredLink, 'createdAt'> & { createdAt: Date }>(
      tx,
      `SELECT ${columns}, created_at AS "createdAt" FROM ticket_link
       WHERE source_id = ANY ($1::int[]) OR target_id = ANY ($1::int[]) ORDER BY id FOR UPDATE`,
      [ticketIds],
    );
    return rows.map((row) => ({ ...row, createdAt: epochMs(row.createdAt) }));
  }

  /** @returns undefined when the two are linked like this, or the other way round, already */
  async add(tx: EntityManager, link: TicketLink, by: number, now: EpochMs): Promise<StoredLink | undefined> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO ticket_link (kind, source_id, target_id, created_by_id, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING id`,
      [link.kind, link.sourceId, link.targetId, by, isoTime(now)],
    );
    return row && { ...link, id: row.id, createdById: by, createdAt: now };
  }

  /** As they were before, with their ids; those whose tickets are linked alike by now, or gone, stay away. */
  async restore(tx: EntityManager, links: readonly StoredLink[]): Promise<void> {
    if (links.length === 0) return;
    await sql(
      tx,
      `INSERT INTO ticket_link (id, kind, source_id, target_id, created_by_id, created_at)
       SELECT l.id, l.kind, l."sourceId", l."targetId", l."createdById", to_timestamp(l."createdAt" / 1000.0)
       FROM json_to_recordset($1::json) AS l (id int, kind text, "sourceId" int, "targetId" int, "createdById" int,
         "createdAt" bigint)
       JOIN ticket s ON s.id = l."sourceId" JOIN ticket t ON t.id = l."targetId" ON CONFLICT DO NOTHING`,
      [JSON.stringify(links)],
    );
  }

  /** Sets the ends of links anew. */
  async relink(tx: EntityManager, links: readonly Pick<StoredLink, 'id' | 'sourceId' | 'targetId'>[]): Promise<void> {
    if (links.length === 0) return;
    await sql(
      tx,
      `UPDATE ticket_link SET source_id = l.source_id, target_id = l.target_id
       FROM unnest($1::int[], $2::int[], $3::int[]) AS l (id, source_id, target_id) WHERE ticket_link.id = l.id`,
      [links.map(({ id }) => id), links.map(({ sourceId }) => sourceId), links.map(({ targetId }) => targetId)],
    );
  }

  async remove(tx: EntityManager, ids: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM ticket_link WHERE id = ANY ($1::int[])', [ids]);
  }

  /** Id of the visible ticket with a number. */
  async numbered(on: On, visible: VisibleTickets, number: string): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(on, `SELECT t.id FROM ticket t WHERE t.number = $5 AND ${isVisible()}`, [
      ...visible.params,
      number,
    ]);
    return row?.id;
  }
}

/** A JSON array of what a ticket is linked with, as far as the actor may see it; the type is what the other one is. */
export const linksOf = (ticketId: string): string => `(
  SELECT coalesce(json_agg(json_build_object(
    'link_type', l.type, 'link_object', 'Ticket', 'link_object_value', o.id) ORDER BY l.id), '[]')
  FROM (SELECT id, CASE kind WHEN 'parent' THEN 'child' ELSE kind END AS type, target_id AS other
        FROM ticket_link WHERE source_id = ${ticketId}
        UNION ALL SELECT id, kind, source_id FROM ticket_link WHERE target_id = ${ticketId}) AS l
  JOIN ticket o ON o.id = l.other WHERE ${isVisible('o')})`;
