import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;
export type LibraryKind = 'macro' | 'text_module' | 'template';

/** Column values by name, as they are written; objects become JSON, lists arrays. */
export type LibraryValues = Record<string, unknown>;

/** A row as REST shows it. */
export type LibraryRow = LibraryValues & { id: number; name: string };

/** Who looks: what somebody sees who does not administrate them. */
export interface LibraryReader {
  /** Sees also what is inactive or for other groups. */
  admin: boolean;
  userId: number;
  /** Groups whose tickets they change. */
  groupIds: number[];
  /** Groups of communities that they administer: also what is inactive, when it is for some of these only. */
  administered: readonly number[];
}

const columns: Record<LibraryKind, readonly string[]> = {
  macro: ['name', 'perform', 'ux_flow_next_up', 'note', 'active', 'group_ids'],
  text_module: ['user_id', 'name', 'keywords', 'content', 'note', 'active', 'foreign_id', 'group_ids'],
  template: ['name', 'options', 'active'],
};

const groupNames = `, ARRAY(SELECT g.name FROM replica_group g WHERE g.id = ANY (r.group_ids) ORDER BY g.id) AS groups`;
const row = (kind: LibraryKind, expand: boolean) => `
  SELECT row_to_json(shown) FROM (SELECT r.id, ${columns[kind].map((name) => `r.${name}`).join(', ')}
    ${expand && kind !== 'template' ? groupNames : ''}, r.updated_by_id, r.created_by_id,
    iso(r.created_at) AS created_at, iso(r.updated_at) AS updated_at) AS shown`;

/** Modules of others are nobody's business, not even the administrator's. */
function readable(
  kind: LibraryKind,
  { admin, userId, groupIds, administered }: LibraryReader,
): { where: string; params: unknown[] } {
  const params: unknown[] = [admin];
  const usable = ['r.active'];
  if (kind !== 'template') usable.push(`(r.group_ids = '{}' OR r.group_ids && $${params.push(groupIds)}::int[])`);
  const shared = `($1::boolean OR ${usable.join(' AND ')})`;
  if (kind !== 'text_module') return { where: shared, params };
  const own = `r.group_ids <> '{}' AND r.group_ids <@ $${params.push(administered)}::int[]`;
  return { where: `(r.user_id = $${params.push(userId)} OR r.user_id IS NULL AND (${shared} OR ${own}))`, params };
}

/** Macros, text modules and templates: lists that administrators keep and agents read. */
export class LibraryStore {
  async list(
    on: On,
    kind: LibraryKind,
    reader: LibraryReader,
    { expand, limit, offset }: { expand: boolean; limit: number; offset: number },
  ): Promise<LibraryRow[]> {
    const { where, params } = readable(kind, reader);
    const n = params.length;
    const rows = await sql<{ json: LibraryRow }>(
      on,
      `SELECT (${row(kind, expand)}) AS json FROM ${kind} r WHERE ${where} ORDER BY r.id LIMIT $${n + 1} OFFSET $${n + 2}`,
      [...params, limit, offset],
    );
    return rows.map(({ json }) => json);
  }

  async get(
    on: On,
    kind: LibraryKind,
    reader: LibraryReader,
    id: number,
    expand = false,
  ): Promise<LibraryRow | undefined> {
    const { where, params } = readable(kind, reader);
    const [found] = await sql<{ json: LibraryRow }>(
      on,
      `SELECT (${row(kind, expand)}) AS json FROM ${kind} r WHERE ${where} AND r.id = $${params.length + 1}`,
      [...params, id],
    );
    return found?.json;
  }

  async insert(tx: EntityManager, kind: LibraryKind, values: LibraryValues, by: number, now: EpochMs): Promise<number> {
    const names = Object.keys(values);
    const [made] = await sql<{ id: number }>(
      tx,
      `INSERT INTO ${kind} (created_by_id, updated_by_id, created_at, updated_at${names.map((name) => `, ${name}`).join('')})
       VALUES ($1, $1, $2, $2${names.map((_, i) => `, $${i + 3}`).join('')}) RETURNING id`,
      [by, isoTime(now), ...names.map((name) => parameter(values[name]))],
    );
    return (made as { id: number }).id;
  }

  async update(
    tx: EntityManager,
    kind: LibraryKind,
    id: number,
    values: LibraryValues,
    by: number,
    now: EpochMs,
  ): Promise<void> {
    const names = Object.keys(values);
    await sql(
      tx,
      `UPDATE ${kind} SET updated_by_id = $2, updated_at = $3${names.map((name, i) => `, ${name} = $${i + 4}`).join('')}
       WHERE id = $1`,
      [id, by, isoTime(now), ...names.map((name) => parameter(values[name]))],
    );
  }

  async remove(tx: EntityManager, kind: LibraryKind, id: number): Promise<void> {
    await sql(tx, `DELETE FROM ${kind} WHERE id = $1`, [id]);
  }

  /** Shared text modules by these ids or, without case, names. */
  async sharedModules(
    on: On,
    ids: readonly number[],
    names: readonly string[],
  ): Promise<{ id: number; name: string }[]> {
    return sql(
      on,
      `SELECT id, name FROM text_module
       WHERE user_id IS NULL AND (id = ANY ($1::int[]) OR lower(name) = ANY ($2::text[])) ORDER BY id`,
      [ids, names.map((name) => name.toLowerCase())],
    );
  }
}

function parameter(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : value;
}
