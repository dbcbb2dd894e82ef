import type { DraftContent, DraftKind } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

export interface DraftsOfTicket {
  drafts: { kind: DraftKind; content: DraftContent; updated_at: string }[];
  /** Who else writes; empty for customers. */
  others: { user_id: number; name: string; kind: DraftKind; updated_at: string }[];
}

/** Texts that were not sent yet. Each is its author's; that there is one is for the agents of the ticket to know. */
export class DraftStore {
  /** @returns undefined for a ticket that the actor does not see */
  async of(
    on: DataSource,
    visible: VisibleTickets,
    ticketId: number,
    userId: number,
  ): Promise<DraftsOfTicket | undefined> {
    const [row] = await sql<DraftsOfTicket>(
      on,
      `SELECT
         (SELECT coalesce(json_agg(json_build_object('kind', d.kind, 'content', d.content,
            'updated_at', iso(d.updated_at)) ORDER BY d.kind), '[]')
          FROM own_draft d WHERE d.ticket_id = t.id AND d.user_id = $6) AS drafts,
         CASE WHEN ${seesAsAgent()} THEN (
           SELECT coalesce(json_agg(json_build_object('user_id', d.user_id, 'kind', d.kind,
             'updated_at', iso(d.updated_at), 'name',
             coalesce(nullif(trim(concat_ws(' ', u.firstname, u.lastname)), ''), u.login, '-')) ORDER BY d.updated_at), '[]')
           FROM own_draft d LEFT JOIN replica_user u ON u.id = d.user_id
           WHERE d.ticket_id = t.id AND d.user_id <> $6) ELSE '[]' END AS others
       FROM ticket t WHERE t.id = $5 AND ${isVisible()}`,
      [...visible.params, ticketId, userId],
    );
    return row;
  }

  /** @returns false for a ticket that the actor does not see, or not as an agent where that is asked for */
  async keep(
    on: DataSource,
    visible: VisibleTickets,
    draft: { ticketId: number; userId: number; kind: DraftKind; content: DraftContent },
    now: EpochMs,
  ): Promise<boolean> {
    const { ticketId, userId, kind, content } = draft;
    const rows = await sql(
      on,
      `INSERT INTO own_draft (user_id, ticket_id, kind, form_id, content, updated_at)
       SELECT $6, t.id, $7, $8, $9::jsonb, $10 FROM ticket t
       WHERE t.id = $5 AND ${isVisible()} AND ($7 <> 'note' OR ${seesAsAgent()})
       ON CONFLICT (ticket_id, user_id, kind)
         DO UPDATE SET form_id = excluded.form_id, content = excluded.content, updated_at = excluded.updated_at
       RETURNING 1`,
      [...visible.params, ticketId, userId, kind, content.form_id, JSON.stringify(content), isoTime(now)],
    );
    return rows.length > 0;
  }

  /** One's own of this kind, held until the transaction ends. */
  async lock(tx: EntityManager, ticketId: number, userId: number, kind: DraftKind): Promise<DraftContent | undefined> {
    const [row] = await sql<{ content: DraftContent }>(
      tx,
      'SELECT content FROM own_draft WHERE ticket_id = $1 AND user_id = $2 AND kind = $3 FOR UPDATE',
      [ticketId, userId, kind],
    );
    return row?.content;
  }

  /** Gives somebody their words back, also on a ticket that they see no more. */
  async put(
    tx: EntityManager,
    { ticketId, userId, kind, content }: { ticketId: number; userId: number; kind: DraftKind; content: DraftContent },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `INSERT INTO own_draft (user_id, ticket_id, kind, form_id, content, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (ticket_id, user_id, kind)
         DO UPDATE SET form_id = excluded.form_id, content = excluded.content, updated_at = excluded.updated_at`,
      [userId, ticketId, kind, content.form_id, JSON.stringify(content), isoTime(now)],
    );
  }

  async remove(on: DataSource | EntityManager, ticketId: number, userId: number, kind: DraftKind): Promise<void> {
    await sql(on, 'DELETE FROM own_draft WHERE ticket_id = $1 AND user_id = $2 AND kind = $3', [
      ticketId,
      userId,
      kind,
    ]);
  }
}
