import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface ExportRow {
  id: number;
  userId: number;
  internal: boolean;
  createdById: number;
  state: 'waiting' | 'running' | 'ready' | 'failed';
  attempts: number;
  parts: number;
  files: number;
  bytes: number;
  sha256: string | null;
  size: number | null;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
}

export interface Progress {
  parts: number;
  files: number;
  /** Of the files and of the JSON, before they are compressed. */
  bytes: number;
}

const columns = `id, user_id AS "userId", internal, created_by_id AS "createdById", state, attempts, parts, files,
  bytes, sha256, size, created_at AS "createdAt", updated_at AS "updatedAt", expires_at AS "expiresAt"`;
/** Still the same try: nobody ended the export, and no other replica took it over. */
const mine = `id = $1 AND attempts = $2 AND state = 'running'`;

/** Archives that were ordered, and how far they are. */
@Injectable()
export class DataExportStore {
  async add(
    tx: EntityManager,
    order: Pick<ExportRow, 'userId' | 'internal' | 'createdById' | 'createdAt' | 'expiresAt'>,
  ): Promise<ExportRow> {
    const [row] = await sql<ExportRow>(
      tx,
      `INSERT INTO data_export (user_id, internal, created_by_id, state, due_at, created_at, updated_at, expires_at)
       VALUES ($1, $2, $3, 'waiting', now(), $4, $4, $5) RETURNING ${columns}`,
      [order.userId, order.internal, order.createdById, order.createdAt, order.expiresAt],
    );
    return row as ExportRow;
  }

  async countSince(tx: Read, createdById: number, userId: number, since: Date): Promise<number> {
    const [row] = await sql<{ count: number }>(
      tx,
      `SELECT count(*)::int AS count FROM data_export
       WHERE created_by_id = $1 AND user_id = $2 AND created_at > $3 AND state <> 'failed'`,
      [createdById, userId, since],
    );
    return row?.count ?? 0;
  }

  async ofOrderer(tx: Read, createdById: number, limit: number): Promise<ExportRow[]> {
    const rest = 'WHERE created_by_id = $1 ORDER BY id DESC LIMIT $2';
    return sql(tx, `SELECT ${columns} FROM data_export ${rest}`, [createdById, limit]);
  }

  async byId(tx: Read, id: number): Promise<ExportRow | undefined> {
    return (await sql<ExportRow>(tx, `SELECT ${columns} FROM data_export WHERE id = $1`, [id]))[0];
  }

  /** Takes one that is due; the others leave it alone until the lease is over. */
  async claim(on: DataSource, leaseMs: number): Promise<ExportRow | undefined> {
    const [row] = await sql<ExportRow>(
      on,
      `UPDATE data_export SET state = 'running', attempts = attempts + 1, parts = 0, files = 0, bytes = 0,
         due_at = now() + $1 * interval '1 ms'
       WHERE id = (SELECT id FROM data_export WHERE due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}`,
      [leaseMs],
    );
    return row;
  }

  /** Notes how far it is, and holds on to it. @returns false when it is to be given up */
  async goOn(on: DataSource, job: ExportRow, { parts, files, bytes }: Progress, leaseMs: number): Promise<boolean> {
    const rows = await sql(
      on,
      `UPDATE data_export SET parts = $3, files = $4, bytes = $5, due_at = now() + $6 * interval '1 ms'
       WHERE ${mine} RETURNING 1`,
      [job.id, job.attempts, parts, files, bytes, leaseMs],
    );
    return rows.length > 0;
  }

  async finish(
    tx: EntityManager,
    job: ExportRow,
    { parts, files, bytes }: Progress,
    archive: { sha256: string; size: number },
    times: { at: Date; expiresAt: Date },
  ): Promise<boolean> {
    const rows = await sql(
      tx,
      `UPDATE data_export SET state = 'ready', due_at = NULL, last_error = NULL, parts = $3, files = $4, bytes = $5,
         sha256 = $6, size = $7, updated_at = $8, expires_at = $9
       WHERE ${mine} RETURNING 1`,
      [job.id, job.attempts, parts, files, bytes, archive.sha256, archive.size, times.at, times.expiresAt],
    );
    return rows.length > 0;
  }

  /** @param retryMs  null: it is not tried again */
  async fail(on: DataSource, job: ExportRow, code: string, retryMs: number | null): Promise<void> {
    await sql(
      on,
      `UPDATE data_export SET last_error = $3, state = CASE WHEN $4::bigint IS NULL THEN 'failed' ELSE 'waiting' END,
         due_at = now() + $4::bigint * interval '1 ms'
       WHERE ${mine}`,
      [job.id, job.attempts, code, retryMs],
    );
  }

  /** Those about a person, and those they ordered: none is made any more, none can be fetched. */
  async endOf(tx: EntityManager, userId: number, at: Date): Promise<void> {
    await sql(
      tx,
      `UPDATE data_export SET expires_at = least(expires_at, $2),
         state = CASE WHEN due_at IS NULL THEN state ELSE 'failed' END, due_at = NULL
       WHERE user_id = $1 OR created_by_id = $1`,
      [userId, at],
    );
  }

  /** Those whose time is over, or whose person is not there any more. */
  async over(on: Read, at: Date, limit: number): Promise<Pick<ExportRow, 'id' | 'sha256'>[]> {
    return sql(
      on,
      `SELECT id, sha256 FROM data_export e
       WHERE due_at IS NULL AND (expires_at <= $1 OR NOT EXISTS (SELECT 1 FROM users u WHERE u.id = e.user_id))
       ORDER BY id LIMIT $2`,
      [at, limit],
    );
  }

  async count(on: Read, userId: number): Promise<number> {
    const [row] = await sql<{ count: number }>(
      on,
      'SELECT count(*)::int AS count FROM data_export WHERE user_id = $1 OR created_by_id = $1',
      [userId],
    );
    return row?.count ?? 0;
  }

  async delete(on: DataSource, id: number): Promise<void> {
    await sql(on, 'DELETE FROM data_export WHERE id = $1', [id]);
  }
}
