import type { RecurringTicket } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

const names = ['name', 'active', 'rrule', 'starts_at', 'timezone', 'catch_up', 'ticket', 'note'] as const;

/** What administrators write; `next_at` follows from it. */
export type RecurringValues = Pick<RecurringTicket, (typeof names)[number]>;

const shown = `(SELECT row_to_json(s) FROM (SELECT r.id, ${names.map((name) => `r.${name}`).join(', ')},
  iso(r.next_at) AS next_at, iso(r.last_at) AS last_at, r.last_ticket_id, r.last_error, r.created_by_id, r.updated_by_id,
  iso(r.created_at) AS created_at, iso(r.updated_at) AS updated_at) AS s) AS json`;

export class RecurringStore {
  async list(on: On): Promise<RecurringTicket[]> {
    const text = `SELECT ${shown} FROM recurring_ticket r ORDER BY lower(r.name), r.id`;
    return (await sql<{ json: RecurringTicket }>(on, text)).map(({ json }) => json);
  }

  async get(on: On, id: number): Promise<RecurringTicket | undefined> {
    const text = `SELECT ${shown} FROM recurring_ticket r WHERE r.id = $1`;
    return (await sql<{ json: RecurringTicket }>(on, text, [id]))[0]?.json;
  }

  /** Nobody opens its tickets or changes it meanwhile. */
  async lock(tx: EntityManager, id: number): Promise<RecurringTicket | undefined> {
    await sql(tx, 'SELECT 1 FROM recurring_ticket WHERE id = $1 FOR UPDATE', [id]);
    return this.get(tx, id);
  }

  async insert(
    tx: EntityManager,
    values: RecurringValues,
    nextAt: EpochMs | null,
    by: number,
    now: EpochMs,
  ): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO recurring_ticket (${names.join(', ')}, next_at, created_by_id, updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $11) RETURNING id`,
      [...written(values), nextAt === null ? null : isoTime(nextAt), by, isoTime(now)],
    );
    return (row as { id: number }).id;
  }

  async update(
    tx: EntityManager,
    id: number,
    values: RecurringValues,
    nextAt: EpochMs | null,
    by: number,
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `UPDATE recurring_ticket SET ${names.map((name, i) => `${name} = $${i + 1}`).join(', ')}, next_at = $9,
         last_error = NULL, updated_by_id = $10, updated_at = $11 WHERE id = $12`,
      [...written(values), nextAt === null ? null : isoTime(nextAt), by, isoTime(now), id],
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM recurring_ticket WHERE id = $1', [id]);
  }

  /** Those whose time has come. */
  async due(on: On, now: EpochMs, limit: number): Promise<RecurringTicket[]> {
    const text = `SELECT ${shown} FROM recurring_ticket r WHERE r.active AND r.next_at <= $1 ORDER BY r.next_at, r.id LIMIT $2`;
    return (await sql<{ json: RecurringTicket }>(on, text, [isoTime(now), limit])).map(({ json }) => json);
  }

  /**
   * The fence: takes an occurrence for this transaction if it is still the one that is waited for, of what nobody
   * changed since it was read.
   */
  async take(tx: EntityManager, { id, next_at, updated_at }: RecurringTicket): Promise<boolean> {
    const rows = await sql(
      tx,
      `SELECT 1 FROM recurring_ticket WHERE id = $1 AND active AND next_at = $2 AND updated_at = $3
       FOR UPDATE SKIP LOCKED`,
      [id, next_at, updated_at],
    );
    return rows.length > 0;
  }

  /** An occurrence is over: it is a ticket, an error, or was left out. `updated_at` is the time of the last edit. */
  async settle(
    tx: EntityManager,
    id: number,
    nextAt: EpochMs | null,
    outcome: { at: EpochMs; ticketId: number } | { error: string } | null,
  ): Promise<void> {
    const opened = outcome && 'ticketId' in outcome ? outcome : null;
    const error = outcome && 'error' in outcome ? outcome.error : null;
    await sql(
      tx,
      `UPDATE recurring_ticket SET next_at = $2, last_at = coalesce($3, last_at),
         last_ticket_id = coalesce($4, last_ticket_id), last_error = $5 WHERE id = $1`,
      [
        ...[id, nextAt === null ? null : isoTime(nextAt), opened && isoTime(opened.at)],
        ...[opened?.ticketId ?? null, error],
      ],
    );
  }
}

function written(values: RecurringValues): unknown[] {
  return names.map((name) => (name === 'ticket' ? JSON.stringify(values.ticket) : values[name]));
}
