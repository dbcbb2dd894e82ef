import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AccessLevel } from '../domain/rights.ts';

type Read = EntityManager | DataSource;

interface Written {
  id: number;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

export interface ProviderRow extends Written {
  name: string;
  title: string;
  issuer: string;
  client_id: string;
  /** Sealed. */
  client_secret: Buffer | null;
  scopes: string[];
  enabled: boolean;
  trusts_email: boolean;
  creates_accounts: boolean;
}

export interface MappingRow extends Written {
  provider_id: number;
  /** Normal form. */
  pattern: string;
  role_id: number | null;
  group_id: number | null;
  access: AccessLevel | null;
  note: string;
}

type Values<R extends Written> = Partial<Omit<R, keyof Written>>;
type Table = 'openid_providers' | 'entitlement_mappings';
type Author = { userId: number; at: Date };

/** Providers of identities, and what their entitlements are worth. */
@Injectable()
export class ProviderStore {
  async all(tx: Read): Promise<ProviderRow[]> {
    return sql(tx, 'SELECT * FROM openid_providers ORDER BY id');
  }

  /**
   * Holds the row until the transaction ends.
   * @param mode  `SHARE`: others may hold it so as well, and nobody changes it
   */
  async lock(tx: EntityManager, id: number, mode: 'UPDATE' | 'SHARE'): Promise<ProviderRow | undefined> {
    const text = `SELECT * FROM openid_providers WHERE id = $1::bigint FOR ${mode}`;
    return (await sql<ProviderRow>(tx, text, [id]))[0];
  }

  async byId(tx: Read, id: number): Promise<ProviderRow | undefined> {
    return (await sql<ProviderRow>(tx, 'SELECT * FROM openid_providers WHERE id = $1::bigint', [id]))[0];
  }

  async byName(tx: Read, name: string): Promise<ProviderRow | undefined> {
    return (await sql<ProviderRow>(tx, 'SELECT * FROM openid_providers WHERE name = $1', [name]))[0];
  }

  async add(tx: EntityManager, values: Values<ProviderRow>, by: Author): Promise<number> {
    return insert(tx, 'openid_providers', values, by);
  }

  async change(tx: EntityManager, id: number, values: Values<ProviderRow>, by: Author): Promise<void> {
    await update(tx, 'openid_providers', id, values, by);
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM openid_providers WHERE id = $1', [id]);
  }

  async mappings(tx: Read, providerId: number | null): Promise<MappingRow[]> {
    return sql(
      tx,
      'SELECT * FROM entitlement_mappings WHERE $1::bigint IS NULL OR provider_id = $1::bigint ORDER BY id',
      [providerId],
    );
  }

  async mapping(tx: Read, id: number): Promise<MappingRow | undefined> {
    return (await sql<MappingRow>(tx, 'SELECT * FROM entitlement_mappings WHERE id = $1::bigint', [id]))[0];
  }

  async lockMapping(tx: EntityManager, id: number): Promise<MappingRow | undefined> {
    const rows = await sql<MappingRow>(tx, 'SELECT * FROM entitlement_mappings WHERE id = $1::bigint FOR UPDATE', [id]);
    return rows[0];
  }

  async addMapping(tx: EntityManager, values: Values<MappingRow>, by: Author): Promise<number> {
    return insert(tx, 'entitlement_mappings', values, by);
  }

  async changeMapping(tx: EntityManager, id: number, values: Values<MappingRow>, by: Author): Promise<void> {
    await update(tx, 'entitlement_mappings', id, values, by);
  }

  async deleteMapping(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM entitlement_mappings WHERE id = $1', [id]);
  }
}

async function insert(tx: EntityManager, table: Table, values: object, by: Author): Promise<number> {
  const all = { ...values, created_by_id: by.userId, updated_by_id: by.userId, created_at: by.at, updated_at: by.at };
  const columns = Object.keys(all);
  const places = columns.map((_, i) => `$${i + 1}`);
  const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')}) RETURNING id`;
  const [row] = await sql<{ id: number }>(tx, text, Object.values(all));
  return (row as { id: number }).id;
}

async function update(tx: EntityManager, table: Table, id: number, values: object, by: Author): Promise<void> {
  const all = { ...values, updated_by_id: by.userId, updated_at: by.at };
  const set = Object.keys(all).map((column, i) => `${column} = $${i + 2}`);
  await sql(tx, `UPDATE ${table} SET ${set.join(', ')} WHERE id = $1`, [id, ...Object.values(all)]);
}
