import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

/** Where the desk is, as SQL: as its setting says, else where its default calendar is. */
export const deskZone = `coalesce(
  (SELECT value #>> '{}' FROM desk_setting WHERE name = 'timezone_default' AND value <> '""'),
  (SELECT timezone FROM calendar WHERE "default"), 'UTC')`;

/** Every article of a customer is their last contact, as SQL; else the first one that nobody answered. */
export const everyContact = `EXISTS (SELECT FROM desk_setting
  WHERE name = 'ticket_last_contact_behaviour' AND value = '"based_on_customer_reaction"')`;

/** Settings that somebody chose; the others are as the code has them. */
export class DeskSettingStore {
  async all(on: DataSource | EntityManager): Promise<Record<string, unknown>> {
    const rows = await sql<{ name: string; value: unknown }>(on, 'SELECT name, value FROM desk_setting');
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  /** The name of a time zone. */
  async zone(on: DataSource | EntityManager): Promise<string> {
    const [row] = await sql<{ zone: string }>(on, `SELECT ${deskZone} AS zone`);
    return (row as { zone: string }).zone;
  }

  /** What a neighbour says that one of its settings is. @param at  of two, the later one holds */
  async keep(tx: EntityManager, { name, value, by, at }: { name: string; value: unknown; by: number; at: EpochMs }) {
    await sql(
      tx,
      `INSERT INTO desk_setting AS known (name, value, updated_by_id, updated_at) VALUES ($1, $2::jsonb, $3, $4)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_by_id = $3, updated_at = $4
       WHERE known.updated_at < excluded.updated_at`,
      [name, JSON.stringify(value), by, isoTime(at)],
    );
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
