import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

export interface Claim {
  actorId: number;
  key: string;
  requestHash: string;
}

export interface Stored {
  actorId: number;
  key: string;
  requestHash: string;
  /** JSON text; null while the first request is still being carried out by this very transaction. */
  response: string | null;
}

/** Keys of POSTs and what they were answered, so that a repeated request has no second effect. */
export class IdempotencyStore {
  /**
   * Takes the keys that nobody used yet; waits for a transaction that is using one. Always in one order, so that two
   * batches cannot wait for each other.
   * @returns what is stored for the keys that were taken before
   */
  async claim(tx: EntityManager, claims: readonly Claim[], now: EpochMs): Promise<Stored[]> {
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
    const stored = await sql<Stored>(
      tx,
      `SELECT actor_id AS "actorId", key, request_hash AS "requestHash", response
       FROM idempotency JOIN unnest($1::int[], $2::text[]) AS claim (actor_id, key) USING (actor_id, key)`,
      params.slice(0, 2),
    );
    return stored.filter(({ actorId, key }) => !fresh.has(`${actorId} ${key}`));
  }

  /** Keeps the answers of this transaction's requests; those that failed (null) may be tried again with their key. */
  async settle(tx: EntityManager, answers: readonly (Claim & { response: string | null })[]): Promise<void> {
    const done = answers.filter((answer) => answer.response !== null);
    const failed = answers.filter((answer) => answer.response === null);
    if (done.length > 0) {
      await sql(
        tx,
        `UPDATE idempotency AS held SET response = answer.response
         FROM unnest($1::int[], $2::text[], $3::text[]) AS answer (actor_id, key, response)
         WHERE held.actor_id = answer.actor_id AND held.key = answer.key`,
        [done.map((one) => one.actorId), done.map((one) => one.key), done.map((one) => one.response)],
      );
    }
    if (failed.length > 0) {
      await sql(
        tx,
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
