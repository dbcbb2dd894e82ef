import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface PasskeyRow {
  id: number;
  userId: number;
  userHandle: Buffer;
  credentialId: string;
  publicKey: Buffer;
  counter: number;
  transports: string[];
  name: string;
  synced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

const select = `SELECT id, user_id AS "userId", user_handle AS "userHandle", credential_id AS "credentialId",
  public_key AS "publicKey", counter, transports, name, synced, created_at AS "createdAt",
  last_used_at AS "lastUsedAt" FROM passkeys`;

@Injectable()
export class PasskeyStore {
  async ofUser(tx: Read, userId: number): Promise<PasskeyRow[]> {
    return sql<PasskeyRow>(tx, `${select} WHERE user_id = $1 ORDER BY id`, [userId]);
  }

  async byCredential(tx: Read, credentialId: string): Promise<PasskeyRow | undefined> {
    const [row] = await sql<PasskeyRow>(tx, `${select} WHERE credential_id = $1`, [credentialId]);
    return row;
  }

  async add(tx: EntityManager, passkey: Omit<PasskeyRow, 'id' | 'lastUsedAt'>): Promise<PasskeyRow> {
    const { userId, userHandle, credentialId, publicKey, counter, transports, name, synced, createdAt } = passkey;
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO passkeys (user_id, user_handle, credential_id, public_key, counter, transports, name, synced,
                             created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
      [userId, userHandle, credentialId, publicKey, counter, transports, name, synced, createdAt],
    );
    return { ...passkey, id: (row as { id: number }).id, lastUsedAt: null };
  }

  async rename(tx: Read, userId: number, id: number, name: string): Promise<PasskeyRow | undefined> {
    await sql(tx, 'UPDATE passkeys SET name = $3 WHERE user_id = $1 AND id = $2::bigint', [userId, id, name]);
    const [row] = await sql<PasskeyRow>(tx, `${select} WHERE user_id = $1 AND id = $2::bigint`, [userId, id]);
    return row;
  }

  /**
   * Notes a use. A counter that does not grow, where there is one at all, means a copied authenticator (WebAuthn 6.1.1);
   * with two uses at the same time only one has the newer count.
   * @returns false when it must be refused
   */
  async use(tx: EntityManager, id: number, counter: number, at: Date): Promise<boolean> {
    const rows = await sql(
      tx,
      `UPDATE passkeys SET counter = $2, last_used_at = $3
       WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING id`,
      [id, counter, at],
    );
    return rows.length > 0;
  }

  /** @param id  null: all of the user. @returns how many */
  async remove(tx: EntityManager, userId: number, id: number | null): Promise<number> {
    const rows = await sql(
      tx,
      'DELETE FROM passkeys WHERE user_id = $1 AND ($2::bigint IS NULL OR id = $2::bigint) RETURNING id',
      [userId, id],
    );
    return rows.length;
  }

  /** Remembers an answered challenge. @returns false when it was answered before */
  async useChallenge(tx: EntityManager, challengeHash: Buffer, expiresAt: Date): Promise<boolean> {
    const rows = await sql(
      tx,
      `INSERT INTO used_challenges (challenge_hash, expires_at) VALUES ($1, $2)
       ON CONFLICT DO NOTHING RETURNING challenge_hash`,
      [challengeHash, expiresAt],
    );
    return rows.length > 0;
  }
}
