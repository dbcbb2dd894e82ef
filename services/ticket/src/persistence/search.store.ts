import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { SearchQuery } from '../domain/list/search-query.ts';
import type { Statement } from './list-statement.ts';
import type { Order } from './read.store.ts';
import { searchTerms } from './search-terms.ts';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

/** Matches that are ranked; of more, the newest. Bounds the cost of very common words (docs/adr/0008-search.md). */
const RANKED = 500;

/** A ticket as the index needs it. */
export interface IndexSource {
  ticketId: number;
  number: string;
  title: string;
  customer: string;
  /** Newest first. */
  articles: { line: string; body: string; contentType: string; internal: boolean }[];
}

export interface IndexDocument {
  ticket_id: number;
  number: string;
  title: string;
  /** People, addresses and subjects. */
  lines: string;
  body: string;
  /** The two without internal articles; null when there are none. */
  public_lines: string | null;
  public_body: string | null;
}

export interface SearchRequest {
  query: SearchQuery;
  /** Undefined: among all. */
  ids?: number[] | undefined;
  /** Empty: best first. */
  order: Order[];
  limit: number;
  offset: number;
}

type Asked = Pick<SearchRequest, 'query' | 'ids'>;

/** The full-text index, and questions to it. */
export class SearchStore {
  /** Ids of a page of matches. */
  async find(on: DataSource, visible: VisibleTickets, request: SearchRequest): Promise<number[]> {
    const { text, params } = findStatement(visible, request);
    return (await sql<{ id: number }>(on, text, params)).map((row) => row.id);
  }

  /** Exact number of all matches. */
  async count(on: DataSource, visible: VisibleTickets, request: Asked): Promise<number> {
    const { text, params } = countStatement(visible, request);
    const [row] = await sql<{ n: number }>(on, text, params);
    return (row as { n: number }).n;
  }

  /** What the index has to know about these tickets. */
  async sources(tx: EntityManager, ticketIds: number[], maxBody: number): Promise<IndexSource[]> {
    return sql<IndexSource>(
      tx,
      `SELECT t.id AS "ticketId", t.number, t.title,
         concat_ws(' ', u.firstname, u.lastname, u.email, u.login) AS customer,
         (SELECT coalesce(json_agg(json_build_object('line', concat_ws(' ', a.subject, a."from", a."to", a.cc),
            'body', left(a.body, $2), 'contentType', a.content_type, 'internal', a.internal) ORDER BY a.id DESC), '[]')
          FROM article a WHERE a.ticket_id = t.id) AS articles
       FROM ticket t LEFT JOIN replica_user u ON u.id = t.customer_id WHERE t.id = ANY ($1::int[])`,
      [ticketIds, maxBody],
    );
  }

  async keep(tx: EntityManager, documents: IndexDocument[]): Promise<void> {
    if (documents.length === 0) return;
    const vector = (
      lines: string,
      body: string,
    ) => `setweight(to_tsvector('helpmesh', doc.number || ' ' || doc.title), 'A')
      || setweight(to_tsvector('helpmesh', ${lines}), 'B') || to_tsvector('helpmesh', ${body})`;
    await sql(
      tx,
      `INSERT INTO search_doc (ticket_id, group_id, customer_id, organization_id, number, title, tsv, public_tsv)
       SELECT t.id, t.group_id, t.customer_id, t.organization_id, doc.number, doc.title,
         ${vector('doc.lines', 'doc.body')},
         CASE WHEN doc.public_lines IS NOT NULL THEN ${vector('doc.public_lines', 'doc.public_body')} END
       FROM json_to_recordset($1::json) AS doc (ticket_id int, number text, title text, lines text, body text,
         public_lines text, public_body text)
       -- Who may see it is read again under a lock: the ticket may be moving at this moment.
       JOIN ticket t ON t.id = doc.ticket_id ORDER BY t.id FOR SHARE OF t
       ON CONFLICT (ticket_id) DO UPDATE SET group_id = excluded.group_id, customer_id = excluded.customer_id,
         organization_id = excluded.organization_id, number = excluded.number, title = excluded.title,
         tsv = excluded.tsv, public_tsv = excluded.public_tsv`,
      [JSON.stringify(documents)],
    );
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

/** The newest matches, ranked; or sorted by the order that was asked for. */
export function findStatement(visible: VisibleTickets, request: SearchRequest): Statement {
  const { params, param, words, filters } = termsOf(visible, request);
  const page = `LIMIT ${param(request.limit)} OFFSET ${param(request.offset)}`;
  const by = request.order.map(({ column, descending }) => `t.${column}${descending ? ' DESC' : ''}`);
  if (!words) {
    const where = [isVisible(), ...filters].join(' AND ');
    const order = [...by, 't.updated_at DESC', 't.id DESC'].join(', ');
    return { text: `SELECT t.id FROM ticket t WHERE ${where} ORDER BY ${order} ${page}`, params };
  }
  if (by.length === 0) by.push(`${rankOf(param(request.query.parts))} DESC`);
  const joined = filters.length > 0 ? 'JOIN ticket t ON t.id = d.ticket_id' : '';
  const text = `
    WITH q AS MATERIALIZED (SELECT ${words.tsquery} AS query),
    hit AS MATERIALIZED (SELECT d.ticket_id FROM search_doc d ${joined} CROSS JOIN q
      WHERE ${[words.matches, isVisible('d'), ...filters].join(' AND ')} ORDER BY d.ticket_id DESC LIMIT ${RANKED})
    SELECT t.id FROM hit JOIN search_doc d USING (ticket_id) JOIN ticket t ON t.id = hit.ticket_id CROSS JOIN q
    WHERE ${isVisible()} ORDER BY ${[...by, 't.id DESC'].join(', ')} ${page}`;
  return { text, params };
}

export function countStatement(visible: VisibleTickets, request: Asked): Statement {
  const { params, words, filters } = termsOf(visible, request);
  if (!words) {
    const where = [isVisible(), ...filters].join(' AND ');
    return { text: `SELECT count(*) AS n FROM ticket t WHERE ${where}`, params };
  }
  const text = `
    WITH q AS MATERIALIZED (SELECT ${words.tsquery} AS query)
    SELECT count(*) AS n FROM search_doc d JOIN ticket t ON t.id = d.ticket_id CROSS JOIN q
    WHERE ${[words.matches, isVisible(), ...filters].join(' AND ')}`;
  return { text, params };
}

function termsOf(visible: VisibleTickets, { query, ids }: Asked) {
  const params: unknown[] = [...visible.params];
  const param = (value: unknown) => `$${params.push(value)}`;
  const { words, filters } = searchTerms(query, param);
  if (ids) filters.push(`t.id = ANY (${param(ids)}::int[])`);
  return { params, param, words, filters };
}

/** Words near each other and in the title count more; a ticket's own number counts most. Internal words rank for agents. */
function rankOf(parts: string): string {
  const words = `CASE WHEN ${seesAsAgent('d')} THEN d.tsv ELSE coalesce(d.public_tsv, d.tsv) END`;
  return `ts_rank_cd(${words}, query) + CASE WHEN d.number = ANY (${parts}::text[]) THEN 100 ELSE 0 END`;
}
