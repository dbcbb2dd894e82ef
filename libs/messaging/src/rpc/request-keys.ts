import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { AppError, type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager, MigrationInterface, QueryRunner } from 'typeorm';

/** The table of the keys, the same in every service's database. The ticket service made its own before all had one. */
export class RequestKeys1798200000000 implements MigrationInterface {
  name = 'RequestKeys1798200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency (
        actor_id     integer NOT NULL,
        key          text NOT NULL,
        request_hash text NOT NULL,
        response     text,
        created_at   timestamptz NOT NULL,
        PRIMARY KEY (actor_id, key)
      );
      CREATE INDEX idempotency_age ON idempotency (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency');
  }
}

/** The use of a key by a request. */
export interface KeyClaim {
  actorId: number;
  key: string;
  requestHash: string;
}

export interface StoredKey extends KeyClaim {
  /** JSON text of the answer; null when it is not kept, or not yet. */
  response: string | null;
}

/** Keys of POSTs and what they were answered, so that a repeated request has no second effect. */
export class RequestKeys {
  private readonly secret: KeyObject;

  /** @param secret  any secret all replicas of the service share: a hash of a request must not let its password be tried out */
  constructor(secret: string) {
    this.secret = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'helpmesh request keys', 32)));
  }

  /** @param request  what the key stands for: the question and its input */
  claimOf(actorId: number, key: string, request: unknown): KeyClaim {
    const requestHash = createHmac('sha256', this.secret).update(JSON.stringify(request)).digest('hex');
    return { actorId, key, requestHash };
  }

  async find(on: DataSource, { actorId, key }: KeyClaim): Promise<StoredKey | undefined> {
    const [row] = await sql<StoredKey>(
      on,
      `SELECT actor_id AS "actorId", key, request_hash AS "requestHash", response
       FROM idempotency WHERE actor_id = $1 AND key = $2`,
      [actorId, key],
    );
    return row;
  }

  /**
   * Takes the keys that nobody used yet; waits for a transaction that is using one. Always in one order, so that two
   * batches cannot wait for each other.
   * @returns what is stored for the keys that were taken before
   */
  async claim(tx: EntityManager, claims: readonly KeyClaim[], now: EpochMs): Promise<StoredKey[]> {
    const params = [
      claims.map((claim) => claim.actorId),
      claims.map((claim) => claim.key),
      claims.map((claim) => claim.requestHash),
    ];
    const taken = await sql<{ actorId: number; key: string }>(
      tx,
      `INSERT INTO idempotency (actor_id, key, request_hash, created_at)
       SELECT actor_id, key, request_hash, $4
       FROM unnest($1::int[], $2::text[], $3::text[]) AS claim (actor_id, key, request_hash) ORDER BY actor_id, key
       ON CONFLICT DO NOTHING RETURNING actor_id AS "actorId", key`,
      [...params, isoTime(now)],
    );
    if (taken.length === claims.length) return [];
    const fresh = new Set(taken.map(({ actorId, key }) => `${actorId} ${key}`));
    const stored = await sql<StoredKey>(
      tx,
      `SELECT actor_id AS "actorId", key, request_hash AS "requestHash", response
       FROM idempotency JOIN unnest($1::int[], $2::text[]) AS claim (actor_id, key) USING (actor_id, key)`,
      params.slice(0, 2),
    );
    return stored.filter(({ actorId, key }) => !fresh.has(`${actorId} ${key}`));
  }

  /** Keeps the answers of requests that were carried out; those that failed (null) may be tried again with their key. */
  async settle(
    on: EntityManager | DataSource,
    answers: readonly (KeyClaim & { response: string | null })[],
  ): Promise<void> {
    const done = answers.filter((answer) => answer.response !== null);
    const failed = answers.filter((answer) => answer.response === null);
    if (done.length > 0) {
      await sql(
        on,
        `UPDATE idempotency AS held SET response = answer.response
         FROM unnest($1::int[], $2::text[], $3::text[]) AS answer (actor_id, key, response)
         WHERE held.actor_id = answer.actor_id AND held.key = answer.key`,
        [done.map((one) => one.actorId), done.map((one) => one.key), done.map((one) => one.response)],
      );
    }
    if (failed.length > 0) {
      await sql(
        on,
        `DELETE FROM idempotency AS held USING unnest($1::int[], $2::text[]) AS answer (actor_id, key)
         WHERE held.actor_id = answer.actor_id AND held.key = answer.key`,
        [failed.map((one) => one.actorId), failed.map((one) => one.key)],
      );
    }
  }

  async forgetOld(on: DataSource, before: EpochMs): Promise<void> {
    await sql(on, 'DELETE FROM idempotency WHERE created_at < $1', [isoTime(before)]);
  }
}

/** Forgets answers that were given to the person, and those that name them. @returns how many */
export async function eraseAnswers(
  on: EntityManager | DataSource,
  userId: number,
  patterns: readonly string[],
): Promise<number> {
  const gone = await sql(
    on,
    'DELETE FROM idempotency WHERE actor_id = $1 OR response ILIKE ANY ($2::text[]) RETURNING 1',
    [userId, patterns],
  );
  return gone.length;
}

export function keyReused(): AppError {
  return new AppError('invalid', 'idempotency.key-reused', 'This Idempotency-Key was used for another request.');
}
