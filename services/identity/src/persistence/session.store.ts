import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface OpenSessionRow {
  id: number;
  userId: number;
  login: string;
  way: 'password' | 'passkey' | 'federated' | 'link';
  ip: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
}

/** Sessions as people look at them; how requests use them is CredentialStore's. */
@Injectable()
export class SessionStore {
  /**
   * Sessions that still open something, newest use first, at most a thousand.
   * @param userId  null: of everybody
   */
  async list(tx: Read, userId: number | null, live: { now: Date; seenSince: Date }): Promise<OpenSessionRow[]> {
    return sql<OpenSessionRow>(
      tx,
      `SELECT s.id, s.user_id AS "userId", u.login, s.way, s.ip, s.user_agent AS "userAgent",
              s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt"
       FROM sessions s JOIN users u ON u.id = s.user_id AND u.active
       WHERE ($1::int IS NULL OR s.user_id = $1) AND s.expires_at > $2 AND s.last_seen_at > $3
       ORDER BY s.last_seen_at DESC, s.id DESC LIMIT 1000`,
      [userId, live.now, live.seenSince],
    );
  }

  /**
   * Ends one session.
   * @param ownerId  null: whosever it is
   * @returns the user whose it was; undefined when there is no such session
   */
  async end(tx: EntityManager, id: number, ownerId: number | null): Promise<number | undefined> {
    const [row] = await sql<{ user_id: number }>(
      tx,
      'DELETE FROM sessions WHERE id = $1::bigint AND ($2::int IS NULL OR user_id = $2) RETURNING user_id',
      [id, ownerId],
    );
    return row?.user_id;
  }

  /** Ends all of a user but the kept one. @returns how many */
  async endAll(tx: EntityManager, userId: number, keep: number | null): Promise<number> {
    const rows = await sql(
      tx,
      'DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2::bigint RETURNING id',
      [userId, keep],
    );
    return rows.length;
  }

  /** As whom a session looks at the desk from now on; null: as itself. */
  async view(tx: EntityManager, id: number, viewing: { userId: number; until: Date } | null): Promise<void> {
    await sql(tx, 'UPDATE sessions SET viewing_id = $2, viewing_until = $3 WHERE id = $1::bigint', [
      ...[id, viewing?.userId ?? null, viewing?.until ?? null],
    ]);
  }

  async provenAt(tx: Read, id: number): Promise<Date | undefined> {
    const [row] = await sql<{ provenAt: Date }>(
      tx,
      'SELECT proven_at AS "provenAt" FROM sessions WHERE id = $1::bigint',
      [id],
    );
    return row?.provenAt;
  }

  async prove(tx: Read, id: number, at: Date): Promise<void> {
    await sql(tx, 'UPDATE sessions SET proven_at = $2 WHERE id = $1::bigint', [id, at]);
  }

  /** What a role demanded is there now: sessions that waited for it become whole. */
  async endEnrolment(tx: EntityManager, userId: number): Promise<void> {
    await sql(tx, 'UPDATE sessions SET enrol_only = false WHERE user_id = $1 AND enrol_only', [userId]);
  }
}
