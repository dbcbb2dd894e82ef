import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { type AlertMemory, quietFrom, type TicketStanding } from '../domain/alert/alert.ts';

type On = DataSource | EntityManager;

/** A thing that a monitoring watches, and its ticket. */
export interface KeptAlert {
  dedupKey: string;
  /** Where its thread is read on, when it was merged. */
  ticketId: number;
  memory: AlertMemory;
  version: number;
  ticket: TicketStanding;
}

const columns = `a.dedup_key AS "dedupKey", t.id AS "ticketId", a.memory, a.version,
  CASE WHEN s.state_type_id <= 4 THEN CASE WHEN t.id = a.ticket_id THEN 'open' ELSE 'joined' END
    WHEN s.state_type_id = 5 AND t.id = a.ticket_id THEN 'closed' ELSE 'none' END AS ticket`;
const joined = 'alert a JOIN ticket t ON t.id = merged_into(a.ticket_id) JOIN ticket_state s ON s.id = t.state_id';

/** What is remembered of alerts. */
@Injectable()
export class AlertStore {
  async find(on: On, dedupKey: string): Promise<KeptAlert | undefined> {
    const [row] = await sql<KeptAlert>(on, `SELECT ${columns} FROM ${joined} WHERE a.dedup_key = $1`, [dedupKey]);
    return row;
  }

  /**
   * One at a time writes about a thing, until the transaction ends.
   * @param version  that was read; undefined: there was none
   * @returns false when somebody else has written meanwhile
   */
  async claim(tx: EntityManager, dedupKey: string, version: number | undefined): Promise<boolean> {
    await sql(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`alert ${dedupKey}`]);
    const [row] = await sql<{ version: number }>(tx, 'SELECT version FROM alert WHERE dedup_key = $1', [dedupKey]);
    return row?.version === version;
  }

  /** @param opened  the ticket is a new one; else it stays the one that was opened for it */
  async keep(
    tx: EntityManager,
    { dedupKey, ticketId, memory }: Pick<KeptAlert, 'dedupKey' | 'ticketId' | 'memory'>,
    opened: boolean,
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO alert AS a (dedup_key, ticket_id, memory, version, opened_at, heard_at, settle_at)
       VALUES ($1, $2, $3, 1, $4, $4, $5)
       ON CONFLICT (dedup_key) DO UPDATE SET memory = $3, version = a.version + 1, heard_at = $4, settle_at = $5,
         ticket_id = CASE WHEN $6 THEN $2 ELSE a.ticket_id END, opened_at = CASE WHEN $6 THEN $4 ELSE a.opened_at END`,
      [
        ...[dedupKey, ticketId, JSON.stringify(memory), new Date(now)],
        ...[memory.flapping ? new Date(quietFrom(memory)) : null, opened],
      ],
    );
  }

  /** Tickets that alerts have opened since then. */
  async openedSince(on: On, since: EpochMs): Promise<number> {
    const [row] = await sql<{ count: number }>(on, 'SELECT count(*)::int AS count FROM alert WHERE opened_at > $1', [
      new Date(since),
    ]);
    return row?.count ?? 0;
  }

  /** Those that flapped and are quiet by now. */
  async quiet(on: On, now: EpochMs, limit: number): Promise<KeptAlert[]> {
    return sql<KeptAlert>(
      on,
      `SELECT ${columns} FROM ${joined} WHERE a.settle_at <= $1 ORDER BY a.settle_at, a.dedup_key LIMIT $2`,
      [new Date(now), limit],
    );
  }

  /** What nothing was heard of for so long begins anew. */
  async forget(on: On, before: EpochMs): Promise<void> {
    await sql(on, 'DELETE FROM alert WHERE heard_at < $1', [new Date(before)]);
  }
}
