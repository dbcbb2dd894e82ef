import type { Actor, TicketJob } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { ChangeRecord } from '../domain/action/take-back.ts';
import { isVisible, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;

/** A job as its worker needs it. */
export interface Job {
  id: number;
  actor: Actor;
  perform: Record<string, unknown>;
  undoOfId: number | null;
  total: number;
  cancelled: boolean;
}

export interface JobItem {
  place: number;
  ticketId: number;
  /** Of an undo: what the first job did to the ticket. */
  record: ChangeRecord | null;
}

export interface JobResult {
  ticketId: number;
  result: 'changed' | 'unchanged' | 'refused';
  reason: string | null;
  record: ChangeRecord | null;
  kept: string[];
}

/** Who watches jobs: their own, and deletions by whomever. */
export interface Watcher {
  userId: number;
  deletions: boolean;
}

const deletion = `j.perform ? 'ticket.action'`;

/** Takes $1: the time within which a job can be undone began at or after it. */
const shown = `
  SELECT json_build_object(
    'id', j.id, 'user_id', j.user_id,
    'status', CASE WHEN j.finished_at IS NULL THEN 'running' WHEN j.cancelled_at IS NULL THEN 'finished' ELSE 'cancelled' END,
    'macro', j.macro, 'perform', j.perform, 'undo_of_id', j.undo_of_id,
    'undone_by_id', (SELECT u.id FROM ticket_job u WHERE u.undo_of_id = j.id),
    'undo_until', CASE WHEN j.undo_of_id IS NULL AND j.finished_at IS NOT NULL AND j.created_at >= $1 AND n.changed > 0
        AND NOT (${deletion})
        AND NOT EXISTS (SELECT 1 FROM ticket_job u WHERE u.undo_of_id = j.id)
      THEN iso(j.created_at + interval '1 day') END,
    'total', j.total, 'changed', n.changed, 'unchanged', n.unchanged, 'refused', n.refused,
    'waiting', j.total - n.changed - n.unchanged - n.refused,
    'created_at', iso(j.created_at), 'finished_at', iso(j.finished_at)) AS json
  FROM ticket_job j CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE result = 'changed') AS changed, count(*) FILTER (WHERE result = 'unchanged') AS unchanged,
           count(*) FILTER (WHERE result = 'refused') AS refused
    FROM ticket_job_item i WHERE i.job_id = j.id) AS n`;

/** Changes of many tickets. How far one has come is in its items, so it can stop and go on anywhere. */
export class JobStore {
  async insert(
    tx: EntityManager,
    job: { actor: Actor; perform: object; macro: string | null; ticketIds: readonly number[] },
    now: EpochMs,
  ): Promise<number> {
    const [made] = await sql<{ id: number }>(
      tx,
      `INSERT INTO ticket_job (user_id, actor, perform, macro, total, created_at) VALUES ($1, $2, $3, $4, $5, $6)
       RETURNING id`,
      [
        job.actor.userId,
        JSON.stringify(job.actor),
        JSON.stringify(job.perform),
        job.macro,
        job.ticketIds.length,
        isoTime(now),
      ],
    );
    const { id } = made as { id: number };
    await sql(
      tx,
      `INSERT INTO ticket_job_item (job_id, place, ticket_id)
       SELECT $1, nth, ticket FROM unnest($2::int[]) WITH ORDINALITY AS given (ticket, nth)`,
      [id, job.ticketIds],
    );
    return id;
  }

  /**
   * A job about what another one changed; merges are taken back last first.
   * @returns undefined when that was undone already
   */
  async insertUndo(tx: EntityManager, of: number, actor: Actor, now: EpochMs): Promise<number | undefined> {
    const [made] = await sql<{ id: number }>(
      tx,
      `INSERT INTO ticket_job (user_id, actor, perform, macro, undo_of_id, total, created_at)
       SELECT $2, $3, perform, macro, id,
         (SELECT count(*) FROM ticket_job_item i WHERE i.job_id = j.id AND result = 'changed'), $4
       FROM ticket_job j WHERE id = $1 ON CONFLICT (undo_of_id) DO NOTHING RETURNING id`,
      [of, actor.userId, JSON.stringify(actor), isoTime(now)],
    );
    if (!made) return undefined;
    await sql(
      tx,
      `INSERT INTO ticket_job_item (job_id, place, ticket_id)
       SELECT $2, row_number() OVER (ORDER BY CASE WHEN j.perform ? 'ticket.merge' THEN -i.place ELSE i.place END),
         i.ticket_id
       FROM ticket_job_item i JOIN ticket_job j ON j.id = i.job_id WHERE i.job_id = $1 AND i.result = 'changed'`,
      [of, made.id],
    );
    return made.id;
  }

  async shown(on: On, { userId, deletions }: Watcher, id: number, undoSince: string): Promise<TicketJob | undefined> {
    const where = `j.id = $2 AND (j.user_id = $3 OR $4 AND ${deletion})`;
    const values = [undoSince, id, userId, deletions];
    const [found] = await sql<{ json: TicketJob }>(on, `${shown} WHERE ${where}`, values);
    return found?.json;
  }

  /** Their own, and of the deletions by others those that are not done. */
  async latest(on: On, { userId, deletions }: Watcher, undoSince: string): Promise<TicketJob[]> {
    const where = `j.id IN (SELECT id FROM ticket_job WHERE user_id = $2 ORDER BY id DESC LIMIT 20)
      OR $3 AND j.finished_at IS NULL AND ${deletion}`;
    const rows = await sql<{ json: TicketJob }>(on, `${shown} WHERE ${where} ORDER BY j.id DESC`, [
      ...[undoSince, userId, deletions],
    ]);
    return rows.map(({ json }) => json);
  }

  /** Titles and numbers of tickets that the actor sees by now. */
  async results(
    on: On,
    visible: VisibleTickets,
    jobId: number,
    page: { result: string | null; after: number; limit: number },
  ): Promise<object[]> {
    const rows = await sql<{ json: object }>(
      on,
      `SELECT json_build_object('place', i.place, 'ticket_id', i.ticket_id, 'number', t.number, 'title', t.title,
         'result', coalesce(i.result, 'waiting'), 'reason', i.reason, 'kept', i.kept) AS json
       FROM ticket_job_item i LEFT JOIN ticket t ON t.id = i.ticket_id AND ${isVisible()}
       WHERE i.job_id = $5 AND i.place > $6 AND ($7::text IS NULL OR coalesce(i.result, 'waiting') = $7)
       ORDER BY i.place LIMIT $8`,
      [...visible.params, jobId, page.after, page.result, page.limit],
    );
    return rows.map(({ json }) => json);
  }

  /** Jobs that are not done, oldest first. */
  async running(on: On): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      'SELECT id FROM ticket_job WHERE finished_at IS NULL ORDER BY id LIMIT 100',
    );
    return rows.map(({ id }) => id);
  }

  async get(on: On, id: number): Promise<Job | undefined> {
    const [job] = await sql<Job>(
      on,
      `SELECT id, actor, perform, undo_of_id AS "undoOfId", total, cancelled_at IS NOT NULL AS cancelled
       FROM ticket_job WHERE id = $1 AND finished_at IS NULL`,
      [id],
    );
    return job;
  }

  async waiting(on: On, { id, undoOfId }: Job, limit: number): Promise<JobItem[]> {
    return sql(
      on,
      `SELECT i.place, i.ticket_id AS "ticketId",
         (SELECT record FROM ticket_job_item d WHERE d.job_id = $2 AND d.ticket_id = i.ticket_id) AS record
       FROM ticket_job_item i WHERE i.job_id = $1 AND i.result IS NULL ORDER BY i.place LIMIT $3`,
      [id, undoOfId, limit],
    );
  }

  /**
   * Those of the tickets that have no result, held until the transaction ends; none of a job that was cancelled. The job
   * is held as well, so that whoever cancels it is told of what was under way.
   */
  async hold(tx: EntityManager, jobId: number, ticketIds: readonly number[]): Promise<Set<number>> {
    const rows = await sql<{ id: number }>(
      tx,
      `SELECT i.ticket_id AS id FROM ticket_job_item i JOIN ticket_job j ON j.id = i.job_id AND j.cancelled_at IS NULL
       WHERE i.job_id = $1 AND i.ticket_id = ANY ($2::int[]) AND i.result IS NULL ORDER BY i.place FOR UPDATE OF i, j`,
      [jobId, ticketIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async settle(tx: EntityManager, jobId: number, results: readonly JobResult[]): Promise<void> {
    await sql(
      tx,
      `UPDATE ticket_job_item i SET result = r.result, reason = r.reason, record = r.record, kept = r.kept
       FROM json_to_recordset($2::json) AS r ("ticketId" int, result text, reason text, record jsonb, kept text[])
       WHERE i.job_id = $1 AND i.ticket_id = r."ticketId" AND i.result IS NULL`,
      [jobId, JSON.stringify(results)],
    );
  }

  /** @returns the tickets that have no result */
  async left(on: On, jobId: number): Promise<number> {
    const [row] = await sql<{ n: number }>(
      on,
      'SELECT count(*) AS n FROM ticket_job_item WHERE job_id = $1 AND result IS NULL',
      [jobId],
    );
    return (row as { n: number }).n;
  }

  async finish(tx: EntityManager, id: number, now: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE ticket_job SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL', [id, isoTime(now)]);
  }

  /** @returns whether there was anything to stop */
  async cancel(tx: EntityManager, id: number, now: EpochMs): Promise<boolean> {
    const stopped = await sql(
      tx,
      'UPDATE ticket_job SET cancelled_at = $2, finished_at = $2 WHERE id = $1 AND finished_at IS NULL RETURNING id',
      [id, isoTime(now)],
    );
    return stopped.length > 0;
  }

  async forgetOld(on: On, before: string): Promise<void> {
    await sql(on, 'DELETE FROM ticket_job WHERE finished_at < $1', [before]);
  }
}
