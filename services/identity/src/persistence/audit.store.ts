import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AuditFacts, type ChainedEntry, type ChainHead, chain } from '../application/audit/chain.ts';

type Read = EntityManager | DataSource;

/** An entry as it is shown: with today's logins. */
export interface ShownEntry extends ChainedEntry {
  actor: string | null;
  onBehalfOf: string | null;
  /** Login of the object, when it is a user. */
  objectLogin: string | null;
}

/** What must hold; whatever is undefined does not matter. */
export interface AuditFilter {
  /** Who acted, or in whose name. */
  personId?: number | undefined;
  action?: string | undefined;
  objectType?: string | undefined;
  objectId?: string | undefined;
  service?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  before?: number | undefined;
}

const columns = `e.seq, e.at, e.service, e.action, e.actor_id AS "actorId", e.on_behalf_of_id AS "onBehalfOfId",
  e.object_type AS "objectType", e.object_id AS "objectId", e.object_label AS "objectLabel", e.changes::text AS changes,
  e.address, e.request_id AS "requestId", e.hash, e.redacted`;

/** An entry tells of the user ($1), or names them ($2). What is written about the erasure itself names nobody. */
const about = `(e.action NOT IN ('data-privacy-task.created', 'data-privacy-task.completed')
  AND (e.object_label IS NOT NULL OR e.changes::text <> '{}')
  AND (e.object_type = 'User' AND e.object_id = $1::int::text
       OR concat_ws(' ', e.object_label, e.changes::text) ILIKE ANY ($2::text[])))`;
/** Where the user was when they did something. */
const by = '(e.address IS NOT NULL AND (e.actor_id = $1::int OR e.on_behalf_of_id = $1::int))';
const redactable = `e.action <> 'audit.redacted' AND (${about} OR ${by})`;

/** SQL of each condition, the value in place of `?`. */
const conditions: Record<keyof AuditFilter, string> = {
  personId: '(e.actor_id = ? OR e.on_behalf_of_id = ?)',
  action: `(e.action = ? OR starts_with(e.action, ? || '.'))`,
  objectType: 'e.object_type = ?',
  objectId: 'e.object_id = ?',
  service: 'e.service = ?',
  from: 'e.at >= ?',
  to: 'e.at < ?',
  before: 'e.seq < ?',
};

@Injectable()
export class AuditStore {
  /**
   * Chains entries behind the last one. Whoever appends waits for those who did and have not committed, so this comes
   * last in a transaction.
   * @param seal  proves place and hash of the new end
   */
  async append(
    tx: EntityManager,
    entries: readonly AuditFacts[],
    seal: (head: ChainHead) => Buffer,
  ): Promise<ChainedEntry[]> {
    const [head] = await sql<ChainHead>(tx, 'SELECT seq, hash FROM audit_chain FOR UPDATE');
    const rows = chain(head as ChainHead, entries);
    const last = rows.at(-1);
    if (!last) return rows;
    await sql(
      tx,
      `INSERT INTO audit_entry (seq, at, service, action, actor_id, on_behalf_of_id, object_type, object_id,
         object_label, changes, address, request_id, hash)
       SELECT seq, at, service, action, actor_id, on_behalf_of_id, object_type, object_id, object_label, changes::json,
         address, request_id, hash
       FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::text[],
         $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bytea[])
         AS row (seq, at, service, action, actor_id, on_behalf_of_id, object_type, object_id, object_label, changes,
           address, request_id, hash)`,
      [
        rows.map((row) => row.seq),
        rows.map((row) => row.at),
        rows.map((row) => row.service),
        rows.map((row) => row.action),
        rows.map((row) => row.actorId),
        rows.map((row) => row.onBehalfOfId),
        rows.map((row) => row.objectType),
        rows.map((row) => row.objectId),
        rows.map((row) => row.objectLabel),
        rows.map((row) => row.changes),
        rows.map((row) => row.address),
        rows.map((row) => row.requestId),
        rows.map((row) => row.hash),
      ],
    );
    await sql(tx, 'UPDATE audit_chain SET seq = $1, hash = $2, seal = $3', [last.seq, last.hash, seal(last)]);
    return rows;
  }

  async head(tx: Read): Promise<(ChainHead & { seal: Buffer | null }) | undefined> {
    const [row] = await sql<ChainHead & { seal: Buffer | null }>(tx, 'SELECT seq, hash, seal FROM audit_chain');
    return row;
  }

  /** Entries behind one, in their order. */
  async after(tx: Read, seq: number, limit: number): Promise<ChainedEntry[]> {
    return sql(tx, `SELECT ${columns} FROM audit_entry e WHERE e.seq > $1 ORDER BY e.seq LIMIT $2`, [seq, limit]);
  }

  /** Newest first. */
  async page(tx: Read, filter: AuditFilter, limit: number): Promise<ShownEntry[]> {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined);
    const where = given.map(([name], i) => conditions[name as keyof AuditFilter].replaceAll('?', `$${i + 2}`));
    return sql(
      tx,
      `SELECT ${columns}, actor.login AS actor, other.login AS "onBehalfOf", object.login AS "objectLogin"
       FROM audit_entry e
       LEFT JOIN users actor ON actor.id = e.actor_id
       LEFT JOIN users other ON other.id = e.on_behalf_of_id
       LEFT JOIN users object ON e.object_type = 'User' AND object.id::text = e.object_id
       ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY e.seq DESC LIMIT $1`,
      [limit, ...given.map(([, value]) => value)],
    );
  }

  /**
   * Takes label and changes out of entries about a user or that name them, and the address out of what the user did.
   * @param after   a window of places: above this one
   * @param last    up to and with this one
   * @returns those entries as they are now
   */
  async redact(
    tx: EntityManager,
    userId: number,
    patterns: readonly string[],
    after: number,
    last: number,
  ): Promise<ChainedEntry[]> {
    return sql(
      tx,
      `UPDATE audit_entry e SET redacted = true,
         object_label = CASE WHEN found.about THEN NULL ELSE e.object_label END,
         changes = CASE WHEN found.about THEN '{}' ELSE e.changes END,
         address = CASE WHEN found.by THEN NULL ELSE e.address END
       FROM (SELECT seq, ${about} AS about, ${by} AS by FROM audit_entry e
             WHERE seq > $3 AND seq <= $4 AND ${redactable}) AS found
       WHERE e.seq = found.seq RETURNING ${columns}`,
      [userId, patterns, after, last],
    );
  }

  async countRedactable(tx: Read, userId: number, patterns: readonly string[]): Promise<number> {
    const [row] = await sql<{ n: number }>(tx, `SELECT count(*) AS n FROM audit_entry e WHERE ${redactable}`, [
      userId,
      patterns,
    ]);
    return row?.n ?? 0;
  }

  /** What is left of redacted entries, by place, as it was last recorded. */
  async rests(tx: Read): Promise<Map<number, string>> {
    const rows = await sql<{ changes: Record<string, { to: string }> }>(
      tx,
      `SELECT changes FROM audit_entry WHERE action = 'audit.redacted' ORDER BY seq`,
    );
    return new Map(rows.flatMap(({ changes }) => Object.entries(changes).map(([seq, { to }]) => [Number(seq), to])));
  }

  /** True when the person's last entry of this action is not older than `since`. */
  async happenedSince(tx: Read, actorId: number, action: string, since: Date): Promise<boolean> {
    const [row] = await sql<{ at: Date }>(
      tx,
      'SELECT at FROM audit_entry WHERE actor_id = $1 AND action = $2 ORDER BY seq DESC LIMIT 1',
      [actorId, action],
    );
    return row !== undefined && row.at >= since;
  }
}
