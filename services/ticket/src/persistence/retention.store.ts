import type { FinishedStateType, RetentionAction } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** Which tickets a rule is for. */
export interface RetentionScope {
  groupIds: readonly number[];
  stateTypes: readonly FinishedStateType[];
  action: RetentionAction;
  /** Epoch milliseconds: tickets in which something happened at or after it are too young. */
  quietBefore: EpochMs;
}

/** What may not be touched. */
export interface Holds {
  userIds: readonly number[];
  ticketIds: readonly number[];
}

export interface RuleRow {
  id: number;
  name: string;
  active: boolean;
  group_ids: number[];
  state_types: FinishedStateType[];
  older_than_days: number;
  action: RetentionAction;
  next_run_at: string | null;
  created_by_id: number;
  updated_by_id: number;
  created_at: string;
  updated_at: string;
}
export type RuleValues = Pick<
  RuleRow,
  'name' | 'active' | 'group_ids' | 'state_types' | 'older_than_days' | 'action' | 'next_run_at'
>;

export interface RunRow {
  id: number;
  rule_id: number;
  state: 'waiting' | 'running' | 'finished' | 'stopped';
  action: RetentionAction;
  created_by_id: number | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  handled: number;
  held: number;
  failed: number;
  problems: { ticket_id: number; code: string }[];
}

/** A run that this process has the lease of. */
export interface Leased extends RetentionScope {
  id: number;
  ruleId: number;
  ruleName: string;
  afterId: number;
  leaseId: string;
}

export interface Match {
  id: number;
  number: string;
  group_id: number;
  quiet_since: string;
  held: boolean;
}

const ruleColumns = `id, name, active, group_ids, state_types, older_than_days, action, iso(next_run_at) AS next_run_at,
  created_by_id, updated_by_id, iso(created_at) AS created_at, iso(updated_at) AS updated_at`;
const runColumns = `id, rule_id, state, action, created_by_id, iso(created_at) AS created_at,
  iso(started_at) AS started_at, iso(finished_at) AS finished_at, handled, held, failed, problems`;
const written = ['name', 'active', 'group_ids', 'state_types', 'older_than_days', 'action', 'next_run_at'] as const;

/** Since when nothing happened in a ticket: notes of agents and changes of its fields are nothing. */
const quietSince = 'greatest(t.created_at, t.close_at, t.last_close_at, t.last_contact_at)';
/** Parameters 1 to 4. */
const matches = `(cardinality($1::int[]) = 0 OR t.group_id = ANY ($1::int[]))
  AND t.state_id IN (SELECT s.id FROM ticket_state s JOIN ticket_state_type k ON k.id = s.state_type_id
                     WHERE k.name = ANY ($2::text[]))
  AND ${quietSince} < $3::timestamptz
  AND NOT ($4 = 'pseudonymise' AND EXISTS (
    SELECT FROM pseudonymised_ticket p WHERE p.ticket_id = t.id AND p.at > ${quietSince}))`;
/** Parameters 5 and 6: of the ticket, of its customer, or of anybody who wrote in it. */
const isHeld = (tickets: string, users: string) => `(t.id = ANY (${tickets}::int[])
  OR cardinality(${users}::int[]) > 0 AND (t.customer_id = ANY (${users}::int[]) OR EXISTS (
    SELECT FROM article a WHERE a.ticket_id = t.id
      AND (a.created_by_id = ANY (${users}::int[]) OR a.origin_by_id = ANY (${users}::int[])))))`;
const scopeParams = ({ groupIds, stateTypes, quietBefore, action }: RetentionScope) => [
  ...[groupIds, stateTypes, isoTime(quietBefore), action],
];
/** A lease outlasts the slowest ticket by far; each step renews it. */
const LEASE = `interval '2 minutes'`;
const MAX_PROBLEMS = 20;

/** Rules of retention, their runs, and the tickets they are for; the service acts for itself here. */
@Injectable()
export class RetentionStore {
  async rules(on: On): Promise<RuleRow[]> {
    return sql(on, `SELECT ${ruleColumns} FROM retention_rule ORDER BY id`);
  }

  async rule(on: On, id: number): Promise<RuleRow | undefined> {
    return (await sql<RuleRow>(on, `SELECT ${ruleColumns} FROM retention_rule WHERE id = $1`, [id]))[0];
  }

  async insertRule(tx: EntityManager, values: RuleValues, by: number, now: EpochMs): Promise<RuleRow> {
    const [row] = await sql<RuleRow>(
      tx,
      `INSERT INTO retention_rule (${written.join(', ')}, created_by_id, updated_by_id, created_at, updated_at)
       VALUES ($3, $4, $5, $6, $7, $8, $9, $1, $1, $2, $2) RETURNING ${ruleColumns}`,
      [by, isoTime(now), ...written.map((name) => values[name])],
    );
    return row as RuleRow;
  }

  async updateRule(tx: EntityManager, id: number, values: RuleValues, by: number, now: EpochMs): Promise<RuleRow> {
    const [row] = await sql<RuleRow>(
      tx,
      `UPDATE retention_rule SET (${written.join(', ')}, updated_by_id, updated_at) =
         ($4, $5, $6, $7, $8, $9, $10, $2, $3) WHERE id = $1 RETURNING ${ruleColumns}`,
      [id, by, isoTime(now), ...written.map((name) => values[name])],
    );
    return row as RuleRow;
  }

  async deleteRule(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM retention_rule WHERE id = $1', [id]);
  }

  /** Locked until the transaction ends; of several replicas each gets others. */
  async dueRules(tx: EntityManager, now: EpochMs): Promise<RuleRow[]> {
    return sql(
      tx,
      `SELECT ${ruleColumns} FROM retention_rule WHERE next_run_at <= $1 ORDER BY id FOR UPDATE SKIP LOCKED`,
      [isoTime(now)],
    );
  }

  async setNextRun(tx: EntityManager, id: number, at: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE retention_rule SET next_run_at = $2 WHERE id = $1', [id, isoTime(at)]);
  }

  /** How many tickets a rule is for, and how many of these are under legal hold. */
  async count(on: On, scope: RetentionScope, holds: Holds): Promise<{ count: number; held: number }> {
    const [row] = await sql<{ count: number; held: number }>(
      on,
      `SELECT count(*) AS count, count(*) FILTER (WHERE ${isHeld('$5', '$6')}) AS held FROM ticket t WHERE ${matches}`,
      [...scopeParams(scope), holds.ticketIds, holds.userIds],
    );
    return row as { count: number; held: number };
  }

  /** A page of them, above an id. */
  async page(on: On, scope: RetentionScope, holds: Holds, after: number, limit: number): Promise<Match[]> {
    return sql(
      on,
      `SELECT t.id, t.number, t.group_id, iso(${quietSince}) AS quiet_since, ${isHeld('$5', '$6')} AS held
       FROM ticket t WHERE ${matches} AND t.id > $7 ORDER BY t.id LIMIT $8`,
      [...scopeParams(scope), holds.ticketIds, holds.userIds, after, limit],
    );
  }

  /** Whether a rule is still for a ticket, which the caller has locked. */
  async stillMatches(tx: EntityManager, scope: RetentionScope, id: number): Promise<boolean> {
    const rows = await sql(tx, `SELECT 1 FROM ticket t WHERE ${matches} AND t.id = $5`, [...scopeParams(scope), id]);
    return rows.length > 0;
  }

  async isHeld(on: On, id: number, holds: Holds): Promise<boolean> {
    const rows = await sql(on, `SELECT 1 FROM ticket t WHERE t.id = $1 AND ${isHeld('$2', '$3')}`, [
      ...[id, holds.ticketIds, holds.userIds],
    ]);
    return rows.length > 0;
  }

  /** @returns undefined when a run of the rule is under way already */
  async addRun(
    tx: EntityManager,
    ruleId: number,
    by: number | null,
    quiet: EpochMs,
    now: EpochMs,
  ): Promise<RunRow | undefined> {
    const [row] = await sql<RunRow>(
      tx,
      `INSERT INTO retention_run (rule_id, group_ids, state_types, action, quiet_before, created_by_id, created_at)
       SELECT id, group_ids, state_types, action, $2, $3, $4 FROM retention_rule WHERE id = $1
       ON CONFLICT (rule_id) WHERE finished_at IS NULL DO NOTHING RETURNING ${runColumns}`,
      [ruleId, isoTime(quiet), by, isoTime(now)],
    );
    return row;
  }

  async runs(on: On, ruleId: number, limit: number): Promise<RunRow[]> {
    return sql(on, `SELECT ${runColumns} FROM retention_run WHERE rule_id = $1 ORDER BY id DESC LIMIT $2`, [
      ...[ruleId, limit],
    ]);
  }

  /** The oldest run that nobody works on, for this process alone; undefined: there is none. */
  async claim(on: On, leaseId: string, now: EpochMs): Promise<Leased | undefined> {
    const [row] = await sql<Leased & { quiet: Date }>(
      on,
      `UPDATE retention_run r SET state = 'running', started_at = coalesce(started_at, $2), lease_id = $1,
         leased_until = now() + ${LEASE}
       FROM retention_rule rule
       WHERE rule.id = r.rule_id AND r.id = (
         SELECT id FROM retention_run WHERE finished_at IS NULL AND (leased_until IS NULL OR leased_until < now())
         ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING r.id, r.rule_id AS "ruleId", rule.name AS "ruleName", r.group_ids AS "groupIds",
         r.state_types AS "stateTypes", r.action, extract(epoch FROM r.quiet_before)::float8 * 1000 AS "quietBefore",
         r.after_id AS "afterId", r.lease_id AS "leaseId"`,
      [leaseId, isoTime(now)],
    );
    return row;
  }

  /**
   * Counts one ticket, in the transaction of what was done to it.
   * @returns false when the lease is lost or the run was stopped: then nothing may be done
   */
  async step(
    on: On,
    { id, leaseId }: Pick<Leased, 'id' | 'leaseId'>,
    ticketId: number,
    what: 'handled' | 'held' | 'passed',
  ): Promise<boolean> {
    const counted = what === 'passed' ? '' : `, ${what} = ${what} + 1`;
    const rows = await sql(
      on,
      `UPDATE retention_run SET after_id = $3, leased_until = now() + ${LEASE}${counted}
       WHERE id = $1 AND lease_id = $2 AND finished_at IS NULL RETURNING id`,
      [id, leaseId, ticketId],
    );
    return rows.length > 0;
  }

  /** Counts a ticket that was left as it is because of an error. @returns as `step` does */
  async stepFailed(
    on: On,
    { id, leaseId }: Pick<Leased, 'id' | 'leaseId'>,
    ticketId: number,
    code: string,
  ): Promise<boolean> {
    const rows = await sql(
      on,
      `UPDATE retention_run SET after_id = $3, leased_until = now() + ${LEASE}, failed = failed + 1,
         problems = CASE WHEN jsonb_array_length(problems) < ${MAX_PROBLEMS}
           THEN problems || jsonb_build_array(jsonb_build_object('ticket_id', $3::int, 'code', $4::text))
           ELSE problems END
       WHERE id = $1 AND lease_id = $2 AND finished_at IS NULL RETURNING id`,
      [id, leaseId, ticketId, code],
    );
    return rows.length > 0;
  }

  /** Lets somebody else go on, after a while. */
  async release(on: On, { id, leaseId }: Pick<Leased, 'id' | 'leaseId'>, afterMs: number): Promise<void> {
    await sql(
      on,
      `UPDATE retention_run SET lease_id = NULL, leased_until = now() + $3 * interval '1 ms'
       WHERE id = $1 AND lease_id = $2 AND finished_at IS NULL`,
      [id, leaseId, afterMs],
    );
  }

  /** @returns the finished run; undefined when the lease is lost */
  async finish(
    tx: EntityManager,
    { id, leaseId }: Pick<Leased, 'id' | 'leaseId'>,
    now: EpochMs,
  ): Promise<RunRow | undefined> {
    const [row] = await sql<RunRow>(
      tx,
      `UPDATE retention_run SET state = 'finished', finished_at = $3, lease_id = NULL, leased_until = NULL
       WHERE id = $1 AND lease_id = $2 AND finished_at IS NULL RETURNING ${runColumns}`,
      [id, leaseId, isoTime(now)],
    );
    return row;
  }

  /** Stops what is under way of a rule, after the ticket that it is at. */
  async stop(tx: EntityManager, ruleId: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE retention_run SET state = 'stopped', finished_at = $2, lease_id = NULL, leased_until = NULL
       WHERE rule_id = $1 AND finished_at IS NULL`,
      [ruleId, isoTime(now)],
    );
  }

  /** Which of these mails a ticket needs that is not over, or is under legal hold. */
  async mailsNeeded(on: On, ids: readonly number[], holds: Holds): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT m.inbound_id AS id FROM article m JOIN ticket t ON t.id = m.ticket_id
       JOIN ticket_state s ON s.id = t.state_id JOIN ticket_state_type k ON k.id = s.state_type_id
       WHERE m.inbound_id = ANY ($1::bigint[]) AND (k.name NOT IN ('closed', 'merged') OR ${isHeld('$2', '$3')})
       ORDER BY 1`,
      [ids, holds.ticketIds, holds.userIds],
    );
    return rows.map(({ id }) => id);
  }
}
