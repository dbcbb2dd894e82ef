import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** Column values by name, as they are written. */
export type OverviewValues = Record<string, unknown>;

/** A row as REST shows it, with whose it is beside. */
export interface OverviewRow {
  id: number;
  ownerId: number | null;
  json: OverviewJson;
}
export interface OverviewJson extends OverviewValues {
  id: number;
  name: string;
  link: string;
  prio: number;
  condition: Record<string, unknown>;
  order: { by: string; direction: 'ASC' | 'DESC' };
  organization_shared: boolean;
  out_of_office: boolean;
  active: boolean;
  role_ids: number[];
  user_ids: number[];
  personal: boolean;
  view: Record<string, unknown>;
  group_by: string | null;
  group_direction: string | null;
  updated_at: string;
}

const row = `SELECT o.id, o.owner_id AS "ownerId", (SELECT row_to_json(shown) FROM (SELECT o.id, o.name, o.link, o.prio,
    o.condition, o."order", o.group_by, o.group_direction, o.organization_shared, o.out_of_office, o.view, o.active,
    o.role_ids, o.user_ids, o.owner_id IS NOT NULL AS personal, o.updated_by_id, o.created_by_id,
    iso(o.created_at) AS created_at, iso(o.updated_at) AS updated_at) AS shown) AS json
  FROM overview o`;

const jsonColumns = new Set(['condition', 'order', 'view']);

/** Overviews; there are few. */
export class OverviewStore {
  /** Those in use that somebody may have, shared ones and their own: as they sorted them, then as the desk has them. */
  async inUse(on: On, userId: number): Promise<OverviewRow[]> {
    return sql(
      on,
      `${row} LEFT JOIN overview_sorting mine ON mine.overview_id = o.id AND mine.user_id = $1
       WHERE o.active AND (o.owner_id IS NULL OR o.owner_id = $1)
       ORDER BY mine.prio NULLS LAST, mine.id NULLS LAST, o.prio, o.id`,
      [userId],
    );
  }

  /** Own ones, and the shared ones where wanted. */
  async list(on: On, userId: number, shared: boolean, limit: number, offset: number): Promise<OverviewRow[]> {
    return sql(
      on,
      `${row} WHERE o.owner_id = $1 OR ($2 AND o.owner_id IS NULL) ORDER BY o.prio, o.id LIMIT $3 OFFSET $4`,
      [userId, shared, limit, offset],
    );
  }

  async get(on: On, id: number): Promise<OverviewRow | undefined> {
    const [found] = await sql<OverviewRow>(on, `${row} WHERE o.id = $1`, [id]);
    return found;
  }

  /** Links that begin like this one. */
  async links(on: On, start: string): Promise<Set<string>> {
    const rows = await sql<{ link: string }>(on, 'SELECT link FROM overview WHERE starts_with(link, $1)', [start]);
    return new Set(rows.map(({ link }) => link));
  }

  async own(on: On, userId: number): Promise<number> {
    const [found] = await sql<{ n: number }>(on, 'SELECT count(*) AS n FROM overview WHERE owner_id = $1', [userId]);
    return (found as { n: number }).n;
  }

  /** The place behind all others. */
  async lastPrio(on: On): Promise<number> {
    const [found] = await sql<{ prio: number }>(on, 'SELECT coalesce(max(prio), 0) AS prio FROM overview');
    return Math.min((found as { prio: number }).prio + 10, 1_000_000);
  }

  async insert(tx: EntityManager, values: OverviewValues, by: number, now: EpochMs): Promise<number> {
    const names = Object.keys(values);
    const [made] = await sql<{ id: number }>(
      tx,
      `INSERT INTO overview (created_by_id, updated_by_id, created_at, updated_at${names.map((name) => `, "${name}"`).join('')})
       VALUES ($1, $1, $2, $2${names.map((_, i) => `, $${i + 3}`).join('')}) RETURNING id`,
      [by, isoTime(now), ...names.map((name) => parameter(name, values[name]))],
    );
    return (made as { id: number }).id;
  }

  async update(tx: EntityManager, id: number, values: OverviewValues, by: number, now: EpochMs): Promise<void> {
    const names = Object.keys(values);
    await sql(
      tx,
      `UPDATE overview SET updated_by_id = $2, updated_at = $3${names.map((name, i) => `, "${name}" = $${i + 4}`).join('')}
       WHERE id = $1`,
      [id, by, isoTime(now), ...names.map((name) => parameter(name, values[name]))],
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM overview WHERE id = $1', [id]);
  }

  /** Somebody is erased: their own ones and their order go, and they are named nowhere. @returns how many rows */
  async forget(tx: EntityManager, userId: number): Promise<number> {
    const [gone] = await sql<{ n: number }>(
      tx,
      `WITH own AS (DELETE FROM overview WHERE owner_id = $1 RETURNING 1),
         sorted AS (DELETE FROM overview_sorting WHERE user_id = $1 RETURNING 1),
         named AS (UPDATE overview SET user_ids = array_remove(user_ids, $1),
           -- One that was for nobody else is for nobody, not for everybody.
           active = active AND user_ids <> ARRAY[$1::int]
           WHERE owner_id IS NULL AND $1 = ANY (user_ids) RETURNING 1)
       SELECT (SELECT count(*) FROM own) + (SELECT count(*) FROM sorted) + (SELECT count(*) FROM named) AS n`,
      [userId],
    );
    return (gone as { n: number }).n;
  }
}

function parameter(name: string, value: unknown): unknown {
  return jsonColumns.has(name) ? JSON.stringify(value) : value;
}
