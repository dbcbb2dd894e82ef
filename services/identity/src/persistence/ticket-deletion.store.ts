import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface DeletionRow {
  id: number;
  ticketId: number;
  /** Null: the ticket service has not told yet. */
  outcome: 'deleted' | 'gone' | 'held' | null;
  counts: Record<string, number>;
  createdById: number;
  createdAt: Date;
  completedAt: Date | null;
}

const columns = `id, ticket_id AS "ticketId", outcome, counts, created_by_id AS "createdById",
  created_at AS "createdAt", completed_at AS "completedAt"`;

/** Tickets that were ordered to be deleted. */
@Injectable()
export class TicketDeletionStore {
  async add(tx: EntityManager, row: Pick<DeletionRow, 'ticketId' | 'createdById' | 'createdAt'>): Promise<DeletionRow> {
    const [added] = await sql<DeletionRow>(
      tx,
      `INSERT INTO data_privacy_ticket (ticket_id, created_by_id, created_at) VALUES ($1, $2, $3) RETURNING ${columns}`,
      [row.ticketId, row.createdById, row.createdAt],
    );
    return added as DeletionRow;
  }

  async list(tx: Read, limit: number): Promise<DeletionRow[]> {
    return sql(tx, `SELECT ${columns} FROM data_privacy_ticket ORDER BY id DESC LIMIT $1`, [limit]);
  }

  async get(tx: Read, id: number): Promise<DeletionRow | undefined> {
    return (await sql<DeletionRow>(tx, `SELECT ${columns} FROM data_privacy_ticket WHERE id = $1`, [id]))[0];
  }

  /** @returns undefined when that was told before */
  async complete(
    tx: EntityManager,
    id: number,
    told: Required<Pick<DeletionRow, 'outcome' | 'counts'>>,
    at: Date,
  ): Promise<DeletionRow | undefined> {
    const [row] = await sql<DeletionRow>(
      tx,
      `UPDATE data_privacy_ticket SET outcome = $2, counts = $3::jsonb, completed_at = $4
       WHERE id = $1 AND completed_at IS NULL RETURNING ${columns}`,
      [id, told.outcome, JSON.stringify(told.counts), at],
    );
    return row;
  }
}
