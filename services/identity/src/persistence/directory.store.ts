import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AccessLevel } from '../domain/rights.ts';

type Read = EntityManager | DataSource;

export interface DirectoryMapping {
  directory_group: string;
  role_id: number | null;
  group_id: number | null;
  access: AccessLevel | null;
}

export interface DirectoryRow {
  id: number;
  name: string;
  /** In lower case. */
  domains: string[];
  organization_id: number | null;
  default_role_id: number | null;
  claims_accounts: boolean;
  enabled: boolean;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
  mappings: DirectoryMapping[];
}

export type DirectoryValues = Partial<
  Pick<DirectoryRow, 'name' | 'domains' | 'organization_id' | 'default_role_id' | 'claims_accounts' | 'enabled'>
>;

export interface DirectoryTokenRow {
  id: number;
  name: string;
  user_id: number;
  expires_at: Date | null;
  last_used_at: Date | null;
  created_at: Date;
}

type Author = { userId: number; at: Date };

const select = `SELECT d.*, COALESCE((
    SELECT json_agg(json_build_object('directory_group', m.directory_group, 'role_id', m.role_id,
                                      'group_id', m.group_id, 'access', m.access) ORDER BY m.id)
    FROM directory_mappings m WHERE m.directory_id = d.id), '[]') AS mappings
  FROM directories d`;

/** Directories, what their groups are worth, and their tokens. */
@Injectable()
export class DirectoryStore {
  async all(tx: Read): Promise<DirectoryRow[]> {
    return sql(tx, `${select} ORDER BY d.id`);
  }

  async byId(tx: Read, id: number): Promise<DirectoryRow | undefined> {
    return (await sql<DirectoryRow>(tx, `${select} WHERE d.id = $1::bigint`, [id]))[0];
  }

  /** Holds the directory until the transaction ends: its changes of people come one after another. */
  async lock(tx: EntityManager, id: number): Promise<DirectoryRow | undefined> {
    // Rows that refer to the directory may still be added: what is held is the right to change.
    await sql(tx, 'SELECT 1 FROM directories WHERE id = $1::bigint FOR NO KEY UPDATE', [id]);
    return this.byId(tx, id);
  }

  async add(tx: EntityManager, values: DirectoryValues, by: Author): Promise<number> {
    const all = { ...values, created_by_id: by.userId, updated_by_id: by.userId, created_at: by.at, updated_at: by.at };
    const columns = Object.keys(all);
    const places = columns.map((_, i) => `$${i + 1}`);
    const text = `INSERT INTO directories (${columns.join(', ')}) VALUES (${places.join(', ')}) RETURNING id`;
    const [row] = await sql<{ id: number }>(tx, text, Object.values(all));
    return (row as { id: number }).id;
  }

  async change(tx: EntityManager, id: number, values: DirectoryValues, by: Author): Promise<void> {
    const all = { ...values, updated_by_id: by.userId, updated_at: by.at };
    const set = Object.keys(all).map((column, i) => `${column} = $${i + 2}`);
    await sql(tx, `UPDATE directories SET ${set.join(', ')} WHERE id = $1`, [id, ...Object.values(all)]);
  }

  async setMappings(tx: EntityManager, id: number, mappings: readonly DirectoryMapping[]): Promise<void> {
    await sql(tx, 'DELETE FROM directory_mappings WHERE directory_id = $1', [id]);
    await sql(
      tx,
      `INSERT INTO directory_mappings (directory_id, directory_group, role_id, group_id, access)
       SELECT $1, * FROM unnest($2::text[], $3::int[], $4::int[], $5::text[])`,
      [
        id,
        mappings.map((mapping) => mapping.directory_group),
        mappings.map((mapping) => mapping.role_id),
        mappings.map((mapping) => mapping.group_id),
        mappings.map((mapping) => mapping.access),
      ],
    );
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM directories WHERE id = $1', [id]);
  }

  async tokens(tx: Read, id: number): Promise<DirectoryTokenRow[]> {
    return sql(
      tx,
      `SELECT id, name, user_id, expires_at, last_used_at, created_at FROM api_tokens
       WHERE directory_id = $1::bigint ORDER BY id`,
      [id],
    );
  }

  /** @returns the token as it was, or undefined when the directory has no such one */
  async deleteToken(tx: EntityManager, id: number, tokenId: number): Promise<DirectoryTokenRow | undefined> {
    const [row] = await sql<DirectoryTokenRow>(
      tx,
      `DELETE FROM api_tokens WHERE directory_id = $1::bigint AND id = $2::bigint
       RETURNING id, name, user_id, expires_at, last_used_at, created_at`,
      [id, tokenId],
    );
    return row;
  }
}
