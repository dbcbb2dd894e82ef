import type { Actor, HeldArticle, HeldTicket, StoredFile } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;

/** What is to be said and done, as REST takes it. */
export interface HeldWords {
  article: Record<string, unknown> & { body?: string | null | undefined; form_id?: string | undefined };
  ticket: Record<string, unknown>;
}

export interface NewHeld extends HeldWords {
  /** Null: a ticket that is opened by it. */
  ticketId: number | null;
  actor: Actor;
  scheduled: boolean;
  sendAt: EpochMs;
}

/** One as its worker and its author need it. */
export interface Held extends HeldWords {
  id: number;
  ticketId: number;
  userId: number;
  actor: Actor;
  scheduled: boolean;
  sendAt: string;
  state: 'held' | 'sent' | 'failed';
  version: number;
}

/** A ticket with its first article that waits to be opened: `ticket` has the fields of a new one. */
export type HeldOpening = Omit<Held, 'ticketId'> & { ticketId: null };

const columns = `h.id, h.ticket_id AS "ticketId", h.user_id AS "userId", h.actor, h.article, h.ticket, h.scheduled,
  iso(h.send_at) AS "sendAt", h.state, h.version`;

/** Without the names of blobs: whoever knows one could not read the file by it, but nobody needs to know it. */
const shownAlike = `'id', h.id, 'ticket_id', h.ticket_id, 'state', h.state, 'scheduled', h.scheduled,
  'send_at', iso(h.send_at), 'error', h.error, 'created_at', iso(h.created_at), 'updated_at', iso(h.updated_at),
  'files', (SELECT coalesce(json_agg(json_build_object('filename', f.filename, 'size', f.size)), '[]') FROM (
     SELECT filename, size FROM upload u WHERE u.user_id = h.user_id AND u.form_id = h.form_id
     UNION ALL SELECT a.filename, a.size FROM jsonb_to_recordset(coalesce(h.article -> 'attachments', '[]'))
       AS a (filename text, size bigint)) AS f)`;

const shown = `json_build_object(${shownAlike},
  'article', h.article - 'attachments', 'ticket', h.ticket,
  'article_id', h.article_id, 'created_by_id', h.user_id,
  'created_by', (SELECT coalesce(nullif(trim(concat_ws(' ', p.firstname, p.lastname)), ''), p.login)
                 FROM replica_user p WHERE p.id = h.user_id)) AS json`;

const shownOpening = `json_build_object(${shownAlike},
  'ticket', CASE WHEN h.state = 'sent' THEN '{}'
            ELSE (h.ticket - 'custom') || coalesce(h.ticket -> 'custom', '{}') || jsonb_build_object('article', h.article - 'attachments') END) AS json`;

/** Articles that wait. Each is its author's; that it waits is for the agents of the ticket to know. */
export class HeldStore {
  /** Of a ticket, what comes next first; what was sent is in the thread. */
  async ofTicket(on: On, visible: VisibleTickets, ticketId: number): Promise<HeldArticle[]> {
    const rows = await sql<{ json: HeldArticle }>(
      on,
      `SELECT ${shown} FROM held_article h JOIN ticket t ON t.id = h.ticket_id
       WHERE h.ticket_id = $5 AND h.state <> 'sent' AND ${isVisible()} AND ${seesAsAgent()} ORDER BY h.send_at, h.id`,
      [...visible.params, ticketId],
    );
    return rows.map(({ json }) => json);
  }

  async shown(on: On, id: number): Promise<HeldArticle> {
    const [row] = await sql<{ json: HeldArticle }>(on, `SELECT ${shown} FROM held_article h WHERE h.id = $1`, [id]);
    return (row as { json: HeldArticle }).json;
  }

  /** Those of an agent that open tickets, what comes next first. */
  async openings(on: On, userId: number): Promise<HeldTicket[]> {
    const text = `SELECT ${shownOpening} FROM held_article h WHERE h.user_id = $1 AND h.opens ORDER BY h.send_at, h.id`;
    return (await sql<{ json: HeldTicket }>(on, text, [userId])).map(({ json }) => json);
  }

  async shownOpening(on: On, id: number): Promise<HeldTicket> {
    const [row] = await sql<{ json: HeldTicket }>(on, `SELECT ${shownOpening} FROM held_article h WHERE h.id = $1`, [
      id,
    ]);
    return (row as { json: HeldTicket }).json;
  }

  async add(tx: EntityManager, held: NewHeld, now: EpochMs): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO held_article (ticket_id, opens, user_id, actor, article, ticket, form_id, scheduled, send_at,
         created_at, updated_at)
       VALUES ($1::int, $1::int IS NULL, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING id`,
      [
        held.ticketId,
        held.actor.userId,
        JSON.stringify(held.actor),
        JSON.stringify(held.article),
        JSON.stringify(held.ticket),
        held.article.form_id ?? null,
        held.scheduled,
        isoTime(held.sendAt),
        isoTime(now),
      ],
    );
    return (row as { id: number }).id;
  }

  /** Nobody sends, changes or takes it back meanwhile. */
  async lock(tx: EntityManager, id: number): Promise<Held | undefined> {
    const [row] = await sql<Held>(
      tx,
      `SELECT ${columns} FROM held_article h WHERE h.id = $1 AND NOT h.opens FOR UPDATE`,
      [id],
    );
    return row;
  }

  /** As `lock`, of one that opens a ticket; somebody else's is none. */
  async lockOpening(tx: EntityManager, userId: number, id: number): Promise<HeldOpening | undefined> {
    const [row] = await sql<HeldOpening>(
      tx,
      `SELECT ${columns} FROM held_article h WHERE h.id = $1 AND h.user_id = $2 AND h.opens FOR UPDATE`,
      [id, userId],
    );
    return row;
  }

  /** An edit; one that failed waits anew. */
  async change(
    tx: EntityManager,
    id: number,
    { article, ticket, scheduled, sendAt }: HeldWords & { scheduled: boolean; sendAt: string },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `UPDATE held_article SET article = $2, ticket = $3, form_id = $4, scheduled = $5, send_at = $6, state = 'held',
         error = NULL, version = version + 1, updated_at = $7 WHERE id = $1`,
      [id, JSON.stringify(article), JSON.stringify(ticket), article.form_id ?? null, scheduled, sendAt, isoTime(now)],
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM held_article WHERE id = $1', [id]);
  }

  /** Those whose time has come, the oldest first, with the tickets that theirs were merged into. */
  async due(on: On, now: EpochMs, limit: number): Promise<(Held & { target: number })[]> {
    return sql(
      on,
      `SELECT ${columns}, merged_into(h.ticket_id) AS target FROM held_article h
       WHERE h.state = 'held' AND h.send_at <= $1 AND NOT h.opens ORDER BY h.send_at, h.id LIMIT $2`,
      [isoTime(now), limit],
    );
  }

  async dueOpenings(on: On, now: EpochMs, limit: number): Promise<HeldOpening[]> {
    return sql(
      on,
      `SELECT ${columns} FROM held_article h
       WHERE h.state = 'held' AND h.send_at <= $1 AND h.opens ORDER BY h.send_at, h.id LIMIT $2`,
      [isoTime(now), limit],
    );
  }

  /**
   * Takes those that still wait as they were read, for this transaction; what another one holds is left to it.
   * @returns their ids
   */
  async take(tx: EntityManager, read: readonly Pick<Held, 'id' | 'version'>[], now: EpochMs): Promise<Set<number>> {
    const rows = await sql<{ id: number }>(
      tx,
      `SELECT h.id FROM held_article h JOIN unnest($1::int[], $2::int[]) AS r (id, version) USING (id, version)
       WHERE h.state = 'held' AND h.send_at <= $3 ORDER BY h.id FOR UPDATE OF h SKIP LOCKED`,
      [read.map(({ id }) => id), read.map(({ version }) => version), isoTime(now)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async settle(
    tx: EntityManager,
    id: number,
    outcome: { articleId: number | null } | { error: string },
    now: EpochMs,
  ): Promise<void> {
    const error = 'error' in outcome ? outcome.error : null;
    const articleId = 'error' in outcome ? null : outcome.articleId;
    await sql(
      tx,
      `UPDATE held_article SET state = CASE WHEN $2::text IS NULL THEN 'sent' ELSE 'failed' END, error = $2,
         article_id = $3, updated_at = $4 WHERE id = $1`,
      [id, error, articleId, isoTime(now)],
    );
  }

  /** The words are those of the ticket now, and go with it. */
  async settleOpening(tx: EntityManager, id: number, ticketId: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE held_article SET state = 'sent', ticket_id = $2, article = '{}', ticket = '{}', form_id = NULL, error = NULL,
         updated_at = $3 WHERE id = $1`,
      [id, ticketId, isoTime(now)],
    );
  }

  /** What was sent is kept for a while, to say so to whoever would take it back too late. */
  async forgetSent(on: On, before: EpochMs): Promise<void> {
    await sql(on, `DELETE FROM held_article WHERE state = 'sent' AND updated_at < $1`, [isoTime(before)]);
  }

  async ownUndoSeconds(on: On, userId: number): Promise<number | null> {
    const [row] = await sql<{ undo_send_seconds: number | null }>(
      on,
      'SELECT undo_send_seconds FROM own_desk_setting WHERE user_id = $1',
      [userId],
    );
    return row?.undo_send_seconds ?? null;
  }

  async setOwnUndoSeconds(on: On, userId: number, seconds: number | null, now: EpochMs): Promise<void> {
    await sql(
      on,
      `INSERT INTO own_desk_setting (user_id, undo_send_seconds, updated_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET undo_send_seconds = excluded.undo_send_seconds, updated_at = excluded.updated_at`,
      [userId, seconds, isoTime(now)],
    );
  }
}

/** Files of the article that came with it, rather than by a form. */
export function attachedTo({ article }: HeldWords): StoredFile[] {
  const { attachments } = article as { attachments?: (StoredFile | object)[] };
  return (attachments ?? []).filter((file): file is StoredFile => 'sha256' in file);
}
