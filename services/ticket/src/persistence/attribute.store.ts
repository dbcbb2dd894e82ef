import type { StoredSet } from '@helpmesh/attributes';
import type { AttributeDefinition, AttributeObject, AttributeScreens, AttributeType } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { isoTime } from '@helpmesh/kernel';
import { askAside, sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

export interface AttributeRow {
  id: number;
  object: AttributeObject;
  name: string;
  display: string;
  type: AttributeType;
  option: Record<string, unknown>;
  type_new: AttributeType | null;
  option_new: Record<string, unknown> | null;
  screens: AttributeScreens;
  active: boolean;
  position: number;
  to_create: boolean;
  to_migrate: boolean;
  to_delete: boolean;
  to_config: boolean;
  created_by_id: number;
  updated_by_id: number;
  created_at: string;
  updated_at: string;
}

/** Columns that are written. */
export type AttributeValues = Partial<Omit<AttributeRow, 'id' | `${'created' | 'updated'}_${'by_id' | 'at'}`>>;

const columns = `a.id, a.object, a.name, a.display, a.type, a.option, a.type_new, a.option_new, a.screens, a.active,
  a.position, a.to_create, a.to_migrate, a.to_delete, a.to_config, a.created_by_id, a.updated_by_id,
  iso(a.created_at) AS created_at, iso(a.updated_at) AS updated_at`;
const asJson = new Set(['option', 'option_new', 'screens']);

/** Where rules keep what they look at and what they set. */
const ruleTables: readonly { kind: string; table: string; columns: readonly string[] }[] = [
  { kind: 'Sla', table: 'sla', columns: ['condition'] },
  { kind: 'Overview', table: 'overview', columns: ['condition'] },
  { kind: 'Trigger', table: 'ticket_trigger', columns: ['condition', 'perform'] },
  { kind: 'Job', table: 'schedule', columns: ['condition', 'perform'] },
  { kind: 'Macro', table: 'macro', columns: ['perform'] },
  { kind: 'Template', table: 'template', columns: ['options'] },
];

/** The definitions of custom attributes, and what has to be done to the values of tickets. */
export class AttributeStore {
  async list(on: On, limit: number, offset: number): Promise<AttributeRow[]> {
    return sql(
      on,
      `SELECT ${columns} FROM attribute_definition a WHERE NOT gone ORDER BY a.object, a.position, a.name
       LIMIT $1 OFFSET $2`,
      [limit, offset],
    );
  }

  async get(on: On, id: number): Promise<AttributeRow | undefined> {
    const rows = await sql<AttributeRow>(
      on,
      `SELECT ${columns} FROM attribute_definition a WHERE id = $1 AND NOT gone`,
      [id],
    );
    return rows[0];
  }

  async idNamed(on: On, object: string, name: string): Promise<number | undefined> {
    const rows = await sql<{ id: number }>(
      on,
      'SELECT id FROM attribute_definition WHERE object = $1 AND name = $2 AND NOT gone',
      [object, name],
    );
    return rows[0]?.id;
  }

  /** All that wait for something to be carried out, oldest first. */
  async waiting(on: On): Promise<AttributeRow[]> {
    return sql(
      on,
      `SELECT ${columns} FROM attribute_definition a
       WHERE NOT gone AND (to_create OR to_migrate OR to_delete OR to_config) ORDER BY id`,
    );
  }

  async count(on: On, object: AttributeObject): Promise<number> {
    const [row] = await sql<{ n: number }>(
      on,
      'SELECT count(*)::int AS n FROM attribute_definition WHERE object = $1',
      [object],
    );
    return row?.n ?? 0;
  }

  /** Where a new one stands when nobody says: after all others. */
  async lastPosition(on: On, object: AttributeObject): Promise<number> {
    const [row] = await sql<{ last: number }>(
      on,
      'SELECT coalesce(max(position), 0) AS last FROM attribute_definition WHERE object = $1',
      [object],
    );
    return row?.last ?? 0;
  }

  async insert(tx: EntityManager, values: AttributeValues, by: number, at: EpochMs): Promise<number> {
    const all = Object.entries({ ...values, created_by_id: by, updated_by_id: by, ...stamps(at) });
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO attribute_definition (${all.map(([name]) => name).join(', ')})
       VALUES (${all.map((_, i) => `$${i + 1}`).join(', ')}) RETURNING id`,
      all.map(stored),
    );
    return (row as { id: number }).id;
  }

  async update(tx: EntityManager, id: number, values: AttributeValues, by: number, at: EpochMs): Promise<void> {
    const all = Object.entries({ ...values, updated_by_id: by, updated_at: isoTime(at) });
    await sql(
      tx,
      `UPDATE attribute_definition SET ${all.map(([name], i) => `${name} = $${i + 2}`).join(', ')} WHERE id = $1`,
      [id, ...all.map(stored)],
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM attribute_definition WHERE id = $1', [id]);
  }

  /** Takes it out of sight; its name comes back when its values are gone. */
  async markGone(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'UPDATE attribute_definition SET gone = true WHERE id = $1', [id]);
  }

  /** The next revision of the object's set; changes of it wait for each other from here on. */
  async nextRevision(tx: EntityManager, object: AttributeObject): Promise<number> {
    const [row] = await sql<{ revision: number }>(
      tx,
      'UPDATE attribute_set SET revision = revision + 1 WHERE object = $1 RETURNING revision',
      [object],
    );
    return (row as { revision: number }).revision;
  }

  /** What is in force, by a connection of its own: a write asks for it with its transaction open. @param url  of the database */
  async sets(url: string): Promise<StoredSet[]> {
    return askAside<StoredSet>(
      { url, name: 'ticket attributes' },
      `SELECT s.object, s.revision, coalesce((
         SELECT json_agg(json_build_object('id', a.id, 'name', a.name, 'display', a.display, 'type', a.type,
           'option', a.option, 'screens', a.screens, 'active', a.active, 'position', a.position))
         FROM attribute_definition a WHERE a.object = s.object AND NOT a.to_create AND NOT a.gone), '[]') AS attributes
       FROM attribute_set s`,
    );
  }

  /** Rules that name attributes of tickets, by what they are: `{ Sla: ["Gold"] }` is said of the key `ticket.affected`. */
  async users(on: On, object: AttributeObject, name: string): Promise<{ kind: string; names: string[] }[]> {
    const key = `%"${object.toLowerCase()}.${name.replaceAll('_', '\\_')}"%`;
    return sql(
      on,
      ruleTables
        .map(({ kind, table, columns: where }) => {
          const named = where.map((column) => `${column}::text LIKE $1`).join(' OR ');
          return `SELECT '${kind}' AS kind, array_agg(name ORDER BY name) AS names FROM ${table} WHERE ${named} HAVING count(*) > 0`;
        })
        .join(' UNION ALL '),
      [key],
    );
  }

  async goneOnes(on: On): Promise<{ id: number; object: AttributeObject; name: string }[]> {
    return sql(on, 'SELECT id, object, name FROM attribute_definition WHERE gone ORDER BY id');
  }

  /**
   * Takes the value away from some of the tickets that have it; their versions and times stay as they are.
   * @returns how many had it
   */
  async dropValues(on: DataSource, name: string, limit: number): Promise<number> {
    const rows = await sql(
      on,
      `UPDATE ticket SET custom = nullif(custom - $1, '{}') WHERE id IN (
         SELECT id FROM ticket WHERE custom ? $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE) RETURNING id`,
      [name, limit],
    );
    return rows.length;
  }
}

/** As neighbours are told. */
export function definitionOf(row: AttributeRow): AttributeDefinition {
  const { id, name, display, type, option, screens, active, position } = row;
  return { id, name, display, type, option, screens, active, position };
}

const stamps = (at: EpochMs) => ({ created_at: isoTime(at), updated_at: isoTime(at) });
const stored = ([name, value]: [string, unknown]) =>
  asJson.has(name) && value !== null ? JSON.stringify(value) : value;
