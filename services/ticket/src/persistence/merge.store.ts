import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { MergeRecord, ThreadFacts } from '../domain/merge/merge.ts';
import { everyContact } from './desk-setting.store.ts';
import type { StoredLink } from './link.store.ts';
import type { Mention } from './mention.store.ts';

type On = DataSource | EntityManager;
type TicketMergeRecord = MergeRecord<StoredLink, Mention>;

export interface TicketMerge {
  id: number;
  sourceId: number;
  targetId: number;
  record: TicketMergeRecord;
}

/** Merges of tickets, and what only they do to articles. */
export class MergeStore {
  /** The merge that a ticket is in; the caller has seen that the ticket may be seen. */
  async standing(on: On, sourceId: number): Promise<TicketMerge | undefined> {
    const [row] = await sql<TicketMerge>(
      on,
      `SELECT id, source_id AS "sourceId", target_id AS "targetId", record FROM ticket_merge
       WHERE source_id = $1 AND ended_at IS NULL`,
      [sourceId],
    );
    return row;
  }

  async add(tx: EntityManager, merge: Omit<TicketMerge, 'id'>, by: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO ticket_merge (source_id, target_id, record, merged_by_id, merged_at)
       VALUES ($1, $2, $3::jsonb, $4, $5)`,
      [merge.sourceId, merge.targetId, JSON.stringify(merge.record), by, isoTime(now)],
    );
  }

  async end(tx: EntityManager, sourceId: number, by: number, now: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE ticket_merge SET ended_by_id = $2, ended_at = $3 WHERE source_id = $1 AND ended_at IS NULL', [
      sourceId,
      by,
      isoTime(now),
    ]);
  }

  /** Where the thread of each of these tickets is read on: other tickets for merged ones, else they themselves. */
  async lastOf(on: On, ticketIds: readonly number[]): Promise<Map<number, number>> {
    if (ticketIds.length === 0) return new Map();
    const rows = await sql<{ id: number; last: number }>(
      on,
      'SELECT id, merged_into(id) AS last FROM unnest($1::int[]) AS asked (id)',
      [ticketIds],
    );
    return new Map(rows.map(({ id, last }) => [id, last]));
  }

  /** Gives all articles of a ticket to another. @returns their ids */
  async moveArticles(tx: EntityManager, from: number, to: number): Promise<number[]> {
    const text = 'UPDATE article SET ticket_id = $2 WHERE ticket_id = $1 RETURNING id';
    return (await sql<{ id: number }>(tx, text, [from, to])).map(({ id }) => id);
  }

  async giveBack(tx: EntityManager, articleIds: readonly number[], to: number): Promise<void> {
    await sql(tx, 'UPDATE article SET ticket_id = $2 WHERE id = ANY ($1::int[])', [articleIds, to]);
  }

  /** Those that are still there, with the tickets they are on. */
  async articlesAmong(tx: EntityManager, ids: readonly number[]): Promise<{ id: number; ticketId: number }[]> {
    return sql(tx, 'SELECT id, ticket_id AS "ticketId" FROM article WHERE id = ANY ($1::int[]) ORDER BY id', [ids]);
  }

  /** What the thread of a ticket says of it by itself. */
  async factsOf(tx: EntityManager, ticketId: number): Promise<ThreadFacts> {
    const [row] = await sql<Record<keyof ThreadFacts, Date | number | null>>(
      tx,
      `WITH said AS (
         SELECT a.id, a.sender_id, a.type_id, a.created_at,
           y.communication AND NOT a.internal AND a.sender_id <> 3 AS contact
         FROM article a JOIN article_type y ON y.id = a.type_id WHERE a.ticket_id = $1),
       last_word AS (
         SELECT created_at, id FROM said WHERE contact AND sender_id = 2 ORDER BY created_at DESC, id DESC LIMIT 1),
       -- The last answer before it: what the customer said after that is not answered.
       answer AS (
         SELECT a.created_at, a.id FROM said a, last_word w
         WHERE a.contact AND a.sender_id = 1 AND (a.created_at, a.id) < (w.created_at, w.id)
         ORDER BY a.created_at DESC, a.id DESC LIMIT 1)
       SELECT nullif(count(*) FILTER (WHERE sender_id <> 3), 0)::int AS "articleCount",
         (SELECT type_id FROM said ORDER BY id LIMIT 1) AS "createArticleTypeId",
         (SELECT sender_id FROM said ORDER BY id LIMIT 1) AS "createArticleSenderId",
         min(created_at) FILTER (WHERE contact AND sender_id = 1) AS "firstResponseAt",
         max(created_at) FILTER (WHERE contact) AS "lastContactAt",
         max(created_at) FILTER (WHERE contact AND sender_id = 1) AS "lastContactAgentAt",
         CASE WHEN ${everyContact} THEN max(created_at) FILTER (WHERE contact AND sender_id = 2)
         ELSE min(created_at) FILTER (WHERE contact AND sender_id = 2 AND (NOT EXISTS (SELECT FROM answer)
           OR (created_at, id) > (SELECT created_at, id FROM answer))) END AS "lastContactCustomerAt"
       FROM said`,
      [ticketId],
    );
    const facts = Object.entries(row ?? {}).map(([name, value]) => [
      name,
      value instanceof Date ? epochMs(value) : value,
    ]);
    return Object.fromEntries(facts) as ThreadFacts;
  }
}
