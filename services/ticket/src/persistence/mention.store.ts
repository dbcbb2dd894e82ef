import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { isVisible, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;

export interface Mention {
  id: number;
  ticketId: number;
  userId: number;
  createdById: number;
  createdAt: EpochMs;
}

const columns = `m.id, m.ticket_id AS "ticketId", m.user_id AS "userId", m.created_by_id AS "createdById",
  m.created_at AS "createdAt"`;
const mentionOf = (row: Omit<Mention, 'createdAt'> & { createdAt: Date }): Mention => ({
  ...row,
  createdAt: epochMs(row.createdAt),
});

const name = `coalesce(nullif(trim(concat_ws(' ', u.firstname, u.lastname)), ''), u.login)`;
const isReader = (group: string) =>
  `(u.agent AND u.active AND NOT u.deleted AND (${group} = ANY (u.full_group_ids) OR ${group} = ANY (u.read_group_ids)))`;

/** Who is subscribed to tickets. */
export class MentionStore {
  async held(on: On, ticketIds: readonly number[]): Promise<Mention[]> {
    const text = `SELECT ${columns} FROM mention m WHERE m.ticket_id = ANY ($1::int[]) ORDER BY m.id`;
    return (await sql<Parameters<typeof mentionOf>[0]>(on, text, [ticketIds])).map(mentionOf);
  }

  /** One of a ticket that the actor may see. */
  async get(on: On, visible: VisibleTickets, id: number): Promise<Mention | undefined> {
    const text = `SELECT ${columns} FROM mention m JOIN ticket t ON t.id = m.ticket_id WHERE m.id = $5 AND ${isVisible()}`;
    const [row] = await sql<Parameters<typeof mentionOf>[0]>(on, text, [...visible.params, id]);
    return row && mentionOf(row);
  }

  /** Those who are subscribed already stay so. */
  async add(
    tx: EntityManager,
    subscribers: readonly { ticketId: number; userId: number; by: number }[],
    now: EpochMs,
  ): Promise<void> {
    if (subscribers.length === 0) return;
    await sql(
      tx,
      `INSERT INTO mention (ticket_id, user_id, created_by_id, created_at)
       SELECT ticket_id, user_id, by, $4 FROM unnest($1::int[], $2::int[], $3::int[]) AS s (ticket_id, user_id, by)
       ORDER BY ticket_id, user_id ON CONFLICT DO NOTHING`,
      [
        subscribers.map(({ ticketId }) => ticketId),
        subscribers.map(({ userId }) => userId),
        subscribers.map(({ by }) => by),
        isoTime(now),
      ],
    );
  }

  /** Of these only those who may read the ticket as agents. */
  async addReaders(
    tx: EntityManager,
    called: readonly { ticketId: number; groupId: number; userId: number; by: number }[],
    now: EpochMs,
  ): Promise<void> {
    if (called.length === 0) return;
    await sql(
      tx,
      `INSERT INTO mention (ticket_id, user_id, created_by_id, created_at)
       SELECT s."ticketId", s."userId", s.by, $2
       FROM json_to_recordset($1::json) AS s ("ticketId" int, "groupId" int, "userId" int, by int)
         JOIN replica_user u ON u.id = s."userId" AND ${isReader('s."groupId"')}
       ORDER BY s."ticketId", s."userId" ON CONFLICT DO NOTHING`,
      [JSON.stringify(called), isoTime(now)],
    );
  }

  /** Agents who may read tickets of the group and in whose names all words are. @param words  lower case */
  async readers(
    on: On,
    groupId: number,
    words: readonly string[],
    limit: number,
  ): Promise<{ id: number; name: string; login: string }[]> {
    const parts = words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`);
    return sql(
      on,
      `SELECT u.id, ${name} AS name, u.login FROM replica_user u WHERE ${isReader('$1')}
         AND lower(concat_ws(' ', u.firstname, u.lastname, u.login, u.email)) LIKE ALL ($2::text[])
       ORDER BY lower(${name}), u.id LIMIT $3`,
      [groupId, parts, limit],
    );
  }

  /** Gives them to another ticket; its own subscribers stay. */
  async move(tx: EntityManager, ids: readonly number[], ticketId: number): Promise<void> {
    await sql(
      tx,
      `UPDATE mention m SET ticket_id = $2 WHERE id = ANY ($1::int[])
         AND NOT EXISTS (SELECT 1 FROM mention o WHERE o.ticket_id = $2 AND o.user_id = m.user_id)`,
      [ids, ticketId],
    );
  }

  /** As they were before, with their ids. */
  async restore(tx: EntityManager, mentions: readonly Mention[]): Promise<void> {
    if (mentions.length === 0) return;
    await sql(
      tx,
      `INSERT INTO mention (id, ticket_id, user_id, created_by_id, created_at)
       SELECT m.id, m."ticketId", m."userId", m."createdById", to_timestamp(m."createdAt" / 1000.0)
       FROM json_to_recordset($1::json) AS m (id int, "ticketId" int, "userId" int, "createdById" int, "createdAt" bigint)
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(mentions)],
    );
  }

  async remove(on: On, ids: readonly number[]): Promise<void> {
    await sql(on, 'DELETE FROM mention WHERE id = ANY ($1::int[])', [ids]);
  }
}

/** A JSON array of a ticket's subscribers. */
export const mentionsOf = (ticketId: string): string => `(
  SELECT coalesce(json_agg(json_build_object('id', m.id, 'mentionable_type', 'Ticket', 'mentionable_id', m.ticket_id,
    'user_id', m.user_id, 'created_by_id', m.created_by_id, 'updated_by_id', m.created_by_id,
    'created_at', iso(m.created_at), 'updated_at', iso(m.created_at)) ORDER BY m.id), '[]')
  FROM mention m WHERE m.ticket_id = ${ticketId})`;
