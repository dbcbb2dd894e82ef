import type { FederationFields } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Adapter } from '../application/foreign/ports.ts';
import type { PeerWords, Spellings } from '../domain/foreign/words.ts';
import type { LinkState } from '../domain/sync/link.ts';
import { canonical } from '../domain/sync/replica.ts';

type On = DataSource | EntityManager;

/** The other end of a link: what their helpdesk would know if it spoke our protocol. */
export interface ForeignTicket {
  linkId: number;
  peerId: number;
  remoteId: string;
  uuid: string;
  state: LinkState;
  fields: FederationFields;
  words: PeerWords;
  spellings: Spellings;
}

const adapterColumns = `peer_id AS "peerId", kind, settings, cursor, polled_at AS "polledAt",
  updated_by_id AS "updatedById", updated_at AS "updatedAt"`;
const ticketColumns = `f.link_id AS "linkId", f.peer_id AS "peerId", f.remote_id AS "remoteId", f.uuid, f.state, f.fields,
  f.words, f.spellings`;

/** Helpdesks that do not speak our protocol, and what we know of their tickets. */
export class ForeignStore {
  /** @returns undefined: it speaks our protocol */
  async adapter(on: On, peerId: number): Promise<Adapter | undefined> {
    const [row] = await sql<Adapter>(on, `SELECT ${adapterColumns} FROM peer_adapter WHERE peer_id = $1`, [peerId]);
    return row;
  }

  /** The peer at an address that is to be spoken to in its own words. */
  async adapterAt(on: On, node: string): Promise<Adapter | undefined> {
    const [row] = await sql<Adapter>(
      on,
      `SELECT ${adapterColumns} FROM peer_adapter WHERE peer_id = (SELECT id FROM peer WHERE node = $1)`,
      [node],
    );
    return row;
  }

  /** What has changed there is looked for from now on when the queue is another one. */
  async keepAdapter(
    tx: EntityManager,
    { peerId, kind, settings }: Pick<Adapter, 'peerId' | 'kind' | 'settings'>,
    by: number,
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO peer_adapter (peer_id, kind, settings, due_at, updated_by_id, updated_at)
       VALUES ($1, $2, $3::jsonb, $4, $5, $4)
       ON CONFLICT (peer_id) DO UPDATE SET kind = $2, settings = $3::jsonb, due_at = $4, updated_by_id = $5,
         updated_at = $4, cursor = CASE WHEN peer_adapter.kind = $2
           AND peer_adapter.settings->>'queue' = $3::jsonb->>'queue' THEN peer_adapter.cursor END`,
      [peerId, kind, JSON.stringify(settings), new Date(now), by],
    );
  }

  /** Peers that are to be looked at; nobody else looks meanwhile. Without an active agreement there is nothing to see. */
  async claim(on: On, now: EpochMs, leaseMs: number, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `UPDATE peer_adapter SET leased_until = $2 WHERE peer_id IN (
         SELECT a.peer_id FROM peer_adapter a JOIN peer p ON p.id = a.peer_id AND NOT p.paused AND p.token IS NOT NULL
           AND (p.held_until IS NULL OR p.held_until <= $1)
         WHERE a.due_at <= $1 AND (a.leased_until IS NULL OR a.leased_until <= $1)
           AND EXISTS (SELECT 1 FROM agreement g WHERE g.peer_id = a.peer_id AND g.active AND g.kind = 'full')
         ORDER BY a.due_at LIMIT $3 FOR UPDATE OF a SKIP LOCKED)
       RETURNING peer_id AS id`,
      [new Date(now), new Date(now + leaseMs), limit],
    );
    return rows.map(({ id }) => id);
  }

  /** @param cursor  null: it could not be looked at */
  async polled(on: On, peerId: number, cursor: string | null, dueAt: EpochMs, now: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE peer_adapter SET leased_until = NULL, due_at = $3, cursor = coalesce($2, cursor),
         polled_at = CASE WHEN $2::text IS NULL THEN polled_at ELSE $4 END WHERE peer_id = $1`,
      [peerId, cursor, new Date(dueAt), new Date(now)],
    );
  }

  async pollNow(on: On, peerId: number, now: EpochMs): Promise<void> {
    await sql(on, 'UPDATE peer_adapter SET due_at = $2 WHERE peer_id = $1', [peerId, new Date(now)]);
  }

  // Tickets.

  async ticket(on: On, peerId: number, uuid: string): Promise<ForeignTicket | undefined> {
    const rows = await sql<ForeignTicket>(
      on,
      `SELECT ${ticketColumns} FROM foreign_ticket f WHERE f.peer_id = $1 AND f.uuid = $2`,
      [peerId, uuid],
    );
    return rows[0] && toTicket(rows[0]);
  }

  /** @returns undefined: we do not know the ticket; null: it is not shared any more */
  async linkAt(on: On, peerId: number, remoteId: string): Promise<number | null | undefined> {
    const [row] = await sql<{ id: number; ended: boolean }>(
      on,
      `SELECT l.id, l.ended_at IS NOT NULL AS ended FROM foreign_ticket f JOIN link l ON l.id = f.link_id
       WHERE f.peer_id = $1 AND f.remote_id = $2`,
      [peerId, remoteId],
    );
    return row && (row.ended ? null : row.id);
  }

  /** @returns false when the ticket there is known already */
  async add(tx: EntityManager, ticket: ForeignTicket): Promise<boolean> {
    const rows = await sql(
      tx,
      `INSERT INTO foreign_ticket (link_id, peer_id, remote_id, uuid, state, fields, words, spellings)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8::jsonb) ON CONFLICT DO NOTHING RETURNING link_id`,
      [ticket.linkId, ticket.peerId, ticket.remoteId, ticket.uuid, ...learnedOf(ticket)],
    );
    return rows.length > 0;
  }

  async save(on: On, ticket: ForeignTicket): Promise<void> {
    await sql(
      on,
      `UPDATE foreign_ticket SET state = $2::jsonb, fields = $3::jsonb, words = $4::jsonb, spellings = $5::jsonb
       WHERE link_id = $1`,
      [ticket.linkId, ...learnedOf(ticket)],
    );
  }

  /** Comments of ours that are there. */
  async said(on: On, linkId: number): Promise<{ uuid: string; remoteId: string }[]> {
    return sql(on, 'SELECT uuid, remote_id AS "remoteId" FROM foreign_comment WHERE link_id = $1', [linkId]);
  }

  /** SHA-256 of the files that the other side was told of. */
  async toldHashes(on: On, linkId: number): Promise<Set<string>> {
    const rows = await sql<{ sha256: string }>(on, 'SELECT sha256 FROM link_file WHERE link_id = $1', [linkId]);
    return new Set(rows.map(({ sha256 }) => sha256));
  }

  async keepSaid(on: On, linkId: number, uuid: string, remoteId: string): Promise<void> {
    await sql(on, 'INSERT INTO foreign_comment (link_id, uuid, remote_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      linkId,
      uuid,
      remoteId,
    ]);
  }

  /** The ticket may stand otherwise there than we know: it is asked for with the next turn of its link. */
  async hint(on: On, linkId: number, now: EpochMs): Promise<void> {
    await sql(
      on,
      `UPDATE link SET ask = true, changes = changes + 1, waiting_since = coalesce(waiting_since, $2),
         due_at = CASE WHEN attempts > 0 THEN coalesce(due_at, $2) ELSE $2 END
       WHERE id = $1 AND ended_at IS NULL`,
      [linkId, new Date(now)],
    );
  }
}

interface StoredState extends Omit<LinkState, 'behind' | 'comments'> {
  behind: string[];
}

function learnedOf({ state, fields, words, spellings }: ForeignTicket): string[] {
  const { comments: _, behind, ...rest } = state;
  const stored: StoredState = { ...rest, behind: [...behind] };
  return [stored, fields, words, spellings].map((value) => JSON.stringify(value));
}

/** The database keeps members in an order of its own. */
function toTicket(row: ForeignTicket): ForeignTicket {
  const { behind, ...state } = row.state as unknown as StoredState;
  return {
    ...row,
    fields: canonical(row.fields),
    state: {
      ...state,
      shadow: state.shadow && canonical(state.shadow),
      ...{ behind: new Set(behind), comments: new Set() },
    },
  };
}
