import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** A peer that is to take a requester out of a ticket. */
export interface Asked {
  eventId: string;
  linkId: number;
  uuid: string;
  peerId: number;
  agreementId: number;
  pseudonym: string;
  askedAt: Date;
  /** It speaks something else than we do: it cannot be told. */
  isForeign: boolean;
}

/** One that is to be called. */
export interface Due extends Asked {
  attempts: number;
  node: string;
  peer: string;
  /** Sealed. */
  token: Buffer | null;
}

/** What a peer has told of a requester. */
export interface ToldRequester {
  names: string[];
  emails: string[];
  /** The ticket was opened for them, and for nobody else since. */
  isFirst: boolean;
  isOnly: boolean;
}

/** How far what came in of a ticket was done. */
export interface Standing {
  /** Of the link. */
  id: number;
  sequenceIn: number;
  /** A turn takes in what came, or is about to. */
  isTaking: boolean;
}

/** Names or addresses of one person. */
const MOST = 10;
/** Before somebody else calls; longer than a call takes. */
const LEASE_MS = 60_000;

/** Requesters that were erased, here and at peers. */
@Injectable()
export class RequesterStore {
  // Ours.

  /**
   * Peers know a person by these pseudonyms, of tickets that began here, also of those that are not shared any more or are
   * somebody else's by now; each is asked once.
   * @param known  by peer
   */
  async ask(
    tx: EntityManager,
    known: readonly { peerId: number; pseudonym: string }[],
    { node, heldTicketIds }: { node: string; heldTicketIds: readonly number[] },
    now: EpochMs,
  ): Promise<Asked[]> {
    return this.asked(
      tx,
      `SELECT DISTINCT l.id, w.pseudonym FROM unnest($1::bigint[], $2::text[]) AS w (peer_id, pseudonym)
       JOIN link_requester r ON r.pseudonym = w.pseudonym JOIN link l ON l.id = r.link_id AND l.peer_id = w.peer_id
       JOIN shared_ticket s ON s.uuid = l.uuid AND s.origin_node = $3 AND s.ticket_id <> ALL ($4::bigint[])`,
      [known.map(({ peerId }) => peerId), known.map(({ pseudonym }) => pseudonym), node, heldTicketIds],
      now,
    );
  }

  /** Whoever else knows the requester of a ticket of which a peer has told that they were erased. */
  async passOn(
    tx: EntityManager,
    link: { id: number; uuid: string },
    pseudonym: string,
    now: EpochMs,
  ): Promise<Asked[]> {
    return this.asked(
      tx,
      `SELECT DISTINCT l.id, r.pseudonym FROM link l JOIN link_requester r ON r.link_id = l.id
       WHERE l.uuid = $1 AND l.id <> $2 AND r.pseudonym = $3`,
      [link.uuid, link.id, pseudonym],
      now,
    );
  }

  private async asked(tx: EntityManager, links: string, params: unknown[], now: EpochMs): Promise<Asked[]> {
    const at = `$${params.length + 1}::timestamptz`;
    return sql<Asked>(
      tx,
      `WITH fresh AS (
         INSERT INTO requester_erasure (event_id, link_id, pseudonym, asked_at)
         SELECT gen_random_uuid(), known.id, known.pseudonym, ${at} FROM (${links}) AS known (id, pseudonym)
         ON CONFLICT (link_id, pseudonym) DO NOTHING RETURNING event_id, link_id, pseudonym, asked_at
       ), called AS (
         SELECT f.*, l.uuid, l.peer_id, l.agreement_id,
           EXISTS (SELECT 1 FROM peer_adapter a WHERE a.peer_id = l.peer_id) AS is_foreign
         FROM fresh f JOIN link l ON l.id = f.link_id
       )
       SELECT event_id AS "eventId", link_id AS "linkId", uuid, peer_id AS "peerId", agreement_id AS "agreementId",
         pseudonym, asked_at AS "askedAt", is_foreign AS "isForeign" FROM called ORDER BY peer_id, link_id`,
      [...params, new Date(now)],
    );
  }

  /** They can be called. */
  async call(tx: EntityManager, eventIds: readonly string[], now: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE requester_erasure SET due_at = $2 WHERE event_id = ANY ($1::uuid[])', [
      eventIds,
      new Date(now),
    ]);
  }

  /** Takes some for a while; those of paused peers rest, and all while nothing is sent. */
  async claim(on: On, limit: number, now: EpochMs): Promise<Due[]> {
    return sql<Due>(
      on,
      `WITH due AS (
         SELECT r.event_id FROM requester_erasure r JOIN link l ON l.id = r.link_id JOIN peer p ON p.id = l.peer_id
         WHERE r.due_at <= $1 AND (p.token IS NOT NULL OR p.by_key) AND NOT p.paused
           AND (p.held_until IS NULL OR p.held_until <= $1) AND NOT (SELECT stopped FROM sync_switch)
         ORDER BY r.due_at LIMIT $3 FOR UPDATE OF r SKIP LOCKED)
       UPDATE requester_erasure r SET due_at = $2 FROM due, link l, peer p
       WHERE r.event_id = due.event_id AND l.id = r.link_id AND p.id = l.peer_id
       RETURNING r.event_id AS "eventId", r.link_id AS "linkId", l.uuid, l.peer_id AS "peerId",
         l.agreement_id AS "agreementId", r.pseudonym, r.asked_at AS "askedAt", r.attempts, p.node, p.name AS peer,
         p.token, false AS "isForeign"`,
      [new Date(now), new Date(now + LEASE_MS), limit],
    );
  }

  async later(on: On, eventId: string, error: string, dueAt: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE requester_erasure SET due_at = $3, attempts = attempts + 1, error = $2
       WHERE event_id = $1 AND acknowledged_at IS NULL`,
      [eventId, error, new Date(dueAt)],
    );
  }

  /** The peer says that it is done. Saying it again changes nothing. */
  async acknowledge(on: On, eventId: string, linkId: number, now: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE requester_erasure SET acknowledged_at = $3, due_at = NULL, error = NULL
       WHERE event_id = $1 AND link_id = $2 AND acknowledged_at IS NULL`,
      [eventId, linkId, new Date(now)],
    );
  }

  // Theirs.

  /** Whether a peer had us forget the requester of a ticket already. */
  async isForgotten(on: On, linkId: number, pseudonym: string): Promise<boolean> {
    return (await sql(on, 'SELECT 1 FROM link WHERE id = $1 AND $2 = ANY (forgotten)', [linkId, pseudonym])).length > 0;
  }

  /** What a peer has told of a requester of its ticket, the newest first. @returns undefined: it has told of nobody such */
  async told(on: On, linkId: number, pseudonym: string): Promise<ToldRequester | undefined> {
    const [row] = await sql<ToldRequester & { isKnown: boolean }>(
      on,
      `WITH told AS (
         SELECT r.id, r.told FROM link_requester r WHERE r.link_id = $1 AND r.pseudonym = $2
         UNION ALL
         SELECT NULL, (i.change #> '{ticket,fields,requester}') - 'pseudonym' FROM link_inbox i
         WHERE i.link_id = $1 AND i.change #>> '{ticket,fields,requester,pseudonym}' = $2
       )
       SELECT count(*) > 0 AS "isKnown",
         coalesce(array_agg(told ->> 'name' ORDER BY id DESC) FILTER (WHERE told ? 'name'), '{}') AS names,
         coalesce(array_agg(told ->> 'email' ORDER BY id DESC) FILTER (WHERE told ? 'email'), '{}') AS emails,
         coalesce(min(id) = (SELECT min(r.id) FROM link_requester r WHERE r.link_id = $1), false) AS "isFirst",
         NOT EXISTS (SELECT 1 FROM link_requester r WHERE r.link_id = $1 AND r.pseudonym <> $2) AS "isOnly"
       FROM told`,
      [linkId, pseudonym],
    );
    if (!row?.isKnown) return undefined;
    const { names, emails, isFirst, isOnly } = row;
    return { names: [...new Set(names)].slice(0, MOST), emails: [...new Set(emails)].slice(0, MOST), isFirst, isOnly };
  }

  /** How far what came in of a ticket was done, by link. */
  async standing(on: On, uuid: string, now: EpochMs): Promise<Standing[]> {
    return sql<Standing>(
      on,
      `SELECT id, sequence_in AS "sequenceIn",
         coalesce(leased_until > $2, false) AND EXISTS (SELECT 1 FROM link_inbox i WHERE i.link_id = link.id) AS "isTaking"
       FROM link WHERE uuid = $1`,
      [uuid, new Date(now)],
    );
  }

  /** Nobody else does anything with the ticket until the transaction ends. */
  async hold(tx: EntityManager, uuid: string): Promise<void> {
    await sql(tx, 'SELECT 1 FROM link WHERE uuid = $1 ORDER BY id FOR UPDATE', [uuid]);
  }

  /** Turns that are under way know the ticket otherwise. */
  async beginAnew(tx: EntityManager, uuid: string, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE link SET changes = changes + 1, due_at = coalesce(due_at, $2), waiting_since = coalesce(waiting_since, $2),
         lease = NULL, leased_until = NULL
       WHERE uuid = $1 AND lease IS NOT NULL AND ended_at IS NULL`,
      [uuid, new Date(now)],
    );
  }

  /** What is known of a requester of a ticket is the pseudonym alone. */
  async forget(tx: EntityManager, link: { id: number; uuid: string }, pseudonym: string): Promise<void> {
    await sql(tx, 'UPDATE link SET forgotten = array_append(forgotten, $2) WHERE id = $1 AND $2 <> ALL (forgotten)', [
      link.id,
      pseudonym,
    ]);
    const ofTicket = 'link_id IN (SELECT id FROM link WHERE uuid = $1)';
    await sql(tx, `UPDATE link_requester SET told = '{}' WHERE pseudonym = $2 AND ${ofTicket}`, [link.uuid, pseudonym]);
    await sql(tx, `DELETE FROM link_wish WHERE field = 'requester' AND value ->> 'pseudonym' = $2 AND ${ofTicket}`, [
      link.uuid,
      pseudonym,
    ]);
  }
}
