import type { FederationChange, FederationEvent, FederationFieldName, FederationFields } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { lockAllInTransaction, sql, transaction } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { LinkState } from '../domain/sync/link.ts';
import type { OwnWords } from '../domain/sync/own-words.ts';
import { canonical } from '../domain/sync/replica.ts';
import type { Suggestion } from '../domain/sync/take-in.ts';
import type { Unshared } from '../domain/sync/tombstone.ts';
import { WebhookStore } from './webhook.store.ts';

type On = DataSource | EntityManager;

/** A ticket that other helpdesks have too. */
export interface SharedTicket {
  uuid: string;
  ticketId: number;
  originNode: string;
  via: string[];
  fields: FederationFields;
  own: OwnWords;
}

/** A ticket at a peer, with all that is under way. */
export interface Link {
  id: number;
  uuid: string;
  peerId: number;
  agreementId: number;
  state: LinkState;
  changes: number;
  ask: boolean;
  attempts: number;
  /** What this process holds it by. */
  lease: string;
  articleIds: number[];
}

/** A link that is to be worked on. */
export interface Claimed {
  id: number;
  peerId: number;
}

/** A ticket for which something is to be done, and why it is not yet. */
export interface WaitingLink {
  id: number;
  uuid: string;
  ticketId: number | null;
  remoteNumber: string | null;
  remoteUrl: string | null;
  attempts: number;
  error: string | null;
  dueAt: Date | null;
  waitingSince: Date | null;
}

/** A ticket at a peer, for people to see. */
export interface Share {
  peerId: number;
  peer: string;
  paused: boolean;
  isPeerFailing: boolean;
  remoteNumber: string | null;
  remoteUrl: string | null;
  attempts: number;
  error: string | null;
  dueAt: Date | null;
  waitingSince: Date | null;
  syncedAt: Date | null;
  endedAt: Date | null;
  endedWhy: string | null;
  wishes: { id: number; field: FederationFieldName; theirs: unknown; ours: unknown; createdAt: string }[];
}

/** Agreements that somebody may know of; null: all with the peer. */
type Scope = readonly number[] | null;

/** What happened to a ticket, as a peer reads it: a message, or that it is not shared any more. */
export interface FeedEntry {
  id: number;
  uuid: string;
  event: FederationEvent | Unshared;
  at: Date;
}

interface LinkRow extends Omit<Link, 'state' | 'articleIds' | 'lease'> {
  node: string;
  lease: string;
  sequenceOut: number;
  sequenceIn: number;
  acknowledged: number;
  shadow: FederationFields | null;
  toldAt: LinkState['toldAt'];
  behind: string[];
  comments: string[];
  articleIds: number[];
}

const linkColumns = `l.id, l.uuid, l.peer_id AS "peerId", l.agreement_id AS "agreementId", l.changes, l.ask, l.attempts,
  l.lease, l.sequence_out AS "sequenceOut", l.sequence_in AS "sequenceIn", l.acknowledged, l.shadow,
  l.told_at AS "toldAt", l.behind, p.node,
  ARRAY(SELECT c.uuid FROM link_comment c WHERE c.link_id = l.id) AS comments,
  ARRAY(SELECT c.article_id FROM link_comment c WHERE c.link_id = l.id) AS "articleIds"`;

/** How the next turn of a link comes. */
export interface Rest {
  dueAt: EpochMs | null;
  attempts: number;
  error: string | null;
}

/** Two that take several links would else wait for each other. */
const inOrder = 'ORDER BY id FOR UPDATE';

/** Tickets at peers. */
export class LinkStore {
  private readonly webhooks = new WebhookStore();

  /**
   * Takes links that are due for a while; nobody else gets them meanwhile. Those of paused peers rest, and of a peer that
   * does not answer one at a time finds out whether it does again, so that the others have hands left.
   * @param now  instant from which on they count as due
   * @param called  peers that are being called already
   */
  async claim(on: On, now: EpochMs, leaseMs: number, limit: number, called: readonly number[]): Promise<Claimed[]> {
    return sql<Claimed>(
      on,
      `UPDATE link SET leased_until = $2, lease = gen_random_uuid() WHERE id IN (
         SELECT due.id FROM peer p CROSS JOIN LATERAL (
           SELECT l.id, l.due_at FROM link l
           WHERE l.peer_id = p.id AND l.due_at <= $1 AND l.ended_at IS NULL
             AND (l.leased_until IS NULL OR l.leased_until <= $1)
           ORDER BY l.due_at
           LIMIT CASE WHEN p.failing_since IS NULL THEN $3::int WHEN p.id = ANY ($4::bigint[]) THEN 0 ELSE 1 END
           FOR UPDATE OF l SKIP LOCKED) AS due
         WHERE NOT p.paused AND (p.held_until IS NULL OR p.held_until <= $1)
         ORDER BY due.due_at LIMIT $3)
       RETURNING id, peer_id AS "peerId"`,
      [new Date(now), new Date(now + leaseMs), limit, called],
    );
  }

  async load(on: On, id: number): Promise<Link | undefined> {
    const rows = await sql<LinkRow>(
      on,
      `SELECT ${linkColumns} FROM link l JOIN peer p ON p.id = l.peer_id WHERE l.id = $1 AND l.ended_at IS NULL`,
      [id],
    );
    return rows[0] && toLink(rows[0]);
  }

  /** A ticket at a peer, however it stands there. */
  async find(
    on: On,
    uuid: string,
    peerId: number,
  ): Promise<{ id: number; endedAt: Date | null; link: Link } | undefined> {
    const rows = await sql<LinkRow & { endedAt: Date | null }>(
      on,
      `SELECT ${linkColumns}, l.ended_at AS "endedAt" FROM link l JOIN peer p ON p.id = l.peer_id
       WHERE l.uuid = $1 AND l.peer_id = $2`,
      [uuid, peerId],
    );
    const [row] = rows;
    return row && { id: row.id, endedAt: row.endedAt, link: toLink(row) };
  }

  /** @returns undefined when it is there already */
  async add(
    on: On,
    link: { uuid: string; peerId: number; agreementId: number; changes: number },
    now: EpochMs,
  ): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(
      on,
      `INSERT INTO link (uuid, peer_id, agreement_id, changes, due_at, waiting_since, created_at)
       VALUES ($1, $2, $3, $4, $5, $5, $5) ON CONFLICT (uuid, peer_id) DO NOTHING RETURNING id`,
      [link.uuid, link.peerId, link.agreementId, link.changes, new Date(now)],
    );
    return row?.id;
  }

  async linked(on: On, uuid: string): Promise<{ id: number; peerId: number }[]> {
    return sql(on, 'SELECT id, peer_id AS "peerId" FROM link WHERE uuid = $1 AND ended_at IS NULL', [uuid]);
  }

  /**
   * Something about these tickets may have changed. A link that is being tried again keeps its time, and one that waits
   * its place.
   * @param by  the peer that has done it: its own link knows
   */
  async touch(tx: EntityManager, ticketIds: readonly number[], by: number | null, now: EpochMs): Promise<number> {
    const rows = await sql(
      tx,
      `UPDATE link SET changes = changes + 1, waiting_since = coalesce(waiting_since, $2),
         due_at = CASE WHEN attempts > 0 THEN coalesce(due_at, $2) ELSE least(due_at, $2) END
       WHERE id IN (
         SELECT id FROM link
         WHERE ended_at IS NULL AND uuid IN (SELECT uuid FROM shared_ticket WHERE ticket_id = ANY ($1::bigint[]))
           AND peer_id IS DISTINCT FROM $3 ${inOrder})
       RETURNING id`,
      [ticketIds, new Date(now), by],
    );
    return rows.length;
  }

  /** The same for whoever else has the ticket. */
  async touchOthers(tx: EntityManager, { id, uuid }: Link, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE link SET changes = changes + 1, waiting_since = coalesce(waiting_since, $3),
         due_at = CASE WHEN attempts > 0 THEN coalesce(due_at, $3) ELSE least(due_at, $3) END
       WHERE uuid = $1 AND id <> $2 AND ended_at IS NULL`,
      [uuid, id, new Date(now)],
    );
  }

  /**
   * The end of a turn. Whether more is to be done follows from the row alone: what a subquery sees may be older than
   * the row when that had to be waited for.
   * @returns false when somebody else has the link by now
   */
  async rest(on: On, link: Link, next: Rest, now: EpochMs): Promise<boolean> {
    const rows = await sql(
      on,
      `UPDATE link SET leased_until = NULL, lease = NULL, attempts = $3, error = $4,
         due_at = CASE WHEN $5::timestamptz IS NULL AND changes > $6 THEN $7 ELSE $5 END,
         synced_at = CASE WHEN $5::timestamptz IS NULL AND changes <= $6 THEN $7 ELSE synced_at END,
         waiting_since = CASE WHEN $5::timestamptz IS NULL AND changes <= $6 THEN NULL ELSE waiting_since END
       WHERE id = $1 AND lease = $2 RETURNING id`,
      [link.id, link.lease, next.attempts, next.error, next.dueAt && new Date(next.dueAt), link.changes, new Date(now)],
    );
    return rows.length > 0;
  }

  /** The turns go on. */
  async renew(on: On, leases: readonly string[], until: EpochMs): Promise<void> {
    if (leases.length === 0) return;
    await sql(
      on,
      `UPDATE link SET leased_until = $2 WHERE id IN (
         SELECT id FROM link WHERE lease = ANY ($1::uuid[]) AND leased_until IS NOT NULL ${inOrder})`,
      [leases, new Date(until)],
    );
  }

  /** Writes what a turn came to. @returns false when somebody else has the link by now */
  async save(
    tx: EntityManager,
    link: Link,
    comments: readonly { uuid: string; articleId: number }[],
  ): Promise<boolean> {
    const { state } = link;
    const rows = await sql(
      tx,
      `UPDATE link SET sequence_out = $3, sequence_in = $4, acknowledged = $5, shadow = $6::jsonb, told_at = $7::jsonb,
         behind = $8::jsonb, ask = $9 OR (ask AND changes > $10)
       WHERE id = $1 AND lease = $2 AND ended_at IS NULL RETURNING id`,
      [
        ...[link.id, link.lease, state.sequenceOut, state.sequenceIn, state.acknowledged],
        ...[JSON.stringify(state.shadow), JSON.stringify(state.toldAt), JSON.stringify([...state.behind]), link.ask],
        // What was asked for since the link was loaded is still to be done.
        link.changes,
      ],
    );
    if (rows.length === 0) return false;
    await sql(
      tx,
      `INSERT INTO link_comment (link_id, uuid, article_id)
       SELECT $1, uuid, id FROM unnest($2::uuid[], $3::bigint[]) AS said (uuid, id) ON CONFLICT DO NOTHING`,
      [link.id, comments.map(({ uuid }) => uuid), comments.map(({ articleId }) => articleId)],
    );
    return true;
  }

  async keepRemote(on: On, id: number, { number, url }: { number: string; url: string }): Promise<void> {
    await sql(on, 'UPDATE link SET remote_number = $2, remote_url = $3 WHERE id = $1', [id, number, url]);
  }

  /** A peer that reads by itself finds a tombstone in its feed. */
  async end(on: On, id: number, why: string, now: EpochMs): Promise<void> {
    if (!('queryRunner' in on)) return transaction(on as DataSource, (tx) => this.end(tx, id, why, now));
    const [link] = await sql<{ peerId: number; uuid: string; told: boolean; reads: boolean }>(
      on,
      `SELECT p.id AS "peerId", l.uuid, l.shadow IS NOT NULL AS told,
         p.token IS NULL AND NOT p.by_key AND l.shadow IS NOT NULL AS reads
       FROM link l JOIN peer p ON p.id = l.peer_id WHERE l.id = $1 AND l.ended_at IS NULL`,
      [id],
    );
    if (!link) return;
    if (link.reads) await this.lockFeed(on, link.peerId);
    await sql(
      on,
      `UPDATE link SET ended_at = $2, ended_why = $3, due_at = NULL, leased_until = NULL, lease = NULL, waiting_since = NULL
       WHERE id = $1 AND ended_at IS NULL`,
      [id, new Date(now), why],
    );
    await sql(on, 'DELETE FROM link_inbox WHERE link_id = $1', [id]);
    await sql(on, 'DELETE FROM link_outbox WHERE link_id = $1', [id]);
    await sql(on, 'DELETE FROM link_file WHERE link_id = $1', [id]);
    await this.webhooks.forget(on, link.peerId, link.uuid);
    if (link.told) await this.webhooks.tell(on, id, { unshared: why }, now);
    if (!link.reads) return;
    await sql(
      on,
      `INSERT INTO link_outbox (link_id, sequence, event, created_at)
       SELECT id, sequence_out + 1, jsonb_build_object('unshared', $2::text), $3 FROM link WHERE id = $1`,
      [id, why, new Date(now)],
    );
  }

  /** All tickets under an agreement. */
  async endOf(tx: EntityManager, agreementId: number, why: string, now: EpochMs): Promise<void> {
    const rows = await sql<{ id: number }>(
      tx,
      'SELECT id FROM link WHERE agreement_id = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE',
      [agreementId],
    );
    for (const { id } of rows) await this.end(tx, id, why, now);
  }

  /** What waits at a peer, the longest first. */
  async waiting(on: On, peerId: number, limit: number, offset: number): Promise<WaitingLink[]> {
    return sql<WaitingLink>(
      on,
      `SELECT l.id, l.uuid, s.ticket_id AS "ticketId", l.remote_number AS "remoteNumber", l.remote_url AS "remoteUrl",
              l.attempts, l.error, l.due_at AS "dueAt", l.waiting_since AS "waitingSince"
       FROM link l LEFT JOIN shared_ticket s ON s.uuid = l.uuid
       WHERE l.peer_id = $1 AND l.ended_at IS NULL AND l.due_at IS NOT NULL
       ORDER BY l.waiting_since, l.id LIMIT $2 OFFSET $3`,
      [peerId, limit, offset],
    );
  }

  // What people see.

  /** A ticket at everybody who has it or had it. */
  async sharesOf(on: On, ticketId: number): Promise<Share[]> {
    return sql<Share>(
      on,
      `SELECT p.id AS "peerId", p.name AS peer, p.paused, p.failing_since IS NOT NULL AS "isPeerFailing",
              l.remote_number AS "remoteNumber", l.remote_url AS "remoteUrl", l.attempts, l.error, l.due_at AS "dueAt",
              l.waiting_since AS "waitingSince", l.synced_at AS "syncedAt", l.ended_at AS "endedAt",
              l.ended_why AS "endedWhy",
              (SELECT coalesce(json_agg(json_build_object('id', w.id, 'field', w.field, 'theirs', w.value,
                 'ours', s.fields -> w.field, 'createdAt', w.created_at) ORDER BY w.id), '[]')
               FROM link_wish w WHERE w.link_id = l.id AND l.ended_at IS NULL) AS wishes
       FROM shared_ticket s JOIN link l ON l.uuid = s.uuid JOIN peer p ON p.id = l.peer_id
       WHERE s.ticket_id = $1 ORDER BY l.id`,
      [ticketId],
    );
  }

  /** Has everybody asked where the ticket stands, now. @returns how many that are */
  async compare(tx: EntityManager, ticketId: number, now: EpochMs): Promise<number> {
    const rows = await sql(
      tx,
      `UPDATE link SET attempts = 0, ask = true, changes = changes + 1, due_at = $2,
         waiting_since = coalesce(waiting_since, $2)
       WHERE ended_at IS NULL AND uuid IN (SELECT uuid FROM shared_ticket WHERE ticket_id = $1) RETURNING id`,
      [ticketId, new Date(now)],
    );
    return rows.length;
  }

  // What peers wish.

  /** @param said  fields of which the peer has spoken now: what it wished of them before does not count any more */
  async keepWishes(
    tx: EntityManager,
    id: number,
    said: readonly FederationFieldName[],
    wishes: readonly Suggestion[],
    now: EpochMs,
  ): Promise<void> {
    if (said.length === 0) return;
    await sql(tx, 'DELETE FROM link_wish WHERE link_id = $1 AND field = ANY ($2::text[])', [id, said]);
    for (const { field, value } of wishes) {
      await sql(tx, 'INSERT INTO link_wish (link_id, field, value, created_at) VALUES ($1, $2, $3::jsonb, $4)', [
        ...[id, field, JSON.stringify(value), new Date(now)],
      ]);
    }
  }

  /** Those that have come true here. */
  async forgetGranted(tx: EntityManager, uuid: string): Promise<void> {
    await sql(
      tx,
      `DELETE FROM link_wish w USING link l, shared_ticket s
       WHERE l.uuid = $1 AND w.link_id = l.id AND s.uuid = l.uuid AND s.fields -> w.field = w.value`,
      [uuid],
    );
  }

  /** @returns false when the ticket has no such wish */
  async dismissWish(on: On, ticketId: number, id: number): Promise<boolean> {
    const rows = await sql(
      on,
      `DELETE FROM link_wish w USING link l, shared_ticket s
       WHERE w.id = $2 AND l.id = w.link_id AND s.uuid = l.uuid AND s.ticket_id = $1 RETURNING w.id`,
      [ticketId, id],
    );
    return rows.length > 0;
  }

  async wishesOf(on: On, peerId: number, limit: number, offset: number) {
    return sql<{
      id: number;
      ticketId: number;
      remoteNumber: string | null;
      field: FederationFieldName;
      createdAt: Date;
    }>(
      on,
      `SELECT w.id, s.ticket_id AS "ticketId", l.remote_number AS "remoteNumber", w.field, w.created_at AS "createdAt"
       FROM link_wish w JOIN link l ON l.id = w.link_id JOIN shared_ticket s ON s.uuid = l.uuid
       WHERE l.peer_id = $1 AND l.ended_at IS NULL ORDER BY w.id DESC LIMIT $2 OFFSET $3`,
      [peerId, limit, offset],
    );
  }

  // What comes in.

  /** @returns false when it came before */
  async receive(
    tx: EntityManager,
    id: number,
    event: { id: string; data: FederationChange },
    now: EpochMs,
  ): Promise<boolean> {
    const rows = await sql(
      tx,
      `INSERT INTO link_inbox (link_id, event_id, sequence, change, received_at) VALUES ($1, $2, $3, $4::jsonb, $5)
       ON CONFLICT (link_id, event_id) DO NOTHING RETURNING id`,
      [id, event.id, event.data.sequence, JSON.stringify(event.data), new Date(now)],
    );
    if (rows.length === 0) return false;
    await sql(
      tx,
      `UPDATE link SET changes = changes + 1, waiting_since = coalesce(waiting_since, $2),
         due_at = CASE WHEN attempts > 0 THEN coalesce(due_at, $2) ELSE least(due_at, $2) END WHERE id = $1`,
      [id, new Date(now)],
    );
    return true;
  }

  /** The last number that came in, done or not; nobody takes the next one until the transaction ends. */
  async lastIn(tx: EntityManager, id: number): Promise<number> {
    const [row] = await sql<{ last: number }>(
      tx,
      `SELECT greatest(l.sequence_in, (SELECT max(i.sequence) FROM link_inbox i WHERE i.link_id = l.id)) AS last
       FROM link l WHERE l.id = $1 FOR UPDATE`,
      [id],
    );
    return row?.last ?? 0;
  }

  /** Whether there is a ticket at a peer, or was. */
  async hasTickets(on: On, peerId: number): Promise<boolean> {
    return (await sql(on, 'SELECT 1 FROM link WHERE peer_id = $1 LIMIT 1', [peerId])).length > 0;
  }

  /** Tickets at a peer, by the age of the link. */
  async page(on: On, peerId: number, after: number, limit: number, agreementIds: Scope) {
    return sql<{ id: number; uuid: string; sequenceOut: number }>(
      on,
      `SELECT id, uuid, sequence_out AS "sequenceOut" FROM link
       WHERE peer_id = $1 AND id > $2 AND ended_at IS NULL AND shadow IS NOT NULL
         AND ($4::bigint[] IS NULL OR agreement_id = ANY ($4)) ORDER BY id LIMIT $3`,
      [peerId, after, limit, agreementIds],
    );
  }

  async commentsAfter(on: On, id: number, after: number, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT article_id AS id FROM link_comment WHERE link_id = $1 AND article_id > $2 ORDER BY article_id LIMIT $3`,
      [id, after, limit],
    );
    return rows.map((row) => row.id);
  }

  async nextIn(on: On, id: number): Promise<{ id: number; change: FederationChange } | undefined> {
    const rows = await sql<{ id: number; change: FederationChange }>(
      on,
      'SELECT id, change FROM link_inbox WHERE link_id = $1 ORDER BY sequence, id LIMIT 1',
      [id],
    );
    return rows[0];
  }

  /** All up to a number: what was taken in, alone or in one. */
  async done(tx: EntityManager, id: number, sequence: number): Promise<void> {
    await sql(tx, 'DELETE FROM link_inbox WHERE link_id = $1 AND sequence <= $2', [id, sequence]);
  }

  // What goes out.

  async queue(tx: EntityManager, id: number, sequence: number, event: FederationEvent, now: EpochMs): Promise<void> {
    const [row] = await sql<{ hooked: boolean }>(
      tx,
      `INSERT INTO link_outbox (link_id, sequence, event, created_at) VALUES ($1, $2, $3::jsonb, $4)
       RETURNING EXISTS (SELECT 1 FROM link l JOIN peer_webhook w ON w.peer_id = l.peer_id WHERE l.id = $1) AS hooked`,
      [id, sequence, JSON.stringify(event), new Date(now)],
    );
    if (row?.hooked) await this.webhooks.tell(tx, id, event, now);
  }

  async nextOut(on: On, id: number): Promise<{ sequence: number; event: FederationEvent } | undefined> {
    const rows = await sql<{ sequence: number; event: FederationEvent }>(
      on,
      'SELECT sequence, event FROM link_outbox WHERE link_id = $1 ORDER BY sequence LIMIT 1',
      [id],
    );
    return rows[0];
  }

  /**
   * Until the transaction ends nobody else writes into the feed of the peer: what is read after a cursor was written after
   * it, and nothing is passed over.
   */
  async lockFeed(tx: EntityManager, peerId: number): Promise<void> {
    await lockAllInTransaction(tx, [`feed of peer ${peerId}`]);
  }

  /** What waits for a peer that reads by itself. */
  async feed(on: On, peerId: number, after: number, limit: number, agreementIds: Scope): Promise<FeedEntry[]> {
    return sql<FeedEntry>(
      on,
      `SELECT o.id, o.event, l.uuid, o.created_at AS at FROM link_outbox o JOIN link l ON l.id = o.link_id
       WHERE l.peer_id = $1 AND o.id > $2 AND ($4::bigint[] IS NULL OR l.agreement_id = ANY ($4))
       ORDER BY o.id LIMIT $3`,
      [peerId, after, limit, agreementIds],
    );
  }

  /** It has read up to here. */
  async read(on: On, peerId: number, upTo: number, agreementIds: Scope): Promise<void> {
    await sql(
      on,
      `DELETE FROM link_outbox o USING link l WHERE l.id = o.link_id AND l.peer_id = $1 AND o.id <= $2
       AND ($3::bigint[] IS NULL OR l.agreement_id = ANY ($3))`,
      [peerId, upTo, agreementIds],
    );
  }

  async sent(on: On, id: number, sequence: number): Promise<void> {
    await sql(on, 'DELETE FROM link_outbox WHERE link_id = $1 AND sequence = $2', [id, sequence]);
  }

  /** Tries everything again that waits for a peer, and asks it where its tickets stand when they are all to be compared. */
  async wake(tx: EntityManager, peerId: number, everything: boolean, now: EpochMs): Promise<number> {
    const rows = await sql(
      tx,
      `UPDATE link SET attempts = 0, due_at = $3, ask = ask OR $2, changes = changes + $2::int
       WHERE peer_id = $1 AND ended_at IS NULL AND (due_at IS NOT NULL OR $2) RETURNING id`,
      [peerId, everything, new Date(now)],
    );
    return rows.length;
  }

  /** Everything that has waited, at every peer. */
  async wakeAll(on: On, now: EpochMs): Promise<void> {
    await sql(on, 'UPDATE link SET due_at = $1 WHERE due_at > $1 AND attempts = 0 AND ended_at IS NULL', [
      new Date(now),
    ]);
  }

  // Tickets.

  async shared(on: On, uuid: string): Promise<SharedTicket | undefined> {
    const rows = await sql<SharedTicket>(on, `SELECT ${sharedColumns} FROM shared_ticket WHERE uuid = $1`, [uuid]);
    return rows[0];
  }

  async sharedOf(on: On, ticketIds: readonly number[]): Promise<SharedTicket[]> {
    return sql<SharedTicket>(on, `SELECT ${sharedColumns} FROM shared_ticket WHERE ticket_id = ANY ($1::bigint[])`, [
      ticketIds,
    ]);
  }

  async keepShared(tx: EntityManager, ticket: SharedTicket, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO shared_ticket (uuid, ticket_id, origin_node, via, fields, own, created_at)
       VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb, $7)
       ON CONFLICT (uuid) DO UPDATE SET fields = $5::jsonb, own = $6::jsonb`,
      [
        ...[ticket.uuid, ticket.ticketId, ticket.originNode, JSON.stringify(ticket.via)],
        ...[JSON.stringify(ticket.fields), JSON.stringify(ticket.own), new Date(now)],
      ],
    );
  }
}

const sharedColumns = `uuid, ticket_id AS "ticketId", origin_node AS "originNode", via, fields, own`;

function toLink({
  node,
  sequenceOut,
  sequenceIn,
  acknowledged,
  shadow,
  toldAt,
  behind,
  comments,
  ...row
}: LinkRow): Link {
  return {
    ...row,
    state: {
      ...{ peer: node, sequenceOut, sequenceIn, acknowledged, toldAt },
      // The database keeps members in an order of its own.
      shadow: shadow && canonical(shadow),
      ...{ behind: new Set(behind), comments: new Set(comments) },
    },
  };
}
