import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface IdentityRow {
  id: number;
  issuer: string;
  subject: string;
  user_id: number;
  voperson_id: string | null;
  entitlements: string[];
  last_sign_in_at: Date | null;
  created_at: Date;
}

export interface FederatedSession {
  providerId: number;
  /** Sealed. */
  idToken: Buffer;
}

/**
 * What is given to somebody by what another place says of them: by entitlements, of providers that are enabled, and by
 * groups of directories that are.
 */
const held = `SELECT i.user_id, m.role_id, m.group_id, m.access FROM openid_identities i
    JOIN entitlement_grants g ON g.identity_id = i.id
    JOIN entitlement_mappings m ON m.id = g.mapping_id
    JOIN openid_providers p ON p.id = m.provider_id AND p.enabled
    WHERE i.user_id = ANY ($1::int[])
  UNION ALL
  SELECT mb.user_id, m.role_id, m.group_id, m.access FROM directory_members mb
    JOIN directory_groups dg ON dg.id = mb.group_id
    JOIN directory_mappings m ON m.directory_id = dg.directory_id AND lower(m.directory_group) = lower(dg.display_name)
    JOIN directories d ON d.id = dg.directory_id AND d.enabled
    WHERE mb.user_id = ANY ($1::int[])`;

/** Accounts at providers: whom they belong to, what they earned, which sessions they opened. */
@Injectable()
export class FederatedStore {
  async find(tx: Read, issuer: string, subject: string): Promise<IdentityRow | undefined> {
    const text = 'SELECT * FROM openid_identities WHERE issuer = $1 AND subject = $2';
    return (await sql<IdentityRow>(tx, text, [issuer, subject]))[0];
  }

  async identity(tx: Read, id: number): Promise<IdentityRow | undefined> {
    return (await sql<IdentityRow>(tx, 'SELECT * FROM openid_identities WHERE id = $1::bigint', [id]))[0];
  }

  async identitiesOf(tx: Read, userId: number): Promise<IdentityRow[]> {
    return sql(tx, 'SELECT * FROM openid_identities WHERE user_id = $1::bigint ORDER BY id', [userId]);
  }

  async addIdentity(
    tx: EntityManager,
    identity: { issuer: string; subject: string; userId: number; at: Date },
  ): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      'INSERT INTO openid_identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4) RETURNING id',
      [identity.issuer, identity.subject, identity.userId, identity.at],
    );
    return (row as { id: number }).id;
  }

  async deleteIdentity(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM openid_identities WHERE id = $1', [id]);
  }

  /** What a sign-in told, and which mappings it earned: all others are lost. */
  async recordSignIn(
    tx: EntityManager,
    identityId: number,
    told: { voPersonId: string | null; entitlements: string[]; mappingIds: number[]; at: Date },
  ): Promise<void> {
    await sql(
      tx,
      'UPDATE openid_identities SET voperson_id = $2, entitlements = $3, last_sign_in_at = $4 WHERE id = $1',
      [identityId, told.voPersonId, told.entitlements, told.at],
    );
    await sql(tx, 'DELETE FROM entitlement_grants WHERE identity_id = $1 AND mapping_id <> ALL ($2::int[])', [
      identityId,
      told.mappingIds,
    ]);
    await sql(
      tx,
      `INSERT INTO entitlement_grants (identity_id, mapping_id) SELECT $1, unnest($2::int[]) ON CONFLICT DO NOTHING`,
      [identityId, told.mappingIds],
    );
  }

  /** Nobody has earned the mapping any more. */
  async forgetGrants(tx: EntityManager, mappingId: number): Promise<void> {
    await sql(tx, 'DELETE FROM entitlement_grants WHERE mapping_id = $1', [mappingId]);
  }

  async usersWithMapping(tx: Read, mappingId: number): Promise<number[]> {
    return userIds(
      await sql(
        tx,
        `SELECT DISTINCT i.user_id FROM entitlement_grants g JOIN openid_identities i ON i.id = g.identity_id
         WHERE g.mapping_id = $1 ORDER BY 1`,
        [mappingId],
      ),
    );
  }

  async usersWithGrantsOf(tx: Read, providerId: number): Promise<number[]> {
    return userIds(
      await sql(
        tx,
        `SELECT DISTINCT i.user_id FROM entitlement_grants g JOIN openid_identities i ON i.id = g.identity_id
         JOIN entitlement_mappings m ON m.id = g.mapping_id WHERE m.provider_id = $1 ORDER BY 1`,
        [providerId],
      ),
    );
  }

  /**
   * Makes the federated roles and groups of these users what their grants say; local ones stay as they are.
   * @returns those for whom something changed
   */
  async settle(tx: EntityManager, ids: readonly number[]): Promise<number[]> {
    // Users first, in one order: settling the same people from two sides waits instead of deadlocking.
    await sql(tx, 'SELECT 1 FROM users WHERE id = ANY ($1::int[]) ORDER BY id FOR UPDATE', [ids]);
    const changed = await sql<{ user_id: number }>(
      tx,
      `WITH held AS (${held}),
       roles_held AS (SELECT DISTINCT user_id, role_id FROM held WHERE role_id IS NOT NULL),
       groups_held AS (SELECT DISTINCT user_id, group_id, access FROM held WHERE group_id IS NOT NULL),
       roles_lost AS (
         DELETE FROM user_role r WHERE user_id = ANY ($1::int[]) AND NOT local
           AND NOT EXISTS (SELECT 1 FROM roles_held h WHERE h.user_id = r.user_id AND h.role_id = r.role_id)
         RETURNING user_id),
       groups_lost AS (
         DELETE FROM user_group r WHERE user_id = ANY ($1::int[]) AND NOT local
           AND NOT EXISTS (SELECT 1 FROM groups_held h
                           WHERE h.user_id = r.user_id AND h.group_id = r.group_id AND h.access = r.access)
         RETURNING user_id),
       roles_won AS (
         INSERT INTO user_role (user_id, role_id, local) SELECT user_id, role_id, false FROM roles_held
         ON CONFLICT DO NOTHING RETURNING user_id),
       groups_won AS (
         INSERT INTO user_group (user_id, group_id, access, local)
         SELECT user_id, group_id, access, false FROM groups_held ON CONFLICT DO NOTHING RETURNING user_id)
       SELECT user_id FROM roles_lost UNION SELECT user_id FROM groups_lost
       UNION SELECT user_id FROM roles_won UNION SELECT user_id FROM groups_won ORDER BY 1`,
      [ids],
    );
    return userIds(changed);
  }

  /** After their rights changed: a new version of each user, and no session that knows the old one. */
  async moveOn(tx: EntityManager, ids: readonly number[], at: Date): Promise<void> {
    await sql(
      tx,
      'UPDATE users SET version = version + 1, updated_at = $2, updated_by_id = 1 WHERE id = ANY ($1::int[])',
      [ids, at],
    );
    await sql(tx, 'DELETE FROM sessions WHERE user_id = ANY ($1::int[])', [ids]);
  }

  /** Remembers by whom a session was opened, told by the hash of its token. */
  async addSession(
    tx: EntityManager,
    session: { tokenHash: Buffer; providerId: number; identityId: number; sid: string | null; idToken: Buffer },
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO openid_sessions (session_id, provider_id, identity_id, sid, id_token)
       SELECT id, $2, $3, $4, $5 FROM sessions WHERE token_hash = $1`,
      [session.tokenHash, session.providerId, session.identityId, session.sid, session.idToken],
    );
  }

  async session(tx: Read, tokenHash: Buffer): Promise<FederatedSession | undefined> {
    const [row] = await sql<FederatedSession>(
      tx,
      `SELECT f.provider_id AS "providerId", f.id_token AS "idToken"
       FROM openid_sessions f JOIN sessions s ON s.id = f.session_id WHERE s.token_hash = $1`,
      [tokenHash],
    );
    return row;
  }

  /**
   * Ends sessions that were opened by a provider, as far as all that is named fits.
   * @returns whose they were
   */
  async endSessions(
    tx: EntityManager,
    of: { providerId?: number; identityId?: number; subject?: string; sid?: string },
  ): Promise<number[]> {
    return userIds(
      await sql(
        tx,
        `DELETE FROM sessions s USING openid_sessions f JOIN openid_identities i ON i.id = f.identity_id
         WHERE s.id = f.session_id
           AND ($1::int IS NULL OR f.provider_id = $1) AND ($2::int IS NULL OR f.identity_id = $2)
           AND ($3::text IS NULL OR i.subject = $3) AND ($4::text IS NULL OR f.sid = $4)
         RETURNING s.user_id`,
        [of.providerId ?? null, of.identityId ?? null, of.subject ?? null, of.sid ?? null],
      ),
    );
  }

  /**
   * Takes an answer of a provider, once, and forgets those that are too old to come again.
   * @returns false when it was taken before
   */
  async takeAnswer(tx: Read, answerHash: Buffer, now: Date, expiresAt: Date): Promise<boolean> {
    await sql(tx, 'DELETE FROM openid_used_answers WHERE expires_at < $1', [now]);
    const taken = await sql(
      tx,
      'INSERT INTO openid_used_answers (answer_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
      [answerHash, expiresAt],
    );
    return taken.length > 0;
  }
}

function userIds(rows: { user_id: number }[]): number[] {
  return [...new Set(rows.map((row) => row.user_id))];
}
