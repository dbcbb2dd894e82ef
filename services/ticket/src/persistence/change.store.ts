import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

/**
 * A place in the event log. Not `seq` alone: transactions commit in another order than they take their numbers. Rows
 * get into the log by one relay, batch after batch, and each batch has a later time than the one before.
 */
export interface LogPlace {
  /** Microseconds of the epoch, as PostgreSQL counts them. */
  at: number;
  seq: number;
}

export interface LoggedEvent extends LogPlace {
  payload: string;
}

const MICROS = '(extract(epoch FROM published_at) * 1000000)::bigint';

/** The log of ticket events, and what of it may be seen now. */
@Injectable()
export class ChangeStore {
  /** Events behind a place, oldest first. */
  after(on: DataSource, { at, seq }: LogPlace, limit: number): Promise<LoggedEvent[]> {
    return sql<LoggedEvent>(
      on,
      `SELECT ${MICROS} AS at, seq, payload FROM event_log
       WHERE subject LIKE 'ticket.v1.%'
         AND (published_at, seq) > ('epoch'::timestamptz + $1::bigint * interval '1 microsecond', $2::bigint)
       ORDER BY published_at, seq LIMIT $3`,
      [at, seq, limit],
    );
  }

  /** The place behind the newest event. */
  async end(on: DataSource): Promise<LogPlace> {
    const [row] = await sql<LogPlace>(
      on,
      `SELECT ${MICROS} AS at, seq FROM event_log WHERE subject LIKE 'ticket.v1.%'
       ORDER BY published_at DESC, seq DESC LIMIT 1`,
    );
    return row ?? { at: 0, seq: 0 };
  }

  /** The visible ones of these tickets, and whether the actor sees them as an agent. */
  async tickets(on: DataSource, visible: VisibleTickets, ids: number[]): Promise<Map<number, { agent: boolean }>> {
    const rows = await sql<{ id: number; agent: boolean }>(
      on,
      `SELECT t.id, ${seesAsAgent()} AS agent FROM ticket t WHERE t.id = ANY ($5::int[]) AND ${isVisible()}`,
      [...visible.params, ids],
    );
    return new Map(rows.map(({ id, agent }) => [id, { agent }]));
  }

  /** The visible ones of these articles. */
  async articles(on: DataSource, visible: VisibleTickets, ids: number[]): Promise<Set<number>> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT a.id FROM article a JOIN ticket t ON t.id = a.ticket_id
       WHERE a.id = ANY ($5::int[]) AND ${isVisible()} AND (NOT a.internal OR ${seesAsAgent()})`,
      [...visible.params, ids],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
