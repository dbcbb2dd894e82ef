import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ListWindow, SearchTerm, Window } from '../domain/reading.ts';
import type { AccessLevel, GroupAccess } from '../domain/rights.ts';
import type { Found } from './organization.store.ts';
import { insertRow, updateRow } from './write.ts';

type Read = EntityManager | DataSource;

export interface RoleRow {
  id: number;
  name: string;
  preferences: Record<string, unknown>;
  default_at_signup: boolean;
  active: boolean;
  note: string | null;
  updated_by_id: number;
  created_by_id: number;
  created_at: Date;
  updated_at: Date;
  permission_ids: number[];
  /** Names, in the order of the ids. */
  permissions: string[];
  group_access: { groupId: number; access: AccessLevel }[];
}

const columns = `r.id, r.name, r.preferences, r.default_at_signup, r.active, r.note, r.updated_by_id, r.created_by_id,
  r.created_at, r.updated_at,
  ARRAY(SELECT permission_id FROM role_permission WHERE role_id = r.id ORDER BY 1) AS permission_ids,
  ARRAY(SELECT p.name FROM role_permission rp JOIN permissions p ON p.id = rp.permission_id
        WHERE rp.role_id = r.id ORDER BY p.id) AS permissions,
  COALESCE((SELECT json_agg(json_build_object('groupId', group_id, 'access', access)) FROM role_group
            WHERE role_id = r.id), '[]') AS group_access`;

export type RoleValues = Partial<Pick<RoleRow, 'name' | 'default_at_signup' | 'active' | 'note'>>;

export const roleSearchFields = ['name', 'note'];

@Injectable()
export class RoleStore {
  async page(tx: Read, { limit, offset, orderBy, above, below }: ListWindow): Promise<Found> {
    const rows = await sql<{ id: number; total: number }>(
      tx,
      `SELECT id, count(*) OVER () AS total FROM roles WHERE id > $3 AND id < $4
       ORDER BY ${orderBy} LIMIT $1 OFFSET $2`,
      [limit, offset, above, below],
    );
    return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
  }

  /** @param ids  only these; null: all */
  async search(
    tx: Read,
    terms: readonly SearchTerm[],
    ids: readonly number[] | null,
    { limit, offset, orderBy }: Window,
  ): Promise<Found> {
    const words = terms.map(({ field }, i) => `AND ${field ?? "concat_ws(' ', name, note)"} ILIKE $${i + 2}`);
    const rows = await sql<{ id: number; total: number }>(
      tx,
      `SELECT id, count(*) OVER () AS total FROM roles WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) ${words.join(' ')}
       ORDER BY ${orderBy} LIMIT ${limit} OFFSET ${offset}`,
      [ids, ...terms.map((term) => term.pattern)],
    );
    return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
  }

  /** Rows in the order of the ids; unknown ids are left out. */
  async byIds(tx: Read, ids: readonly number[]): Promise<RoleRow[]> {
    return sql<RoleRow>(
      tx,
      `SELECT ${columns} FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, place)
       JOIN roles r ON r.id = asked.id ORDER BY place`,
      [ids],
    );
  }

  /** Of all active roles, in the order of their names. */
  async activePermissions(tx: Read): Promise<{ id: number; name: string; permissions: string[] }[]> {
    return sql(
      tx,
      `SELECT r.id, r.name, ARRAY(SELECT p.name FROM role_permission rp JOIN permissions p ON p.id = rp.permission_id
         WHERE rp.role_id = r.id) AS permissions
       FROM roles r WHERE r.active ORDER BY lower(r.name), r.id`,
    );
  }

  /** @param against  changes of the same role; giving the role to somebody as well, which a removal must not miss */
  async lock(tx: EntityManager, id: number, against: 'changes' | 'use'): Promise<RoleRow | undefined> {
    const mode = against === 'use' ? 'UPDATE' : 'NO KEY UPDATE';
    const [found] = await sql(tx, `SELECT 1 FROM roles WHERE id = $1::bigint FOR ${mode}`, [id]);
    return found && (await this.byIds(tx, [id]))[0];
  }

  insert(tx: EntityManager, values: RoleValues, by: { userId: number; at: Date }): Promise<number> {
    return insertRow(tx, 'roles', values, by);
  }

  update(tx: EntityManager, id: number, values: RoleValues, by: { userId: number; at: Date }): Promise<void> {
    return updateRow(tx, 'roles', id, values, by);
  }

  async setPermissions(tx: EntityManager, id: number, permissionIds: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM role_permission WHERE role_id = $1 AND permission_id <> ALL ($2::int[])', [
      id,
      permissionIds,
    ]);
    await sql(
      tx,
      'INSERT INTO role_permission (role_id, permission_id) SELECT $1, unnest($2::int[]) ON CONFLICT DO NOTHING',
      [id, permissionIds],
    );
  }

  async setGroups(tx: EntityManager, id: number, access: GroupAccess): Promise<void> {
    const pairs = Object.entries(access).flatMap(([group, levels]) => levels.map((level) => [Number(group), level]));
    await sql(tx, 'DELETE FROM role_group WHERE role_id = $1', [id]);
    await sql(
      tx,
      `INSERT INTO role_group (role_id, group_id, access)
       SELECT $1, * FROM unnest($2::int[], $3::text[]) ON CONFLICT DO NOTHING`,
      [id, pairs.map(([group]) => group), pairs.map(([, level]) => level)],
    );
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM roles WHERE id = $1', [id]);
  }

  /** By people, by entitlements, or by the demand for a second factor. */
  async isReferenced(tx: EntityManager, id: number): Promise<boolean> {
    const [row] = await sql<{ referenced: boolean }>(
      tx,
      `SELECT EXISTS (SELECT 1 FROM user_role WHERE role_id = $1)
         OR EXISTS (SELECT 1 FROM communities WHERE agent_role_id = $1)
         OR EXISTS (SELECT 1 FROM entitlement_mappings WHERE role_id = $1)
         OR EXISTS (SELECT 1 FROM directory_mappings WHERE role_id = $1)
         OR EXISTS (SELECT 1 FROM directories WHERE default_role_id = $1)
         OR EXISTS (SELECT 1 FROM settings WHERE name = 'two_factor_authentication_enforce_role_ids'
                    AND value @> to_jsonb($1::int)) AS referenced`,
      [id],
    );
    return row?.referenced === true;
  }

  /**
   * Moves the versions of everybody who has the role: what neighbours keep of them changed. Their times stay.
   * @returns their ids
   */
  async touchHolders(tx: EntityManager, id: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      // In one order: two roles with the same people wait for each other instead of deadlocking.
      `WITH held AS (SELECT id FROM users WHERE id IN (SELECT user_id FROM user_role WHERE role_id = $1)
                     ORDER BY id FOR NO KEY UPDATE)
       UPDATE users u SET version = version + 1 FROM held WHERE u.id = held.id RETURNING u.id`,
      [id],
    );
    return rows.map((row) => row.id);
  }

  /** Ids by name; names that no role has are left out. */
  async idsByNames(tx: Read, names: readonly string[]): Promise<Map<string, number>> {
    const rows = await sql<{ asked: string; id: number }>(
      tx,
      'SELECT asked, id FROM unnest($1::text[]) AS asked JOIN roles ON lower(name) = lower(asked)',
      [names],
    );
    return new Map(rows.map((row) => [row.asked, row.id]));
  }

  /** What a new user gets when nobody says otherwise. */
  async signupIds(tx: Read): Promise<number[]> {
    const rows = await sql<{ id: number }>(tx, 'SELECT id FROM roles WHERE default_at_signup AND active ORDER BY id');
    return rows.map((row) => row.id);
  }

  async permissions(tx: Read): Promise<{ id: number; name: string }[]> {
    return sql(tx, 'SELECT id, name FROM permissions ORDER BY name');
  }

  async names(tx: Read, ids: readonly number[]): Promise<Map<number, string>> {
    const rows = await sql<{ id: number; name: string }>(
      tx,
      'SELECT id, name FROM roles WHERE id = ANY ($1::bigint[])',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row.name]));
  }
}
