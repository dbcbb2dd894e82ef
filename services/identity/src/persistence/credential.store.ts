import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ApiTokenRow, SessionRow } from './principal.store.ts';

type Read = EntityManager | DataSource;

export type OneTimePurpose = 'password-reset' | 'invitation' | 'sign-in';

/** Whoever has one of these sets a password. */
const PASSWORD_LINKS = `purpose IN ('password-reset', 'invitation')`;

/** Sessions, API tokens and one-time tokens. Only hashes of secrets get here. */
@Injectable()
export class CredentialStore {
  async addSession(
    tx: Read,
    session: {
      tokenHash: Buffer;
      userId: number;
      csrfToken: string;
      ip: string | null;
      userAgent: string | null;
      way: 'password' | 'passkey' | 'federated' | 'link';
      enrolOnly: boolean;
      at: Date;
      expiresAt: Date;
    },
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO sessions (token_hash, user_id, csrf_token, ip, user_agent, way, enrol_only, created_at, last_seen_at,
                             proven_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9)`,
      [
        session.tokenHash,
        session.userId,
        session.csrfToken,
        session.ip,
        session.userAgent,
        session.way,
        session.enrolOnly,
        session.at,
        session.expiresAt,
      ],
    );
  }

  async session(tx: Read, tokenHash: Buffer): Promise<SessionRow | undefined> {
    const [row] = await sql<SessionRow>(
      tx,
      `SELECT id, user_id AS "userId", csrf_token AS "csrfToken", last_seen_at AS "lastSeenAt",
              expires_at AS "expiresAt", enrol_only AS "enrolOnly", viewing_id AS "viewingId", viewing_until AS "viewingUntil"
       FROM sessions WHERE token_hash = $1`,
      [tokenHash],
    );
    return row;
  }

  async touchSession(tx: Read, id: number, at: Date): Promise<void> {
    await sql(tx, 'UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2', [id, at]);
  }

  /** @returns the user whose session it was */
  async endSession(tx: EntityManager, tokenHash: Buffer): Promise<number | undefined> {
    const [row] = await sql<{ user_id: number }>(tx, 'DELETE FROM sessions WHERE token_hash = $1 RETURNING user_id', [
      tokenHash,
    ]);
    return row?.user_id;
  }

  /** Ends all sessions of the user but the kept one, and sign-ins that wait for their second step. */
  async endSessions(tx: EntityManager, userId: number, keep: number | null = null): Promise<void> {
    await sql(tx, 'DELETE FROM sign_in_steps WHERE user_id = $1', [userId]);
    await sql(tx, 'DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2::bigint', [userId, keep]);
  }

  async addApiToken(
    tx: EntityManager,
    token: {
      userId: number;
      name: string;
      permissions: string[];
      secretHash: Buffer;
      expiresAt: Date | null;
      directoryId?: number;
      at: Date;
    },
  ): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO api_tokens (user_id, name, secret_hash, permissions, expires_at, directory_id, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
      [
        token.userId,
        token.name,
        token.secretHash,
        token.permissions,
        token.expiresAt,
        token.directoryId ?? null,
        token.at,
      ],
    );
    return (row as { id: number }).id;
  }

  async apiToken(tx: Read, id: number): Promise<ApiTokenRow | undefined> {
    const [row] = await sql<ApiTokenRow>(tx, `${apiTokens} WHERE id = $1`, [id]);
    return row;
  }

  /** The user's own, and none that was made for a directory. */
  async apiTokensOf(tx: Read, userId: number): Promise<ApiTokenRow[]> {
    return sql<ApiTokenRow>(tx, `${apiTokens} WHERE user_id = $1 AND directory_id IS NULL ORDER BY id`, [userId]);
  }

  async touchApiToken(tx: Read, id: number, at: Date): Promise<void> {
    await sql(tx, 'UPDATE api_tokens SET last_used_at = $2 WHERE id = $1', [id, at]);
  }

  /** @returns false when the user has no such token */
  async deleteApiToken(tx: EntityManager, userId: number, id: number): Promise<boolean> {
    const rows = await sql(
      tx,
      'DELETE FROM api_tokens WHERE user_id = $1 AND id = $2::bigint AND directory_id IS NULL RETURNING id',
      [userId, id],
    );
    return rows.length > 0;
  }

  /** All tokens that the user made, also those of directories. */
  async deleteApiTokens(tx: EntityManager, userId: number): Promise<void> {
    await sql(tx, 'DELETE FROM api_tokens WHERE user_id = $1', [userId]);
  }

  /** The tokens that the user made for themselves. */
  async endApiTokens(tx: EntityManager, userId: number): Promise<void> {
    await sql(tx, 'DELETE FROM api_tokens WHERE user_id = $1 AND directory_id IS NULL', [userId]);
  }

  async addOneTimeToken(
    tx: EntityManager,
    token: { tokenHash: Buffer; userId: number; purpose: OneTimePurpose; at: Date; expiresAt: Date },
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO one_time_tokens (token_hash, user_id, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
      [token.tokenHash, token.userId, token.purpose, token.at, token.expiresAt],
    );
  }

  /** The active user whom an unused, unexpired token to set a password belongs to; the token stays usable. */
  async userOfOneTimeToken(tx: Read, tokenHash: Buffer, at: Date): Promise<OneTimeUser | undefined> {
    const [row] = await sql<OneTimeUser>(
      tx,
      `SELECT u.id, u.login, u.email FROM one_time_tokens t JOIN users u ON u.id = t.user_id AND u.active
       WHERE t.token_hash = $1 AND t.used_at IS NULL AND t.expires_at > $2 AND t.${PASSWORD_LINKS}`,
      [tokenHash, at],
    );
    return row;
  }

  /** Uses a token to set a password up: of any number of attempts exactly one gets its purpose back. */
  async useOneTimeToken(
    tx: EntityManager,
    tokenHash: Buffer,
    at: Date,
  ): Promise<Exclude<OneTimePurpose, 'sign-in'> | undefined> {
    const [row] = await sql<{ purpose: Exclude<OneTimePurpose, 'sign-in'> }>(
      tx,
      `UPDATE one_time_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
         AND ${PASSWORD_LINKS} RETURNING purpose`,
      [tokenHash, at],
    );
    return row?.purpose;
  }

  /** Uses a token to sign in up. @returns whose it is, to exactly one of any number of attempts */
  async useSignInToken(tx: EntityManager, tokenHash: Buffer, at: Date): Promise<number | undefined> {
    const [row] = await sql<{ userId: number }>(
      tx,
      `UPDATE one_time_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
         AND purpose = 'sign-in' RETURNING user_id AS "userId"`,
      [tokenHash, at],
    );
    return row?.userId;
  }

  /** Links that were sent earlier stop working. */
  async voidOneTimeTokens(tx: EntityManager, userId: number, at: Date): Promise<void> {
    await sql(tx, 'UPDATE one_time_tokens SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL', [userId, at]);
  }

  /** Removes what can never be used again; counts of tries go when they are forgotten anyway. */
  async sweep(tx: Read, before: { sessionSeen: Date; tries: Date; now: Date }): Promise<void> {
    await sql(tx, 'DELETE FROM sessions WHERE expires_at < $1 OR last_seen_at < $2', [before.now, before.sessionSeen]);
    await sql(tx, 'DELETE FROM one_time_tokens WHERE expires_at < $1', [before.now]);
    for (const table of ['sign_in_steps', 'used_challenges', 'sign_ups']) {
      await sql(tx, `DELETE FROM ${table} WHERE expires_at < $1`, [before.now]);
    }
    await sql(tx, 'DELETE FROM sign_in_tries WHERE last_at < $1', [before.tries]);
  }
}

export interface OneTimeUser {
  id: number;
  login: string;
  email: string;
}

const apiTokens = `SELECT id, user_id AS "userId", name, secret_hash AS "secretHash", permissions,
  expires_at AS "expiresAt", last_used_at AS "lastUsedAt", created_at AS "createdAt", directory_id AS "directoryId"
  FROM api_tokens`;
