import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { LogbookEntry } from '../domain/cmdb/entry.ts';

type On = DataSource | EntityManager;

export interface CmdbSettingRow {
  active: boolean;
  url: string;
  api_key: Buffer | null;
  user_name: string;
  password: Buffer | null;
  tenant: string;
  logbook: boolean;
  /** When it was changed. */
  revision: string;
}

export interface DueEntry extends LogbookEntry {
  id: number;
  attempts: number;
  createdAt: Date;
}

export class CmdbStore {
  async setting(on: On): Promise<CmdbSettingRow | undefined> {
    const rows = await sql<CmdbSettingRow>(
      on,
      'SELECT active, url, api_key, user_name, password, tenant, logbook, updated_at::text AS revision FROM cmdb_setting',
    );
    return rows[0];
  }

  /** Loads and locks, so that two who change it come one after another. */
  async lockSetting(tx: EntityManager): Promise<CmdbSettingRow | undefined> {
    await sql(tx, 'LOCK TABLE cmdb_setting IN SHARE ROW EXCLUSIVE MODE');
    return this.setting(tx);
  }

  async saveSetting(tx: EntityManager, row: CmdbSettingRow, byId: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO cmdb_setting (active, url, api_key, user_name, password, tenant, logbook, updated_by_id, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (singleton) DO UPDATE SET active = excluded.active, url = excluded.url, api_key = excluded.api_key,
         user_name = excluded.user_name, password = excluded.password, tenant = excluded.tenant,
         logbook = excluded.logbook, updated_by_id = excluded.updated_by_id, updated_at = excluded.updated_at`,
      [
        ...[row.active, row.url, row.api_key, row.user_name, row.password, row.tenant, row.logbook],
        ...[byId, new Date(now)],
      ],
    );
  }

  /** Once for each event; nothing while no logbook is to be written. */
  async addEntry(tx: EntityManager, eventId: string, entry: LogbookEntry, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO cmdb_logbook (event_id, ticket_id, object_ids, message, description, comment, due_at, created_at)
       SELECT $1, $2, $3::text[], $4, $5, $6, $7, $7 FROM cmdb_setting WHERE active AND logbook
       ON CONFLICT (event_id) DO NOTHING`,
      [eventId, entry.ticketId, entry.objectIds, entry.message, entry.description, entry.comment, new Date(now)],
    );
  }

  /**
   * Takes entries that are due, the oldest first; whoever dies with them leaves them to another when the lease ends. Of a
   * ticket only the first, so that its steps stay in their order.
   */
  async claim(on: On, most: number, leaseUntil: EpochMs, now: EpochMs): Promise<DueEntry[]> {
    const rows = await sql<{
      id: number;
      ticket_id: number;
      object_ids: string[];
      message: string;
      description: string;
      comment: string;
      attempts: number;
      created_at: Date;
    }>(
      on,
      `UPDATE cmdb_logbook SET due_at = $2, attempts = attempts + 1
       WHERE id IN (SELECT id FROM cmdb_logbook e WHERE due_at <= $3
                      AND NOT EXISTS (SELECT 1 FROM cmdb_logbook o WHERE o.ticket_id = e.ticket_id AND o.id < e.id)
                    ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id, ticket_id, object_ids, message, description, comment, attempts, created_at`,
      [most, new Date(leaseUntil), new Date(now)],
    );
    return rows
      .sort((a, b) => a.id - b.id)
      .map((row) => ({
        ...{ id: row.id, ticketId: row.ticket_id, objectIds: row.object_ids, message: row.message },
        ...{ description: row.description, comment: row.comment, attempts: row.attempts, createdAt: row.created_at },
      }));
  }

  async done(on: On, ids: readonly number[]): Promise<void> {
    await sql(on, 'DELETE FROM cmdb_logbook WHERE id = ANY ($1::bigint[])', [ids]);
  }

  async later(on: On, id: number, dueAt: EpochMs): Promise<void> {
    await sql(on, 'UPDATE cmdb_logbook SET due_at = $2 WHERE id = $1', [id, new Date(dueAt)]);
  }

  /** What names a person and waits still. @returns how many entries */
  async forget(on: On, patterns: readonly string[]): Promise<number> {
    const rows = await sql(on, 'DELETE FROM cmdb_logbook WHERE description ILIKE ANY ($1::text[]) RETURNING id', [
      patterns,
    ]);
    return rows.length;
  }

  async count(on: On, patterns: readonly string[]): Promise<number> {
    return (await sql(on, 'SELECT 1 FROM cmdb_logbook WHERE description ILIKE ANY ($1::text[])', [patterns])).length;
  }
}
