import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Window } from '../domain/reading.ts';

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
  group_access: { groupId: number; access: 'read' | 'create' | 'change' | 'overview' | 'full' }[];
}

const columns = `r.id, r.name, r.preferences, r.default_at_signup, r.active, r.note, r.updated_by_id, r.created_by_id,
  r.created_at, r.updated_at,
  ARRAY(SELECT permission_id FROM role_permission WHERE role_id = r.id ORDER BY 1) AS permission_ids,
  ARRAY(SELECT p.name FROM role_permission rp JOIN permissions p ON p.id = rp.permission_id
        WHERE rp.role_id = r.id ORDER BY p.id) AS permissions,
  COALESCE((SELECT json_agg(json_build_object('groupId', group_id, 'access', access)) FROM role_group
            WHERE role_id = r.id), '[]') AS group_access`;

@Injectable()
export class RoleStore {
  async page(tx: Read, { limit, offset, orderBy }: Window): Promise<RoleRow[]> {
    return sql<RoleRow>(tx, `SELECT ${columns} FROM roles r ORDER BY ${orderBy} LIMIT $1 OFFSET $2`, [limit, offset]);
  }

  async byIds(tx: Read, ids: readonly number[]): Promise<RoleRow[]> {
    return sql<RoleRow>(tx, `SELECT ${columns} FROM roles r WHERE id = ANY ($1::bigint[]) ORDER BY id`, [ids]);
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
}
