import type {
  CanonicalState,
  FederationChange,
  FederationEvent,
  FederationFieldName,
  FederationFields,
  FederationNotice,
} from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { lockAllInTransaction, sql, transaction } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Agreement } from '../domain/agreement.ts';
import type { FileLimits } from '../domain/sync/files.ts';
import type { LinkState } from '../domain/sync/link.ts';
import type { OwnWords } from '../domain/sync/own-words.ts';
import { canonical } from '../domain/sync/replica.ts';
import type { Suggestion } from '../domain/sync/take-in.ts';
import type { Unshared } from '../domain/sync/tombstone.ts';
import type { Peer } from './peer.store.ts';
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

/** A message that came in. */
export interface Received {
  id: number;
  change: FederationChange;
}

/** A link, and all that a turn of it begins with: as it stood at one moment. */
export interface Begun {
  link: Link;
  peer: Pick<Peer, 'id' | 'name' | 'node' | 'token' | 'called' | 'failingSince' | 'lastSuccessAt'>;
  agreement: (Pick<Agreement, 'groupId' | 'disclosure' | 'internalNotes' | 'remoteId'> & FileLimits) | undefined;
  shared: SharedTicket | undefined;
  /** Helpdesks that the ticket is shared with, this peer among them. */
  direct: ReadonlySet<string>;
  /** The first message that came in and is not done, and how many there are. */
  next: Received | undefined;
  queuedIn: number;
  /** A message waits to be sent. */
  hasOut: boolean;
  /** Nothing is to be sent at all. */
  stopped: boolean;
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
  node: string;
  paused: boolean;
  /** Since when its helpdesk does not answer. */
  failingSince: Date | null;
  worksOnIt: boolean;
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

/** Somebody who has a ticket. */
export interface SharingPeer {
  id: number;
  node: string;
  /** It does not speak our protocol. */
  isForeign: boolean;
}

/** Agreements that somebody may know of; null: all with the peer. */
type Scope = readonly number[] | null;

/** Which tickets a peer asks for. */
export interface Page {
  /** Of the link that the page before ended with. */
  after: number;
  limit: number;
  /** Null: any, and so for the other two. */
  states: readonly CanonicalState[] | null;
  updatedSince: Date | null;
  groupId: number | null;
}

/** What happened, as a peer reads it: a message, that a ticket is not shared any more, or what is told beside them. */
export interface FeedEntry {
  id: number;
  /** Null: it is not about a ticket. */
  uuid: string | null;
  event: FederationEvent | FederationNotice | Unshared;
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

interface BegunRow
  extends LinkRow,
    Pick<Begun['peer'], 'name' | 'token' | 'called' | 'failingSince' | 'lastSuccessAt'> {
  agreement: Begun['agreement'] | null;
  shared: SharedTicket | null;
  direct: string[];
  next: Received | null;
  queuedIn: number;
  hasOut: boolean;
  stopped: boolean;
}

/** How the next turn of a link comes. */
export interface Rest {
  /** Null: when it changes. `as-it-was`: at once, in the place it has among the others, however often it was tried. */
  dueAt: EpochMs | 'as-it-was' | null;
  attempts: number;
  error: string | null;
}

/** What changed last, or what has waited longest. */
export type ClaimedFirst = 'newest' | 'oldest';

/** Two that take several links would else wait for each other. */
const inOrder = 'ORDER BY id FOR UPDATE';

/** Tickets at peers. */
export class LinkStore {
  private readonly webhooks = new WebhookStore();

  /**
   * Takes links that are due for a while; nobody else gets them meanwhile. Those of paused peers and of suspended
   * agreements rest, and of a peer that
   * does not answer one at a time finds out whether it does again, so that the others have hands left.
   * @param now  instant from which on they count as due
   * @param first  what is taken when more is due than there are hands
   * @param called  peers that are being called already
   */
  async claim(
    on: On,
    now: EpochMs,
    leaseMs: number,
    { limit, first, called }: { limit: number; first: ClaimedFirst; called: readonly number[] },
  ): Promise<Claimed[]> {
    const order = first === 'newest' ? 'due_at DESC' : 'waiting_since';
    return sql<Claimed>(
      on,
      `UPDATE link SET leased_until = $2, lease = gen_random_uuid() WHERE id IN (
         SELECT due.id FROM peer p CROSS JOIN LATERAL (
           SELECT l.id, l.due_at, l.waiting_since FROM link l
           WHERE l.peer_id = p.id AND l.due_at <= $1 AND l.ended_at IS NULL
             AND (l.leased_until IS NULL OR l.leased_until <= $1)
             AND l.agreement_id <> ALL (ARRAY(SELECT a.id FROM agreement a WHERE a.paused_here OR a.paused_there))
           ORDER BY l.${order}
           LIMIT CASE WHEN p.failing_since IS NULL THEN $3::int WHEN p.id = ANY ($4::bigint[]) THEN 0 ELSE 1 END
           FOR UPDATE OF l SKIP LOCKED) AS due
         WHERE NOT p.paused AND (p.held_until IS NULL OR p.held_until <= $1)
         ORDER BY due.${order} LIMIT $3)
       RETURNING id, peer_id AS "peerId"`,
      [new Date(now), new Date(now + leaseMs), limit, called],
    );
  }

  /** All that a turn begins with, in one statement. @returns undefined when the ticket is not shared any more */
  async begin(on: On, id: number): Promise<Begun | undefined> {
    const [row] = await sql<BegunRow>(
      on,
      `SELECT ${linkColumns}, p.name, p.token, p.token IS NOT NULL OR p.by_key AS called,
         p.failing_since AS "failingSince", p.last_success_at AS "lastSuccessAt",
         CASE WHEN a.id IS NOT NULL THEN json_build_object('groupId', a.group_id, 'disclosure', a.disclosure,
           'internalNotes', a.internal_notes, 'remoteId', a.remote_id, 'maxAttachmentBytes', a.max_attachment_bytes,
           'attachmentTypes', a.attachment_types) END AS agreement,
         CASE WHEN s.uuid IS NOT NULL THEN json_build_object('uuid', s.uuid, 'ticketId', s.ticket_id,
           'originNode', s.origin_node, 'via', s.via, 'fields', s.fields, 'own', s.own) END AS shared,
         ARRAY(SELECT q.node FROM link o JOIN peer q ON q.id = o.peer_id
               WHERE o.uuid = l.uuid AND o.ended_at IS NULL) AS direct,
         (SELECT json_build_object('id', i.id, 'change', i.change) FROM link_inbox i WHERE i.link_id = l.id
          ORDER BY i.sequence, i.id LIMIT 1) AS next,
         (SELECT count(*)::int FROM link_inbox i WHERE i.link_id = l.id) AS "queuedIn",
         EXISTS (SELECT 1 FROM link_outbox o WHERE o.link_id = l.id) AS "hasOut",
         coalesce((SELECT stopped FROM sync_switch), false) AS stopped
       FROM link l JOIN peer p ON p.id = l.peer_id LEFT JOIN agreement a ON a.id = l.agreement_id
         LEFT JOIN shared_ticket s ON s.uuid = l.uuid
       WHERE l.id = $1 AND l.ended_at IS NULL`,
      [id],
    );
    if (!row) return undefined;
    const { name, token, called, failingSince, lastSuccessAt, ...rest } = row;
    const { agreement, shared, direct, next, queuedIn, hasOut, stopped, ...link } = rest;
    return {
      peer: { id: link.peerId, node: link.node, name, token, called, failingSince, lastSuccessAt },
      ...{ agreement: agreement ?? undefined, shared: shared ?? undefined, next: next ?? undefined },
      ...{ link: toLink(link), direct: new Set(direct), queuedIn, hasOut, stopped },
    };
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
   * Something about these tickets may have changed: that is news, and due as such. A link that is being tried again keeps
   * its time, and one that waits has waited for as long.
   * @param by  the peer that has done it: its own link knows
   */
  async touch(tx: EntityManager, ticketIds: readonly number[], by: number | null, now: EpochMs): Promise<number> {
    const rows = await sql(
      tx,
      `UPDATE link SET changes = changes + 1, waiting_since = coalesce(waiting_since, $2),
         due_at = CASE WHEN attempts > 0 THEN coalesce(due_at, $2) ELSE $2 END
       WHERE id IN (
         SELECT id FROM link
         WHERE ended_at IS NULL AND uuid IN (SELECT uuid FROM shared_ticket WHERE ticket_id = ANY ($1::bigint[]))
           AND peer_id IS DISTINCT FROM $3 ${inOrder})
       RETURNING id`,
      [ticketIds, new Date(now), by],
    );
    return rows.length;
  }

  /** A message was done: the ticket has that number there, and whoever else has it is to hear of it. */
  async taken(
    tx: EntityManager,
    { id, uuid }: Link,
    { sequence, ticket }: FederationChange,
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `WITH done AS (DELETE FROM link_inbox WHERE link_id = $2 AND sequence <= $4)
       UPDATE link SET remote_number = CASE WHEN id = $2 THEN $5 ELSE remote_number END,
         remote_url = CASE WHEN id = $2 THEN $6 ELSE remote_url END,
         changes = changes + (id <> $2)::int,
         waiting_since = CASE WHEN id = $2 THEN waiting_since ELSE coalesce(waiting_since, $3) END,
         due_at = CASE WHEN id = $2 THEN due_at WHEN attempts > 0 THEN coalesce(due_at, $3) ELSE $3 END
       WHERE uuid = $1 AND ended_at IS NULL`,
      [uuid, id, new Date(now), sequence, ticket.number, ticket.url],
    );
  }

  /**
   * The end of a turn. Whether more is to be done follows from the row alone: what a subquery sees may be older than
   * the row when that had to be waited for.
   * @returns false when somebody else has the link by now
   */
  async rest(on: On, link: Link, next: Rest, now: EpochMs): Promise<boolean> {
    const stays = next.dueAt === 'as-it-was';
    const rows = await sql(
      on,
      `UPDATE link SET leased_until = NULL, lease = NULL, attempts = $3, error = $4,
         due_at = CASE WHEN $8 THEN coalesce(due_at, $7) WHEN $5::timestamptz IS NULL AND changes > $6 THEN $7 ELSE $5 END,
         synced_at = CASE WHEN NOT $8 AND $5::timestamptz IS NULL AND changes <= $6 THEN $7 ELSE synced_at END,
         waiting_since = CASE WHEN NOT $8 AND $5::timestamptz IS NULL AND changes <= $6 THEN NULL ELSE waiting_since END
       WHERE id = $1 AND lease = $2 RETURNING id`,
      [
        ...[link.id, link.lease, next.attempts, next.error, stays ? null : next.dueAt && new Date(next.dueAt)],
        ...[link.changes, new Date(now), stays],
      ],
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

  /**
   * Writes what a turn came to, in one statement.
   * @param said  comments that both sides have by now
   * @param shared  how the ticket stands here; none: as it did
   * @returns false when somebody else has the link by now: then nothing is written
   */
  async save(
    tx: EntityManager,
    link: Link,
    said: readonly { uuid: string; articleId: number }[],
    now: EpochMs,
    shared?: SharedTicket,
  ): Promise<boolean> {
    const { state } = link;
    const rows = await sql(
      tx,
      `WITH kept AS (
         UPDATE link SET sequence_out = $3, sequence_in = $4, acknowledged = $5, shadow = $6::jsonb,
           told_at = $7::jsonb, behind = $8::jsonb, ask = $9 OR (ask AND changes > $10),
           changed_at = CASE WHEN sequence_out = $3 AND sequence_in = $4 THEN changed_at ELSE $18::timestamptz END
         WHERE id = $1 AND lease = $2 AND ended_at IS NULL RETURNING id, uuid, forgotten
       ), said AS (
         INSERT INTO link_comment (link_id, uuid, article_id)
         SELECT kept.id, said.uuid, said.id FROM kept, unnest($11::uuid[], $12::bigint[]) AS said (uuid, id)
         ON CONFLICT DO NOTHING
       ), ticket AS (
         INSERT INTO shared_ticket (uuid, ticket_id, origin_node, via, fields, own, created_at)
         SELECT kept.uuid, $13::bigint, $14::text, $15::jsonb, $16::jsonb, $17::jsonb, $18::timestamptz FROM kept
         WHERE $13::bigint IS NOT NULL
         ON CONFLICT (uuid) DO UPDATE SET fields = $16::jsonb, own = $17::jsonb
       ), requester AS (
         INSERT INTO link_requester (link_id, pseudonym, told)
         SELECT kept.id, $19::text, $20::jsonb FROM kept
         WHERE $19::text IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM link_requester r WHERE r.link_id = kept.id AND r.pseudonym = $19
             AND (r.told = $20::jsonb OR $19 = ANY (kept.forgotten)))
       )
       SELECT id FROM kept`,
      [
        ...[link.id, link.lease, state.sequenceOut, state.sequenceIn, state.acknowledged],
        ...[JSON.stringify(state.shadow), JSON.stringify(state.toldAt), JSON.stringify([...state.behind]), link.ask],
        // What was asked for since the link was loaded is still to be done.
        link.changes,
        ...[said.map(({ uuid }) => uuid), said.map(({ articleId }) => articleId)],
        ...valuesOf(shared),
        new Date(now),
        ...requesterOf(state, shared),
      ],
    );
    return rows.length > 0;
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
    await sql(on, 'DELETE FROM offered_ticket WHERE uuid = $1 AND peer_id = $2', [link.uuid, link.peerId]);
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
      `SELECT p.id AS "peerId", p.name AS peer, p.node, p.paused, p.failing_since AS "failingSince",
              s.fields ->> 'assignedNode' = p.node AS "worksOnIt",
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

  /**
   * For changing who works on a ticket. Turns that are under way begin anew: they know it otherwise.
   * @returns the ticket, and the peers that have it
   */
  async hold(
    tx: EntityManager,
    ticketId: number,
    now: EpochMs,
  ): Promise<{ shared?: SharedTicket; peers: SharingPeer[] }> {
    const peers = await sql<SharingPeer>(
      tx,
      `WITH held AS (
         UPDATE link SET changes = changes + 1, due_at = $2, waiting_since = coalesce(waiting_since, $2), lease = NULL,
           leased_until = NULL
         WHERE id IN (
           SELECT id FROM link WHERE ended_at IS NULL AND uuid IN (SELECT uuid FROM shared_ticket WHERE ticket_id = $1)
           ${inOrder})
         RETURNING peer_id)
       SELECT p.id, p.node, EXISTS (SELECT 1 FROM peer_adapter a WHERE a.peer_id = p.id) AS "isForeign"
       FROM held JOIN peer p ON p.id = held.peer_id`,
      [ticketId, new Date(now)],
    );
    const [shared] = await this.sharedOf(tx, [ticketId]);
    return { ...(shared && { shared }), peers };
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

  /**
   * Keeps a message of a ticket that is shared with a peer; one that came before changes nothing.
   * @param agreementIds  those that the sender may know of
   * @returns false when it is not shared with it, or not any more
   */
  async receiveFor(
    on: On,
    { uuid, peerId, agreementIds }: { uuid: string; peerId: number; agreementIds: Scope },
    event: { id: string; data: FederationChange },
    now: EpochMs,
  ): Promise<boolean> {
    const rows = await sql(
      on,
      `WITH held AS (
         SELECT id FROM link WHERE uuid = $5 AND peer_id = $6 AND ended_at IS NULL
           AND ($7::bigint[] IS NULL OR agreement_id = ANY ($7))
       ), ${receivedByHeld} SELECT id FROM held`,
      [...valuesIn(event, now), uuid, peerId, agreementIds],
    );
    return rows.length > 0;
  }

  async receive(
    tx: EntityManager,
    id: number,
    event: { id: string; data: FederationChange },
    now: EpochMs,
  ): Promise<void> {
    await sql(tx, `WITH held AS (SELECT $5::bigint AS id), ${receivedByHeld} SELECT id FROM held`, [
      ...valuesIn(event, now),
      id,
    ]);
  }

  /** The last that the peer has said and that was not done yet. */
  async lastSaid(on: On, id: number): Promise<FederationChange | undefined> {
    const [row] = await sql<{ change: FederationChange }>(
      on,
      'SELECT change FROM link_inbox WHERE link_id = $1 ORDER BY sequence DESC, id DESC LIMIT 1',
      [id],
    );
    return row?.change;
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
  async page(on: On, peerId: number, { after, limit, states, updatedSince, groupId }: Page, agreementIds: Scope) {
    return sql<{ id: number; uuid: string; sequenceOut: number; state: CanonicalState; changedAt: Date }>(
      on,
      `SELECT l.id, l.uuid, l.sequence_out AS "sequenceOut", l.shadow ->> 'state' AS state, l.changed_at AS "changedAt"
       FROM link l
       WHERE l.peer_id = $1 AND l.id > $2 AND l.ended_at IS NULL AND l.shadow IS NOT NULL
         AND ($4::bigint[] IS NULL OR l.agreement_id = ANY ($4))
         AND ($5::text[] IS NULL OR l.shadow ->> 'state' = ANY ($5))
         AND ($6::timestamptz IS NULL OR l.changed_at >= $6)
         AND ($7::bigint IS NULL
           OR l.agreement_id IN (SELECT a.id FROM agreement a WHERE a.peer_id = $1 AND a.group_id = $7))
       ORDER BY l.id LIMIT $3`,
      [peerId, after, limit, agreementIds, states, updatedSince, groupId],
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

  async nextIn(on: On, id: number): Promise<Received | undefined> {
    const rows = await sql<Received>(
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
      `(SELECT o.id, o.event, l.uuid, o.created_at AS at FROM link_outbox o JOIN link l ON l.id = o.link_id
        WHERE l.peer_id = $1 AND o.id > $2 AND ($4::bigint[] IS NULL OR l.agreement_id = ANY ($4))
        ORDER BY o.id LIMIT $3)
       UNION ALL
       (SELECT n.id, n.event, n.uuid, n.created_at FROM peer_notice n
        WHERE n.peer_id = $1 AND n.id > $2 AND ($4::bigint[] IS NULL OR n.agreement_id = ANY ($4))
        ORDER BY n.id LIMIT $3)
       ORDER BY id LIMIT $3`,
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
    await sql(
      on,
      `DELETE FROM peer_notice WHERE peer_id = $1 AND id <= $2 AND ($3::bigint[] IS NULL OR agreement_id = ANY ($3))`,
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
      `UPDATE link SET attempts = 0, due_at = $3, ask = ask OR $2, changes = changes + $2::int,
         waiting_since = coalesce(waiting_since, $3)
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
      [ticket.uuid, ...valuesOf(ticket), new Date(now)],
    );
  }
}

/** A message into the inbox of the link `held`, which is due then. Parameters as `valuesIn` gives them. */
const receivedByHeld = `fresh AS (
    INSERT INTO link_inbox (link_id, event_id, sequence, change, received_at)
    SELECT held.id, $1::uuid, $2::bigint, $3::jsonb, $4::timestamptz FROM held ON CONFLICT (link_id, event_id) DO NOTHING RETURNING link_id
  ), due AS (
    UPDATE link SET changes = changes + 1, waiting_since = coalesce(waiting_since, $4),
      due_at = CASE WHEN attempts > 0 THEN coalesce(due_at, $4) ELSE $4 END
    FROM fresh WHERE link.id = fresh.link_id
  )`;

function valuesIn({ id, data }: { id: string; data: FederationChange }, now: EpochMs) {
  return [id, data.sequence, JSON.stringify(data), new Date(now)];
}

function valuesOf(ticket: SharedTicket | undefined) {
  if (!ticket) return [null, null, null, null, null];
  const { ticketId, originNode, via, fields, own } = ticket;
  return [ticketId, originNode, ...[via, fields, own].map((value) => JSON.stringify(value))];
}

/** As whom the peer knows the requester, and what of them it has told itself. */
function requesterOf({ shadow, peer }: LinkState, shared: SharedTicket | undefined): [string | null, string] {
  if (!shared || !shadow) return [null, '{}'];
  const { pseudonym, ...told } = shadow.requester;
  return [pseudonym, JSON.stringify(shared.via.at(-1) === peer ? told : {})];
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
