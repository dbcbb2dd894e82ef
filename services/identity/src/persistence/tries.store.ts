import { epochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Tries } from '../domain/throttle.ts';

/** Which count: of an account from everywhere (`place` is empty), or from one place. */
export interface TryKey {
  account: string;
  place: string;
}

interface Row {
  place: string;
  failures: number;
  last_at: Date;
  blocked_until: Date | null;
}

@Injectable()
export class TriesStore {
  /** Counts of the account and of the place, both held until the transaction ends. */
  async lock(tx: EntityManager, { account, place }: TryKey, at: Date): Promise<{ account: Tries; place: Tries }> {
    // The account's row comes first for everybody: nobody deadlocks.
    const rows = await sql<Row>(
      tx,
      `INSERT INTO sign_in_tries AS t (account, place, last_at) VALUES ($1, '', $3), ($1, $2, $3)
       ON CONFLICT (account, place) DO UPDATE SET account = excluded.account
       RETURNING place, failures, last_at, blocked_until`,
      [account, place, at],
    );
    const of = (wanted: string): Tries => {
      const row = rows.find((one) => one.place === wanted) as Row;
      return {
        failures: row.failures,
        lastAt: epochMs(row.last_at),
        blockedUntil: row.blocked_until && epochMs(row.blocked_until),
      };
    };
    return { account: of(''), place: of(place) };
  }

  async save(tx: EntityManager, { account, place }: TryKey, tries: Tries): Promise<void> {
    await sql(
      tx,
      `UPDATE sign_in_tries SET failures = $3, last_at = $4, blocked_until = $5 WHERE account = $1 AND place = $2`,
      [account, place, tries.failures, new Date(tries.lastAt), tries.blockedUntil && new Date(tries.blockedUntil)],
    );
  }

  /** The password was right: the place starts afresh, and the account's count loses this try. */
  async takeBack(tx: EntityManager, { account, place }: TryKey): Promise<void> {
    await sql(tx, `UPDATE sign_in_tries SET failures = greatest(failures - 1, 0) WHERE account = $1 AND place = ''`, [
      account,
    ]);
    await sql(tx, `DELETE FROM sign_in_tries WHERE account = $1 AND place = $2 AND place <> ''`, [account, place]);
  }

  /** Whoever proved to own the account by mail starts afresh everywhere. */
  async forget(tx: EntityManager, account: string): Promise<void> {
    await sql(tx, 'DELETE FROM sign_in_tries WHERE account = $1', [account]);
  }

  /** The number people see beside a user. Runs for unknown ids as well, so that both cost the same. */
  async countForUser(tx: EntityManager, userId: number): Promise<void> {
    await sql(tx, 'UPDATE users SET login_failed = login_failed + 1 WHERE id = $1', [userId]);
  }

  async signedIn(tx: EntityManager, userId: number, at: Date | null): Promise<void> {
    await sql(tx, 'UPDATE users SET login_failed = 0, last_login = COALESCE($2, last_login) WHERE id = $1', [
      userId,
      at,
    ]);
  }
}
