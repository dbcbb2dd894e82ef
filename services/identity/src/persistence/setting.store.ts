import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface SettingRow {
  id: number;
  name: string;
  value: unknown;
  updatedById: number;
  createdAt: Date;
  updatedAt: Date;
}

const select = `SELECT id, name, value, updated_by_id AS "updatedById", created_at AS "createdAt",
  updated_at AS "updatedAt" FROM settings`;

@Injectable()
export class SettingStore {
  async all(tx: Read): Promise<SettingRow[]> {
    return sql<SettingRow>(tx, `${select} ORDER BY id`);
  }

  async byId(tx: Read, id: number): Promise<SettingRow | undefined> {
    const [row] = await sql<SettingRow>(tx, `${select} WHERE id = $1::bigint`, [id]);
    return row;
  }

  async value(tx: Read, name: string): Promise<unknown> {
    const [row] = await sql<{ value: unknown }>(tx, 'SELECT value FROM settings WHERE name = $1', [name]);
    return row?.value;
  }

  async set(tx: EntityManager, id: number, value: unknown, by: { userId: number; at: Date }): Promise<void> {
    await sql(tx, 'UPDATE settings SET value = $2, updated_by_id = $3, updated_at = $4 WHERE id = $1', [
      id,
      JSON.stringify(value),
      by.userId,
      by.at,
    ]);
  }
}
