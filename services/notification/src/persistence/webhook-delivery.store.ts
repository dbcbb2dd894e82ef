import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Attempt, Delivery, DeliveryState } from '../domain/webhook/webhook.ts';

type On = DataSource | EntityManager;

interface Row {
  id: string;
  webhook_id: number;
  kind: Delivery['kind'];
  rule: string;
  ticket_id: number | null;
  article_id: number | null;
  body: string;
  state: DeliveryState;
  attempts: number;
  tried_before: number;
  due_at: Date | null;
  last_status: number | null;
  last_error: string | null;
  traceparent: string | null;
  created_at: Date;
}

/** A call that is new in the queue. */
export interface NewDelivery {
  id: string;
  webhookId: number;
  kind: Delivery['kind'];
  rule: string;
  ticketId: number | null;
  articleId: number | null;
  body: string;
  traceparent: string | null;
  correlationId: string;
  causationId: string | null;
}

export interface DeliveryPage {
  webhookId: number | undefined;
  state: DeliveryState | undefined;
  limit: number;
  offset: number;
}

/** Longest log of one call that is shown. */
const MOST_ATTEMPTS = 20;

/** The calls: queue and log in one. */
export class WebhookDeliveryStore {
  /** Due at once. @returns ids of those that were not there yet */
  async add(tx: EntityManager, calls: readonly NewDelivery[], now: EpochMs): Promise<Set<string>> {
    if (calls.length === 0) return new Set();
    const rows = await sql<{ id: string }>(
      tx,
      `INSERT INTO webhook_delivery (id, webhook_id, kind, rule, ticket_id, article_id, body, state, due_at, traceparent,
         correlation_id, causation_id, created_at, updated_at)
       SELECT id, "webhookId", kind, rule, "ticketId", "articleId", body, 'queued', $2, traceparent, "correlationId",
         "causationId", $2, $2
       FROM json_to_recordset($1::json) AS new (id uuid, "webhookId" int, kind text, rule text, "ticketId" bigint,
         "articleId" bigint, body text, traceparent text, "correlationId" text, "causationId" text)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [JSON.stringify(calls), isoTime(now)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Takes calls that are due, of each receiver the one that has waited longest, and none of a receiver that is being
   * called or has just failed: one that hangs is waited for by its own calls alone. The start of the try is counted
   * here, before the receiver can notice anything.
   */
  async claim(db: DataSource, now: EpochMs, leaseMs: number, limit: number): Promise<Delivery[]> {
    const rows = await sql<Row>(
      db,
      `WITH free AS MATERIALIZED (
         SELECT h.webhook_id, due.id
         FROM webhook_health h JOIN webhook w ON w.id = h.webhook_id
         CROSS JOIN LATERAL (
           SELECT d.id, d.due_at FROM webhook_delivery d
           WHERE d.webhook_id = h.webhook_id AND d.due_at <= $1 AND (w.active OR d.kind = 'test')
           ORDER BY d.due_at, d.id LIMIT 1) AS due
         WHERE h.free_at <= $1 ORDER BY due.due_at LIMIT $3 FOR UPDATE OF h SKIP LOCKED),
       held AS (
         UPDATE webhook_health h SET free_at = $2 FROM free WHERE h.webhook_id = free.webhook_id RETURNING free.id)
       UPDATE webhook_delivery d SET state = 'calling', attempts = attempts + 1, due_at = $2, updated_at = $1
       FROM held WHERE d.id = held.id RETURNING d.*`,
      [isoTime(now), isoTime(epochMs(now + leaseMs)), limit],
    );
    return rows.map(toDelivery);
  }

  /** @returns false: its lease ran out, and it is somebody else's now */
  async record(
    tx: EntityManager,
    { id, attempts }: Delivery,
    attempt: Attempt,
    next: { state: DeliveryState; dueAt: EpochMs | null; error: string | null },
    now: EpochMs,
  ): Promise<boolean> {
    const rows = await sql(
      tx,
      `WITH ours AS (
         UPDATE webhook_delivery SET state = $3, due_at = $4, last_status = $5, last_error = $6, updated_at = $7
         WHERE id = $1 AND state = 'calling' AND attempts = $2 RETURNING id)
       INSERT INTO webhook_attempt (delivery_id, attempt, at, duration_ms, request, status, error, response_headers,
         response_body)
       SELECT id, $2, $8, $9, $10, $5, $11, $12, $13 FROM ours RETURNING 1`,
      [
        ...[id, attempts, next.state, next.dueAt === null ? null : isoTime(next.dueAt), attempt.status, next.error],
        ...[isoTime(now), isoTime(attempt.at), attempt.durationMs, JSON.stringify(attempt.request), attempt.error],
        ...[JSON.stringify(attempt.responseHeaders), attempt.responseBody],
      ],
    );
    return rows.length > 0;
  }

  /** Newest first. */
  async list(on: On, { webhookId, state, limit, offset }: DeliveryPage): Promise<Delivery[]> {
    const rows = await sql<Row>(
      on,
      `SELECT * FROM webhook_delivery WHERE ($1::int IS NULL OR webhook_id = $1) AND ($2::text IS NULL OR state = $2)
       ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4`,
      [webhookId ?? null, state ?? null, limit, offset],
    );
    return rows.map(toDelivery);
  }

  async get(on: On, id: string): Promise<Delivery | undefined> {
    const [row] = await sql<Row>(on, 'SELECT * FROM webhook_delivery WHERE id = $1', [id]);
    return row && toDelivery(row);
  }

  /** The latest first. */
  async attempts(on: On, id: string): Promise<(Attempt & { attempt: number })[]> {
    const rows = await sql<Omit<Attempt, 'at'> & { attempt: number; at: Date }>(
      on,
      `SELECT attempt, at, duration_ms AS "durationMs", request, status, error, response_headers AS "responseHeaders",
         response_body AS "responseBody"
       FROM webhook_attempt WHERE delivery_id = $1 ORDER BY attempt DESC LIMIT $2`,
      [id, MOST_ATTEMPTS],
    );
    return rows.map((row) => ({ ...row, at: epochMs(row.at) }));
  }

  /** A new round of tries, at once; undefined: it is being tried at this moment, or there is none such. */
  async requeue(tx: EntityManager, id: string, now: EpochMs): Promise<Delivery | undefined> {
    const [row] = await sql<Row>(
      tx,
      `UPDATE webhook_delivery SET state = 'queued', due_at = $2, tried_before = attempts, last_error = NULL,
         updated_at = $2
       WHERE id = $1 AND state <> 'calling' RETURNING *`,
      [id, isoTime(now)],
    );
    return row && toDelivery(row);
  }

  /** What waits for a receiver that is switched off. */
  async giveUp(tx: EntityManager, webhookId: number, why: string, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE webhook_delivery SET state = 'failed', due_at = NULL, last_error = $2, updated_at = $3
       WHERE webhook_id = $1 AND state IN ('queued', 'deferred') AND kind <> 'test'`,
      [webhookId, why, isoTime(now)],
    );
  }

  /** Deletes calls that are done since before then. @returns how many */
  async forget(db: DataSource, before: EpochMs, limit: number): Promise<number> {
    const rows = await sql(
      db,
      `DELETE FROM webhook_delivery WHERE id IN (
         SELECT id FROM webhook_delivery WHERE created_at < $1 AND due_at IS NULL AND updated_at < $1
         ORDER BY created_at LIMIT $2) RETURNING 1`,
      [isoTime(before), limit],
    );
    return rows.length;
  }

  /** Calls that wait, and how long the longest overdue one has been waiting, in seconds. */
  async depth(db: DataSource, now: EpochMs): Promise<{ waiting: number; overdueSeconds: number }> {
    const [row] = await sql<{ waiting: number; overdueSeconds: number }>(
      db,
      `SELECT count(*)::int AS waiting,
         coalesce(extract(epoch FROM $1::timestamptz - min(due_at) FILTER (WHERE state <> 'calling' AND due_at <= $1)), 0)
           ::float AS "overdueSeconds"
       FROM webhook_delivery WHERE due_at IS NOT NULL`,
      [isoTime(now)],
    );
    return row ?? { waiting: 0, overdueSeconds: 0 };
  }
}

function toDelivery(row: Row): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    kind: row.kind,
    rule: row.rule,
    ticketId: row.ticket_id,
    articleId: row.article_id,
    body: row.body,
    state: row.state,
    attempts: row.attempts,
    triedBefore: row.tried_before,
    dueAt: row.due_at && epochMs(row.due_at),
    traceparent: row.traceparent,
    status: row.last_status,
    error: row.last_error,
    createdAt: epochMs(row.created_at),
  };
}
