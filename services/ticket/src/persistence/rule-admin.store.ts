import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;
export type RuleKind = 'trigger' | 'job';

/** Column values by name, as they are written; objects become JSON. */
export type RuleValues = Record<string, unknown>;
/** A row as REST shows it. */
export type ShownRule = RuleValues & { id: number; name: string };

const common = [
  ...['name', 'condition', 'perform', 'disable_notification', 'localization', 'timezone', 'note', 'active'],
] as const;
const kinds = {
  trigger: { table: 'ticket_trigger', columns: [...common, 'activator', 'execution_condition_mode'], also: '' },
  job: {
    table: 'schedule',
    columns: [...common, 'object', 'timeplan'],
    also: `, iso(r.next_run_at) AS next_run_at, iso(run.started_at) AS last_run_at, coalesce(run.matching, 0) AS matching,
      (SELECT count(*)::int FROM schedule_work w WHERE w.run_id = run.id AND w.done) + coalesce(run.objects_done, 0)
        AS processed,
      NULL AS pid, run.id IS NOT NULL AND run.finished_at IS NULL AS running`,
  },
} as const;
const from = {
  trigger: 'ticket_trigger r',
  job: `schedule r LEFT JOIN LATERAL (
    SELECT * FROM schedule_run s WHERE s.schedule_id = r.id ORDER BY s.id DESC LIMIT 1) AS run ON true`,
} as const;

const row = (kind: RuleKind) => `
  SELECT row_to_json(shown) FROM (SELECT r.id, ${kinds[kind].columns.map((name) => `r.${name}`).join(', ')}
    ${kinds[kind].also}, r.updated_by_id, r.created_by_id, iso(r.created_at) AS created_at,
    iso(r.updated_at) AS updated_at) AS shown`;

/** Triggers and schedules for those who administrate them; there are few. */
export class RuleAdminStore {
  async list(on: On, kind: RuleKind, limit: number, offset: number): Promise<ShownRule[]> {
    const text = `SELECT (${row(kind)}) AS json FROM ${from[kind]} ORDER BY r.id LIMIT $1 OFFSET $2`;
    return (await sql<{ json: ShownRule }>(on, text, [limit, offset])).map(({ json }) => json);
  }

  async get(on: On, kind: RuleKind, id: number): Promise<ShownRule | undefined> {
    const text = `SELECT (${row(kind)}) AS json FROM ${from[kind]} WHERE r.id = $1`;
    return (await sql<{ json: ShownRule }>(on, text, [id]))[0]?.json;
  }

  async insert(tx: EntityManager, kind: RuleKind, values: RuleValues, by: number, now: EpochMs): Promise<number> {
    const names = Object.keys(values);
    const [made] = await sql<{ id: number }>(
      tx,
      `INSERT INTO ${kinds[kind].table} (created_by_id, updated_by_id, created_at, updated_at${names.map((name) => `, ${name}`).join('')})
       VALUES ($1, $1, $2, $2${names.map((_, i) => `, $${i + 3}`).join('')}) RETURNING id`,
      [by, isoTime(now), ...names.map((name) => parameter(values[name]))],
    );
    return (made as { id: number }).id;
  }

  async update(tx: EntityManager, kind: RuleKind, id: number, values: RuleValues, by: number, now: EpochMs) {
    const names = Object.keys(values);
    await sql(
      tx,
      `UPDATE ${kinds[kind].table} SET updated_by_id = $2, updated_at = $3${names.map((name, i) => `, ${name} = $${i + 4}`).join('')}
       WHERE id = $1`,
      [id, by, isoTime(now), ...names.map((name) => parameter(values[name]))],
    );
  }

  async remove(tx: EntityManager, kind: RuleKind, id: number): Promise<void> {
    await sql(tx, `DELETE FROM ${kinds[kind].table} WHERE id = $1`, [id]);
  }
}

function parameter(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
