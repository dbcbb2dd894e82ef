import type { MailSecurity } from '@helpmesh/contracts';
import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Article, AttachedFile } from '../domain/article/article.ts';
import { type ArticleSender, type ArticleType, articleSenderOf, articleTypeOf } from '../domain/article/kinds.ts';
import type { QuotedArticle } from '../domain/template/values.ts';
import { messageKey } from './ticket.table.ts';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;

/** What a mail server says after it had taken a mail. */
export interface BounceState {
  kind: 'permanent' | 'temporary';
  /** ISO-8601. */
  at: string;
  reason: string | null;
}

export interface BouncedArticle {
  id: number;
  ticketId: number;
  internal: boolean;
  to: string | null;
  cc: string | null;
  bcc: string | null;
}

export interface DeliveryState {
  /** `discarded`: its rule wants it sent with keys or not at all, and there are none. */
  state: 'queued' | 'sent' | 'deferred' | 'failed' | 'discarded';
  /** ISO-8601. */
  at: string;
  attempts: number;
  error: string | null;
  /** Files that were too large for the mail, and went as links. */
  links?: { filename: string; size: number; until: string }[];
}

export interface DeliveredArticle {
  id: number;
  /** The ticket of the mail, the one it was merged into, or the one the article was moved to. */
  ticketId: number;
  internal: boolean;
  to: string | null;
  /** Word of a later try is known. */
  outdated: boolean;
}

/** What is known of a mail that may be signed or encrypted. */
export interface ProtectedArticle {
  ticketId: number;
  internal: boolean;
  /** Row of mail-ingest; null: it came in another way. */
  inboundId: number | null;
  security: MailSecurity | null;
}

/** What the rules about changing an article look at. */
export interface ArticleFacts {
  id: number;
  ticketId: number;
  type: ArticleType;
  internal: boolean;
  createdById: number;
  createdAt: EpochMs;
  /** Of a conversation beside the ticket. */
  beside: boolean;
}

/** Single articles, apart from the write that adds them. */
export class ArticleStore {
  /** Those of the tickets that have an article with the mark among its preferences, written after `since`. */
  async marked(on: On, ticketIds: readonly number[], mark: string, since: EpochMs): Promise<Set<number>> {
    if (ticketIds.length === 0) return new Set();
    const rows = await sql<{ id: number }>(
      on,
      `SELECT DISTINCT ticket_id AS id FROM article
       WHERE ticket_id = ANY ($1::int[]) AND preferences ->> $2::text IS NOT NULL AND created_at > $3`,
      [ticketIds, mark, isoTime(since)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** @returns undefined when the actor may not see it */
  async facts(on: On, visible: VisibleTickets, id: number): Promise<ArticleFacts | undefined> {
    const [row] = await sql<Omit<ArticleFacts, 'type' | 'createdAt'> & { typeId: number; createdAt: Date }>(
      on,
      `SELECT a.id, a.ticket_id AS "ticketId", a.type_id AS "typeId", a.internal, a.created_by_id AS "createdById",
              a.created_at AS "createdAt", a.preferences ? 'side_thread' AS beside
       FROM article a JOIN ticket t ON t.id = a.ticket_id
       WHERE a.id = $5 AND ${isVisible()} AND (NOT a.internal OR ${seesAsAgent()})`,
      [...visible.params, id],
    );
    if (!row) return undefined;
    const { typeId, createdAt, ...facts } = row;
    return { ...facts, type: articleTypeOf(typeId) as ArticleType, createdAt: epochMs(createdAt) };
  }

  /** What texts quote of a ticket: its first article and the last ones of either kind, oldest first. */
  async quoted(on: On, ticketId: number): Promise<QuotedArticle[]> {
    const one = (where: string, order: 'ASC' | 'DESC') =>
      `(SELECT id FROM article WHERE ticket_id = $1 ${where} ORDER BY id ${order} LIMIT 1)`;
    const rows = await sql<
      Omit<QuotedArticle, 'type' | 'sender' | 'createdAt'> & Record<'typeId' | 'senderId', number> & { createdAt: Date }
    >(
      on,
      `SELECT a.type_id AS "typeId", a.sender_id AS "senderId", a."from", a."to", a.cc, a.subject,
              a.content_type AS "contentType", a.body, a.internal, a.created_at AS "createdAt",
              a.preferences
       FROM article a
       WHERE a.id IN (${one('', 'ASC')}, ${one('AND internal', 'DESC')}, ${one('AND NOT internal', 'DESC')})
       ORDER BY a.id`,
      [ticketId],
    );
    return rows.map(({ typeId, senderId, createdAt, ...article }) => ({
      ...article,
      type: articleTypeOf(typeId) as ArticleType,
      sender: articleSenderOf(senderId) as ArticleSender,
      createdAt: epochMs(createdAt),
    }));
  }

  async change(
    tx: EntityManager,
    id: number,
    change: { internal: boolean; highlight: unknown; by: number; now: EpochMs },
  ): Promise<void> {
    const preferences = change.highlight === undefined ? {} : { highlight: change.highlight };
    await sql(
      tx,
      `UPDATE article SET internal = $2, preferences = preferences || $3::jsonb, updated_by_id = $4, updated_at = $5
       WHERE id = $1`,
      [id, change.internal, JSON.stringify(preferences), change.by, isoTime(change.now)],
    );
  }

  /** What is known of a mail that may be signed or encrypted; undefined when the actor may not see the article. */
  async protectedMail(on: On, visible: VisibleTickets, id: number): Promise<ProtectedArticle | undefined> {
    const [row] = await sql<ProtectedArticle>(
      on,
      `SELECT a.ticket_id AS "ticketId", a.internal, a.inbound_id AS "inboundId", a.preferences -> 'security' AS security
       FROM article a JOIN ticket t ON t.id = a.ticket_id
       WHERE a.id = $5 AND ${isVisible()} AND (NOT a.internal OR ${seesAsAgent()})`,
      [...visible.params, id],
    );
    return row;
  }

  /** Keeps what came of opening a mail once more. @param content  what it says now; null: as before */
  async reopened(
    tx: EntityManager,
    id: number,
    security: MailSecurity,
    content: Pick<Article, 'body' | 'contentType' | 'files'> | null,
  ): Promise<void> {
    await sql(
      tx,
      `UPDATE article SET preferences = preferences || jsonb_build_object('security', $2::jsonb),
         body = coalesce($3, body), content_type = coalesce($4, content_type)
       WHERE id = $1`,
      [id, JSON.stringify(security), content?.body ?? null, content?.contentType ?? null],
    );
    if (!content) return;
    await sql(tx, 'DELETE FROM article_attachment WHERE article_id = $1', [id]);
    const files = content.files.map(({ sha256, size, filename, contentType, contentId, inline }) => ({
      ...{ article_id: id, sha256, size, filename, inline, content_type: contentType, content_id: contentId },
    }));
    const columns = 'article_id, sha256, size, filename, content_type, content_id, inline';
    await sql(
      tx,
      `INSERT INTO article_attachment (${columns})
       SELECT ${columns} FROM json_populate_recordset(NULL::article_attachment, $1::json)`,
      [JSON.stringify(files)],
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM article WHERE id = $1', [id]);
  }

  /**
   * Keeps the latest word about sent mails, one a mail; an attempt reported late does not undo a later one.
   * @returns the article of each, in order; undefined when the ticket shows no such mail
   */
  async setDeliveries(
    tx: EntityManager,
    words: readonly { ticketId: number; messageId: string; delivery: DeliveryState; security: MailSecurity | null }[],
  ): Promise<(DeliveredArticle | undefined)[]> {
    const rows = await sql<DeliveredArticle & { nth: number }>(
      tx,
      `UPDATE article SET preferences = jsonb_set(preferences, '{delivery}',
         CASE WHEN coalesce((preferences #>> '{delivery,attempts}')::int, 0) > (said.delivery ->> 'attempts')::int
              THEN preferences -> 'delivery'
              ELSE coalesce(preferences -> 'delivery', '{}') || said.delivery END) || coalesce(said.more, '{}')
       FROM unnest($1::int[], $2::text[], $3::jsonb[], $4::jsonb[]) WITH ORDINALITY AS said (ticket_id, key, delivery, more, nth)
       WHERE article.message_id_md5 = said.key AND sender_id <> 2
         AND (article.ticket_id IN (said.ticket_id, merged_into(said.ticket_id))
              OR EXISTS (SELECT 1 FROM article_move m WHERE m.article_id = article.id AND m.source_id = said.ticket_id))
       RETURNING article.id, article.ticket_id AS "ticketId", internal, "to", nth::int,
         (preferences #>> '{delivery,attempts}')::int > (said.delivery ->> 'attempts')::int AS outdated`,
      [
        words.map(({ ticketId }) => ticketId),
        words.map(({ messageId }) => messageKey(messageId)),
        words.map(({ delivery }) => JSON.stringify(delivery)),
        words.map(({ security }) => security && JSON.stringify({ security })),
      ],
    );
    const byPlace = new Map(rows.map(({ nth, ...article }) => [nth - 1, article]));
    return words.map((_, i) => byPlace.get(i));
  }

  /**
   * Writes onto sent mails that a server reports they did not arrive. It stays beside whatever is said of the sending.
   * @returns the article of each, in order, with all whom it went to; undefined when the ticket shows no such mail
   */
  async setBounces(
    tx: EntityManager,
    words: readonly { ticketId: number; messageId: string; bounce: BounceState }[],
  ): Promise<(BouncedArticle | undefined)[]> {
    const rows = await sql<BouncedArticle & { nth: number }>(
      tx,
      `UPDATE article SET preferences = jsonb_set(preferences, '{delivery}',
         coalesce(preferences -> 'delivery', '{}') || jsonb_build_object('bounce', said.bounce))
       FROM unnest($1::int[], $2::text[], $3::jsonb[]) WITH ORDINALITY AS said (ticket_id, key, bounce, nth)
       WHERE article.message_id_md5 = said.key AND sender_id <> 2 AND article.ticket_id = said.ticket_id
       RETURNING article.id, article.ticket_id AS "ticketId", internal, "to", cc, bcc, nth::int`,
      [
        words.map(({ ticketId }) => ticketId),
        words.map(({ messageId }) => messageKey(messageId)),
        words.map(({ bounce }) => JSON.stringify(bounce)),
      ],
    );
    const byPlace = new Map(rows.map(({ nth, ...article }) => [nth - 1, article]));
    return words.map((_, i) => byPlace.get(i));
  }

  /** The file, if the actor may read the article it hangs on. */
  async attachment(
    on: On,
    visible: VisibleTickets,
    at: { ticketId: number; articleId: number; attachmentId: number },
  ): Promise<AttachedFile | undefined> {
    const [row] = await sql<AttachedFile>(
      on,
      `SELECT f.sha256, f.size, f.filename, f.content_type AS "contentType", f.content_id AS "contentId", f.inline
       FROM article_attachment f JOIN article a ON a.id = f.article_id JOIN ticket t ON t.id = a.ticket_id
       WHERE f.id = $7 AND a.id = $6 AND t.id = $5 AND ${isVisible()} AND (NOT a.internal OR ${seesAsAgent()})`,
      [...visible.params, at.ticketId, at.articleId, at.attachmentId],
    );
    return row;
  }

  /**
   * A file of a mail that went out, by the beginning of its SHA-256: whoever got the mail may have it, as long as the
   * article is not made internal. What went to somebody beside the ticket is so from the beginning.
   */
  async mailedFile(on: On, articleId: number, sha256: string): Promise<AttachedFile | undefined> {
    const [row] = await sql<AttachedFile>(
      on,
      `SELECT f.sha256, f.size, f.filename, f.content_type AS "contentType", f.content_id AS "contentId", f.inline
       FROM article_attachment f JOIN article a ON a.id = f.article_id
       WHERE a.id = $1 AND (NOT a.internal OR a.preferences ? 'side_thread') AND starts_with(f.sha256, $2) ORDER BY f.id LIMIT 1`,
      [articleId, sha256],
    );
    return row;
  }

  /** The files of an article that the actor may read. */
  async files(on: On, visible: VisibleTickets, articleId: number): Promise<AttachedFile[]> {
    return sql(
      on,
      `SELECT f.sha256, f.size, f.filename, f.content_type AS "contentType", f.content_id AS "contentId", f.inline
       FROM article_attachment f JOIN article a ON a.id = f.article_id JOIN ticket t ON t.id = a.ticket_id
       WHERE a.id = $5 AND ${isVisible()} AND (NOT a.internal OR ${seesAsAgent()}) ORDER BY f.id`,
      [...visible.params, articleId],
    );
  }

  /** The mail as it arrived: for agents of the ticket only. */
  async rawMail(
    on: On,
    visible: VisibleTickets,
    articleId: number,
  ): Promise<{ sha256: string; size: number } | undefined> {
    const [row] = await sql<{ sha256: string; size: number }>(
      on,
      `SELECT a.raw_sha256 AS sha256, a.raw_size AS size FROM article a JOIN ticket t ON t.id = a.ticket_id
       WHERE a.id = $5 AND a.raw_sha256 IS NOT NULL AND ${isVisible()} AND ${seesAsAgent()}`,
      [...visible.params, articleId],
    );
    return row;
  }
}
