import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** The texts of an article in which people may be named. */
export const articleTexts = [
  ...(['from', 'to', 'cc', 'bcc', 'reply_to', 'subject', 'body', 'message_id', 'in_reply_to', 'references'] as const),
];
export type ArticleTexts = Record<(typeof articleTexts)[number], string | null>;

export interface ErasableArticle extends ArticleTexts {
  id: number;
  preferences: Record<string, unknown>;
  content_type: string;
  created_by_id: number;
  origin_by_id: number | null;
  sender: 'Agent' | 'Customer' | 'System';
  inbound_id: number | null;
  raw_sha256: string | null;
  /** `words`: what the index knows of what it says. */
  files: { id: number; sha256: string; filename: string; words: string | null }[];
}

/** One of a ticket that other helpdesks have too. */
export interface SharedArticle extends ErasableArticle {
  ticket_id: number;
  internal: boolean;
  /** Another helpdesk wrote it in the ticket. */
  from_peer: boolean;
}

export interface ErasableTicket {
  id: number;
  title: string;
  note: string | null;
  preferences: Record<string, unknown>;
  custom: Record<string, unknown> | null;
}

export interface ErasableHistory {
  id: number;
  attribute: string | null;
  value_from: string | null;
  value_to: string | null;
}

const quoted = articleTexts.map((name) => `a."${name}"`).join(', ');
const erasable = `a.id, ${quoted}, a.preferences, a.content_type, a.created_by_id, a.origin_by_id, s.name AS sender,
  a.inbound_id, a.raw_sha256,
  (SELECT coalesce(json_agg(json_build_object('id', f.id, 'sha256', f.sha256, 'filename', f.filename, 'words', f.words)), '[]')
   FROM article_attachment f WHERE f.article_id = a.id) AS files`;
const naming = (columns: string, param: string) => `concat_ws(' ', ${columns}) ILIKE ANY (${param}::text[])`;

/** What erasing a person reads and writes; the service acts for itself here, whoever may see the tickets. */
@Injectable()
export class ErasureStore {
  /** A page of the tickets of a customer, above an id. */
  async ofCustomer(on: On, customerId: number, after: number, limit: number): Promise<number[]> {
    return ids(on, 'SELECT id FROM ticket WHERE customer_id = $1 AND id > $2 ORDER BY id LIMIT $3', [
      customerId,
      after,
      limit,
    ]);
  }

  async newestIds(on: On): Promise<{ ticket: number; article: number; history: number }> {
    const [row] = await sql<{ ticket: number; article: number; history: number }>(
      on,
      `SELECT coalesce((SELECT max(id) FROM ticket), 0) AS ticket,
              coalesce((SELECT max(id) FROM article), 0) AS article,
              coalesce((SELECT max(id) FROM history), 0) AS history`,
    );
    return row as { ticket: number; article: number; history: number };
  }

  /** Tickets of others in which the person wrote or is named, as far as these articles say. */
  async byArticles(on: On, userId: number, patterns: readonly string[], from: number, to: number): Promise<number[]> {
    return ids(
      on,
      `SELECT DISTINCT a.ticket_id AS id FROM article a JOIN ticket t ON t.id = a.ticket_id
       WHERE a.id > $3 AND a.id <= $4 AND t.customer_id <> $1
         AND (a.created_by_id = $1 OR a.origin_by_id = $1 OR ${naming(`${quoted}, a.preferences::text`, '$2')}) ORDER BY 1`,
      [userId, patterns, from, to],
    );
  }

  async byFiles(on: On, patterns: readonly string[], from: number, to: number): Promise<number[]> {
    return ids(
      on,
      `SELECT DISTINCT a.ticket_id AS id FROM article a JOIN article_attachment f ON f.article_id = a.id
       WHERE a.id > $2 AND a.id <= $3 AND ${naming('f.filename, f.words', '$1')} ORDER BY 1`,
      [patterns, from, to],
    );
  }

  async byTickets(on: On, userId: number, patterns: readonly string[], from: number, to: number): Promise<number[]> {
    return ids(
      on,
      `SELECT t.id FROM ticket t WHERE t.id > $3 AND t.id <= $4 AND t.customer_id <> $1
         AND ${naming('t.title, t.note, t.preferences::text, t.custom::text', '$2')} ORDER BY 1`,
      [userId, patterns, from, to],
    );
  }

  async byHistory(on: On, patterns: readonly string[], from: number, to: number): Promise<number[]> {
    return ids(
      on,
      `SELECT DISTINCT ticket_id AS id FROM history h
       WHERE id > $2 AND id <= $3 AND ${naming('h.value_from, h.value_to', '$1')} ORDER BY 1`,
      [patterns, from, to],
    );
  }

  /** By what hangs on tickets; these tables stay small beside the articles. */
  async byTies(on: On, patterns: readonly string[]): Promise<number[]> {
    return ids(
      on,
      `SELECT DISTINCT ticket_id AS id FROM checklist c WHERE c.name ILIKE ANY ($1::text[])
         OR EXISTS (SELECT 1 FROM checklist_item i WHERE i.checklist_id = c.id AND i.text ILIKE ANY ($1::text[]))
       UNION SELECT ticket_id FROM ticket_rating r WHERE r.comment ILIKE ANY ($1::text[])
       UNION SELECT ticket_id FROM own_draft d WHERE d.content::text ILIKE ANY ($1::text[])
       UNION SELECT ticket_id FROM held_article h WHERE h.article::text ILIKE ANY ($1::text[])
       UNION SELECT ticket_id FROM shared_draft s WHERE s.ticket_id IS NOT NULL AND s.content::text ILIKE ANY ($1::text[])
       ORDER BY 1`,
      [patterns],
    );
  }

  /** What its customer said about how it went. */
  async rating(tx: EntityManager, ticketId: number): Promise<string> {
    const [row] = await sql<{ comment: string }>(tx, 'SELECT comment FROM ticket_rating WHERE ticket_id = $1', [
      ticketId,
    ]);
    return row?.comment ?? '';
  }

  async setRating(tx: EntityManager, ticketId: number, comment: string): Promise<void> {
    await sql(tx, 'UPDATE ticket_rating SET comment = $2 WHERE ticket_id = $1', [ticketId, comment]);
  }

  /** What agents are writing on a ticket. */
  async drafts(tx: EntityManager, ticketId: number): Promise<{ user_id: number; kind: string; content: object }[]> {
    return sql(tx, 'SELECT user_id, kind, content FROM own_draft WHERE ticket_id = $1', [ticketId]);
  }

  async setDraft(
    tx: EntityManager,
    ticketId: number,
    { user_id, kind, content }: { user_id: number; kind: string; content: object },
  ): Promise<void> {
    await sql(tx, 'UPDATE own_draft SET content = $4::jsonb WHERE ticket_id = $1 AND user_id = $2 AND kind = $3', [
      ticketId,
      user_id,
      kind,
      JSON.stringify(content),
    ]);
  }

  /** What waits to be sent on a ticket, and the memory of what was. */
  async held(tx: EntityManager, ticketId: number): Promise<{ id: number; article: object }[]> {
    return sql(tx, 'SELECT id, article FROM held_article WHERE ticket_id = $1 FOR UPDATE', [ticketId]);
  }

  async setHeld(tx: EntityManager, { id, article }: { id: number; article: object }): Promise<void> {
    await sql(tx, 'UPDATE held_article SET article = $2::jsonb, version = version + 1 WHERE id = $1', [
      id,
      JSON.stringify(article),
    ]);
  }

  /** The answer that is parked on a ticket. */
  async sharedDraft(tx: EntityManager, ticketId: number): Promise<object | undefined> {
    const [row] = await sql<{ content: object }>(tx, 'SELECT content FROM shared_draft WHERE ticket_id = $1', [
      ticketId,
    ]);
    return row?.content;
  }

  async setSharedDraft(tx: EntityManager, ticketId: number, content: object): Promise<void> {
    await sql(tx, 'UPDATE shared_draft SET content = $2::jsonb WHERE ticket_id = $1', [
      ticketId,
      JSON.stringify(content),
    ]);
  }

  /** Texts of a ticket's checklist; the name of the list stands with the id 0. */
  async checklist(tx: EntityManager, ticketId: number): Promise<{ id: number; text: string }[]> {
    return sql(
      tx,
      `SELECT 0 AS id, name AS text FROM checklist WHERE ticket_id = $1
       UNION ALL
       SELECT i.id, i.text FROM checklist_item i JOIN checklist c ON c.id = i.checklist_id WHERE c.ticket_id = $1`,
      [ticketId],
    );
  }

  async setChecklist(tx: EntityManager, ticketId: number, { id, text }: { id: number; text: string }): Promise<void> {
    if (id === 0) await sql(tx, 'UPDATE checklist SET name = $2 WHERE ticket_id = $1', [ticketId, text]);
    else await sql(tx, 'UPDATE checklist_item SET text = $2 WHERE id = $1', [id, text]);
  }

  async ticket(tx: EntityManager, id: number): Promise<ErasableTicket | undefined> {
    const rows = await sql<ErasableTicket>(
      tx,
      'SELECT id, title, note, preferences, custom FROM ticket WHERE id = $1',
      [id],
    );
    return rows[0];
  }

  /** A page of a ticket's articles, above an id. */
  async articles(tx: EntityManager, ticketId: number, after: number, limit: number): Promise<ErasableArticle[]> {
    return sql(
      tx,
      `SELECT ${erasable} FROM article a JOIN article_sender s ON s.id = a.sender_id
       WHERE a.ticket_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3`,
      [ticketId, after, limit],
    );
  }

  /** As `articles`, with those of other helpdesks that were merged elsewhere. */
  async articlesOfPeers(tx: EntityManager, ticketId: number, after: number, limit: number): Promise<SharedArticle[]> {
    return sql(
      tx,
      `SELECT ${erasable}, a.ticket_id, a.internal,
         EXISTS (SELECT 1 FROM peer_article q WHERE q.article_id = a.id AND q.ticket_id = $1) AS from_peer
       FROM article a JOIN article_sender s ON s.id = a.sender_id
       WHERE (a.ticket_id = $1 OR a.id IN (SELECT article_id FROM peer_article WHERE ticket_id = $1)) AND a.id > $2
       ORDER BY a.id LIMIT $3`,
      [ticketId, after, limit],
    );
  }

  async setArticle(
    tx: EntityManager,
    article: Pick<ErasableArticle, 'id' | 'preferences' | 'content_type'> & ArticleTexts,
  ): Promise<void> {
    const set = articleTexts.map((name, i) => `"${name}" = $${i + 4}`).join(', ');
    await sql(
      tx,
      `UPDATE article SET preferences = $2::jsonb, content_type = $3, raw_sha256 = NULL, raw_size = NULL, ${set}
       WHERE id = $1`,
      [
        article.id,
        JSON.stringify(article.preferences),
        article.content_type,
        ...articleTexts.map((name) => article[name]),
      ],
    );
  }

  async setTicket(tx: EntityManager, { id, title, note, preferences, custom }: ErasableTicket): Promise<void> {
    await sql(
      tx,
      `UPDATE ticket SET title = $2, note = $3, preferences = $4::jsonb, custom = $5::jsonb, version = version + 1
       WHERE id = $1`,
      [id, title, note, JSON.stringify(preferences), custom && JSON.stringify(custom)],
    );
  }

  async history(tx: EntityManager, ticketId: number): Promise<ErasableHistory[]> {
    return sql(
      tx,
      `SELECT id, attribute, value_from, value_to FROM history
       WHERE ticket_id = $1 AND (value_from IS NOT NULL OR value_to IS NOT NULL) ORDER BY id`,
      [ticketId],
    );
  }

  async setHistory(tx: EntityManager, { id, value_from, value_to }: Omit<ErasableHistory, 'attribute'>): Promise<void> {
    await sql(tx, 'UPDATE history SET value_from = $2, value_to = $3 WHERE id = $1', [id, value_from, value_to]);
  }

  /** @param words  that searches find from now on, whatever the file says */
  async setFile(
    tx: EntityManager,
    { id, filename, words }: Omit<ErasableArticle['files'][number], 'sha256'>,
  ): Promise<void> {
    await sql(tx, 'UPDATE article_attachment SET filename = $2, words = $3 WHERE id = $1', [id, filename, words]);
  }

  async dropFiles(tx: EntityManager, articleId: number): Promise<void> {
    await sql(tx, 'DELETE FROM article_attachment WHERE article_id = $1', [articleId]);
  }

  /** @returns how many were not reached before */
  async noteReach(
    tx: EntityManager,
    taskId: number,
    kind: 'ticket' | 'mail',
    reached: readonly number[],
  ): Promise<number> {
    if (reached.length === 0) return 0;
    const rows = await sql(
      tx,
      'INSERT INTO erasure_reach SELECT $1, $2, unnest($3::bigint[]) ON CONFLICT DO NOTHING RETURNING 1',
      [taskId, kind, reached],
    );
    return rows.length;
  }

  async forgetReach(tx: EntityManager, taskId: number): Promise<void> {
    await sql(tx, `DELETE FROM erasure_reach WHERE task_id = $1 AND kind = 'ticket'`, [taskId]);
  }

  async reach(on: On, taskId: number, kind: 'ticket' | 'mail', after: number, limit: number): Promise<number[]> {
    const where = 'task_id = $1 AND kind = $2 AND id > $3';
    return ids(on, `SELECT id FROM erasure_reach WHERE ${where} ORDER BY id LIMIT $4`, [taskId, kind, after, limit]);
  }

  async mailsOf(on: On, ticketIds: readonly number[], after: number, limit: number): Promise<number[]> {
    return ids(
      on,
      `SELECT DISTINCT inbound_id AS id FROM article WHERE ticket_id = ANY ($1::int[]) AND inbound_id > $2
       ORDER BY 1 LIMIT $3`,
      [ticketIds, after, limit],
    );
  }

  async unwant(tx: EntityManager, files: readonly string[]): Promise<void> {
    await sql(tx, 'INSERT INTO unwanted_file SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING', [files]);
  }

  /** Files that were to go, and whether anything refers to them by now. */
  async unwanted(on: On, limit: number): Promise<{ sha256: string; used: boolean }[]> {
    return sql(
      on,
      `SELECT sha256, EXISTS (SELECT 1 FROM article_attachment a WHERE a.sha256 = u.sha256)
         OR EXISTS (SELECT 1 FROM upload l WHERE l.sha256 = u.sha256)
         OR EXISTS (SELECT 1 FROM kb_file f WHERE f.sha256 = u.sha256)
         OR EXISTS (SELECT 1 FROM held_article h WHERE h.state <> 'sent'
           AND h.article -> 'attachments' @> jsonb_build_array(jsonb_build_object('sha256', u.sha256)))
         OR EXISTS (SELECT 1 FROM shared_draft s
           WHERE s.files @> jsonb_build_array(jsonb_build_object('sha256', u.sha256))) AS used
       FROM unwanted_file u ORDER BY sha256 LIMIT $1`,
      [limit],
    );
  }

  async settleUnwanted(on: On, sha256: string): Promise<void> {
    await sql(on, 'DELETE FROM unwanted_file WHERE sha256 = $1', [sha256]);
  }

  /**
   * Uploads, drafts, jobs and text modules of the person, and what else names them.
   * @returns how many rows
   */
  async dropLeftovers(tx: EntityManager, userId: number, patterns: readonly string[]): Promise<number> {
    const uploads = await sql<{ sha256: string }>(tx, 'DELETE FROM upload WHERE user_id = $1 RETURNING sha256', [
      userId,
    ]);
    await this.unwant(
      tx,
      uploads.map(({ sha256 }) => sha256),
    );
    const jobs = await sql(
      tx,
      'DELETE FROM ticket_job WHERE user_id = $1 OR perform::text ILIKE ANY ($2::text[]) RETURNING 1',
      [userId, patterns],
    );
    // What an undo would put back.
    const records = await sql(
      tx,
      `UPDATE ticket_job_item SET record = NULL, reason = NULL
       WHERE concat_ws(' ', record::text, reason) ILIKE ANY ($1::text[]) RETURNING 1`,
      [patterns],
    );
    const modules = await sql(tx, 'DELETE FROM text_module WHERE user_id = $1 RETURNING 1', [userId]);
    const calls = await sql(
      tx,
      `DELETE FROM phone_call WHERE caller_ids @> ARRAY[$1::int]
         OR concat_ws(' ', from_number, to_number, from_comment, to_comment) ILIKE ANY ($2::text[]) RETURNING 1`,
      [userId, patterns],
    );
    // Those of others that are still going on are not ended for it.
    const chats = await sql(
      tx,
      `DELETE FROM chat c WHERE customer_id = $1
         OR ticket_id IS NOT NULL AND (concat_ws(' ', name, email, page) ILIKE ANY ($2::text[]) OR EXISTS (
           SELECT 1 FROM chat_message m WHERE m.chat_id = c.id AND m.body ILIKE ANY ($2::text[]))) RETURNING 1`,
      [userId, patterns],
    );
    const takes = await sql(tx, 'DELETE FROM chat_agent WHERE user_id = $1 RETURNING 1', [userId]);
    const views = await sql(tx, 'DELETE FROM recent_view WHERE user_id = $1 RETURNING 1', [userId]);
    const drafts = await sql(tx, 'DELETE FROM own_draft WHERE user_id = $1 RETURNING 1', [userId]);
    // Theirs, and what others are about to open for them or about them.
    const held = await sql<{ files: { sha256: string }[] | null }>(
      tx,
      `DELETE FROM held_article WHERE user_id = $1 OR ticket_id IS NULL AND (ticket -> 'customer_id' = to_jsonb($1::int)
         OR concat_ws(' ', ticket::text, article::text) ILIKE ANY ($2::text[]))
       RETURNING article -> 'attachments' AS files`,
      [userId, patterns],
    );
    await this.unwant(
      tx,
      held.flatMap(({ files }) => (files ?? []).map(({ sha256 }) => sha256)),
    );
    const parked = await sql(
      tx,
      "DELETE FROM shared_draft WHERE ticket_id IS NULL AND concat_ws(' ', name, content::text) ILIKE ANY ($1::text[]) RETURNING 1",
      [patterns],
    );
    const recurring = await sql(
      tx,
      `DELETE FROM recurring_ticket WHERE ticket -> 'customer_id' = to_jsonb($1::int)
         OR concat_ws(' ', name, note, ticket::text) ILIKE ANY ($2::text[]) RETURNING 1`,
      [userId, patterns],
    );
    const chosen = await sql(tx, 'DELETE FROM own_desk_setting WHERE user_id = $1 RETURNING 1', [userId]);
    const counted = await sql(tx, 'DELETE FROM rule_mail WHERE address ILIKE ANY ($1::text[]) RETURNING 1', [patterns]);
    const comments = await sql(
      tx,
      "UPDATE kb_feedback SET comment = '' WHERE comment ILIKE ANY ($1::text[]) RETURNING 1",
      [patterns],
    );
    const own = [
      uploads,
      jobs,
      records,
      modules,
      views,
      drafts,
      held,
      parked,
      recurring,
      chosen,
      counted,
      comments,
      calls,
      chats,
      takes,
    ];
    return own.reduce((rows, some) => rows + some.length, 0);
  }

  /** @returns false when the replica held nothing of the person any more */
  async eraseReplica(tx: EntityManager, userId: number, pseudonym: string): Promise<boolean> {
    const rows = await sql(
      tx,
      `UPDATE replica_user SET login = $2, email = NULL, firstname = '', lastname = $2, active = false
       WHERE id = $1 AND (login <> $2 OR email IS NOT NULL OR firstname <> '' OR lastname <> $2) RETURNING id`,
      [userId, pseudonym],
    );
    return rows.length > 0;
  }

  async counts(on: On, userId: number): Promise<{ tickets: number; articles: number; files: number }> {
    const [row] = await sql<{ tickets: number; articles: number; files: number }>(
      on,
      `SELECT (SELECT count(*) FROM ticket WHERE customer_id = $1) AS tickets,
         (SELECT count(*) FROM article a JOIN ticket t ON t.id = a.ticket_id WHERE t.customer_id = $1) AS articles,
         (SELECT count(*) FROM article_attachment f JOIN article a ON a.id = f.article_id
          JOIN ticket t ON t.id = a.ticket_id WHERE t.customer_id = $1) AS files`,
      [userId],
    );
    return row as { tickets: number; articles: number; files: number };
  }
}

async function ids(on: On, text: string, params: unknown[]): Promise<number[]> {
  return (await sql<{ id: number }>(on, text, params)).map(({ id }) => id);
}
