import { AppError, type EpochMs } from '@helpmesh/kernel';
import { sql, violates } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { AdapterKind } from '../application/foreign/ports.ts';
import type { PublicKey } from '../domain/sign-in/key-set.ts';

type On = DataSource | EntityManager;

/** Another helpdesk. */
export interface Peer {
  id: number;
  name: string;
  /** Its address, without a slash at the end. */
  node: string;
  /** Sealed; what we show when we call there. */
  token: Buffer | null;
  /** It is called without one, by our signature alone. */
  byKey: boolean;
  /** Somebody is there to call; else it reads by itself. */
  called: boolean;
  /** Whose signature it may show; `url` and `given` have an address, and keys. */
  keySource: KeySourceName;
  keyUrl: string | null;
  keySet: PublicKey[] | null;
  paused: boolean;
  /** How often it may call here. */
  callsPerMinute: number;
  lastSuccessAt: Date | null;
  failingSince: Date | null;
  lastError: string | null;
  createdById: number;
  updatedById: number;
  createdAt: Date;
  updatedAt: Date;
}

export type PeerDraft = Pick<Peer, 'name' | 'node' | 'paused' | 'callsPerMinute' | 'byKey'>;

export type KeySourceName = 'none' | 'published' | 'url' | 'given';
export type TrustedKeys = Pick<Peer, 'keySource' | 'keyUrl' | 'keySet'>;

/** How things stand with a peer. */
export interface PeerFigures {
  tickets: number;
  /** Tickets for which something is to be sent, done, or tried again. */
  waiting: number;
  failing: number;
  /** Messages that came in and are not done, and that are not sent. */
  queuedIn: number;
  queuedOut: number;
  wishes: number;
  /** Tickets whose requester it was asked to forget, and has not said to have forgotten. */
  erasures: number;
  /** Null: it speaks our protocol. */
  software: AdapterKind | null;
  waitingSince: Date | null;
  tokens: { id: number; createdAt: Date; usedAt: Date | null }[];
}

const columns = `id, name, node, token, by_key AS "byKey", token IS NOT NULL OR by_key AS called,
  key_source AS "keySource", key_url AS "keyUrl", key_set AS "keySet", paused, calls_per_minute AS "callsPerMinute",
  last_success_at AS "lastSuccessAt", failing_since AS "failingSince", last_error AS "lastError",
  created_by_id AS "createdById", updated_by_id AS "updatedById",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

export class PeerStore {
  async list(on: On, limit: number, offset: number): Promise<Peer[]> {
    return sql<Peer>(on, `SELECT ${columns} FROM peer ORDER BY id LIMIT $1 OFFSET $2`, [limit, offset]);
  }

  /** @throws AppError not-found `peer.not-found` */
  async get(on: On, id: number): Promise<Peer> {
    return found(await sql<Peer>(on, `SELECT ${columns} FROM peer WHERE id = $1`, [id]));
  }

  /** As `get`, and locked. */
  async load(tx: EntityManager, id: number): Promise<Peer> {
    return found(await sql<Peer>(tx, `SELECT ${columns} FROM peer WHERE id = $1 FOR UPDATE`, [id]));
  }

  /** By its address, and whether it speaks something else than we do. */
  async byNode(on: On, node: string): Promise<(Peer & { isForeign: boolean }) | undefined> {
    const [row] = await sql<Peer & { isForeign: boolean }>(
      on,
      `SELECT ${columns}, EXISTS (SELECT 1 FROM peer_adapter a WHERE a.peer_id = peer.id) AS "isForeign"
       FROM peer WHERE node = $1`,
      [node],
    );
    return row;
  }

  /** Until the transaction ends nobody changes it. */
  async hold(tx: EntityManager, id: number): Promise<Peer | undefined> {
    const [row] = await sql<Peer>(tx, `SELECT ${columns} FROM peer WHERE id = $1 FOR SHARE`, [id]);
    return row;
  }

  async trust(tx: EntityManager, id: number, keys: TrustedKeys, by: number, now: EpochMs): Promise<Peer> {
    const { keySource, keyUrl, keySet } = keys;
    return found(
      await sql<Peer>(
        tx,
        `UPDATE peer SET key_source = $2, key_url = $3, key_set = $4::jsonb, updated_by_id = $5, updated_at = $6
         WHERE id = $1 RETURNING ${columns}`,
        [id, keySource, keyUrl, keySet && JSON.stringify(keySet), by, new Date(now)],
      ),
    );
  }

  /** The keys that it publishes count. @throws AppError conflict `peer.node-taken` */
  async add(tx: EntityManager, draft: PeerDraft, by: number, now: EpochMs): Promise<Peer> {
    return found(
      await oneANode(
        sql<Peer>(
          tx,
          `INSERT INTO peer (name, node, paused, calls_per_minute, by_key, key_source, created_by_id, updated_by_id,
             created_at, updated_at)
           VALUES ($1, $2, $3, $4, $7, 'published', $5, $5, $6, $6) RETURNING ${columns}`,
          [draft.name, draft.node, draft.paused, draft.callsPerMinute, by, new Date(now), draft.byKey],
        ),
      ),
    );
  }

  /** What was made for us at one address is shown at no other, and keys of one are believed of no other. @throws AppError conflict `peer.node-taken` */
  async save(tx: EntityManager, id: number, draft: PeerDraft, by: number, now: EpochMs): Promise<Peer> {
    return found(
      await oneANode(
        sql<Peer>(
          tx,
          `UPDATE peer SET name = $2, node = $3, paused = $4, calls_per_minute = $5, updated_by_id = $6, updated_at = $7,
             by_key = $8, token = CASE WHEN node = $3 THEN token END,
             key_source = CASE WHEN node = $3 OR key_source = 'none' THEN key_source ELSE 'published' END,
             key_url = CASE WHEN node = $3 THEN key_url END, key_set = CASE WHEN node = $3 THEN key_set END
           WHERE id = $1 RETURNING ${columns}`,
          [id, draft.name, draft.node, draft.paused, draft.callsPerMinute, by, new Date(now), draft.byKey],
        ),
      ),
    );
  }

  async keepToken(tx: EntityManager, id: number, sealed: Buffer): Promise<void> {
    await sql(tx, 'UPDATE peer SET token = $2 WHERE id = $1', [id, sealed]);
  }

  /** @throws AppError conflict `peer.in-use` */
  async remove(tx: EntityManager, id: number): Promise<void> {
    try {
      // What was never agreed, or is over, keeps nobody.
      await sql(tx, 'DELETE FROM agreement WHERE peer_id = $1 AND group_id IS NULL', [id]);
      await sql(tx, 'DELETE FROM peer WHERE id = $1', [id]);
    } catch (error) {
      if (!violates(error, 'agreement_peer_id_fkey')) throw error;
      throw new AppError('conflict', 'peer.in-use', 'There are agreements with this helpdesk.', undefined, {
        cause: error,
      });
    }
  }

  async figures(on: On, ids: readonly number[]): Promise<Map<number, PeerFigures>> {
    const rows = await sql<PeerFigures & { id: number }>(
      on,
      `SELECT p.id, count(l.id)::int AS tickets, count(l.due_at)::int AS waiting,
              (count(*) FILTER (WHERE l.attempts > 0 AND l.due_at IS NOT NULL))::int AS failing,
              min(l.waiting_since) AS "waitingSince",
              (SELECT count(*)::int FROM link_inbox i JOIN link k ON k.id = i.link_id WHERE k.peer_id = p.id) AS "queuedIn",
              (SELECT count(*)::int FROM link_outbox o JOIN link k ON k.id = o.link_id WHERE k.peer_id = p.id) AS "queuedOut",
              (SELECT count(*)::int FROM link_wish w JOIN link k ON k.id = w.link_id
               WHERE k.peer_id = p.id AND k.ended_at IS NULL) AS wishes,
              (SELECT count(*)::int FROM requester_erasure r JOIN link k ON k.id = r.link_id
               WHERE k.peer_id = p.id AND r.acknowledged_at IS NULL) AS erasures,
              (SELECT a.kind FROM peer_adapter a WHERE a.peer_id = p.id) AS software,
              (SELECT coalesce(json_agg(json_build_object('id', t.id, 'createdAt', t.created_at, 'usedAt', t.used_at)
                 ORDER BY t.id), '[]') FROM peer_token t WHERE t.peer_id = p.id) AS tokens
       FROM peer p LEFT JOIN link l ON l.peer_id = p.id AND l.ended_at IS NULL
       WHERE p.id = ANY ($1::bigint[]) GROUP BY p.id`,
      [ids],
    );
    return new Map(rows.map(({ id, ...figures }) => [id, figures]));
  }

  /** Whether there is anybody to keep tickets equal with. */
  async isAlone(on: On): Promise<boolean> {
    return (await sql(on, 'SELECT 1 FROM peer LIMIT 1')).length === 0;
  }

  /** The newest two stay: the one before this goes on working until the peer has the new one. */
  async addToken(tx: EntityManager, peerId: number, hash: Buffer, now: EpochMs): Promise<void> {
    await sql(tx, 'INSERT INTO peer_token (peer_id, hash, created_at) VALUES ($1, $2, $3)', [
      peerId,
      hash,
      new Date(now),
    ]);
    await sql(
      tx,
      `DELETE FROM peer_token WHERE peer_id = $1
       AND id NOT IN (SELECT id FROM peer_token WHERE peer_id = $1 ORDER BY id DESC LIMIT 2)`,
      [peerId],
    );
  }

  async removeToken(tx: EntityManager, peerId: number, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM peer_token WHERE peer_id = $1 AND id = $2', [peerId, id]);
  }

  /** Whoever shows the token. */
  async byToken(on: On, hash: Buffer, now: EpochMs): Promise<Peer | undefined> {
    const [row] = await sql<Peer & { tokenId: number; usedAt: Date | null }>(
      on,
      `SELECT p.*, t.id AS "tokenId", t.used_at AS "usedAt" FROM peer_token t
       JOIN (SELECT ${columns} FROM peer) AS p ON p.id = t.peer_id WHERE t.hash = $1`,
      [hash],
    );
    if (!row) return undefined;
    const { tokenId, usedAt, ...peer } = row;
    if (!usedAt || now - usedAt.getTime() > USED_MS) {
      await sql(on, 'UPDATE peer_token SET used_at = $2 WHERE id = $1', [tokenId, new Date(now)]);
    }
    return peer;
  }

  /** It answers. @returns whether that was not known: what waits for it may go on */
  async answered(on: On, id: number, now: EpochMs): Promise<boolean> {
    const rows = await sql(
      on,
      `UPDATE peer SET last_success_at = $2, failing_since = NULL, last_error = NULL, held_until = NULL
       WHERE id = $1 AND (failing_since IS NOT NULL OR last_success_at IS NULL OR last_success_at < $3) RETURNING id`,
      [id, new Date(now), new Date(now - SUCCESS_MS)],
    );
    return rows.length > 0;
  }

  /** It does not answer, or not well. @param holdMs  how long nobody calls it, by how long it has not answered, ms */
  async failed(on: On, id: number, error: string, holdMs: (failingMs: number) => number, now: EpochMs): Promise<void> {
    const [row] = await sql<{ since: Date }>(
      on,
      `UPDATE peer SET failing_since = coalesce(failing_since, $2), last_error = $3 WHERE id = $1
       RETURNING failing_since AS since`,
      [id, new Date(now), error],
    );
    if (!row) return;
    const hold = holdMs(now - row.since.getTime());
    await sql(on, 'UPDATE peer SET held_until = $2 WHERE id = $1', [id, new Date(now + hold)]);
  }

  /** It has called here: whether it answers is to be tried at once. */
  async called(on: On, id: number): Promise<void> {
    await sql(on, 'UPDATE peer SET held_until = NULL WHERE id = $1 AND held_until IS NOT NULL', [id]);
  }

  async isStopped(on: On): Promise<boolean> {
    const [row] = await sql<{ stopped: boolean }>(on, 'SELECT stopped FROM sync_switch');
    return row?.stopped ?? false;
  }

  async stop(tx: EntityManager, stopped: boolean): Promise<void> {
    await sql(tx, 'UPDATE sync_switch SET stopped = $1', [stopped]);
  }
}

/** How exactly it is known when a peer last answered, and when a token was last shown. */
export const SUCCESS_MS = 10_000;
const USED_MS = 60_000;

async function oneANode<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (!violates(error, 'peer_node_key')) throw error;
    throw new AppError('conflict', 'peer.node-taken', 'There is a helpdesk with this address already.', undefined, {
      cause: error,
    });
  }
}

function found(rows: Peer[]): Peer {
  const [row] = rows;
  if (!row) throw new AppError('not-found', 'peer.not-found', 'There is no such helpdesk.');
  return row;
}
