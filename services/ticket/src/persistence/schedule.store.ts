import type { Circumstances } from '@helpmesh/conditions';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Condition } from '../domain/condition/condition.ts';
import type { Ticket } from '../domain/ticket/ticket.ts';
import { conditionSql } from './condition-sql.ts';
import { deskZone } from './desk-setting.store.ts';
import { ticketColumns, ticketOf } from './ticket.table.ts';
import { isVisible, VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;
export type RuleObject = 'Ticket' | 'User' | 'Organization';

export interface ScheduleRow {
  id: number;
  name: string;
  object: RuleObject;
  condition: unknown;
  perform: unknown;
  timeplan: unknown;
  disable_notification: boolean;
  localization: string | null;
  timezone: string | null;
}

/** A run that this process holds, as long as nobody holds a later fence. */
export interface HeldRun {
  id: number;
  fence: number;
  schedule: ScheduleRow;
  /** The page of people or organizations that it is at; null: none was asked for yet. */
  objectIds: number[] | null;
  /** Who has no higher id had their turn. */
  objectsAfter: number;
  /** How often it was gone on with since it last came further; of runs over tickets, as often as it was. */
  tries: number;
}

/** What there is to do. */
interface Waiting {
  due: boolean;
  runs: boolean;
  pending: boolean;
  doomed: boolean;
  /** Of triggers of time; null while there are none. */
  round: { day: string; zone: string } | null;
}

interface Round {
  /** `YYYY-MM-DD` */
  day: string;
  afterId: number;
}

/** Type 3 is a pending reminder. */
const isStillDue = `((t.pending_time <= $1 AND t.pending_told = t.pending_time
    AND t.state_id IN (SELECT id FROM ticket_state WHERE state_type_id = 3)) OR t.escalation_at <= $1)`;

/** What time does to tickets: schedules and their runs, and pending times that come. */
export class ScheduleStore {
  /** Whether a look has anything to do. */
  async waiting(on: On, now: EpochMs): Promise<Waiting> {
    const [row] = await sql<Waiting>(
      on,
      `SELECT EXISTS (SELECT FROM schedule WHERE next_run_at <= $1) AS due,
        EXISTS (SELECT FROM schedule_run WHERE finished_at IS NULL AND lease_until <= $1) AS runs,
        EXISTS (SELECT FROM ticket WHERE pending_time <= $1 AND pending_told IS DISTINCT FROM pending_time) AS pending,
        EXISTS (SELECT FROM ticket_doomed) AS doomed,
        (SELECT json_build_object('day', day, 'zone', ${deskZone}) FROM trigger_round
         WHERE EXISTS (SELECT FROM ticket_trigger WHERE active AND activator = 'time')) AS round`,
      [isoTime(now)],
    );
    return row as Waiting;
  }

  /** The day of the last round of time triggers that ended, or how far the one after it is. */
  async round(on: On): Promise<Round & { zone: string }> {
    const [row] = await sql<Round & { zone: string }>(
      on,
      `SELECT day::text, after_id AS "afterId", ${deskZone} AS zone FROM trigger_round`,
    );
    return row as Round & { zone: string };
  }

  /** @param last  of a batch after which there are more; null ends the round. @returns false when it has moved on */
  async advanceRound(tx: EntityManager, { day, afterId }: Round, today: string, last: number | null): Promise<boolean> {
    const rows = await sql(
      tx,
      `UPDATE trigger_round SET after_id = coalesce($4::int, 0), day = CASE WHEN $4::int IS NULL THEN $3::date ELSE day END
       WHERE day = $1::date AND after_id = $2 RETURNING 1`,
      [day, afterId, today, last],
    );
    return rows.length > 0;
  }

  /** Ids of tickets whose pending or due time has come, was told of, and that nobody went on with. */
  async stillDue(on: On, afterId: number, now: EpochMs, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT t.id FROM ticket t WHERE t.id > $2 AND ${isStillDue} ORDER BY t.id LIMIT $3`,
      [isoTime(now), afterId, limit],
    );
    return rows.map(({ id }) => id);
  }

  async lockStillDue(tx: EntityManager, ids: readonly number[], now: EpochMs): Promise<Map<number, Ticket>> {
    const columns = ticketColumns.map((name) => `t."${name}"`).join(', ');
    const rows = await sql(
      tx,
      `SELECT ${columns} FROM ticket t WHERE ${isStillDue} AND t.id = ANY ($2::int[]) ORDER BY t.id FOR NO KEY UPDATE OF t`,
      [isoTime(now), ids],
    );
    return new Map(rows.map((row) => [row.id as number, ticketOf(row)]));
  }

  /** One whose time has come, locked; what another replica begins is left to it. */
  async lockDue(tx: EntityManager, now: EpochMs): Promise<ScheduleRow | undefined> {
    const text = `SELECT * FROM schedule WHERE active AND next_run_at <= $1 ORDER BY next_run_at LIMIT 1
      FOR UPDATE SKIP LOCKED`;
    return (await sql<ScheduleRow>(tx, text, [isoTime(now)]))[0];
  }

  async lock(tx: EntityManager, id: number): Promise<ScheduleRow | undefined> {
    return (await sql<ScheduleRow>(tx, 'SELECT * FROM schedule WHERE id = $1 FOR UPDATE', [id]))[0];
  }

  /** Those that run where the desk is, locked. */
  async lockLocal(tx: EntityManager): Promise<ScheduleRow[]> {
    const text = `SELECT * FROM schedule WHERE active AND coalesce(timezone, '') IN ('', 'system') ORDER BY id FOR UPDATE`;
    return sql<ScheduleRow>(tx, text);
  }

  async planNext(tx: EntityManager, id: number, at: EpochMs | null): Promise<void> {
    await sql(tx, 'UPDATE schedule SET next_run_at = $2 WHERE id = $1', [id, at === null ? null : isoTime(at)]);
  }

  /** Ids of tickets that the condition picks, the oldest first. */
  async matching(on: On, condition: Condition | null, circumstances: Circumstances, limit: number): Promise<number[]> {
    const visible = VisibleTickets.toTheService();
    const params: unknown[] = [...visible.params];
    const param = (value: unknown, type: string) => `$${params.push(value)}::${type}`;
    const picked = condition === null ? 'true' : conditionSql(condition, circumstances, param);
    const rows = await sql<{ id: number }>(
      on,
      `SELECT t.id FROM ticket t WHERE ${isVisible()} AND ${picked} ORDER BY t.id LIMIT ${limit}`,
      params,
    );
    return rows.map(({ id }) => id);
  }

  /** @returns false while another run of the schedule is under way */
  async begin(tx: EntityManager, id: number, ticketIds: readonly number[], askedBy: number | null, now: EpochMs) {
    const [run] = await sql<{ id: string }>(
      tx,
      `INSERT INTO schedule_run (schedule_id, asked_by_id, started_at, matching, lease_until)
       VALUES ($1, $2, $3, $4, $3) ON CONFLICT (schedule_id) WHERE finished_at IS NULL DO NOTHING RETURNING id`,
      [id, askedBy, isoTime(now), ticketIds.length],
    );
    if (!run) return false;
    await sql(tx, 'INSERT INTO schedule_work (run_id, ticket_id) SELECT $1, unnest($2::int[])', [run.id, ticketIds]);
    return true;
  }

  /** A run that nobody holds, or whose holder has not been heard of; the one that waits longest. */
  async claim(on: On, now: EpochMs, until: EpochMs): Promise<HeldRun | undefined> {
    const [row] = await sql<{ run: HeldRun }>(
      on,
      `WITH held AS (UPDATE schedule_run SET lease_until = $2, fence = fence + 1, tries = tries + 1
         WHERE id = (SELECT id FROM schedule_run WHERE finished_at IS NULL AND lease_until <= $1
                     ORDER BY lease_until, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *)
       SELECT json_build_object('id', held.id, 'fence', held.fence, 'schedule', row_to_json(s),
         'objectIds', held.object_ids, 'objectsAfter', held.objects_after, 'tries', held.tries) AS run
       FROM held JOIN schedule s ON s.id = held.schedule_id`,
      [isoTime(now), isoTime(until)],
    );
    return row?.run;
  }

  /** Goes on holding it for the transaction, and until then. @returns false when somebody else does, or it is over */
  async hold(tx: EntityManager, { id, fence }: HeldRun, until: EpochMs): Promise<boolean> {
    const rows = await sql(
      tx,
      `UPDATE schedule_run SET lease_until = $3 WHERE id = $1 AND fence = $2 AND finished_at IS NULL RETURNING id`,
      [id, fence, isoTime(until)],
    );
    return rows.length > 0;
  }

  /** Some tickets of the run that are not done. */
  async work(on: On, runId: number, limit: number): Promise<number[]> {
    const text = 'SELECT ticket_id AS id FROM schedule_work WHERE run_id = $1 AND NOT done ORDER BY ticket_id LIMIT $2';
    return (await sql<{ id: number }>(on, text, [runId, limit])).map(({ id }) => id);
  }

  async done(tx: EntityManager, runId: number, ticketIds: readonly number[]): Promise<void> {
    await sql(tx, 'UPDATE schedule_work SET done = true WHERE run_id = $1 AND ticket_id = ANY ($2::int[])', [
      runId,
      ticketIds,
    ]);
  }

  /** The next ones of a run over people or organizations. @param total  how many it is for; null: known from before */
  async keepObjects(tx: EntityManager, runId: number, ids: readonly number[], total: number | null): Promise<void> {
    const text = 'UPDATE schedule_run SET object_ids = $2::int[], matching = coalesce($3, matching) WHERE id = $1';
    await sql(tx, text, [runId, ids, total]);
  }

  /** That many of them, up to this one, had their turn. */
  async objectsDone(tx: EntityManager, runId: number, last: number, count: number): Promise<void> {
    await sql(
      tx,
      `UPDATE schedule_run SET objects_after = $2, objects_done = objects_done + $3, tries = 0,
         matching = greatest(matching, objects_done + $3) WHERE id = $1`,
      [runId, last, count],
    );
  }

  async finish(tx: EntityManager, runId: number, now: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE schedule_run SET finished_at = $2 WHERE id = $1', [runId, isoTime(now)]);
  }

  /** Tickets whose pending time has come and was not told of, the longest waiting first. */
  async pendingDue(on: On, now: EpochMs, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT id FROM ticket WHERE pending_time <= $1 AND pending_told IS DISTINCT FROM pending_time
       ORDER BY pending_time LIMIT $2`,
      [isoTime(now), limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Those of them of which that is still so, locked and marked as told. */
  async takePending(tx: EntityManager, ids: readonly number[], now: EpochMs): Promise<Map<number, Ticket>> {
    const columns = ticketColumns.map((name) => `t."${name}"`).join(', ');
    const rows = await sql(
      tx,
      `WITH held AS (SELECT id FROM ticket WHERE id = ANY ($1::int[]) AND pending_time <= $2
           AND pending_told IS DISTINCT FROM pending_time ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
       UPDATE ticket t SET pending_told = pending_time FROM held WHERE t.id = held.id RETURNING ${columns}`,
      [ids, isoTime(now)],
    );
    return new Map(rows.map((row) => [row.id as number, ticketOf(row)]));
  }
}
