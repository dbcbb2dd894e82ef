import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { SearchField, SearchQuery } from '../domain/list/search-query.ts';
import type { Order } from './read.store.ts';
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

const fieldConditions: Record<SearchField, (param: string) => string> = {
  state: (p) => `t.state_id IN (SELECT id FROM ticket_state WHERE name = ANY (${p}::text[]))`,
  state_id: (p) => `t.state_id = ANY (${p}::int[])`,
  priority: (p) => `t.priority_id IN (SELECT id FROM ticket_priority WHERE name = ANY (${p}::text[]))`,
  priority_id: (p) => `t.priority_id = ANY (${p}::int[])`,
  group: (p) => `t.group_id IN (SELECT id FROM replica_group WHERE name = ANY (${p}::text[]))`,
  group_id: (p) => `t.group_id = ANY (${p}::int[])`,
  owner: (p) =>
    `t.owner_id IN (SELECT id FROM replica_user WHERE login = ANY (${p}::text[]) OR email = ANY (${p}::text[]))`,
  owner_id: (p) => `t.owner_id = ANY (${p}::int[])`,
  customer: (p) =>
    `t.customer_id IN (SELECT id FROM replica_user WHERE login = ANY (${p}::text[]) OR email = ANY (${p}::text[]))`,
  customer_id: (p) => `t.customer_id = ANY (${p}::int[])`,
  organization: (p) => `t.organization_id IN (SELECT id FROM replica_organization WHERE name = ANY (${p}::text[]))`,
  organization_id: (p) => `t.organization_id = ANY (${p}::int[])`,
  number: (p) => `t.number = ANY (${p}::text[])`,
  id: (p) => `t.id = ANY (${p}::int[])`,
};

export interface SearchRequest {
  query: SearchQuery;
  /** Undefined: among all. */
  ids?: number[] | undefined;
  /** Empty: best first. */
  order: Order[];
  limit: number;
  offset: number;
}

/** The full-text index, and questions to it. */
export class SearchStore {
  /** Ids of a page of matches. */
  async find(on: DataSource, visible: VisibleTickets, request: SearchRequest): Promise<number[]> {
    const { params, param, matches, filters, queryText, parts } = this.terms(visible, request);
    const limit = param(request.limit);
    const offset = param(request.offset);
    const by = request.order.map(({ column, descending }) => `t.${column}${descending ? ' DESC' : ''}`);
    const rank = `ts_rank_cd(d.tsv, query) + CASE WHEN d.number = ANY (${parts}::text[]) THEN 100 ELSE 0 END`;
    const rows = await sql<{ id: number }>(
      on,
      matches === undefined
        ? `SELECT t.id FROM ticket t WHERE ${[isVisible(), ...filters].join(' AND ')}
           ORDER BY ${[...by, 't.updated_at DESC', 't.id DESC'].join(', ')} LIMIT ${limit} OFFSET ${offset}`
        : `WITH q AS (SELECT ${queryText} AS query),
           hit AS (SELECT d.ticket_id FROM search_doc d, q WHERE ${matches} AND ${isVisible('d')}
                   ORDER BY d.ticket_id DESC LIMIT ${RANKED})
           SELECT t.id FROM hit JOIN search_doc d USING (ticket_id) JOIN ticket t ON t.id = hit.ticket_id, q
           WHERE ${[isVisible(), ...filters].join(' AND ')}
           ORDER BY ${[...by, ...(by.length > 0 ? [] : [`${rank} DESC`]), 't.id DESC'].join(', ')} LIMIT ${limit} OFFSET ${offset}`,
      params,
    );
    return rows.map((row) => row.id);
  }

  /** Exact number of all matches. */
  async count(on: DataSource, visible: VisibleTickets, request: Pick<SearchRequest, 'query' | 'ids'>): Promise<number> {
    const { params, matches, filters, queryText } = this.terms(visible, request);
    const [row] = await sql<{ n: number }>(
      on,
      matches === undefined
        ? `SELECT count(*) AS n FROM ticket t WHERE ${[isVisible(), ...filters].join(' AND ')}`
        : `WITH q AS (SELECT ${queryText} AS query)
           SELECT count(*) AS n FROM search_doc d JOIN ticket t ON t.id = d.ticket_id, q
           WHERE ${[matches, isVisible(), ...filters].join(' AND ')}`,
      params,
    );
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
    await sql(on, `SELECT gin_clean_pending_list('search_doc_words'), gin_clean_pending_list('search_doc_parts')`);
  }

  private terms(visible: VisibleTickets, { query, ids }: Pick<SearchRequest, 'query' | 'ids'>) {
    const params: unknown[] = [...visible.params];
    const param = (value: unknown) => `$${params.push(value)}`;
    const filters = Object.entries(query.fields).map(([field, values]) =>
      fieldConditions[field as SearchField](param(values)),
    );
    if (ids) filters.push(`t.id = ANY (${param(ids)}::int[])`);
    const parts = param(query.parts);
    if (!query.words && query.prefixes.length === 0) {
      return {
        params,
        param,
        filters: [...filters, `${parts}::text[] IS NOT NULL`],
        matches: undefined,
        queryText: '',
        parts,
      };
    }
    const words = query.words ? [`websearch_to_tsquery('helpmesh', ${param(query.words)})`] : [];
    const prefixes = query.prefixes.map(
      (prefix) => `to_tsquery('helpmesh', ${param(`'${prefix.replaceAll("'", "''")}':*`)})`,
    );
    const seen = `CASE WHEN ${seesAsAgent('d')} THEN d.tsv ELSE coalesce(d.public_tsv, d.tsv) END @@ query`;
    const full = `(d.tsv @@ query AND ${seen})`;
    const [part] = query.parts;
    // One word may also be a piece of a title or number; trigrams need three characters to find it.
    const matches =
      query.parts.length === 1 && part && part.length >= 3
        ? `(${full} OR d.title ILIKE ${param(like(part))} OR d.number LIKE ${param(like(part))})`
        : full;
    return { params, param, filters, matches, queryText: [...words, ...prefixes].join(' && '), parts };
  }
}

function like(part: string): string {
  return `%${part.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
