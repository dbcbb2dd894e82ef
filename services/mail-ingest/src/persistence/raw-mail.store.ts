import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** Whether a mail is old enough to go: received before $1, and read. Quarantined and suspended ones wait for people. */
const isDue = `erased_at IS NULL AND received_at < $1 AND state IN ('parsed', 'duplicate', 'ignored', 'discarded')`;

/** The mails as they came, and how long they stay. */
export class RawMailStore {
  /** A page of what is old enough, above an id. */
  async due(on: On, before: Date, after: number, limit: number): Promise<{ id: number; size: number }[]> {
    return sql(on, `SELECT id, size FROM inbound_mail WHERE ${isDue} AND id > $2 ORDER BY id LIMIT $3`, [
      ...[before, after, limit],
    ]);
  }

  async quarantined(on: On, before: Date): Promise<number> {
    const [row] = await sql<{ count: number }>(
      on,
      `SELECT count(*) AS count FROM inbound_mail WHERE state IN ('quarantined', 'suspended') AND erased_at IS NULL AND received_at < $1`,
      [before],
    );
    return row?.count ?? 0;
  }

  /**
   * Forgets what these mails say; their rows stay, so that none is filed again. Their bytes are to go. One that nobody
   * has read yet stays as it is.
   * @returns how many were kept until now
   */
  async forget(tx: On, ids: readonly number[]): Promise<number> {
    const [row] = await sql<{ count: number }>(
      tx,
      `WITH gone AS (
         UPDATE inbound_mail SET envelope_from = NULL, from_address = NULL, recipients = '[]', client = NULL,
           cause = NULL, message_id = NULL, discarded_because = NULL, proof = NULL, erased_at = now(),
           state = CASE WHEN state IN ('quarantined', 'ignored', 'suspended', 'discarded') THEN 'parsed' ELSE state END
         WHERE id = ANY ($1::bigint[]) AND erased_at IS NULL AND state <> 'received' RETURNING sha256),
       unwanted AS (
         INSERT INTO unwanted_mail SELECT DISTINCT sha256 FROM gone ON CONFLICT DO NOTHING)
       SELECT count(*) AS count FROM gone`,
      [ids],
    );
    return row?.count ?? 0;
  }

  /** Bytes that were to go, and whether a mail still has them. */
  async unwanted(on: On, limit: number): Promise<{ sha256: string; used: boolean }[]> {
    return sql(
      on,
      `SELECT sha256, EXISTS (SELECT 1 FROM inbound_mail m WHERE m.sha256 = u.sha256 AND m.erased_at IS NULL) AS used
       FROM unwanted_mail u ORDER BY sha256 LIMIT $1`,
      [limit],
    );
  }

  async settle(on: On, sha256: string): Promise<void> {
    await sql(on, 'DELETE FROM unwanted_mail WHERE sha256 = $1', [sha256]);
  }
}
