import type { Call } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { pretty } from '../domain/call/numbers.ts';

type On = DataSource | EntityManager;

export interface NewCall {
  callId: string;
  direction: 'in' | 'out';
  from: string;
  to: string;
  toComment: string | null;
  queue: string | null;
  comment: string | null;
  /** People who have the number of the other side. */
  callers: { id: number; name: string }[];
  now: EpochMs;
}

type Row = Omit<Call, 'from_pretty' | 'to_pretty' | 'preferences' | 'created_at'> & {
  callers: { id: number; name: string }[];
};

const columns = `id, call_id, direction, state, from_number AS "from", to_number AS "to", from_comment, to_comment, queue,
  comment, iso(initialized_at) AS initialized_at, iso(start_at) AS start_at, iso(end_at) AS end_at,
  extract(epoch FROM coalesce(start_at, end_at) - initialized_at)::int AS duration_waiting_time,
  extract(epoch FROM end_at - start_at)::int AS duration_talking_time, done, callers, iso(updated_at) AS updated_at`;

@Injectable()
export class CallStore {
  /** @returns the call's id; undefined when it is known already */
  async begin(tx: EntityManager, call: NewCall): Promise<number | undefined> {
    const comment = call.callers.map(({ name }) => name).join(', ') || null;
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO phone_call (call_id, direction, state, from_number, to_number, from_comment, to_comment, queue, comment,
         caller_ids, callers, initialized_at, done, updated_at)
       VALUES ($1, $2, 'newCall', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11)
       ON CONFLICT (call_id) DO NOTHING RETURNING id`,
      [
        ...[call.callId, call.direction, call.from, call.to],
        ...(call.direction === 'in' ? [comment, call.toComment] : [call.toComment, comment]),
        ...[call.queue, call.comment, call.callers.map(({ id }) => id), JSON.stringify(call.callers)],
        ...[isoTime(call.now), call.direction === 'out'],
      ],
    );
    return row?.id;
  }

  /** Holds the call until the transaction ends. */
  async lock(tx: EntityManager, callId: string): Promise<Row | undefined> {
    const [row] = await sql<Row>(tx, `SELECT ${columns} FROM phone_call WHERE call_id = $1 FOR UPDATE`, [callId]);
    return row;
  }

  async answered(
    tx: EntityManager,
    id: number,
    by: { to: string | null; comment: string | null },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `UPDATE phone_call SET state = 'answer', start_at = $2, updated_at = $2, done = true,
         to_number = coalesce($3, to_number), to_comment = coalesce($4, to_comment) WHERE id = $1`,
      [id, isoTime(now), by.to, by.comment],
    );
  }

  async ended(
    tx: EntityManager,
    id: number,
    end: { cause: string | null; done: boolean },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `UPDATE phone_call SET state = 'hangup', end_at = $2, updated_at = $2, comment = coalesce($3, comment), done = $4
       WHERE id = $1`,
      [id, isoTime(now), end.cause, end.done],
    );
  }

  async newest(on: On, limit: number): Promise<Call[]> {
    const rows = await sql<Row>(on, `SELECT ${columns} FROM phone_call ORDER BY id DESC LIMIT $1`, [limit]);
    return rows.map(shown);
  }

  async setDone(on: On, ids: readonly number[], done: boolean, now: EpochMs): Promise<number> {
    const rows = await sql(
      on,
      'UPDATE phone_call SET done = $2, updated_at = $3 WHERE id = ANY ($1::int[]) RETURNING 1',
      [ids, done, isoTime(now)],
    );
    return rows.length;
  }

  /** Calls with this person, oldest first. */
  async ofPerson(on: On, userId: number): Promise<Call[]> {
    const rows = await sql<Row>(
      on,
      `SELECT ${columns} FROM phone_call WHERE caller_ids @> ARRAY[$1::int] ORDER BY id LIMIT 10000`,
      [userId],
    );
    return rows.map(shown);
  }

  async forgetOld(on: On, before: EpochMs): Promise<void> {
    await sql(on, 'DELETE FROM phone_call WHERE initialized_at < $1', [isoTime(before)]);
  }
}

function shown({ callers, ...row }: Row): Call {
  const other = callers.map(({ id, name }) => ({
    ...{ caller_id: row.direction === 'in' ? row.from : row.to, comment: name },
    ...{ level: 'known' as const, object: 'User' as const, o_id: id, user_id: id },
  }));
  return {
    ...row,
    from_pretty: pretty(row.from),
    to_pretty: pretty(row.to),
    preferences: other.length === 0 ? {} : row.direction === 'in' ? { from: other } : { to: other },
    created_at: row.initialized_at,
  };
}
