import { COMMUNITY_PERMISSION, type CommunityAgent } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { insertRow, updateRow } from './write.ts';

type Read = EntityManager | DataSource;

export interface CommunityValues {
  name: string;
  note: string | null;
  active: boolean;
  agent_role_id: number | null;
  mail_domains: string[];
}
export interface CommunityRow extends CommunityValues {
  id: number;
  group_ids: number[];
  administrator_ids: number[];
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

const administered = `community_administrators ca JOIN communities c ON c.id = ca.community_id AND c.active`;

/** A row of that permission for whoever administers a community; `u` is the user. */
export const communityPermission = `SELECT '${COMMUNITY_PERMISSION}' FROM ${administered} WHERE ca.user_id = u.id`;

/** The groups of their communities, as an array. */
export const administeredGroups = `ARRAY(SELECT cg.group_id FROM ${administered}
  JOIN community_groups cg ON cg.community_id = c.id WHERE ca.user_id = u.id ORDER BY 1)`;

const columns = `c.id, c.name, c.note, c.active, c.agent_role_id, c.mail_domains,
  ARRAY(SELECT group_id FROM community_groups WHERE community_id = c.id ORDER BY 1) AS group_ids,
  ARRAY(SELECT user_id FROM community_administrators WHERE community_id = c.id ORDER BY 1) AS administrator_ids,
  c.created_by_id, c.updated_by_id, c.created_at, c.updated_at`;

/** Communities that look after themselves; there are as many as the desk has taken in. */
@Injectable()
export class CommunityStore {
  /** @param administratorId  only what they administer; null: all */
  async all(on: Read, administratorId: number | null, limit: number, offset: number): Promise<CommunityRow[]> {
    return sql<CommunityRow>(
      on,
      `SELECT ${columns} FROM communities c
       WHERE $1::int IS NULL OR c.active AND c.id IN (SELECT community_id FROM community_administrators WHERE user_id = $1)
       ORDER BY lower(c.name) LIMIT $2 OFFSET $3`,
      [administratorId, limit, offset],
    );
  }

  /** Active ones with any group, by name. */
  async ofGroups(on: Read): Promise<{ id: number; name: string; groupIds: number[] }[]> {
    return sql(
      on,
      `SELECT c.id, c.name, array_agg(cg.group_id ORDER BY cg.group_id) AS "groupIds"
       FROM communities c JOIN community_groups cg ON cg.community_id = c.id WHERE c.active
       GROUP BY c.id ORDER BY lower(c.name)`,
    );
  }

  async byId(on: Read, id: number): Promise<CommunityRow | undefined> {
    return (await sql<CommunityRow>(on, `SELECT ${columns} FROM communities c WHERE c.id = $1::bigint`, [id]))[0];
  }

  /** Holds the row until the transaction ends. */
  async lock(tx: EntityManager, id: number): Promise<CommunityRow | undefined> {
    const [found] = await sql(tx, 'SELECT 1 FROM communities WHERE id = $1::bigint FOR UPDATE', [id]);
    return found && this.byId(tx, id);
  }

  async ofGroup(on: Read, groupId: number): Promise<CommunityRow | undefined> {
    const where = 'c.id = (SELECT community_id FROM community_groups WHERE group_id = $1)';
    return (await sql<CommunityRow>(on, `SELECT ${columns} FROM communities c WHERE ${where}`, [groupId]))[0];
  }

  insert(tx: EntityManager, values: CommunityValues, by: { userId: number; at: Date }): Promise<number> {
    return insertRow(tx, 'communities', values, by);
  }

  update(tx: EntityManager, id: number, values: Partial<CommunityValues>, by: { userId: number; at: Date }) {
    return updateRow(tx, 'communities', id, values, by);
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM communities WHERE id = $1', [id]);
  }

  /** One that another community has stays there: the key refuses it. */
  async setGroups(tx: EntityManager, id: number, groupIds: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM community_groups WHERE community_id = $1 AND group_id <> ALL ($2::int[])', [
      ...[id, groupIds],
    ]);
    await sql(
      tx,
      `INSERT INTO community_groups (group_id, community_id)
       SELECT g, $1 FROM unnest($2::int[]) AS g
       WHERE g NOT IN (SELECT group_id FROM community_groups WHERE community_id = $1)`,
      [id, groupIds],
    );
  }

  async addGroup(tx: EntityManager, id: number, groupId: number): Promise<void> {
    await sql(tx, 'INSERT INTO community_groups (group_id, community_id) VALUES ($1, $2)', [groupId, id]);
  }

  async setAdministrators(tx: EntityManager, id: number, userIds: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM community_administrators WHERE community_id = $1 AND user_id <> ALL ($2::int[])', [
      ...[id, userIds],
    ]);
    await sql(
      tx,
      `INSERT INTO community_administrators (user_id, community_id) SELECT unnest($2::int[]), $1
       ON CONFLICT DO NOTHING`,
      [id, userIds],
    );
  }

  /** Whoever has access to one of the groups, by name. @param userId  only them */
  async agents(on: Read, groupIds: readonly number[], userId: number | null = null): Promise<CommunityAgent[]> {
    return sql<CommunityAgent>(
      on,
      `SELECT u.id AS user_id, u.login, u.firstname, u.lastname, u.email, u.active,
         COALESCE((SELECT json_object_agg(group_id, levels) FROM (
             SELECT group_id, array_agg(access ORDER BY access) AS levels FROM user_group
             WHERE user_id = u.id AND group_id = ANY ($1::int[]) GROUP BY group_id) AS own), '{}') AS group_ids,
         ARRAY(SELECT DISTINCT rg.group_id FROM user_role ur JOIN roles r ON r.id = ur.role_id AND r.active
               JOIN role_group rg ON rg.role_id = r.id
               WHERE ur.user_id = u.id AND rg.group_id = ANY ($1::int[]) ORDER BY 1) AS role_group_ids
       FROM users u
       WHERE ($2::int IS NULL OR u.id = $2) AND ($2::int IS NOT NULL OR EXISTS (
           SELECT 1 FROM user_group WHERE user_id = u.id AND group_id = ANY ($1::int[])
           UNION ALL SELECT 1 FROM user_role ur JOIN roles r ON r.id = ur.role_id AND r.active
             JOIN role_group rg ON rg.role_id = r.id WHERE ur.user_id = u.id AND rg.group_id = ANY ($1::int[])))
       ORDER BY lower(u.lastname), lower(u.firstname), u.id`,
      [groupIds, userId],
    );
  }

  /** That a community made somebody an agent. */
  async gaveRole(tx: EntityManager, id: number, userId: number, roleId: number): Promise<void> {
    await sql(
      tx,
      `INSERT INTO community_agents (user_id, community_id, role_id) VALUES ($2, $1, $3)
       ON CONFLICT (user_id, community_id) DO UPDATE SET role_id = excluded.role_id`,
      [id, userId, roleId],
    );
  }

  /** Forgets it. @returns the role, when no other community gave it as well */
  async takeRole(tx: EntityManager, id: number, userId: number): Promise<number | undefined> {
    const [row] = await sql<{ role_id: number }>(
      tx,
      `WITH gone AS (DELETE FROM community_agents WHERE community_id = $1 AND user_id = $2 RETURNING role_id)
       SELECT role_id FROM gone WHERE NOT EXISTS (
         SELECT 1 FROM community_agents a WHERE a.user_id = $2 AND a.community_id <> $1 AND a.role_id = gone.role_id)`,
      [id, userId],
    );
    return row?.role_id;
  }
}
