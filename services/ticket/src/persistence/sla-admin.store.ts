import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;
export type SlaKind = 'calendar' | 'sla';

/** Column values by name, as they are written; objects become JSON. */
export type Values = Record<string, unknown>;

const kinds = {
  calendar: {
    columns: ['name', 'timezone', 'business_hours', 'default', 'public_holidays'],
    also: `, (SELECT url FROM calendar_feed f WHERE f.calendar_id = r.id) AS ical_url,
      (SELECT log FROM calendar_feed f WHERE f.calendar_id = r.id) AS last_log,
      (SELECT iso(synced_at) FROM calendar_feed f WHERE f.calendar_id = r.id) AS last_sync`,
  },
  sla: {
    columns: [
      ...['name', 'calendar_id', 'first_response_time', 'response_time', 'update_time', 'solution_time'],
      'condition',
    ],
    also: '',
  },
} as const;

const row = (kind: SlaKind, more = '') => `
  SELECT row_to_json(shown) FROM (SELECT r.id, ${kinds[kind].columns.map((name) => `r."${name}"`).join(', ')}
    ${kinds[kind].also}${more}, r.updated_by_id, r.created_by_id, iso(r.created_at) AS created_at,
    iso(r.updated_at) AS updated_at) AS shown`;
const calendarName = ', (SELECT name FROM calendar c WHERE c.id = r.calendar_id) AS calendar';

/** A row as REST shows it. */
export type Shown = Values & { id: number; name: string };

/** Calendars and SLAs for those who administrate them; there are few. */
export class SlaAdminStore {
  async list(on: On, kind: SlaKind, expand: boolean, limit: number, offset: number): Promise<Shown[]> {
    const rows = await sql<{ json: Shown }>(
      on,
      `SELECT (${row(kind, expand && kind === 'sla' ? calendarName : '')}) AS json FROM ${kind} r
       ORDER BY id LIMIT $1 OFFSET $2`,
      [limit, offset],
    );
    return rows.map(({ json }) => json);
  }

  async get(on: On, kind: SlaKind, id: number, expand = false): Promise<Shown | undefined> {
    const [found] = await sql<{ json: Shown }>(
      on,
      `SELECT (${row(kind, expand && kind === 'sla' ? calendarName : '')}) AS json FROM ${kind} r WHERE id = $1`,
      [id],
    );
    return found?.json;
  }

  /** Open tickets, and those of them whose due times are of older rules. */
  async progress(on: On): Promise<{ remaining: number; total: number }> {
    const [row] = await sql<{ remaining: number; total: number }>(
      on,
      `SELECT count(*) FILTER (WHERE sla_revision < (SELECT revision FROM sla_rules)) AS remaining, count(*) AS total
       FROM ticket WHERE sla_revision IS NOT NULL`,
    );
    return row as { remaining: number; total: number };
  }

  async idNamed(on: On, kind: SlaKind, name: string): Promise<number | undefined> {
    const [found] = await sql<{ id: number }>(on, `SELECT id FROM ${kind} WHERE name = $1`, [name]);
    return found?.id;
  }

  async insert(tx: EntityManager, kind: SlaKind, values: Values, by: number, now: EpochMs): Promise<number> {
    const names = Object.keys(values);
    const [made] = await sql<{ id: number }>(
      tx,
      `INSERT INTO ${kind} (created_by_id, updated_by_id, created_at, updated_at${names.map((name) => `, "${name}"`).join('')})
       VALUES ($1, $1, $2, $2${names.map((_, i) => `, $${i + 3}`).join('')}) RETURNING id`,
      [by, isoTime(now), ...names.map((name) => parameter(values[name]))],
    );
    return (made as { id: number }).id;
  }

  async update(tx: EntityManager, kind: SlaKind, id: number, values: Values, by: number, now: EpochMs): Promise<void> {
    const names = Object.keys(values);
    await sql(
      tx,
      `UPDATE ${kind} SET updated_by_id = $2, updated_at = $3${names.map((name, i) => `, "${name}" = $${i + 4}`).join('')}
       WHERE id = $1`,
      [id, by, isoTime(now), ...names.map((name) => parameter(values[name]))],
    );
  }

  async remove(tx: EntityManager, kind: SlaKind, id: number): Promise<void> {
    await sql(tx, `DELETE FROM ${kind} WHERE id = $1`, [id]);
  }

  /** Another calendar becomes the default one. */
  async clearDefault(tx: EntityManager): Promise<void> {
    await sql(tx, 'UPDATE calendar SET "default" = false WHERE "default"');
  }

  async defaultCalendar(on: On): Promise<number> {
    const [found] = await sql<{ id: number }>(on, 'SELECT id FROM calendar WHERE "default"');
    return (found as { id: number }).id;
  }
}

function parameter(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
