import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { lockAllInTransaction, sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { KeyTimes } from '../domain/sign-in/node-keys.ts';

type On = DataSource | EntityManager;

/** A key of this desk. */
export interface NodeKey extends KeyTimes {
  kid: string;
  public: Record<string, unknown>;
  /** Sealed. */
  private: Buffer;
}

interface NodeKeyRow extends Omit<NodeKey, keyof KeyTimes> {
  signs_from: Date;
  ends_at: Date | null;
  created_at: Date;
}

/** Live tokens of one peer; each process of it wants one. */
const MOST_TOKENS = 50;

/** What helpdesks sign in with, and what they got for it. */
export class SignInStore {
  // Theirs.

  /** @returns false when the signature was shown before */
  async useAssertion(tx: EntityManager, peerId: number, hash: Buffer, until: EpochMs, now: EpochMs): Promise<boolean> {
    await sql(tx, 'DELETE FROM peer_assertion WHERE expires_at < $1', [new Date(now)]);
    const rows = await sql(
      tx,
      `INSERT INTO peer_assertion (peer_id, jti_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
       RETURNING peer_id`,
      [peerId, hash, new Date(until)],
    );
    return rows.length > 0;
  }

  /** @param agreementIds  null: all that there are */
  async addAccess(
    tx: EntityManager,
    peerId: number,
    { hash, agreementIds, until }: { hash: Buffer; agreementIds: readonly number[] | null; until: EpochMs },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO peer_access (hash, peer_id, agreement_ids, expires_at, created_at) VALUES ($1, $2, $3, $4, $5)`,
      [hash, peerId, agreementIds, new Date(until), new Date(now)],
    );
    await sql(
      tx,
      `DELETE FROM peer_access WHERE peer_id = $1 AND (expires_at < $2 OR hash NOT IN (
         SELECT hash FROM peer_access WHERE peer_id = $1 ORDER BY created_at DESC LIMIT $3))`,
      [peerId, new Date(now), MOST_TOKENS],
    );
  }

  /** Whoever shows it, and for which agreements. */
  async access(
    on: On,
    hash: Buffer,
    now: EpochMs,
  ): Promise<{ peerId: number; agreementIds: number[] | null } | undefined> {
    const [row] = await sql<{ peerId: number; agreementIds: number[] | null }>(
      on,
      `SELECT peer_id AS "peerId", agreement_ids AS "agreementIds" FROM peer_access WHERE hash = $1 AND expires_at > $2`,
      [hash, new Date(now)],
    );
    return row;
  }

  async endAccess(tx: EntityManager, peerId: number): Promise<void> {
    await sql(tx, 'DELETE FROM peer_access WHERE peer_id = $1', [peerId]);
  }

  // Ours.

  /** Nobody else makes a key until the transaction ends. */
  async lockKeys(tx: EntityManager): Promise<void> {
    await lockAllInTransaction(tx, ['keys of this desk']);
  }

  /** Those that are published, the newest first. */
  async keys(on: On, now: EpochMs): Promise<NodeKey[]> {
    const rows = await sql<NodeKeyRow>(
      on,
      `SELECT kid, public, private, signs_from, ends_at, created_at FROM node_key
       WHERE ends_at IS NULL OR ends_at > $1 ORDER BY signs_from DESC, kid`,
      [new Date(now)],
    );
    return rows.map(({ signs_from, ends_at, created_at, ...row }) => ({
      ...{ ...row, signsFrom: epochMs(signs_from.getTime()), createdAt: epochMs(created_at.getTime()) },
      endsAt: ends_at && epochMs(ends_at.getTime()),
    }));
  }

  /** The newest one; all others end. */
  async addKey(
    tx: EntityManager,
    key: Pick<NodeKey, 'kid' | 'public' | 'private' | 'signsFrom'>,
    othersEndAt: EpochMs,
    now: EpochMs,
  ): Promise<void> {
    await sql(tx, 'DELETE FROM node_key WHERE ends_at <= $1', [new Date(now)]);
    await sql(tx, 'UPDATE node_key SET ends_at = least(ends_at, $1)', [new Date(othersEndAt)]);
    await sql(
      tx,
      `INSERT INTO node_key (kid, public, private, signs_from, created_at) VALUES ($1, $2::jsonb, $3, $4, $5)`,
      [key.kid, JSON.stringify(key.public), key.private, new Date(key.signsFrom), new Date(now)],
    );
  }
}
