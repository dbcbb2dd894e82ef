import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** As REST shows it. */
export interface OverviewSortingRow {
  id: number;
  user_id: number;
  overview_id: number;
  prio: number;
  created_by_id: number;
  updated_by_id: number;
  created_at: string;
  updated_at: string;
}

/** Only their owner makes and changes them. */
const shown = `id, user_id, overview_id, prio, user_id AS created_by_id, user_id AS updated_by_id,
  iso(created_at) AS created_at, iso(updated_at) AS updated_at`;

/** Places of overviews, of one person each. */
export class OverviewSortingStore {
  async list(on: On, userId: number): Promise<OverviewSortingRow[]> {
    return sql(on, `SELECT ${shown} FROM overview_sorting WHERE user_id = $1 ORDER BY prio, id`, [userId]);
  }

  /** The ids of the rows of each, in order; none for who has given up their order. One statement. */
  async idsOf(tx: EntityManager, userIds: readonly number[]): Promise<{ userId: number; ids: number[] }[]> {
    return sql(
      tx,
      `SELECT u.id AS "userId", coalesce(array_agg(s.id ORDER BY s.id) FILTER (WHERE s.id IS NOT NULL), '{}') AS ids
       FROM unnest($1::int[]) AS u (id) LEFT JOIN overview_sorting s ON s.user_id = u.id
       GROUP BY u.id ORDER BY u.id`,
      [userIds],
    );
  }

  async get(on: On, userId: number, id: number): Promise<OverviewSortingRow | undefined> {
    const [row] = await sql<OverviewSortingRow>(
      on,
      `SELECT ${shown} FROM overview_sorting WHERE user_id = $1 AND id = $2`,
      [userId, id],
    );
    return row;
  }

  async place(tx: EntityManager, userId: number, overviewId: number, prio: number, now: EpochMs): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO overview_sorting (user_id, overview_id, prio, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
       ON CONFLICT (user_id, overview_id) DO UPDATE SET prio = $3, updated_at = $4 RETURNING id`,
      [userId, overviewId, prio, isoTime(now)],
    );
    return (row as { id: number }).id;
  }

  /** Whose order names the overview. */
  async sorters(tx: EntityManager, overviewId: number): Promise<number[]> {
    const text = 'SELECT user_id AS id FROM overview_sorting WHERE overview_id = $1 ORDER BY 1';
    return (await sql<{ id: number }>(tx, text, [overviewId])).map(({ id }) => id);
  }

  /** @returns whether it was there */
  async remove(tx: EntityManager, userId: number, id: number): Promise<boolean> {
    const gone = await sql(tx, 'DELETE FROM overview_sorting WHERE user_id = $1 AND id = $2 RETURNING 1', [userId, id]);
    return gone.length > 0;
  }

  /** The order as a whole: what it does not name loses its place. An overview named twice has the last one. */
  async replace(
    tx: EntityManager,
    userId: number,
    prios: readonly (readonly [overviewId: number, prio: number])[],
    now: EpochMs,
  ): Promise<void> {
    const places = new Map(prios);
    const ids = [...places.keys()];
    await sql(tx, 'DELETE FROM overview_sorting WHERE user_id = $1 AND overview_id <> ALL ($2::int[])', [userId, ids]);
    await sql(
      tx,
      `INSERT INTO overview_sorting AS held (user_id, overview_id, prio, created_at, updated_at)
       SELECT $1, o.id, o.prio, $4, $4 FROM unnest($2::int[], $3::int[]) AS o (id, prio)
       ON CONFLICT (user_id, overview_id) DO UPDATE SET prio = excluded.prio, updated_at = $4
         WHERE held.prio <> excluded.prio`,
      [userId, ids, [...places.values()], isoTime(now)],
    );
  }
}
