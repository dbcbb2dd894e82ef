import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

/** Settings that somebody chose; the others are as the code has them. */
export class DeskSettingStore {
  async all(on: DataSource | EntityManager): Promise<Record<string, unknown>> {
    const rows = await sql<{ name: string; value: unknown }>(on, 'SELECT name, value FROM desk_setting');
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  async set(tx: EntityManager, values: Record<string, unknown>, by: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO desk_setting (name, value, updated_by_id, updated_at)
       SELECT key, value, $2, $3 FROM jsonb_each($1::jsonb)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_by_id = $2, updated_at = $3`,
      [JSON.stringify(values), by, isoTime(now)],
    );
  }
}
