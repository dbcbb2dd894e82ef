import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { LookupInput, LookupKind } from '../domain/ticket/lookup.ts';

type On = DataSource | EntityManager;
interface Kind {
  table: string;
  columns: readonly (keyof LookupInput)[];
  /** Flags that exactly one row holds. */
  defaults: readonly ('default_create' | 'default_follow_up')[];
}

const kinds: Record<LookupKind, Kind> = {
  state: {
    table: 'ticket_state',
    columns: [
      'name',
      'state_type_id',
      'next_state_id',
      'ignore_escalation',
      'default_create',
      'default_follow_up',
      'note',
      'active',
    ],
    defaults: ['default_create', 'default_follow_up'],
  },
  priority: {
    table: 'ticket_priority',
    columns: ['name', 'default_create', 'ui_icon', 'ui_color', 'note', 'active'],
    defaults: ['default_create'],
  },
};

const plain = (kind: LookupKind) => `
  (SELECT row_to_json(shown) FROM (SELECT l.id, ${kinds[kind].columns.map((column) => `l.${column}`).join(', ')},
     l.updated_by_id, l.created_by_id, iso(l.created_at) AS created_at, iso(l.updated_at) AS updated_at) AS shown)`;

/** What a row refers to by id; what is not set is left out. */
const names = (kind: LookupKind) => `json_strip_nulls(json_build_object(
  'created_by', coalesce((SELECT login FROM replica_user WHERE id = l.created_by_id), '-'),
  'updated_by', coalesce((SELECT login FROM replica_user WHERE id = l.updated_by_id), '-')
  ${
    kind === 'state'
      ? `, 'state_type', (SELECT name FROM ticket_state_type WHERE id = l.state_type_id),
         'next_state', (SELECT name FROM ticket_state WHERE id = l.next_state_id)`
      : ''
  }))`;

const json = (kind: LookupKind, named: boolean) =>
  named ? `(left(${plain(kind)}::text, -1) || ',' || substr(${names(kind)}::text, 2))::json` : plain(kind);

/** Rows of ticket states and priorities; they are few, so nothing here is hot. */
export class LookupStore {
  /** @param named  with the names of what each row refers to */
  async list(on: On, kind: LookupKind, limit: number, offset: number, named: boolean): Promise<string> {
    const [row] = await sql<{ json: string }>(
      on,
      `SELECT coalesce(json_agg(${json(kind, named)} ORDER BY l.id), '[]')::text AS json
       FROM (SELECT * FROM ${kinds[kind].table} ORDER BY id LIMIT $1 OFFSET $2) AS l`,
      [limit, offset],
    );
    return (row as { json: string }).json;
  }

  async get(on: On, kind: LookupKind, id: number, named = false): Promise<string | undefined> {
    const [row] = await sql<{ json: string }>(
      on,
      `SELECT ${json(kind, named)}::text AS json FROM ${kinds[kind].table} l WHERE l.id = $1`,
      [id],
    );
    return row?.json;
  }

  async insert(tx: EntityManager, kind: LookupKind, input: LookupInput, by: number, now: EpochMs): Promise<string> {
    await this.clearDefaults(tx, kind, input);
    const given = kinds[kind].columns.filter((column) => input[column] !== undefined);
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO ${kinds[kind].table} (created_by_id, updated_by_id, created_at, updated_at, ${given.join(', ')})
       VALUES ($1, $1, $2, $2, ${given.map((_, i) => `$${i + 3}`).join(', ')}) RETURNING id`,
      [by, isoTime(now), ...given.map((column) => input[column])],
    );
    return (await this.get(tx, kind, (row as { id: number }).id)) as string;
  }

  /** A default flag moves by being set elsewhere; switching it off here is ignored, for there must be one. */
  async update(
    tx: EntityManager,
    kind: LookupKind,
    id: number,
    input: LookupInput,
    by: number,
    now: EpochMs,
  ): Promise<string | undefined> {
    const found = await sql(tx, `SELECT id FROM ${kinds[kind].table} WHERE id = $1 FOR UPDATE`, [id]);
    if (found.length === 0) return undefined;
    await this.clearDefaults(tx, kind, input);
    const flags: readonly string[] = kinds[kind].defaults;
    const given = kinds[kind].columns.filter(
      (column) => input[column] !== undefined && !(flags.includes(column) && input[column] === false),
    );
    await sql(
      tx,
      `UPDATE ${kinds[kind].table} SET updated_by_id = $2, updated_at = $3
         ${given.map((column, i) => `, ${column} = $${i + 4}`).join('')} WHERE id = $1`,
      [id, by, isoTime(now), ...given.map((column) => input[column])],
    );
    return this.get(tx, kind, id);
  }

  async remove(tx: EntityManager, kind: LookupKind, id: number): Promise<void> {
    await sql(tx, `DELETE FROM ${kinds[kind].table} WHERE id = $1`, [id]);
  }

  async missingPriorities(on: On, ids: readonly number[]): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      'SELECT id FROM unnest($1::int[]) AS asked (id) WHERE id NOT IN (SELECT id FROM ticket_priority) ORDER BY id',
      [ids],
    );
    return rows.map(({ id }) => id);
  }

  /** Whether a group reckons with it. */
  async inMatrix(tx: EntityManager, priorityId: number): Promise<boolean> {
    const [row] = await sql<{ found: boolean }>(
      tx,
      `SELECT EXISTS (SELECT FROM replica_group WHERE NOT deleted
         AND jsonb_path_exists(priority_matrix, '$.*.* ? (@ == $id)', jsonb_build_object('id', $1::int))) AS found`,
      [priorityId],
    );
    return row?.found === true;
  }

  async stateType(on: On, name: string): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(on, 'SELECT id FROM ticket_state_type WHERE name = $1', [name]);
    return row?.id;
  }

  async stateNamed(on: On, name: string): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(on, 'SELECT id FROM ticket_state WHERE name = $1', [name]);
    return row?.id;
  }

  private async clearDefaults(tx: EntityManager, kind: LookupKind, input: LookupInput): Promise<void> {
    for (const flag of kinds[kind].defaults) {
      if (input[flag]) await sql(tx, `UPDATE ${kinds[kind].table} SET ${flag} = false WHERE ${flag}`);
    }
  }
}
