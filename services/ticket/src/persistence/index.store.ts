import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Ticket } from '../domain/ticket/ticket.ts';

/** Bytes of a stored document above which it is made anew, so that its newest words have room. */
const MAX_GROWN = 100_000;

/** A ticket whose words may have changed. */
export interface Dirty {
  ticketId: number;
  /** More than articles that were added: everything is read again. */
  whole: boolean;
  /** Words of one of its files have become known in this transaction. */
  read?: boolean;
}

/** A ticket as the index needs it. */
export interface IndexSource {
  ticketId: number;
  version: number;
  number: string;
  title: string;
  customer: string;
  /** Values of custom attributes. */
  custom: Ticket['custom'];
  /** There is a document; `grows`: it only lacks the articles below, which came after `heldVersion`. */
  held: boolean;
  grows: boolean;
  heldVersion: number | null;
  /** How often words of files came to the document. */
  filesRead: number;
  count: number;
  /** Newest first. */
  articles: IndexedArticle[];
}

export interface IndexedArticle {
  id: number;
  line: string;
  body: string;
  contentType: string;
  internal: boolean;
  /** The same people and subject are in the document already. */
  heard: boolean;
  /** What its files are called and say; null where there are none. */
  files: string | null;
}

/** What goes into the words of a document. */
export interface IndexWords {
  ticket_id: number;
  version: number;
  articles: number;
  newest_article: number | null;
  /** People, addresses and subjects. */
  lines: string;
  body: string;
  /** The two without internal articles; null when there are none. */
  public_lines: string | null;
  public_body: string | null;
  /** Whose stems the words have; null: those of the document. */
  languages: string[] | null;
}

export interface IndexDocument extends IndexWords {
  number: string;
  title: string;
  /** As it was when the source was read. */
  held_read: number;
  /** How often words of files have come to it now. */
  files_read: number;
}

/** Articles that are added to the words of a document. */
export interface IndexGrowth extends IndexWords {
  held_version: number;
}

const line = (a: string) => `concat_ws(' ', ${a}.subject, ${a}."from", ${a}."to", ${a}.cc)`;
/** Words of a document each once, because every use of an expression would make them again (OFFSET 0). */
const made = `LATERAL (SELECT setweight(to_tsvector('helpmesh', doc.number || ' ' || doc.title), 'A') AS title,
  to_tsvector('helpmesh', doc.body) AS body, to_tsvector('helpmesh', doc.public_body) AS public_body OFFSET 0) AS made`;
const heads = (lines: string) => `setweight(to_tsvector('helpmesh', ${lines}), 'B')`;
/** Names and addresses have no other forms. */
const allWords = (lines: string, body: string) =>
  `made.title || ${heads(lines)} || ${body} || search_stems(doc.languages, made.title || ${body})`;
const moreWords = (lines: string, body: string) =>
  `${heads(lines)} || ${body} || search_stems(coalesce(doc.languages, d.languages), ${body})`;
const told = `ticket_id int, version int, articles int, newest_article int, lines text, body text, languages text[],
  public_lines text, public_body text, number text, title text, held_version int, held_read int, files_read int`;

/** Keeps the documents of the full-text index (docs/adr/0012-search-documents.md). */
export class IndexStore {
  /** What the index has to know about these tickets; of a document that only grows, the articles it lacks. */
  async sources(tx: EntityManager, dirty: readonly Dirty[], maxBody: number): Promise<IndexSource[]> {
    return sql<IndexSource>(
      tx,
      `SELECT t.id AS "ticketId", t.version, t.number, t.title, t.custom, state.grows, state.count,
         d.ticket_id IS NOT NULL AS held, d.version AS "heldVersion", coalesce(d.files_read, 0) AS "filesRead",
         concat_ws(' ', u.firstname, u.lastname, u.email, u.login) AS customer,
         (SELECT coalesce(json_agg(json_build_object('id', a.id, 'line', ${line('a')},
            'body', left(a.body, $3), 'contentType', a.content_type, 'internal', a.internal,
            'files', (SELECT string_agg(concat_ws(' ', f.filename, f.words), E'\n' ORDER BY f.id)
              FROM article_attachment f WHERE f.article_id = a.id AND NOT f.inline),
            'heard', state.grows AND EXISTS (SELECT 1 FROM article o WHERE o.ticket_id = t.id
              AND o.id <= d.newest_article AND o.internal <= a.internal AND ${line('o')} = ${line('a')}))
            ORDER BY a.id DESC), '[]')
          FROM article a WHERE a.ticket_id = t.id AND (NOT state.grows OR a.id > d.newest_article)) AS articles
       FROM unnest($1::int[], $2::boolean[]) AS wanted (id, whole) JOIN ticket t ON t.id = wanted.id
       LEFT JOIN replica_user u ON u.id = t.customer_id LEFT JOIN search_doc d ON d.ticket_id = t.id
       CROSS JOIN LATERAL (
         SELECT count(*)::int AS count, coalesce(NOT wanted.whole AND pg_column_size(d.tsv) < ${MAX_GROWN}
           AND count(*) FILTER (WHERE a.id <= d.newest_article) = d.articles
           -- The first internal article divides the words in two.
           AND (d.public_tsv IS NOT NULL OR NOT bool_or(a.internal)), false) AS grows
         FROM article a WHERE a.ticket_id = t.id) AS state`,
      [dirty.map(({ ticketId }) => ticketId), dirty.map(({ whole }) => whole), maxBody],
    );
  }

  /** Makes documents that were not there. @returns tickets whose words are in the index now */
  async add(tx: EntityManager, documents: readonly IndexDocument[]): Promise<number[]> {
    if (documents.length === 0) return [];
    const rows = await sql<{ id: number }>(
      tx,
      `INSERT INTO search_doc (ticket_id, group_id, customer_id, organization_id, number, title, version, articles,
         newest_article, languages, tsv, public_tsv)
       SELECT t.id, t.group_id, t.customer_id, t.organization_id, doc.number, doc.title, doc.version, doc.articles,
         doc.newest_article, doc.languages, ${allWords('doc.lines', 'made.body')},
         CASE WHEN doc.public_lines IS NOT NULL THEN ${allWords('doc.public_lines', 'made.public_body')} END
       FROM json_to_recordset($1::json) AS doc (${told}) CROSS JOIN ${made}
       -- Who may see it is read again under a lock: the ticket may be moving at this moment.
       JOIN ticket t ON t.id = doc.ticket_id ORDER BY t.id FOR SHARE OF t
       ON CONFLICT (ticket_id) DO UPDATE SET group_id = excluded.group_id, customer_id = excluded.customer_id,
         organization_id = excluded.organization_id, number = excluded.number, title = excluded.title,
         version = excluded.version, articles = excluded.articles, newest_article = excluded.newest_article,
         languages = excluded.languages, tsv = excluded.tsv, public_tsv = excluded.public_tsv
       WHERE coalesce(search_doc.version, 0) < excluded.version AND search_doc.files_read = 0
       RETURNING ticket_id AS id`,
      [JSON.stringify(documents)],
    );
    return rows.map((row) => row.id);
  }

  /**
   * Makes documents anew. Who may see them is kept by the trigger that moves them, so no ticket is locked. One to which
   * words of files came since its source was read is left as it is.
   * @returns tickets whose words are in the index now
   */
  async replace(tx: EntityManager, documents: readonly IndexDocument[]): Promise<number[]> {
    if (documents.length === 0) return [];
    const rows = await sql<{ id: number }>(
      tx,
      `UPDATE search_doc SET number = doc.number, title = doc.title, version = doc.version, articles = doc.articles,
         newest_article = doc.newest_article, files_read = doc.files_read, languages = doc.languages,
         tsv = ${allWords('doc.lines', 'made.body')}, public_tsv = CASE WHEN doc.public_lines IS NOT NULL
                      THEN ${allWords('doc.public_lines', 'made.public_body')} END
       FROM json_to_recordset($1::json) AS doc (${told}) CROSS JOIN ${made}
       WHERE search_doc.ticket_id = doc.ticket_id AND coalesce(search_doc.version, 0) <= doc.version
         AND search_doc.files_read = doc.held_read
       RETURNING search_doc.ticket_id AS id`,
      [JSON.stringify(documents)],
    );
    return rows.map((row) => row.id);
  }

  /** @returns tickets whose documents have grown; another replica was faster with the others */
  async grow(tx: EntityManager, growths: readonly IndexGrowth[]): Promise<number[]> {
    if (growths.length === 0) return [];
    const rows = await sql<{ id: number }>(
      tx,
      `UPDATE search_doc d SET version = doc.version, articles = doc.articles, newest_article = doc.newest_article,
         tsv = tsv || ${moreWords('doc.lines', 'made.body')},
         public_tsv = CASE WHEN public_tsv IS NOT NULL
                      THEN public_tsv || ${moreWords('doc.public_lines', 'made.public_body')} END
       FROM json_to_recordset($1::json) AS doc (${told}) CROSS JOIN ${made}
       WHERE d.ticket_id = doc.ticket_id AND d.version = doc.held_version
       RETURNING d.ticket_id AS id`,
      [JSON.stringify(growths)],
    );
    return rows.map((row) => row.id);
  }

  /** Documents without stems below an id, the newest first. Locked is the ticket, as by whoever else makes or removes them. */
  async withoutStems(tx: EntityManager, below: number, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      `SELECT d.ticket_id AS id FROM search_doc d JOIN ticket t ON t.id = d.ticket_id
       WHERE d.languages IS NULL AND d.ticket_id < $1
       ORDER BY d.ticket_id DESC LIMIT $2 FOR SHARE OF t SKIP LOCKED`,
      [below, limit],
    );
    return rows.map((row) => row.id);
  }

  /** Moves new entries from the index's pending list into its tree, so that no search has to read them one by one. */
  async tidy(on: DataSource): Promise<void> {
    await sql(
      on,
      `SELECT gin_clean_pending_list('search_doc_words'), gin_clean_pending_list('search_doc_public_words'),
      gin_clean_pending_list('search_doc_parts')`,
    );
  }
}
