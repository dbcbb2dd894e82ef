import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** Tickets that a monitoring opened, by what they are about. */
@Injectable()
export class MonitoringStore {
  /** One at a time looks for an open ticket about this and opens one, until the transaction ends. */
  async claim(tx: EntityManager, host: string, service: string): Promise<void> {
    await sql(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `check_mk ${JSON.stringify([host, service])}`,
    ]);
  }

  /** Those that are not closed or merged, the oldest first. */
  async open(on: On, host: string, service: string): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT t.id FROM ticket t JOIN ticket_state s ON s.id = t.state_id
       WHERE t.preferences ? 'check_mk' AND t.preferences #>> '{check_mk,host}' = $1
         AND coalesce(t.preferences #>> '{check_mk,service}', '') = $2 AND s.state_type_id <= 4
       ORDER BY t.id LIMIT 100`,
      [host, service],
    );
    return rows.map(({ id }) => id);
  }

  async numberOf(on: On, id: number): Promise<string> {
    const [row] = await sql<{ number: string }>(on, 'SELECT number FROM ticket WHERE id = $1', [id]);
    return row?.number ?? '';
  }

  /** The first that closes; undefined: there is none. */
  async closingState(on: On): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(
      on,
      'SELECT id FROM ticket_state WHERE state_type_id = 5 AND active ORDER BY id LIMIT 1',
    );
    return row?.id;
  }
}
