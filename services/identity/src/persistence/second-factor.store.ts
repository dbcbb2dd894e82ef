import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface AuthenticatorAppRow {
  /** Sealed. */
  secret: Buffer | null;
  confirmedAt: Date | null;
  pendingSecret: Buffer | null;
  pendingUntil: Date | null;
}

/** Authenticator apps, recovery codes, and sign-ins between their two steps. */
@Injectable()
export class SecondFactorStore {
  async app(tx: Read, userId: number): Promise<AuthenticatorAppRow | undefined> {
    const [row] = await sql<AuthenticatorAppRow>(
      tx,
      `SELECT secret, confirmed_at AS "confirmedAt", pending_secret AS "pendingSecret", pending_until AS "pendingUntil"
       FROM authenticator_apps WHERE user_id = $1`,
      [userId],
    );
    return row;
  }

  /** Begins an enrolment; an app in use stays so until the new one is confirmed. */
  async enrol(tx: Read, userId: number, sealed: Buffer, until: Date): Promise<void> {
    await sql(
      tx,
      `INSERT INTO authenticator_apps (user_id, pending_secret, pending_until) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET pending_secret = excluded.pending_secret,
         pending_until = excluded.pending_until`,
      [userId, sealed, until],
    );
  }

  /** @returns false when another request confirmed or began anew meanwhile */
  async confirm(tx: EntityManager, userId: number, sealed: Buffer, step: number, at: Date): Promise<boolean> {
    const rows = await sql(
      tx,
      `UPDATE authenticator_apps SET secret = pending_secret, confirmed_at = $4, last_step = $3, pending_secret = NULL,
         pending_until = NULL WHERE user_id = $1 AND pending_secret = $2 RETURNING user_id`,
      [userId, sealed, step, at],
    );
    return rows.length > 0;
  }

  /** Uses the code of a time step up: of any number of tries with it, or with an older one, exactly one passes. */
  async useStep(tx: Read, userId: number, step: number): Promise<boolean> {
    const rows = await sql(
      tx,
      'UPDATE authenticator_apps SET last_step = $2 WHERE user_id = $1 AND last_step < $2 RETURNING user_id',
      [userId, step],
    );
    return rows.length > 0;
  }

  async removeApp(tx: EntityManager, userId: number): Promise<boolean> {
    const rows = await sql<{ confirmed: boolean }>(
      tx,
      'DELETE FROM authenticator_apps WHERE user_id = $1 RETURNING secret IS NOT NULL AS confirmed',
      [userId],
    );
    return rows[0]?.confirmed ?? false;
  }

  async setRecoveryCodes(tx: EntityManager, userId: number, hashes: readonly Buffer[]): Promise<void> {
    await this.removeRecoveryCodes(tx, userId);
    await sql(tx, 'INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])', [userId, hashes]);
  }

  async useRecoveryCode(tx: Read, userId: number, hash: Buffer, at: Date): Promise<boolean> {
    const rows = await sql(
      tx,
      `UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL
       RETURNING user_id`,
      [userId, hash, at],
    );
    return rows.length > 0;
  }

  async recoveryCodesLeft(tx: Read, userId: number): Promise<number> {
    const [row] = await sql<{ n: number }>(
      tx,
      'SELECT count(*)::int AS n FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL',
      [userId],
    );
    return row?.n ?? 0;
  }

  async removeRecoveryCodes(tx: EntityManager, userId: number): Promise<void> {
    await sql(tx, 'DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  }

  async addStep(tx: Read, tokenHash: Buffer, userId: number, expiresAt: Date): Promise<void> {
    await sql(tx, 'INSERT INTO sign_in_steps (token_hash, user_id, expires_at) VALUES ($1, $2, $3)', [
      tokenHash,
      userId,
      expiresAt,
    ]);
  }

  async userOfStep(tx: Read, tokenHash: Buffer, now: Date): Promise<number | undefined> {
    const [row] = await sql<{ userId: number }>(
      tx,
      'SELECT user_id AS "userId" FROM sign_in_steps WHERE token_hash = $1 AND expires_at > $2',
      [tokenHash, now],
    );
    return row?.userId;
  }

  /** @returns false when it was used, or ended by a new password, meanwhile */
  async endStep(tx: EntityManager, tokenHash: Buffer): Promise<boolean> {
    const rows = await sql(tx, 'DELETE FROM sign_in_steps WHERE token_hash = $1 RETURNING user_id', [tokenHash]);
    return rows.length > 0;
  }
}
