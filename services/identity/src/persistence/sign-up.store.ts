import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface SignUpRow {
  id: string;
  email: string;
  firstname: string;
  lastname: string;
  locale: string;
}

const columns = 'id, email, firstname, lastname, locale';

/** People who want an account and have not shown yet that the address is theirs. */
@Injectable()
export class SignUpStore {
  async add(tx: EntityManager, row: SignUpRow, expiresAt: Date): Promise<void> {
    await sql(tx, `INSERT INTO sign_ups (${columns}, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`, [
      row.id,
      row.email,
      row.firstname,
      row.lastname,
      row.locale,
      expiresAt,
    ]);
  }

  async byId(tx: Read, id: string): Promise<SignUpRow | undefined> {
    const [row] = await sql<SignUpRow>(tx, `SELECT ${columns} FROM sign_ups WHERE id = $1`, [id]);
    return row;
  }

  async setToken(tx: EntityManager, id: string, tokenHash: Buffer): Promise<void> {
    await sql(tx, 'UPDATE sign_ups SET token_hash = $2 WHERE id = $1', [id, tokenHash]);
  }

  async byToken(tx: Read, tokenHash: Buffer, now: Date): Promise<SignUpRow | undefined> {
    const [row] = await sql<SignUpRow>(
      tx,
      `SELECT ${columns} FROM sign_ups WHERE token_hash = $1 AND expires_at > $2`,
      [tokenHash, now],
    );
    return row;
  }

  /** Whoever showed that the address is theirs needs none of its links any more. @returns false when one was used */
  async use(tx: EntityManager, { id, email }: SignUpRow): Promise<boolean> {
    const rows = await sql<{ id: string }>(tx, 'DELETE FROM sign_ups WHERE email = $1 RETURNING id', [email]);
    return rows.some((row) => row.id === id);
  }
}
