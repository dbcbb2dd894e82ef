import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { WebhookRow, WebhookValues } from '../domain/webhook/webhook.ts';

type On = DataSource | EntityManager;

const select = `SELECT w.*, h.failing_since FROM webhook w JOIN webhook_health h ON h.webhook_id = w.id`;

/** Receivers of calls; there are few. */
export class WebhookStore {
  list(on: On, limit: number, offset: number): Promise<WebhookRow[]> {
    return sql(on, `${select} ORDER BY w.id LIMIT $1 OFFSET $2`, [limit, offset]);
  }

  byIds(on: On, ids: readonly number[]): Promise<WebhookRow[]> {
    return sql(on, `${select} WHERE w.id = ANY ($1::int[])`, [ids]);
  }

  async get(on: On, id: number): Promise<WebhookRow | undefined> {
    return (await this.byIds(on, [id]))[0];
  }

  /** Holds the row until the transaction ends. */
  async lock(tx: EntityManager, id: number): Promise<WebhookRow | undefined> {
    const [row] = await sql<WebhookRow>(tx, `${select} WHERE w.id = $1 FOR UPDATE OF w`, [id]);
    return row;
  }

  async insert(tx: EntityManager, values: Partial<WebhookValues>, by: number, now: EpochMs): Promise<number> {
    const names = Object.keys(values);
    const [made] = await sql<{ id: number }>(
      tx,
      `WITH made AS (
         INSERT INTO webhook (created_by_id, updated_by_id, created_at, updated_at${names.map((n) => `, ${n}`).join('')})
         VALUES ($1, $1, $2, $2${names.map((_, i) => `, $${i + 3}`).join('')}) RETURNING id)
       INSERT INTO webhook_health (webhook_id) SELECT id FROM made RETURNING webhook_id AS id`,
      [by, isoTime(now), ...Object.values(values)],
    );
    return (made as { id: number }).id;
  }

  /** @param by  null: the machine, which leaves no trace of itself in the row */
  async update(tx: EntityManager, id: number, values: Partial<WebhookValues>, by: number | null, now: EpochMs) {
    const set = Object.keys(values).map((name, i) => `${name} = $${i + 4}`);
    await sql(
      tx,
      `UPDATE webhook SET ${['updated_by_id = coalesce($2, updated_by_id), updated_at = $3', ...set].join(', ')}
       WHERE id = $1`,
      [id, by, isoTime(now), ...Object.values(values)],
    );
  }

  /** A call got through, or somebody saw to it. */
  async recover(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'UPDATE webhook_health SET failures = 0, failing_since = NULL WHERE webhook_id = $1', [id]);
    await this.release(tx, id);
  }

  /** May be called at once, unless it is being called. */
  async release(tx: EntityManager, id: number): Promise<void> {
    await sql(
      tx,
      `UPDATE webhook_health SET free_at = '-infinity' WHERE webhook_id = $1 AND NOT EXISTS (
         SELECT 1 FROM webhook_delivery WHERE webhook_id = $1 AND due_at IS NOT NULL AND state = 'calling')`,
      [id],
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM webhook WHERE id = $1', [id]);
  }

  /** @returns how it has been doing, this failure included */
  async failed(tx: EntityManager, id: number, now: EpochMs): Promise<{ failures: number; since: EpochMs }> {
    const [row] = await sql<{ failures: number; since: Date }>(
      tx,
      `UPDATE webhook_health SET failures = failures + 1, failing_since = coalesce(failing_since, $2)
       WHERE webhook_id = $1 RETURNING failures, failing_since AS since`,
      [id, isoTime(now)],
    );
    return { failures: row?.failures ?? 1, since: row ? epochMs(row.since) : now };
  }

  async hold(tx: EntityManager, id: number, until: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE webhook_health SET free_at = $2 WHERE webhook_id = $1', [id, isoTime(until)]);
  }
}
