import type { FederationHandover } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** A ticket that waits for an answer. */
export interface Offer {
  ticketId: number;
  remoteNumber: string | null;
  outgoing: boolean;
  reason: string;
  offeredAt: Date;
  dueAt: Date | null;
}

/** An offer of ours that nobody has answered in time. */
export interface LateOffer {
  uuid: string;
  offerId: string;
  ticketId: number;
  peer: { id: number; name: string };
  /** Null: it was made before anybody wrote that down. */
  offeredById: number | null;
  dueAt: Date;
}

/** To whom it is made, or by whom, still has the ticket. */
const isLive = `EXISTS (SELECT 1 FROM link l WHERE l.uuid = o.uuid AND l.peer_id = o.peer_id AND l.ended_at IS NULL)`;

/** Offers of tickets that wait for an answer. */
export class OfferStore {
  /**
   * Follows the word about who is to work on a ticket.
   * @param self  this desk
   * @param by  who has made the offer here, and until when it is to be answered
   */
  async follow(
    tx: EntityManager,
    uuid: string,
    word: FederationHandover | null | undefined,
    self: string,
    by?: { userId: number; dueAt: EpochMs | null },
  ): Promise<void> {
    const waits = word?.status === 'offered' && (word.from === self || word.to === self);
    if (!waits) {
      await sql(tx, 'DELETE FROM offered_ticket WHERE uuid = $1', [uuid]);
      return;
    }
    const { id, from, to, at } = word;
    await sql(
      tx,
      `INSERT INTO offered_ticket AS o (uuid, offer_id, peer_id, outgoing, offered_by_id, offered_at, due_at)
       SELECT $1::uuid, $2::uuid, p.id, $4::boolean, $5::bigint, $6::timestamptz, $7::timestamptz FROM peer p
       WHERE p.node = $3
       ON CONFLICT (uuid) DO UPDATE SET offer_id = $2, peer_id = excluded.peer_id, outgoing = $4, offered_by_id = $5,
         offered_at = $6, due_at = $7, told_at = NULL WHERE o.offer_id <> $2`,
      [
        ...[uuid, id, from === self ? to : from, from === self, by?.userId ?? null, at],
        by?.dueAt == null ? null : new Date(by.dueAt),
      ],
    );
  }

  /** Working hours that an agreement gives a peer to answer; undefined: it does not have the ticket. */
  async answerHours(on: On, ticketId: number, peerId: number): Promise<number | undefined> {
    const [row] = await sql<{ hours: number }>(
      on,
      `SELECT a.answer_hours AS hours FROM shared_ticket s JOIN link l ON l.uuid = s.uuid AND l.ended_at IS NULL
         JOIN agreement a ON a.id = l.agreement_id WHERE s.ticket_id = $1 AND l.peer_id = $2`,
      [ticketId, peerId],
    );
    return row?.hours;
  }

  async dueAt(on: On, uuid: string): Promise<Date | null> {
    const [row] = await sql<{ dueAt: Date | null }>(
      on,
      'SELECT due_at AS "dueAt" FROM offered_ticket WHERE uuid = $1',
      [uuid],
    );
    return row?.dueAt ?? null;
  }

  /** Those that are due first, first. */
  async list(on: On, peerId: number, limit: number, offset: number): Promise<Offer[]> {
    return sql<Offer>(
      on,
      `SELECT s.ticket_id AS "ticketId", l.remote_number AS "remoteNumber", o.outgoing,
         coalesce(s.fields #>> '{handover,reason}', '') AS reason, o.offered_at AS "offeredAt", o.due_at AS "dueAt"
       FROM offered_ticket o JOIN shared_ticket s ON s.uuid = o.uuid
         JOIN link l ON l.uuid = o.uuid AND l.peer_id = o.peer_id AND l.ended_at IS NULL
       WHERE o.peer_id = $1 ORDER BY o.due_at, o.offered_at, o.uuid LIMIT $2 OFFSET $3`,
      [peerId, limit, offset],
    );
  }

  /** Of which nobody was told yet. */
  async late(on: On, now: EpochMs, limit: number): Promise<LateOffer[]> {
    return sql<LateOffer>(
      on,
      `SELECT o.uuid, o.offer_id AS "offerId", s.ticket_id AS "ticketId",
         json_build_object('id', p.id, 'name', p.name) AS peer, o.offered_by_id AS "offeredById", o.due_at AS "dueAt"
       FROM offered_ticket o JOIN shared_ticket s ON s.uuid = o.uuid JOIN peer p ON p.id = o.peer_id
       WHERE o.outgoing AND o.told_at IS NULL AND o.due_at <= $1 AND ${isLive} ORDER BY o.due_at LIMIT $2`,
      [new Date(now), limit],
    );
  }

  async told(on: On, { uuid, offerId }: Pick<LateOffer, 'uuid' | 'offerId'>, now: EpochMs): Promise<void> {
    await sql(on, 'UPDATE offered_ticket SET told_at = $3 WHERE uuid = $1 AND offer_id = $2', [
      ...[uuid, offerId, new Date(now)],
    ]);
  }

  /** Of ours, by peer: how many wait, and how many of them for too long. */
  async figures(on: On, now: EpochMs): Promise<Map<number, { waiting: number; late: number }>> {
    const rows = await sql<{ peerId: number; waiting: number; late: number }>(
      on,
      `SELECT o.peer_id AS "peerId", count(*)::int AS waiting, (count(*) FILTER (WHERE o.due_at <= $1))::int AS late
       FROM offered_ticket o WHERE o.outgoing AND ${isLive} GROUP BY o.peer_id`,
      [new Date(now)],
    );
    return new Map(rows.map(({ peerId, ...figures }) => [peerId, figures]));
  }
}
