import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** Kinds of rows that administrators look after and others choose from. There are few of each. */
const kinds = {
  'checklist-template': { table: 'checklist_template', columns: ['name', 'active', 'items'] },
  'report-profile': { table: 'report_profile', columns: ['name', 'condition', 'active'] },
  'activity-type': { table: 'time_accounting_type', columns: ['name', 'note', 'active'] },
} as const;
export type RowKind = keyof typeof kinds;

/** Column values by name, as they are written; lists become JSON. */
export type RowValues = Record<string, unknown>;

/** A row as REST shows it. */
export type ShownRow = RowValues & { id: number; name: string };

const columnsOf = (kind: RowKind): readonly string[] => kinds[kind].columns;
const json = (kind: RowKind) => `
  (SELECT row_to_json(shown) FROM (SELECT r.id, ${columnsOf(kind)
    .map((name) => `r.${name}`)
    .join(', ')},
     r.updated_by_id, r.created_by_id, iso(r.created_at) AS created_at, iso(r.updated_at) AS updated_at) AS shown)`;

export class AdminRowStore {
  async list(on: On, kind: RowKind, limit: number, offset: number): Promise<ShownRow[]> {
    const text = `SELECT ${json(kind)} AS json FROM ${kinds[kind].table} r ORDER BY id LIMIT $1 OFFSET $2`;
    return (await sql<{ json: ShownRow }>(on, text, [limit, offset])).map((row) => row.json);
  }

  async get(on: On, kind: RowKind, id: number): Promise<ShownRow | undefined> {
    const text = `SELECT ${json(kind)} AS json FROM ${kinds[kind].table} r WHERE id = $1`;
    return (await sql<{ json: ShownRow }>(on, text, [id]))[0]?.json;
  }

  async named(on: On, kind: RowKind, name: string): Promise<ShownRow | undefined> {
    const text = `SELECT ${json(kind)} AS json FROM ${kinds[kind].table} r WHERE name = $1`;
    return (await sql<{ json: ShownRow }>(on, text, [name]))[0]?.json;
  }

  async insert(tx: EntityManager, kind: RowKind, values: RowValues, by: number, now: EpochMs): Promise<number> {
    const names = columnsOf(kind).filter((name) => values[name] !== undefined);
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO ${kinds[kind].table} (created_by_id, updated_by_id, created_at, updated_at, ${names.join(', ')})
       VALUES ($1, $1, $2, $2, ${names.map((_, i) => `$${i + 3}`).join(', ')}) RETURNING id`,
      [by, isoTime(now), ...names.map((name) => parameter(values[name]))],
    );
    return (row as { id: number }).id;
  }

  async update(tx: EntityManager, kind: RowKind, id: number, values: RowValues, by: number, now: EpochMs) {
    const names = columnsOf(kind).filter((name) => values[name] !== undefined);
    await sql(
      tx,
      `UPDATE ${kinds[kind].table} SET updated_by_id = $2, updated_at = $3${names.map((name, i) => `, ${name} = $${i + 4}`).join('')}
       WHERE id = $1`,
      [id, by, isoTime(now), ...names.map((name) => parameter(values[name]))],
    );
  }

  async remove(tx: EntityManager, kind: RowKind, id: number): Promise<void> {
    await sql(tx, `DELETE FROM ${kinds[kind].table} WHERE id = $1`, [id]);
  }
}

function parameter(value: unknown): unknown {
  return Array.isArray(value) ? JSON.stringify(value) : value;
}
