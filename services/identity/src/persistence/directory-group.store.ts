import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { GroupAttribute } from '../domain/scim/query.ts';
import { type Columns, type Listing, page } from './scim-query.ts';

type Read = EntityManager | DataSource;

export interface DirectoryGroupRow {
  id: number;
  external_id: string | null;
  display_name: string;
  version: number;
  created_at: Date;
  updated_at: Date;
}

export interface DirectoryGroupValues {
  externalId: string | null;
  displayName: string;
}

/** A member of a group, or a group of a member: whose, which, and what it is called. */
export interface Membership {
  of: number;
  id: number;
  display: string;
}

const columns: Columns<GroupAttribute> = {
  id: 'g.id',
  externalid: 'g.external_id',
  displayname: 'g.display_name',
  'members.value': {
    any: '(SELECT user_id FROM directory_members WHERE group_id = g.id) AS many (value)',
    where: 'true',
  },
  'meta.created': 'g.created_at',
  'meta.lastmodified': 'g.updated_at',
};

/** Groups of directories, and who is in them. */
@Injectable()
export class DirectoryGroupStore {
  /** Rows in the order of the ids; what is not the directory's is left out. */
  async byIds(tx: Read, directoryId: number, ids: readonly number[]): Promise<DirectoryGroupRow[]> {
    return sql(
      tx,
      `SELECT g.id, g.external_id, g.display_name, g.version, g.created_at, g.updated_at
       FROM unnest($2::int[]) WITH ORDINALITY AS asked (id, place)
       JOIN directory_groups g ON g.id = asked.id AND g.directory_id = $1 ORDER BY place`,
      [directoryId, ids],
    );
  }

  page(tx: Read, directoryId: number, listing: Listing<GroupAttribute>): Promise<{ ids: number[]; total: number }> {
    const from = 'FROM directory_groups g WHERE g.directory_id = $1';
    return page(tx, { id: 'g.id', from, params: [directoryId], columns }, listing);
  }

  async taken(
    tx: EntityManager,
    directoryId: number,
    { displayName, externalId }: DirectoryGroupValues,
    ownId: number,
  ): Promise<boolean> {
    const rows = await sql(
      tx,
      `SELECT 1 FROM directory_groups WHERE directory_id = $1 AND id <> $4
         AND (lower(display_name) = lower($2) OR external_id = $3) LIMIT 1`,
      [directoryId, displayName, externalId, ownId],
    );
    return rows.length > 0;
  }

  async add(tx: EntityManager, directoryId: number, values: DirectoryGroupValues, at: Date): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO directory_groups (directory_id, external_id, display_name, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $4) RETURNING id`,
      [directoryId, values.externalId, values.displayName, at],
    );
    return (row as { id: number }).id;
  }

  /** Moves the version on, also when only members changed. */
  async change(tx: EntityManager, id: number, values: DirectoryGroupValues, at: Date): Promise<void> {
    await sql(
      tx,
      `UPDATE directory_groups SET external_id = $2, display_name = $3, updated_at = $4, version = version + 1
       WHERE id = $1`,
      [id, values.externalId, values.displayName, at],
    );
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM directory_groups WHERE id = $1', [id]);
  }

  async memberIds(tx: Read, id: number): Promise<number[]> {
    const rows = await sql<{ user_id: number }>(
      tx,
      'SELECT user_id FROM directory_members WHERE group_id = $1 ORDER BY user_id',
      [id],
    );
    return rows.map((row) => row.user_id);
  }

  /** Everybody in a group of the directory. */
  async membersOf(tx: Read, directoryId: number): Promise<number[]> {
    const rows = await sql<{ user_id: number }>(
      tx,
      `SELECT DISTINCT user_id FROM directory_members m JOIN directory_groups g ON g.id = m.group_id
       WHERE g.directory_id = $1 ORDER BY 1`,
      [directoryId],
    );
    return rows.map((row) => row.user_id);
  }

  /**
   * Adds people of the directory; who is in the group already stays.
   * @returns those who came in
   */
  async addMembers(tx: EntityManager, id: number, userIds: readonly number[]): Promise<number[]> {
    const rows = await sql<{ user_id: number }>(
      tx,
      `INSERT INTO directory_members (group_id, user_id) SELECT $1, unnest($2::int[]) ON CONFLICT DO NOTHING
       RETURNING user_id`,
      [id, userIds],
    );
    return rows.map((row) => row.user_id);
  }

  /**
   * @param who    takes these out, or all but these
   * @returns those who went
   */
  async removeMembers(
    tx: EntityManager,
    id: number,
    who: 'these' | 'all-but',
    userIds: readonly number[],
  ): Promise<number[]> {
    const rows = await sql<{ user_id: number }>(
      tx,
      `DELETE FROM directory_members WHERE group_id = $1 AND (user_id = ANY ($2::int[])) = $3 RETURNING user_id`,
      [id, userIds, who === 'these'],
    );
    return rows.map((row) => row.user_id);
  }

  /** Members of these groups, in one statement. */
  async members(tx: Read, groupIds: readonly number[]): Promise<Membership[]> {
    return sql(
      tx,
      `SELECT m.group_id AS of, m.user_id AS id, a.user_name AS display
       FROM directory_members m JOIN directory_accounts a ON a.user_id = m.user_id
       WHERE m.group_id = ANY ($1::int[]) ORDER BY m.group_id, m.user_id`,
      [groupIds],
    );
  }

  /** Groups of these people, in one statement. */
  async groupsOf(tx: Read, userIds: readonly number[]): Promise<Membership[]> {
    return sql(
      tx,
      `SELECT m.user_id AS of, m.group_id AS id, g.display_name AS display
       FROM directory_members m JOIN directory_groups g ON g.id = m.group_id
       WHERE m.user_id = ANY ($1::int[]) ORDER BY m.user_id, m.group_id`,
      [userIds],
    );
  }
}
