import type { FederationAttachment } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** Bytes in the file store. */
export interface Held {
  sha256: string;
  size: number;
}

/** A file that was brought, or announced, and belongs to no comment that came. */
const ABANDONED_MS = 7 * 24 * 3_600_000;

/** Files between us and peers: what they may fetch, and what is held of theirs until its comment is written. */
export class FileStore {
  // Ours.

  /** A peer has been told of them, and may fetch them. */
  async offer(on: On, linkId: number, files: readonly FederationAttachment[]): Promise<void> {
    if (files.length === 0) return;
    await sql(
      on,
      `INSERT INTO link_file (link_id, uuid, sha256, size, media_type)
       SELECT $1, f.uuid, f.sha256, f.size, f.media_type
       FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[]) AS f (uuid, sha256, size, media_type)
       ON CONFLICT DO NOTHING`,
      [
        ...[linkId, files.map(({ uuid }) => uuid), files.map(({ sha256 }) => sha256)],
        ...[files.map(({ size }) => size), files.map(({ mediaType }) => mediaType)],
      ],
    );
  }

  /** What a peer asks for, of the tickets that it shares with us. */
  async offered(
    on: On,
    peerId: number,
    uuid: string,
    agreementIds: readonly number[] | null,
  ): Promise<(Held & { mediaType: string }) | undefined> {
    const [row] = await sql<Held & { mediaType: string }>(
      on,
      `SELECT f.sha256, f.size, f.media_type AS "mediaType" FROM link_file f JOIN link l ON l.id = f.link_id
       WHERE f.uuid = $2 AND l.peer_id = $1 AND l.ended_at IS NULL
         AND ($3::bigint[] IS NULL OR l.agreement_id = ANY ($3)) LIMIT 1`,
      [peerId, uuid, agreementIds],
    );
    return row;
  }

  // Theirs.

  async held(on: On, peerId: number, uuid: string): Promise<Held | undefined> {
    const [row] = await sql<Held>(
      on,
      'SELECT sha256, size FROM peer_file WHERE peer_id = $1 AND uuid = $2 AND sha256 IS NOT NULL',
      [peerId, uuid],
    );
    return row;
  }

  /** The bytes are here. What nobody has asked for in a week goes. */
  async keep(on: On, peerId: number, uuid: string, { sha256, size }: Held, now: EpochMs): Promise<void> {
    await sql(
      on,
      `INSERT INTO peer_file (peer_id, uuid, sha256, size, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (peer_id, uuid) DO UPDATE SET sha256 = $3, size = $4, failing_since = NULL`,
      [peerId, uuid, sha256, size, new Date(now)],
    );
    await sql(on, 'DELETE FROM peer_file WHERE created_at < $1', [new Date(now - ABANDONED_MS)]);
  }

  /** It could not be fetched. @returns since when */
  async failed(on: On, peerId: number, uuid: string, now: EpochMs): Promise<number> {
    const [row] = await sql<{ since: Date }>(
      on,
      `INSERT INTO peer_file (peer_id, uuid, failing_since, created_at) VALUES ($1, $2, $3, $3)
       ON CONFLICT (peer_id, uuid) DO UPDATE SET failing_since = coalesce(peer_file.failing_since, $3)
       RETURNING failing_since AS since`,
      [peerId, uuid, new Date(now)],
    );
    return row?.since.getTime() ?? now;
  }

  /** Their comments are written. */
  async done(tx: EntityManager, peerId: number, uuids: readonly string[]): Promise<void> {
    if (uuids.length === 0) return;
    await sql(tx, 'DELETE FROM peer_file WHERE peer_id = $1 AND uuid = ANY ($2::uuid[])', [peerId, uuids]);
  }
}
