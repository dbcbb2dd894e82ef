import type { UserSnapshot } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Absence } from '../domain/absence.ts';
import type { ListWindow, SearchTerm, Window } from '../domain/reading.ts';
import type { GroupAccess } from '../domain/rights.ts';
import { communityPermission } from './community.store.ts';
import { type Picked, pickedSql } from './people-rule.store.ts';
import { shownUserColumns, type UserRow, type UserValues } from './user.table.ts';
import { customText, insertRow, updateRow } from './write.ts';

type Read = EntityManager | DataSource;

/** Permissions of a user's active roles, and what they hold as administrators of communities, as an array. */
const rolePermissions = `ARRAY(
  SELECT DISTINCT p.name FROM user_role ur
  JOIN roles r ON r.id = ur.role_id AND r.active
  JOIN role_permission rp ON rp.role_id = r.id
  JOIN permissions p ON p.id = rp.permission_id
  WHERE ur.user_id = u.id UNION ${communityPermission} ORDER BY 1)`;

const columns = `${shownUserColumns.map((column) => `u.${column}`).join(', ')}, u.version, u.custom, u.overview_sorting_ids,
  ARRAY(SELECT role_id FROM user_role WHERE user_id = u.id ORDER BY role_id) AS role_ids,
  ARRAY(SELECT organization_id FROM user_organization WHERE user_id = u.id ORDER BY organization_id)
    AS organization_ids,
  COALESCE((SELECT json_agg(json_build_object('groupId', group_id, 'access', access)) FROM user_group
            WHERE user_id = u.id), '[]') AS group_access,
  ${rolePermissions} AS permissions`;

/** `agent` holds `ticket.agent` by an active role or by its parent `ticket`. */
const isAgent = `u.active AND EXISTS (
  SELECT 1 FROM user_role ur JOIN roles r ON r.id = ur.role_id AND r.active
  JOIN role_permission rp ON rp.role_id = r.id
  JOIN permissions p ON p.id = rp.permission_id
  WHERE ur.user_id = u.id AND p.name IN ('ticket', 'ticket.agent'))`;

const searchable: Record<string, string> = {
  login: 'u.login',
  email: 'u.email',
  firstname: 'u.firstname',
  lastname: 'u.lastname',
  phone: 'u.phone',
  mobile: 'u.mobile',
  organization: 'o.name',
};

export const userSearchFields = Object.keys(searchable);
const anyField = "concat_ws(' ', u.firstname, u.lastname, u.login, u.email, u.phone, u.mobile, o.name)";

export interface UserSearch {
  terms: SearchTerm[];
  ids?: number[] | undefined;
  roleIds?: number[] | undefined;
  groupIds?: number[] | undefined;
  /** Whoever holds one of them by an active role, or by a parent. */
  permissions?: string[] | undefined;
  /** Not those who were switched off. */
  active?: true | undefined;
  picked?: Picked | undefined;
}

@Injectable()
export class UserStore {
  /** Rows in the order of the ids; unknown ids are left out. */
  async byIds(tx: Read, ids: readonly number[]): Promise<UserRow[]> {
    return sql<UserRow>(
      tx,
      `SELECT ${columns} FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, place)
       JOIN users u ON u.id = asked.id ORDER BY place`,
      [ids],
    );
  }

  /** Holds the row until the transaction ends. */
  async lock(tx: EntityManager, id: number): Promise<UserRow | undefined> {
    const [found] = await sql(tx, 'SELECT 1 FROM users WHERE id = $1::bigint FOR UPDATE', [id]);
    return found && (await this.byIds(tx, [id]))[0];
  }

  /** By login, then by e-mail; the text is in its normal form. */
  async findId(tx: Read, loginOrEmail: string): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(
      tx,
      `SELECT id FROM users WHERE login = $1 OR (email = $1 AND email <> '') ORDER BY login = $1 DESC LIMIT 1`,
      [loginOrEmail],
    );
    return row?.id;
  }

  /** Active people with this telephone number: its last nine digits tell it, however country and city are written. */
  async idsByPhone(tx: Read, number: string): Promise<number[]> {
    const digits = number.replaceAll(/\D/g, '').slice(-9);
    if (digits === '') return [];
    const same = (column: string) => `${column} <> '' AND right(regexp_replace(${column}, '\\D', '', 'g'), 9) = $1`;
    const rows = await sql<{ id: number }>(
      tx,
      `SELECT id FROM (SELECT id FROM users WHERE ${same('phone')} AND active
         UNION SELECT id FROM users WHERE ${same('mobile')} AND active) AS found ORDER BY id LIMIT 10`,
      [digits],
    );
    return rows.map(({ id }) => id);
  }

  /** Others who have one of the names as login or as e-mail; the names are in their normal form, none is empty. */
  async namesakes(tx: Read, names: readonly string[], ownId: number): Promise<{ login: string; email: string }[]> {
    return sql(
      tx,
      `SELECT login, email FROM users WHERE login = ANY ($1::text[]) AND id <> $2
       UNION SELECT login, email FROM users WHERE email = ANY ($1::text[]) AND email <> '' AND id <> $2`,
      [names, ownId],
    );
  }

  /** @param only  the one user who may be listed; null: all */
  async page(tx: Read, only: number | null, { limit, offset, orderBy, above, below }: ListWindow): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      `SELECT id FROM users WHERE ($1::int IS NULL OR id = $1) AND id > $4 AND id < $5
       ORDER BY ${orderBy} LIMIT $2 OFFSET $3`,
      [only, limit, offset, above, below],
    );
    return rows.map((row) => row.id);
  }

  /** @param only  as in `page` */
  async count(tx: Read, only: number | null): Promise<number> {
    const [row] = await sql<{ n: number }>(tx, 'SELECT count(*) AS n FROM users WHERE $1::int IS NULL OR id = $1', [
      only,
    ]);
    return (row as { n: number }).n;
  }

  /** User 1, the system itself, is never found. */
  async search(
    tx: Read,
    search: UserSearch,
    { limit, offset, orderBy }: Window,
  ): Promise<{ ids: number[]; total: number }> {
    const { ids = null, roleIds = null, groupIds = null, permissions = null } = search;
    const params: unknown[] = [ids, roleIds, groupIds, permissions];
    const words = search.terms.map(({ field, pattern }) => {
      params.push(pattern);
      return `${field ? (searchable[field] ?? customText('u', field)) : anyField} ILIKE $${params.length}`;
    });
    const param = (value: unknown, type: string) => `$${params.push(value)}::${type}`;
    const { picked } = search;
    const narrowed = picked ? `AND ${pickedSql('User', picked.condition, picked.circumstances, param)}` : '';
    const found = `FROM users u LEFT JOIN organizations o ON o.id = u.organization_id
       WHERE u.id <> 1 AND ($1::bigint[] IS NULL OR u.id = ANY ($1))
         AND ($2::bigint[] IS NULL OR EXISTS (SELECT 1 FROM user_role WHERE user_id = u.id AND role_id = ANY ($2)))
         AND ($3::bigint[] IS NULL OR EXISTS (SELECT 1 FROM user_group WHERE user_id = u.id AND group_id = ANY ($3)))
         AND ($4::text[] IS NULL OR ${rolePermissions} && $4) ${search.active ? 'AND u.active' : ''}
         ${words.map((word) => `AND ${word}`).join(' ')} ${narrowed}`;
    const rows = await sql<{ id: number; total: number }>(
      tx,
      `SELECT id, count(*) OVER () AS total FROM (SELECT u.* ${found}) AS found
       ORDER BY ${orderBy} LIMIT ${limit} OFFSET ${offset}`,
      params,
    );
    if (rows[0]) return { ids: rows.map((row) => row.id), total: rows[0].total };
    const [count] = offset > 0 ? await sql<{ total: number }>(tx, `SELECT count(*) AS total ${found}`, params) : [];
    return { ids: [], total: count?.total ?? 0 };
  }

  insert(tx: EntityManager, values: UserValues, by: { userId: number; at: Date }): Promise<number> {
    return insertRow(tx, 'users', values, by);
  }

  update(tx: EntityManager, id: number, values: UserValues, by: { userId: number; at: Date }): Promise<void> {
    return updateRow(tx, 'users', id, values, by);
  }

  /** The order of overviews is told elsewhere, so nothing of the person has changed. @param at  what is older is old */
  async keepOverviewSortings(tx: EntityManager, id: number, sortingIds: readonly number[], at: Date): Promise<void> {
    await sql(
      tx,
      `UPDATE users SET overview_sorting_ids = $2::int[], overview_sorted_at = $3
       WHERE id = $1 AND (overview_sorted_at IS NULL OR overview_sorted_at <= $3)`,
      [id, sortingIds, at],
    );
  }

  /** Moves version and time of people of whom something changed that is not in their own rows. */
  async touch(tx: EntityManager, ids: readonly number[], by: { userId: number; at: Date }): Promise<void> {
    await sql(
      tx,
      'UPDATE users SET version = version + 1, updated_by_id = $2, updated_at = $3 WHERE id = ANY ($1::int[])',
      [ids, by.userId, by.at],
    );
  }

  async setRoles(tx: EntityManager, id: number, roleIds: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM user_role WHERE user_id = $1 AND role_id <> ALL ($2::int[])', [id, roleIds]);
    await sql(tx, 'INSERT INTO user_role (user_id, role_id) SELECT $1, unnest($2::int[]) ON CONFLICT DO NOTHING', [
      id,
      roleIds,
    ]);
  }

  async setOrganizations(tx: EntityManager, id: number, organizationIds: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM user_organization WHERE user_id = $1 AND organization_id <> ALL ($2::int[])', [
      id,
      organizationIds,
    ]);
    await sql(
      tx,
      `INSERT INTO user_organization (user_id, organization_id) SELECT $1, unnest($2::int[]) ON CONFLICT DO NOTHING`,
      [id, organizationIds],
    );
  }

  async setGroups(tx: EntityManager, id: number, access: GroupAccess): Promise<void> {
    const pairs = Object.entries(access).flatMap(([group, levels]) => levels.map((level) => [Number(group), level]));
    const wanted = [pairs.map(([group]) => group), pairs.map(([, level]) => level)];
    // What stays is not touched: it may have come from a provider, and must not become local by being written again.
    await sql(
      tx,
      `DELETE FROM user_group g WHERE user_id = $1 AND NOT EXISTS (
         SELECT 1 FROM unnest($2::int[], $3::text[]) AS w (group_id, access)
         WHERE w.group_id = g.group_id AND w.access = g.access)`,
      [id, ...wanted],
    );
    await sql(
      tx,
      `INSERT INTO user_group (user_id, group_id, access)
       SELECT $1, * FROM unnest($2::int[], $3::text[]) ON CONFLICT DO NOTHING`,
      [id, ...wanted],
    );
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM users WHERE id = $1', [id]);
  }

  /** True when anything of ours refers to the user, who therefore stays. */
  async isReferenced(tx: EntityManager, id: number): Promise<boolean> {
    const [row] = await sql<{ referenced: boolean }>(
      tx,
      `SELECT $1 = 1
         OR EXISTS (SELECT 1 FROM users WHERE id <> $1
                    AND (created_by_id = $1 OR updated_by_id = $1 OR out_of_office_replacement_id = $1))
         OR EXISTS (SELECT 1 FROM organizations WHERE created_by_id = $1 OR updated_by_id = $1)
         OR EXISTS (SELECT 1 FROM groups WHERE created_by_id = $1 OR updated_by_id = $1)
         OR EXISTS (SELECT 1 FROM roles WHERE created_by_id = $1 OR updated_by_id = $1)
         OR EXISTS (SELECT 1 FROM history
                    WHERE created_by_id = $1 AND NOT (object = 'User' AND o_id = $1)) AS referenced`,
      [id],
    );
    return row?.referenced === true;
  }

  /**
   * True while somebody who may manage users can still sign in. Serializes the changes that could end that.
   * @param but  who does not count
   */
  async anyAdminLeft(tx: EntityManager, but = 0): Promise<boolean> {
    await sql(tx, `SELECT pg_advisory_xact_lock(hashtextextended('identity.last-admin', 0))`);
    const [row] = await sql(
      tx,
      `SELECT 1 FROM users u JOIN user_role ur ON ur.user_id = u.id JOIN roles r ON r.id = ur.role_id AND r.active
       JOIN role_permission rp ON rp.role_id = r.id JOIN permissions p ON p.id = rp.permission_id
       WHERE u.active AND p.name IN ('admin', 'admin.user') AND u.id <> $1 LIMIT 1`,
      [but],
    );
    return row !== undefined;
  }

  /** What neighbours keep of users, with the version that orders it. */
  async snapshots(tx: Read, ids: readonly number[]): Promise<{ version: number; user: UserSnapshot }[]> {
    const rows = await sql<UserSnapshot & { version: number }>(
      tx,
      `SELECT u.id, u.login, NULLIF(u.email, '') AS email, u.firstname, u.lastname,
              u.organization_id AS "organizationId", u.active, COALESCE(u.preferences->>'locale', 'en') AS locale,
              agent.agent, u.version,
              CASE WHEN u.out_of_office AND u.out_of_office_replacement_id IS NOT NULL
                     AND u.out_of_office_start_at IS NOT NULL AND u.out_of_office_end_at IS NOT NULL
                   THEN json_build_object('from', u.out_of_office_start_at, 'until', u.out_of_office_end_at,
                     'replacementId', u.out_of_office_replacement_id) END AS away,
              CASE WHEN agent.agent THEN ARRAY(
                SELECT group_id FROM user_group WHERE user_id = u.id AND access = 'full'
                UNION SELECT rg.group_id FROM user_role ur JOIN roles r ON r.id = ur.role_id AND r.active
                      JOIN role_group rg ON rg.role_id = r.id AND rg.access = 'full' WHERE ur.user_id = u.id
                ORDER BY 1) ELSE '{}' END AS "fullGroupIds",
              CASE WHEN agent.agent THEN ARRAY(
                SELECT group_id FROM user_group WHERE user_id = u.id AND access = 'read'
                UNION SELECT rg.group_id FROM user_role ur JOIN roles r ON r.id = ur.role_id AND r.active
                      JOIN role_group rg ON rg.role_id = r.id AND rg.access = 'read' WHERE ur.user_id = u.id
                ORDER BY 1) ELSE '{}' END AS "readGroupIds",
              CASE WHEN agent.agent AND jsonb_typeof(u.preferences->'notification_config') = 'object'
                THEN u.preferences->'notification_config'
                  || jsonb_strip_nulls(jsonb_build_object('timezone', u.preferences->'timezone')) END AS notices
       FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, place)
       JOIN users u ON u.id = asked.id
       CROSS JOIN LATERAL (SELECT ${isAgent} AS agent) AS agent
       ORDER BY place`,
      [ids],
    );
    return rows.map(({ version, ...user }) => ({ version, user }));
  }

  /** Of everybody who said when they are away, whether that is over or not. */
  async absences(tx: Read): Promise<Absence[]> {
    return sql(
      tx,
      `SELECT id AS "userId", out_of_office_replacement_id AS "replacementId",
         out_of_office_start_at AS "from", out_of_office_end_at AS "until"
       FROM users WHERE out_of_office AND out_of_office_replacement_id IS NOT NULL
         AND out_of_office_start_at IS NOT NULL AND out_of_office_end_at IS NOT NULL`,
    );
  }

  /** Ids by login or e-mail, in normal form; in no order. */
  async idsByLogins(tx: Read, logins: readonly string[]): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      `SELECT id FROM users WHERE login = ANY ($1::text[])
       UNION SELECT id FROM users WHERE email = ANY ($1::text[]) AND email <> ''`,
      [logins],
    );
    return rows.map((row) => row.id);
  }

  /** Logins by id, for expanded rows. */
  async logins(tx: Read, ids: readonly number[]): Promise<Map<number, string>> {
    const rows = await sql<{ id: number; login: string }>(
      tx,
      'SELECT id, login FROM users WHERE id = ANY ($1::bigint[])',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row.login]));
  }
}
