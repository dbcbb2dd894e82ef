import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

/** One consent of one person. */
export interface GrantRow {
  id: number;
  applicationId: number;
  userId: number;
  scopes: string[];
  redirectUri: string;
  codeChallenge: string;
  codeExpiresAt: Date;
  codeUsedAt: Date | null;
}

/** A token with the consent that it came of. */
export interface TokenRow {
  grantId: number;
  kind: 'access' | 'refresh';
  scopes: string[];
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
  userId: number;
  applicationId: number;
  applicationUid: string;
  /** What the application is registered for at present. */
  applicationScopes: string[];
  /** Of the consent. */
  grantedScopes: string[];
  lastUsedAt: Date | null;
}

export interface GrantedApplication {
  id: number;
  name: string;
  scopes: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** What people granted to applications, and the tokens that came of it. Only hashes of secrets get here. */
@Injectable()
export class OAuthGrantStore {
  async add(
    tx: EntityManager,
    grant: Omit<GrantRow, 'id' | 'codeUsedAt'> & { codeHash: Buffer; at: Date },
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO oauth_grants (application_id, user_id, scopes, redirect_uri, code_hash, code_challenge,
                                 code_expires_at, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        grant.applicationId,
        grant.userId,
        grant.scopes,
        grant.redirectUri,
        grant.codeHash,
        grant.codeChallenge,
        grant.codeExpiresAt,
        grant.at,
      ],
    );
  }

  /** The consent that a code stands for; it is held until the transaction ends, so that a code is exchanged once. */
  async lockByCode(tx: EntityManager, codeHash: Buffer): Promise<GrantRow | undefined> {
    const [row] = await sql<GrantRow>(
      tx,
      `SELECT id, application_id AS "applicationId", user_id AS "userId", scopes, redirect_uri AS "redirectUri",
              code_challenge AS "codeChallenge", code_expires_at AS "codeExpiresAt", code_used_at AS "codeUsedAt"
       FROM oauth_grants WHERE code_hash = $1 FOR UPDATE`,
      [codeHash],
    );
    return row;
  }

  async useCode(tx: EntityManager, grantId: number, at: Date): Promise<void> {
    await sql(tx, 'UPDATE oauth_grants SET code_used_at = $2 WHERE id = $1', [grantId, at]);
  }

  async addToken(
    tx: EntityManager,
    token: { hash: Buffer; grantId: number; kind: 'access' | 'refresh'; scopes: string[]; at: Date; expiresAt: Date },
  ): Promise<void> {
    await sql(
      tx,
      'INSERT INTO oauth_tokens (hash, grant_id, kind, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)',
      [token.hash, token.grantId, token.kind, token.scopes, token.at, token.expiresAt],
    );
  }

  async token(tx: Read, hash: Buffer): Promise<TokenRow | undefined> {
    return (await sql<TokenRow>(tx, `${tokens} WHERE t.hash = $1`, [hash]))[0];
  }

  /** Held with its consent until the transaction ends, so that a refresh token is exchanged once. */
  async lockToken(tx: EntityManager, hash: Buffer): Promise<TokenRow | undefined> {
    return (await sql<TokenRow>(tx, `${tokens} WHERE t.hash = $1 FOR UPDATE OF t, g`, [hash]))[0];
  }

  async useToken(tx: EntityManager, hash: Buffer, at: Date): Promise<void> {
    await sql(tx, 'UPDATE oauth_tokens SET used_at = $2 WHERE hash = $1', [hash, at]);
  }

  async deleteToken(tx: EntityManager, hash: Buffer): Promise<void> {
    await sql(tx, 'DELETE FROM oauth_tokens WHERE hash = $1', [hash]);
  }

  async touch(tx: Read, grantId: number, at: Date): Promise<void> {
    await sql(tx, 'UPDATE oauth_grants SET last_used_at = $2 WHERE id = $1', [grantId, at]);
  }

  /** With all tokens that came of it. */
  async delete(tx: EntityManager, grantId: number): Promise<void> {
    await sql(tx, 'DELETE FROM oauth_grants WHERE id = $1', [grantId]);
  }

  /** What of a person's consents still opens something, by application. */
  async ofUser(tx: Read, userId: number, at: Date): Promise<GrantedApplication[]> {
    return sql<GrantedApplication>(
      tx,
      `SELECT a.id, a.name, min(g.created_at) AS "createdAt", max(g.last_used_at) AS "lastUsedAt",
              ARRAY(SELECT DISTINCT scope FROM oauth_grants other, unnest(other.scopes) AS scope
                    WHERE other.user_id = $1 AND other.application_id = a.id ORDER BY scope) AS scopes
       FROM oauth_grants g JOIN oauth_applications a ON a.id = g.application_id
       WHERE g.user_id = $1 AND EXISTS (
         SELECT 1 FROM oauth_tokens t WHERE t.grant_id = g.id AND t.expires_at > $2 AND t.used_at IS NULL)
       GROUP BY a.id ORDER BY a.name, a.id`,
      [userId, at],
    );
  }

  /** Takes back all that a person granted an application. @returns how many consents */
  async deleteOfUser(tx: EntityManager, userId: number, applicationId: number): Promise<number> {
    const rows = await sql(
      tx,
      'DELETE FROM oauth_grants WHERE user_id = $1 AND application_id = $2::bigint RETURNING id',
      [userId, applicationId],
    );
    return rows.length;
  }

  /** Takes back all that a person granted, to whichever application. */
  async deleteAllOfUser(tx: EntityManager, userId: number): Promise<void> {
    await sql(tx, 'DELETE FROM oauth_grants WHERE user_id = $1', [userId]);
  }

  /** Removes what can never be used again. */
  async sweep(tx: Read, at: Date): Promise<void> {
    await sql(tx, 'DELETE FROM oauth_tokens WHERE expires_at < $1', [at]);
    await sql(
      tx,
      `DELETE FROM oauth_grants g WHERE code_expires_at < $1
       AND NOT EXISTS (SELECT 1 FROM oauth_tokens t WHERE t.grant_id = g.id)`,
      [at],
    );
  }
}

const tokens = `SELECT t.grant_id AS "grantId", t.kind, t.scopes, t.created_at AS "createdAt",
  t.expires_at AS "expiresAt", t.used_at AS "usedAt", g.user_id AS "userId", g.scopes AS "grantedScopes",
  g.last_used_at AS "lastUsedAt", a.id AS "applicationId", a.uid AS "applicationUid", a.scopes AS "applicationScopes"
  FROM oauth_tokens t JOIN oauth_grants g ON g.id = t.grant_id JOIN oauth_applications a ON a.id = g.application_id`;
