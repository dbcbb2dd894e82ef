import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { TagName } from '../domain/tag/tag.ts';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;

export interface Tag extends TagName {
  id: number;
}

/** What tickets are tagged with. */
export class TagStore {
  /** Names in the order they were added; null when the actor sees the ticket, and not as an agent. */
  async shown(on: On, visible: VisibleTickets, ticketId: number): Promise<{ tags: string[] | null } | undefined> {
    const [row] = await sql<{ tags: string[] | null }>(
      on,
      `SELECT CASE WHEN ${seesAsAgent()} THEN ${tagNamesOf('t.id')} END AS tags
       FROM ticket t WHERE t.id = $5 AND ${isVisible()}`,
      [...visible.params, ticketId],
    );
    return row;
  }

  /** The tags of these tickets, each in the order they were added. */
  async held(on: On, ticketIds: readonly number[]): Promise<Map<number, Tag[]>> {
    const held = new Map<number, Tag[]>(ticketIds.map((id) => [id, []]));
    const rows = await sql<Tag & { ticketId: number }>(
      on,
      `SELECT h.ticket_id AS "ticketId", g.id, g.name, g.key FROM ticket_tag h JOIN tag g ON g.id = h.tag_id
       WHERE h.ticket_id = ANY ($1::int[]) ORDER BY h.ticket_id, h.place`,
      [ticketIds],
    );
    for (const { ticketId, ...tag } of rows) held.get(ticketId)?.push(tag);
    return held;
  }

  /** The tags of these names, by key, as far as there are any. */
  async named(on: On, keys: readonly string[]): Promise<Map<string, Tag>> {
    const rows = await sql<Tag>(on, 'SELECT id, name, key FROM tag WHERE key = ANY ($1::text[])', [keys]);
    return new Map(rows.map((tag) => [tag.key, tag]));
  }

  async byId(on: On, id: number): Promise<Tag | undefined> {
    const rows = await sql<Tag>(on, 'SELECT id, name, key FROM tag WHERE id = $1', [id]);
    return rows[0];
  }

  /** Makes those that are not there. Always in one order: transactions that make the same wait, and never in a circle. */
  async make(tx: EntityManager, tags: readonly (TagName & { by: number })[], now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO tag (name, key, created_by_id, created_at)
       SELECT name, key, by, $4 FROM unnest($1::text[], $2::text[], $3::int[]) AS made (name, key, by)
       WHERE NOT EXISTS (SELECT 1 FROM tag g WHERE g.key = made.key) ORDER BY key
       ON CONFLICT (key) DO NOTHING`,
      [tags.map(({ name }) => name), tags.map(({ key }) => key), tags.map(({ by }) => by), isoTime(now)],
    );
  }

  async attach(tx: EntityManager, pairs: readonly { ticketId: number; key: string }[]): Promise<void> {
    if (pairs.length === 0) return;
    await sql(
      tx,
      `INSERT INTO ticket_tag (ticket_id, tag_id)
       SELECT w.ticket_id, g.id FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS w (ticket_id, key, nth)
       JOIN tag g ON g.key = w.key ORDER BY nth ON CONFLICT DO NOTHING`,
      [pairs.map(({ ticketId }) => ticketId), pairs.map(({ key }) => key)],
    );
  }

  /** Those that are still there, in their order. */
  async attachById(tx: EntityManager, ticketId: number, tagIds: readonly number[]): Promise<void> {
    await sql(
      tx,
      `INSERT INTO ticket_tag (ticket_id, tag_id)
       SELECT $1, g.id FROM unnest($2::int[]) WITH ORDINALITY AS w (id, nth) JOIN tag g ON g.id = w.id ORDER BY nth
       ON CONFLICT DO NOTHING`,
      [ticketId, tagIds],
    );
  }

  async detach(tx: EntityManager, ticketId: number, tagIds: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM ticket_tag WHERE ticket_id = $1 AND tag_id = ANY ($2::int[])', [ticketId, tagIds]);
  }

  async detachByKey(tx: EntityManager, pairs: readonly { ticketId: number; key: string }[]): Promise<void> {
    if (pairs.length === 0) return;
    await sql(
      tx,
      `DELETE FROM ticket_tag h USING tag g, unnest($1::int[], $2::text[]) AS w (ticket_id, key)
       WHERE h.ticket_id = w.ticket_id AND h.tag_id = g.id AND g.key = w.key`,
      [pairs.map(({ ticketId }) => ticketId), pairs.map(({ key }) => key)],
    );
  }

  /** Names that hold the term, those that begin with it first. */
  async search(on: On, key: string, limit: number): Promise<{ id: number; value: string }[]> {
    const term = key.replaceAll(/[\\%_]/g, '\\$&');
    return sql(on, `SELECT id, name AS value FROM tag WHERE key LIKE $1 ORDER BY key NOT LIKE $2, key LIMIT $3`, [
      `%${term}%`,
      `${term}%`,
      limit,
    ]);
  }

  /** A page of all tags with the number of tickets that have them, by name. */
  async list(on: On, limit: number, offset: number): Promise<{ id: number; name: string; count: number }[]> {
    return sql(
      on,
      `SELECT id, name, (SELECT count(*)::int FROM ticket_tag WHERE tag_id = g.id) AS count
       FROM tag g ORDER BY key LIMIT $1 OFFSET $2`,
      [limit, offset],
    );
  }

  async rename(tx: EntityManager, id: number, { name, key }: TagName): Promise<void> {
    await sql(tx, 'UPDATE tag SET name = $2, key = $3 WHERE id = $1', [id, name, key]);
  }

  /** Gives every ticket of one tag the other, and removes the one. */
  async join(tx: EntityManager, id: number, into: number): Promise<void> {
    await sql(
      tx,
      `INSERT INTO ticket_tag (ticket_id, tag_id) SELECT ticket_id, $2 FROM ticket_tag WHERE tag_id = $1
       ORDER BY ticket_id ON CONFLICT DO NOTHING`,
      [id, into],
    );
    await this.remove(tx, id);
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM tag WHERE id = $1', [id]);
  }
}

/** An array of the names of a ticket's tags, in the order they were added. */
export const tagNamesOf = (ticketId: string): string => `ARRAY(
  SELECT g.name FROM ticket_tag h JOIN tag g ON g.id = h.tag_id WHERE h.ticket_id = ${ticketId} ORDER BY h.place)`;
