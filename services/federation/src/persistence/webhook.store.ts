import type { FederationEvent, FederationNotice, FederationWebhookDraft } from '@helpmesh/contracts';
import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { lockAllInTransaction, sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Unshared } from '../domain/sync/tombstone.ts';

type On = DataSource | EntityManager;

type EventTypes = NonNullable<FederationWebhookDraft['eventTypes']>;

/** An address that a peer has named. */
export interface PeerWebhook {
  id: string;
  peerId: number;
  url: string;
  description: string;
  /** None: all. */
  eventTypes: EventTypes;
  /** Null: all with the peer. */
  agreementIds: number[] | null;
  status: 'pending' | 'active' | 'paused' | 'disabled';
  reason: string | null;
  challenge: string;
  ping: boolean;
  /** Sealed. */
  keys: Buffer;
  oldKeys: Buffer | null;
  oldUntil: EpochMs | null;
  cursor: number;
  events: number;
  failures: number;
  failingSince: EpochMs | null;
  dueAt: EpochMs | null;
  version: number;
  createdAt: EpochMs;
}

/** What a peer may say of it, and what follows. */
export type WebhookValues = Pick<
  PeerWebhook,
  | 'url'
  | 'description'
  | 'eventTypes'
  | 'agreementIds'
  | 'status'
  | 'reason'
  | 'challenge'
  | 'ping'
  | 'keys'
  | 'oldKeys'
  | 'oldUntil'
  | 'cursor'
>;

/** A call that was made. */
export interface WebhookCall {
  id: number;
  eventId: string;
  type: string;
  status: number | null;
  error: string | null;
  durationMs: number;
  at: Date;
}

/** What a peer was told, with its place among all that it was. */
export interface ToldEvent {
  id: number;
  /** Null: it is not about a ticket. */
  uuid: string | null;
  event: FederationEvent | FederationNotice | Unshared;
  at: Date;
}

/** Whom something is told, and what it is about. */
export interface Addressed {
  peerId: number;
  agreementId: number;
  uuid: string | null;
}

/** What a peer is told, and what it is about. */
export interface AddressedNotice extends Omit<Addressed, 'peerId'> {
  notice: ToldEvent['event'];
}

type Row = Omit<PeerWebhook, 'oldUntil' | 'failingSince' | 'dueAt' | 'createdAt'> & {
  oldUntil: Date | null;
  failingSince: Date | null;
  dueAt: Date | null;
  createdAt: Date;
};

const columns = `w.id, w.peer_id AS "peerId", w.url, w.description, w.event_types AS "eventTypes",
  w.agreement_ids AS "agreementIds", w.status, w.reason, w.challenge, w.ping, w.keys, w.old_keys AS "oldKeys",
  w.old_until AS "oldUntil", w.cursor, w.events, w.failures, w.failing_since AS "failingSince", w.due_at AS "dueAt",
  w.version, w.created_at AS "createdAt"`;

/** What is kept of what peers were told. Longer than a receiver may fail. */
const KEPT_MS = 7 * 24 * 3_600_000;
const CALLS = 50;

/** Addresses that peers have named, and what they are to be told. */
export class WebhookStore {
  async list(on: On, peerId: number): Promise<PeerWebhook[]> {
    return (
      await sql<Row>(on, `SELECT ${columns} FROM peer_webhook w WHERE peer_id = $1 ORDER BY created_at, id`, [peerId])
    ).map(toWebhook);
  }

  async find(on: On, peerId: number, id: string): Promise<PeerWebhook | undefined> {
    const [row] = await sql<Row>(on, `SELECT ${columns} FROM peer_webhook w WHERE peer_id = $1 AND id = $2`, [
      ...[peerId, id],
    ]);
    return row && toWebhook(row);
  }

  /** Nobody else adds one, or is told of something, until the transaction ends. */
  async lock(tx: EntityManager, peerId: number): Promise<void> {
    await lockAllInTransaction(tx, [`feed of peer ${peerId}`]);
  }

  /** The place after all that the peer was told. */
  async end(on: On, peerId: number): Promise<number> {
    const [row] = await sql<{ id: number | null }>(on, 'SELECT max(id) AS id FROM peer_event WHERE peer_id = $1', [
      peerId,
    ]);
    return row?.id ?? 0;
  }

  async add(tx: EntityManager, id: string, peerId: number, values: WebhookValues, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO peer_webhook (id, peer_id, url, description, event_types, agreement_ids, status, reason, challenge,
         ping, keys, old_keys, old_until, cursor, due_at, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $15)`,
      [id, peerId, ...valuesOf(values), new Date(now)],
    );
  }

  /** Something has changed: it begins anew, now. */
  async save(tx: EntityManager, id: string, values: WebhookValues, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE peer_webhook SET url = $2, description = $3, event_types = $4, agreement_ids = $5, status = $6, reason = $7,
         challenge = $8, ping = $9, keys = $10, old_keys = $11, old_until = $12, cursor = $13, due_at = $14,
         updated_at = $14, failures = 0, failing_since = NULL, events = events + 1, version = version + 1,
         leased_until = NULL, lease = NULL
       WHERE id = $1`,
      [id, ...valuesOf(values), new Date(now)],
    );
  }

  async remove(on: On, peerId: number, id: string): Promise<boolean> {
    const rows = await sql(on, 'DELETE FROM peer_webhook WHERE peer_id = $1 AND id = $2 RETURNING id', [peerId, id]);
    return rows.length > 0;
  }

  /** How much of what happened is not taken yet. */
  async waiting(on: On, hook: PeerWebhook): Promise<number> {
    const [row] = await sql<{ count: number }>(
      on,
      `SELECT count(*)::int AS count FROM peer_event e WHERE ${wanted}`,
      wantedBy(hook),
    );
    return row?.count ?? 0;
  }

  async calls(on: On, id: string): Promise<WebhookCall[]> {
    return sql<WebhookCall>(
      on,
      `SELECT id, event_id AS "eventId", type, status, error, duration_ms AS "durationMs", at
       FROM peer_webhook_call WHERE webhook_id = $1 ORDER BY id DESC LIMIT ${CALLS}`,
      [id],
    );
  }

  // What happens.

  /** For the peers that have named an address. Call it last: nobody else tells the peer anything until the transaction ends. */
  async tell(tx: EntityManager, linkId: number, event: FederationEvent | Unshared, now: EpochMs): Promise<void> {
    const [link] = await sql<{ peerId: number; agreementId: number; uuid: string }>(
      tx,
      `SELECT l.peer_id AS "peerId", l.agreement_id AS "agreementId", l.uuid FROM link l
       WHERE l.id = $1 AND EXISTS (SELECT 1 FROM peer_webhook w WHERE w.peer_id = l.peer_id)`,
      [linkId],
    );
    if (!link) return;
    await this.lock(tx, link.peerId);
    await this.tellPeer(tx, link.peerId, [{ ...link, notice: event }], now);
  }

  /** As `tell`, for a peer that has named an address and is locked. */
  async tellPeer(tx: EntityManager, peerId: number, notices: readonly AddressedNotice[], now: EpochMs): Promise<void> {
    await this.keep(tx, 'peer_event', peerId, notices, now);
    await sql(tx, 'UPDATE peer_webhook SET events = events + 1, due_at = coalesce(due_at, $2) WHERE peer_id = $1', [
      peerId,
      new Date(now),
    ]);
  }

  /** In their order. */
  async keep(
    tx: EntityManager,
    table: 'peer_event' | 'peer_notice',
    peerId: number,
    notices: readonly AddressedNotice[],
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO ${table} (peer_id, agreement_id, uuid, event, created_at)
       SELECT $1, told.agreement_id, told.uuid, told.event, $5
       FROM unnest($2::bigint[], $3::uuid[], $4::jsonb[]) WITH ORDINALITY AS told (agreement_id, uuid, event, place)
       ORDER BY told.place`,
      [
        ...[peerId, notices.map(({ agreementId }) => agreementId), notices.map(({ uuid }) => uuid)],
        ...[notices.map(({ notice }) => JSON.stringify(notice)), new Date(now)],
      ],
    );
  }

  /** A ticket is not shared any more: what was told of it is not told again, but that its requester was erased. */
  async forget(tx: EntityManager, peerId: number, uuid: string): Promise<void> {
    for (const table of ['peer_event', 'peer_notice']) {
      await sql(
        tx,
        `DELETE FROM ${table} WHERE peer_id = $1 AND uuid = $2
           AND event ->> 'type' IS DISTINCT FROM 'eu.eosc.helpdesk.ticket.requester_erased.v1'`,
        [peerId, uuid],
      );
    }
  }

  /** What is told by webhooks waits no longer in the feed of a peer that does not read it. */
  async sweep(on: On, now: EpochMs): Promise<void> {
    await sql(on, 'DELETE FROM peer_event WHERE created_at < $1', [new Date(now - KEPT_MS)]);
    const hooked = `p.token IS NULL AND NOT p.by_key
         AND EXISTS (SELECT 1 FROM peer_webhook w WHERE w.peer_id = p.id AND w.status = 'active')`;
    await sql(
      on,
      `DELETE FROM link_outbox o USING link l, peer p
       WHERE l.id = o.link_id AND p.id = l.peer_id AND o.created_at < $1 AND ${hooked}`,
      [new Date(now - KEPT_MS)],
    );
    await sql(on, `DELETE FROM peer_notice n USING peer p WHERE p.id = n.peer_id AND n.created_at < $1 AND ${hooked}`, [
      new Date(now - KEPT_MS),
    ]);
  }

  // Calls.

  /** Takes some that are due for a while; nobody else gets them. Those of paused peers rest, and all while nothing is sent. */
  async claim(on: On, now: EpochMs, leaseMs: number, limit: number): Promise<{ id: string; lease: string }[]> {
    return sql(
      on,
      `UPDATE peer_webhook SET leased_until = $2, lease = gen_random_uuid() WHERE id IN (
         SELECT w.id FROM peer_webhook w JOIN peer p ON p.id = w.peer_id
         WHERE w.due_at <= $1 AND (w.leased_until IS NULL OR w.leased_until <= $1) AND ${maySend}
         ORDER BY w.due_at LIMIT $3 FOR UPDATE OF w SKIP LOCKED)
       RETURNING id, lease`,
      [new Date(now), new Date(now + leaseMs), limit],
    );
  }

  /** As it stands now. @returns undefined when it is somebody else's by now, or nothing may be sent */
  async held(on: On, id: string, lease: string): Promise<PeerWebhook | undefined> {
    const [row] = await sql<Row>(
      on,
      `SELECT ${columns} FROM peer_webhook w JOIN peer p ON p.id = w.peer_id
       WHERE w.id = $1 AND w.lease = $2 AND ${maySend}`,
      [id, lease],
    );
    return row && toWebhook(row);
  }

  async next(on: On, hook: PeerWebhook): Promise<ToldEvent | undefined> {
    const rows = await sql<ToldEvent>(
      on,
      `SELECT e.id, e.uuid, e.event, e.created_at AS at FROM peer_event e WHERE ${wanted} ORDER BY e.id LIMIT 1`,
      wantedBy(hook),
    );
    return rows[0];
  }

  /** It was taken. What was asked for meanwhile counts more. */
  async taken(on: On, lease: string, before: number, cursor: number, until: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE peer_webhook SET cursor = $3, failures = 0, failing_since = NULL, leased_until = $4
       WHERE lease = $1 AND cursor = $2`,
      [lease, before, cursor, new Date(until)],
    );
  }

  /** Whoever is there has answered a call that tells nothing. */
  async answered(on: On, lease: string): Promise<void> {
    await sql(
      on,
      `UPDATE peer_webhook SET ping = false, failures = 0, failing_since = NULL,
         status = CASE WHEN status = 'pending' THEN 'active' ELSE status END
       WHERE lease = $1`,
      [lease],
    );
  }

  /** There was nothing to tell. */
  async rest(on: On, lease: string, seen: number, now: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE peer_webhook SET lease = NULL, leased_until = NULL, due_at = CASE WHEN events > $2 THEN $3::timestamptz END
       WHERE lease = $1`,
      [lease, seen, new Date(now)],
    );
  }

  /** For somebody else to go on with. */
  async release(on: On, lease: string): Promise<void> {
    await sql(on, 'UPDATE peer_webhook SET lease = NULL, leased_until = NULL WHERE lease = $1', [lease]);
  }

  async wait(on: On, lease: string, dueAt: EpochMs, now: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE peer_webhook SET lease = NULL, leased_until = NULL, due_at = $2, failures = failures + 1,
         failing_since = coalesce(failing_since, $3)
       WHERE lease = $1`,
      [lease, new Date(dueAt), new Date(now)],
    );
  }

  async disable(on: On, lease: string, reason: string): Promise<void> {
    await sql(
      on,
      `UPDATE peer_webhook SET lease = NULL, leased_until = NULL, due_at = NULL, ping = false, status = 'disabled',
         reason = $2, version = version + 1
       WHERE lease = $1`,
      [lease, reason],
    );
  }

  async log(on: On, webhookId: string, call: Omit<WebhookCall, 'id'>): Promise<void> {
    await sql(
      on,
      `INSERT INTO peer_webhook_call (webhook_id, event_id, type, status, error, duration_ms, at)
       SELECT id, $2, $3, $4, $5, $6, $7 FROM peer_webhook WHERE id = $1`,
      [webhookId, call.eventId, call.type, call.status, call.error, call.durationMs, call.at],
    );
    await sql(
      on,
      `DELETE FROM peer_webhook_call WHERE webhook_id = $1 AND id <= (
         SELECT id FROM peer_webhook_call WHERE webhook_id = $1 ORDER BY id DESC OFFSET ${CALLS} LIMIT 1)`,
      [webhookId],
    );
  }
}

/** Of `w` and its peer `p`. */
const maySend = `(w.status IN ('pending', 'active') OR w.ping AND w.status <> 'disabled')
  AND NOT p.paused AND NOT (SELECT stopped FROM sync_switch)`;

/** What of `e` a webhook is to be told. */
const wanted = `e.peer_id = $1 AND e.id > $2 AND (cardinality($3::text[]) = 0
    OR coalesce(e.event ->> 'type', 'eu.eosc.helpdesk.ticket.unshared.v1') = ANY ($3))
  AND ($4::bigint[] IS NULL OR e.agreement_id = ANY ($4))`;

function wantedBy({ peerId, cursor, eventTypes, agreementIds }: PeerWebhook) {
  return [peerId, cursor, eventTypes, agreementIds];
}

function valuesOf(values: WebhookValues) {
  const { url, description, eventTypes, agreementIds, status, reason, challenge, ping, keys, oldKeys, oldUntil } =
    values;
  return [
    ...[url, description, eventTypes, agreementIds, status, reason, challenge, ping, keys, oldKeys],
    ...[oldUntil && new Date(oldUntil), values.cursor],
  ];
}

function toWebhook({ oldUntil, failingSince, dueAt, createdAt, ...row }: Row): PeerWebhook {
  return {
    ...{ ...row, oldUntil: at(oldUntil), failingSince: at(failingSince), dueAt: at(dueAt) },
    createdAt: epochMs(createdAt.getTime()),
  };
}

function at(date: Date | null): EpochMs | null {
  return date && epochMs(date.getTime());
}
