import { COMMUNITY_PERMISSION } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { OtherRights } from '../domain/directory/account.ts';
import type { UserAttribute } from '../domain/scim/query.ts';
import { type Columns, type Listing, page } from './scim-query.ts';

type Read = EntityManager | DataSource;

/** A person as their directory sees them: what it says, and what of the account it says it about. */
export interface AccountRow {
  id: number;
  external_id: string | null;
  user_name: string;
  /** The word of the directory: it closed the account when false; `open` is what came of it. */
  active: boolean;
  open: boolean;
  firstname: string;
  lastname: string;
  /** Empty: none. */
  email: string;
  phone: string;
  mobile: string;
  department: string;
  locale: string | null;
  /** Moves on with the account and with what the directory says of it. */
  version: string;
  created_at: Date;
  updated_at: Date;
}

export interface AccountValues {
  externalId: string | null;
  userName: string;
  active: boolean;
}

const from = 'FROM directory_accounts a JOIN users u ON u.id = a.user_id';

const columns: Columns<UserAttribute> = {
  id: 'a.user_id',
  externalid: 'a.external_id',
  username: 'a.user_name',
  active: 'u.active',
  displayname: "concat_ws(' ', NULLIF(u.firstname, ''), NULLIF(u.lastname, ''))",
  'name.formatted': "concat_ws(' ', NULLIF(u.firstname, ''), NULLIF(u.lastname, ''))",
  'name.givenname': "NULLIF(u.firstname, '')",
  'name.familyname': "NULLIF(u.lastname, '')",
  'emails.value': "NULLIF(u.email, '')",
  'emails.type': "CASE WHEN u.email <> '' THEN 'work' END",
  'emails.primary': "CASE WHEN u.email <> '' THEN true END",
  'phonenumbers.value': { any: '(VALUES (u.phone), (u.mobile)) AS many (value)', where: "value <> ''" },
  'groups.value': {
    any: '(SELECT group_id FROM directory_members WHERE user_id = a.user_id) AS many (value)',
    where: 'true',
  },
  'meta.created': 'a.created_at',
  'meta.lastmodified': 'greatest(a.updated_at, u.updated_at)',
};

/** People at directories. */
@Injectable()
export class DirectoryAccountStore {
  /** Rows in the order of the ids; who is not in the directory is left out. */
  async byIds(tx: Read, directoryId: number, ids: readonly number[]): Promise<AccountRow[]> {
    return sql(
      tx,
      `SELECT a.user_id AS id, a.external_id, a.user_name, a.active, u.active AS open, u.firstname, u.lastname, u.email,
              u.phone, u.mobile, u.department, u.preferences->>'locale' AS locale,
              u.version || '.' || a.version AS version, a.created_at, greatest(a.updated_at, u.updated_at) AS updated_at
       FROM unnest($2::int[]) WITH ORDINALITY AS asked (id, place)
       JOIN directory_accounts a ON a.user_id = asked.id AND a.directory_id = $1 AND a.deleted_at IS NULL
       JOIN users u ON u.id = a.user_id ORDER BY place`,
      [directoryId, ids],
    );
  }

  /** Those of the ids who are in the directory. */
  async idsIn(tx: Read, directoryId: number, ids: readonly number[]): Promise<number[]> {
    const rows = await sql<{ user_id: number }>(
      tx,
      `SELECT user_id FROM directory_accounts
       WHERE directory_id = $1 AND user_id = ANY ($2::int[]) AND deleted_at IS NULL`,
      [directoryId, ids],
    );
    return rows.map((row) => row.user_id);
  }

  page(tx: Read, directoryId: number, listing: Listing<UserAttribute>): Promise<{ ids: number[]; total: number }> {
    const where = 'a.directory_id = $1 AND a.deleted_at IS NULL';
    return page(tx, { id: 'a.user_id', from: `${from} WHERE ${where}`, params: [directoryId], columns }, listing);
  }

  /** Who of the directory has one of the two names, but for the one who is meant. */
  async taken(
    tx: EntityManager,
    directoryId: number,
    { userName, externalId }: AccountValues,
    ownId: number,
  ): Promise<boolean> {
    const rows = await sql(
      tx,
      `SELECT 1 FROM directory_accounts WHERE directory_id = $1 AND deleted_at IS NULL AND user_id <> $4
         AND (lower(user_name) = lower($2) OR external_id = $3) LIMIT 1`,
      [directoryId, userName, externalId, ownId],
    );
    return rows.length > 0;
  }

  /** The account that the directory had under this id and deleted; the last one, should there be several. */
  async deletedBy(tx: EntityManager, directoryId: number, externalId: string): Promise<number | undefined> {
    const [row] = await sql<{ user_id: number }>(
      tx,
      `SELECT user_id FROM directory_accounts WHERE directory_id = $1 AND external_id = $2 AND deleted_at IS NOT NULL
       ORDER BY deleted_at DESC LIMIT 1`,
      [directoryId, externalId],
    );
    return row?.user_id;
  }

  /** The accounts at directories of these users, also those that were deleted there. */
  async ofUsers(
    tx: EntityManager,
    userIds: readonly number[],
  ): Promise<{ userId: number; directoryId: number; externalId: string | null; active: boolean; deleted: boolean }[]> {
    return sql(
      tx,
      `SELECT user_id AS "userId", directory_id AS "directoryId", external_id AS "externalId", active,
              deleted_at IS NOT NULL AS deleted FROM directory_accounts WHERE user_id = ANY ($1::int[])`,
      [userIds],
    );
  }

  /** Makes the user the directory's, for the first time or again. */
  async bind(
    tx: EntityManager,
    account: AccountValues & { userId: number; directoryId: number; at: Date },
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO directory_accounts (user_id, directory_id, external_id, user_name, active, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6)
       ON CONFLICT (user_id) DO UPDATE SET external_id = $3, user_name = $4, active = $5, updated_at = $6,
         deleted_at = NULL, version = directory_accounts.version + 1`,
      [account.userId, account.directoryId, account.externalId, account.userName, account.active, account.at],
    );
  }

  /** @returns false when nothing was to change */
  async change(tx: EntityManager, userId: number, values: AccountValues, at: Date): Promise<boolean> {
    const changed = await sql(
      tx,
      `UPDATE directory_accounts SET external_id = $2, user_name = $3, active = $4, updated_at = $5, version = version + 1
       WHERE user_id = $1 AND (external_id, user_name, active) IS DISTINCT FROM ($2, $3, $4) RETURNING 1`,
      [userId, values.externalId, values.userName, values.active, at],
    );
    return changed.length > 0;
  }

  /** @param of  `closedHere`: it was an administrator who closed the account, and that is not forgotten */
  async markDeleted(tx: EntityManager, userId: number, of: { closedHere: boolean; at: Date }): Promise<void> {
    await sql(tx, 'DELETE FROM directory_members WHERE user_id = $1', [userId]);
    await sql(
      tx,
      `UPDATE directory_accounts SET deleted_at = $2, active = $3, updated_at = $2, version = version + 1
       WHERE user_id = $1`,
      [userId, of.at, of.closedHere],
    );
  }

  /** What the user holds that no group of this directory gives. */
  async otherRights(tx: EntityManager, userId: number, directoryId: number): Promise<OtherRights> {
    const given = `FROM directory_members mb JOIN directory_groups dg ON dg.id = mb.group_id AND dg.directory_id = $2
      JOIN directory_mappings m ON m.directory_id = dg.directory_id AND lower(m.directory_group) = lower(dg.display_name)
      WHERE mb.user_id = $1`;
    const [row] = await sql<OtherRights>(
      tx,
      `SELECT ARRAY(SELECT DISTINCT p.name FROM user_role r JOIN role_permission rp ON rp.role_id = r.role_id
                    JOIN permissions p ON p.id = rp.permission_id
                    WHERE r.user_id = $1 AND r.role_id NOT IN (SELECT m.role_id ${given} AND m.role_id IS NOT NULL)
                    UNION SELECT '${COMMUNITY_PERMISSION}' FROM community_administrators WHERE user_id = $1
                   ) AS permissions,
              EXISTS (SELECT 1 FROM user_group g WHERE g.user_id = $1 AND NOT EXISTS (
                        SELECT 1 ${given} AND m.group_id = g.group_id AND m.access = g.access)) AS groups`,
      [userId, directoryId],
    );
    return row as OtherRights;
  }
}
