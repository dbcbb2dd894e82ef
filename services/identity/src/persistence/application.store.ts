import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface ApplicationRow {
  id: number;
  /** The `client_id`. */
  uid: string;
  name: string;
  /** Null: a public client. */
  secret_hash: Buffer | null;
  redirect_uris: string[];
  scopes: string[];
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

interface Author {
  userId: number;
  at: Date;
}

/** Programs of others that people may let act for them. */
@Injectable()
export class ApplicationStore {
  async all(tx: Read): Promise<ApplicationRow[]> {
    return sql<ApplicationRow>(tx, 'SELECT * FROM oauth_applications ORDER BY id');
  }

  async byId(tx: Read, id: number): Promise<ApplicationRow | undefined> {
    return (await sql<ApplicationRow>(tx, 'SELECT * FROM oauth_applications WHERE id = $1::bigint', [id]))[0];
  }

  async lock(tx: EntityManager, id: number): Promise<ApplicationRow | undefined> {
    const text = 'SELECT * FROM oauth_applications WHERE id = $1::bigint FOR UPDATE';
    return (await sql<ApplicationRow>(tx, text, [id]))[0];
  }

  async byUid(tx: Read, uid: string): Promise<ApplicationRow | undefined> {
    return (await sql<ApplicationRow>(tx, 'SELECT * FROM oauth_applications WHERE uid = $1', [uid]))[0];
  }

  async add(
    tx: EntityManager,
    {
      uid,
      name,
      secret_hash,
      redirect_uris,
      scopes,
    }: Omit<ApplicationRow, 'id' | `${'created' | 'updated'}_${'by_id' | 'at'}`>,
    { userId, at }: Author,
  ): Promise<ApplicationRow> {
    const [row] = await sql<ApplicationRow>(
      tx,
      `INSERT INTO oauth_applications (uid, name, secret_hash, redirect_uris, scopes, created_by_id, updated_by_id,
                                       created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $7) RETURNING *`,
      [uid, name, secret_hash, redirect_uris, scopes, userId, at],
    );
    return row as ApplicationRow;
  }

  /** Writes what may change of a row that the caller holds. */
  async change(tx: EntityManager, row: ApplicationRow, { userId, at }: Author): Promise<ApplicationRow> {
    const [written] = await sql<ApplicationRow>(
      tx,
      `UPDATE oauth_applications SET name = $2, secret_hash = $3, redirect_uris = $4, scopes = $5, updated_by_id = $6,
              updated_at = $7 WHERE id = $1 RETURNING *`,
      [row.id, row.name, row.secret_hash, row.redirect_uris, row.scopes, userId, at],
    );
    return written as ApplicationRow;
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM oauth_applications WHERE id = $1', [id]);
  }
}
