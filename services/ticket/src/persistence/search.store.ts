import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import { sql } from '@helpmesh/persistence';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Circumstances, Condition } from '../domain/condition/condition.ts';
import { HIT_BEGINS, HIT_ENDS } from '../domain/help/words.ts';
import type { SearchQuery } from '../domain/list/search-query.ts';
import { conditionSql } from './condition-sql.ts';
import type { Statement } from './list-statement.ts';
import type { Order } from './read.store.ts';
import { everyMatch, type SearchWords, searchTerms, tsqueryOf, wordMatches } from './search-terms.ts';
import { arrayOfTickets, articleIsVisible, type ListedShape } from './ticket-json.ts';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

/** Matches that are ranked; of more, the newest. Bounds the cost of common words (docs/adr/0012-search-documents.md). */
const RANKED = 500;
/**
 * What is looked through before all the rest: the newest 4,096s of tickets, from the first to the last. More of them
 * would cost more than they save, because the index goes through every ticket of an age it is asked for.
 */
const AGES: readonly (readonly [first: number, last: number])[] = [
  [0, 1],
  [2, 5],
];
const OLD = 6;

export interface SearchRequest {
  query: SearchQuery;
  /** Undefined: among all. */
  ids?: number[] | undefined;
  /** Undefined: whatever they are. */
  condition?: { condition: Condition; circumstances: Circumstances } | undefined;
  /** Words find no ticket in which nothing was said yet. */
  spoken?: boolean | undefined;
  /** Empty: best first. */
  order: Order[];
  limit: number;
  offset: number;
}

/** Of each ticket the latest articles are looked through for a passage, each from its beginning. */
const LATEST = 12;
const LOOKED_THROUGH = 20_000;

/** What a highlight is made of: the title, and the article that has most of the words. */
export interface Passage {
  id: number;
  title: string;
  articleId: number | null;
  body: string;
  contentType: string;
  /** The words, each of which is enough; a tsquery as text. */
  words: string;
}

type Asked = Pick<SearchRequest, 'query' | 'ids' | 'condition' | 'spoken'>;

/** Conditions over the document `d` alone. Those in which nothing was said are few, and an index knows them. */
const shownTo = ({ spoken }: Asked): string[] => [
  isVisible('d'),
  ...(spoken ? ['d.ticket_id NOT IN (SELECT id FROM ticket WHERE article_count IS NULL)'] : []),
];

/** Questions to the full-text index. */
@Injectable()
export class SearchStore {
  constructor(@Inject(AttributeBook) private readonly attributes: Pick<AttributeBook, 'of'>) {}

  /** Ids of a page of matches. */
  async find(on: DataSource, visible: VisibleTickets, request: SearchRequest): Promise<number[]> {
    const { text, params } = findStatement(visible, request);
    return (await sql<{ id: number }>(on, text, params)).map((row) => row.id);
  }

  /** A page of matches as a JSON array, and how many there are in it. */
  async show(
    on: DataSource,
    visible: VisibleTickets,
    request: SearchRequest,
    shape: ListedShape,
  ): Promise<{ text: string; rows: number }> {
    const { text, params } = showStatement(visible, request, shape, await this.attributes.of('Ticket'));
    const [row] = await sql<{ tickets: string; rows: number }>(on, text, params);
    const { tickets, rows } = row as { tickets: string; rows: number };
    return { text: tickets, rows };
  }

  /**
   * Of visible tickets among `ids`, where they may have words of the query. An article of which the actor may not know
   * does not count, however well it would fit.
   */
  async passages(on: DataSource, visible: VisibleTickets, query: SearchQuery, ids: readonly number[]) {
    const params: unknown[] = [...visible.params];
    const param = (value: unknown) => `$${params.push(value)}`;
    const words = tsqueryOf(query, param);
    if (!words) return [];
    // Without what must not be there; a ticket has all words, an article of it maybe one.
    const any = `replace(querytree(${words}), ' & ', ' | ')::tsquery`;
    return sql<Passage>(
      on,
      `WITH q AS MATERIALIZED (SELECT ${any} AS query)
       SELECT t.id, t.title, best.id AS "articleId", coalesce(best.body, '') AS body,
         coalesce(best.content_type, 'text/plain') AS "contentType", q.query::text AS words
       FROM ticket t CROSS JOIN q LEFT JOIN LATERAL (
         SELECT late.id, late.body, late.content_type FROM (
           SELECT a.id, left(a.body, ${LOOKED_THROUGH}) AS body, a.content_type FROM article a
           WHERE a.ticket_id = t.id AND ${articleIsVisible} ORDER BY a.id DESC LIMIT ${LATEST}) AS late
         CROSS JOIN LATERAL (SELECT to_tsvector('helpmesh', late.body) AS tsv) AS v
         WHERE v.tsv @@ q.query ORDER BY ts_rank(v.tsv, q.query) DESC, late.id DESC LIMIT 1) AS best ON true
       WHERE t.id = ANY (${param(ids)}::int[]) AND ${isVisible()}`,
      params,
    );
  }

  /** Texts with signs around the words of a query: whole, or the passage that has most of them. In their order. */
  async marked(on: DataSource, words: string, texts: readonly { text: string; whole: boolean }[]): Promise<string[]> {
    const signs = `StartSel=${HIT_BEGINS}, StopSel=${HIT_ENDS}`;
    const rows = await sql<{ marked: string }>(
      on,
      `SELECT ts_headline('helpmesh', text, $1::tsquery, CASE WHEN whole THEN '${signs}, HighlightAll=true'
         ELSE '${signs}, MaxFragments=1, MinWords=8, MaxWords=24, ShortWord=0' END) AS marked
       FROM unnest($2::text[], $3::boolean[]) WITH ORDINALITY AS x (text, whole, n) ORDER BY n`,
      [words, texts.map(({ text }) => text), texts.map(({ whole }) => whole)],
    );
    return rows.map(({ marked }) => marked);
  }

  /** Exact number of all matches. */
  async count(on: DataSource, visible: VisibleTickets, request: Asked): Promise<number> {
    const { text, params } = countStatement(visible, request);
    const [row] = await sql<{ n: number }>(on, text, params);
    return (row as { n: number }).n;
  }
}

/** Ids of a page of the newest matches, ranked; or sorted by the order that was asked for. */
export function findStatement(visible: VisibleTickets, request: SearchRequest): Statement {
  const { params, param, words, filters } = termsOf(visible, request);
  const page = `LIMIT ${param(request.limit)} OFFSET ${param(request.offset)}`;
  const by = request.order.map(({ column, descending }) => `t.${column}${descending ? ' DESC' : ''}`);
  if (!words) {
    const where = [isVisible(), ...filters].join(' AND ');
    const order = [...by, 't.updated_at DESC', 't.id DESC'].join(', ');
    return { text: `SELECT t.id FROM ticket t WHERE ${where} ORDER BY ${order} ${page}`, params };
  }
  const sorted = by.length > 0;
  const order = sorted ? by : [`${rankOf(param(request.query.parts))} DESC`];
  // Found again by where the rows are, which within one statement is a third of the way over the primary key.
  const text = `
    ${newestMatches(words, filters, shownTo(request))}
    SELECT d.ticket_id AS id FROM search_doc d ${sorted ? 'JOIN ticket t ON t.id = d.ticket_id' : ''} CROSS JOIN q
    WHERE d.ctid = ANY (ARRAY(SELECT at FROM hit))
    ORDER BY ${[...order, 'd.ticket_id DESC'].join(', ')} ${page}`;
  return { text, params };
}

/** The same page as one JSON array of tickets. */
export function showStatement(
  visible: VisibleTickets,
  request: SearchRequest,
  shape: ListedShape,
  attributes: AttributeSet,
): Statement {
  const { text, params } = findStatement(visible, request);
  return { text: arrayOfTickets(shape, text, attributes), params };
}

/**
 * CTEs `q` and `hit`: where the newest matches are, at most RANKED. An index of words knows no order, so finding the
 * newest of a common word would read all of its matches: the larger the desk, the more. A document therefore holds, as
 * a word that nobody can type, which 4,096 tickets it is among (migration 4), and the query is put to the newest of
 * them, then to older ones until there are enough. Pieces of titles and numbers rank below any word, so they only fill
 * what words leave free.
 */
function newestMatches(words: SearchWords, filters: string[], shown: string[]): string {
  const from = `search_doc d ${filters.length > 0 ? 'JOIN ticket t ON t.id = d.ticket_id' : ''}`;
  const top = (select: string) => `SELECT id, at FROM (${select}) AS every ORDER BY id DESC LIMIT ${RANKED}`;
  const matches = (query: string, also: readonly string[]) =>
    wordMatches(query)
      .map((match) => {
        const where = [match, ...shown, ...filters, ...also].join(' AND ');
        return `SELECT d.ticket_id AS id, d.ctid AS at FROM ${from} CROSS JOIN q WHERE ${where}`;
      })
      .join(' UNION ALL ');
  // Of what a filter leaves there may be nothing new, however common the words.
  const ages = filters.length > 0 ? [] : AGES;
  const hits = ages.map((_, i) => `(SELECT count(*) FROM age_${i})`);
  const wanting = (stages: number) => `${['0', ...hits.slice(0, stages)].join(' + ')} < ${RANKED}`;
  const since = (age: number) => `((SELECT newest FROM q) >> 12) >= ${age}`;
  const stages = ages.map(([first], i) => matches(`q.age_${i}`, [since(first), wanting(i)]));
  const rest =
    ages.length === 0 ? [] : [since(OLD), `d.ticket_id >> 12 <= (q.newest >> 12) - ${OLD}`, wanting(ages.length)];
  const found = [...ages.map((_, i) => `SELECT id, at FROM age_${i}`), `(${top(matches('q.query', rest))})`];
  const also = [`(SELECT count(*) FROM word) < ${RANKED}`, ...shown, ...filters];
  // Words that mean nothing match nothing, also of a certain age.
  const within = ([first, last]: (typeof AGES)[number]) =>
    `CASE WHEN numnode(query) > 0 THEN query && search_ages(newest, ${first}, ${last}) ELSE query END`;
  const asked = ages.map((age, i) => `${within(age)} AS age_${i}`);
  const pieces =
    words.piece && `SELECT d.ticket_id AS id, d.ctid AS at FROM ${from} WHERE ${[words.piece, ...also].join(' AND ')}`;
  return `WITH asked AS MATERIALIZED (
      SELECT ${words.tsquery} AS query, coalesce((SELECT max(ticket_id) FROM search_doc), 0) AS newest),
    q AS MATERIALIZED (SELECT ${['query', 'newest', ...asked].join(', ')} FROM asked),
    ${[
      ...stages.map((stage, i) => `age_${i} AS MATERIALIZED (${top(stage)})`),
      `word AS MATERIALIZED (${top(found.join(' UNION ALL '))})`,
    ].join(', ')},
    hit AS (${pieces ? top(`SELECT id, at FROM word UNION ${pieces}`) : 'SELECT id, at FROM word'})`;
}

export function countStatement(visible: VisibleTickets, request: Asked): Statement {
  const { params, words, filters } = termsOf(visible, request);
  if (!words) {
    const where = [isVisible(), ...filters].join(' AND ');
    return { text: `SELECT count(*) AS n FROM ticket t WHERE ${where}`, params };
  }
  const joined = `search_doc d ${filters.length > 0 ? 'JOIN ticket t ON t.id = d.ticket_id' : ''}`;
  const text = `
    WITH q AS MATERIALIZED (SELECT ${words.tsquery} AS query)
    SELECT count(*) AS n FROM (${everyMatch(words, joined, [...shownTo(request), ...filters])}) AS found`;
  return { text, params };
}

function termsOf(visible: VisibleTickets, { query, ids, condition }: Asked) {
  const params: unknown[] = [...visible.params];
  const param = (value: unknown) => `$${params.push(value)}`;
  const { words, filters } = searchTerms(query, param);
  if (ids) filters.push(`t.id = ANY (${param(ids)}::int[])`);
  if (condition) {
    filters.push(conditionSql(condition.condition, condition.circumstances, (one, type) => `${param(one)}::${type}`));
  }
  return { params, param, words, filters };
}

/** Words near each other and in the title count more; a ticket's own number counts most. Internal words rank for agents. */
function rankOf(parts: string): string {
  const words = `CASE WHEN ${seesAsAgent('d')} THEN d.tsv ELSE coalesce(d.public_tsv, d.tsv) END`;
  return `ts_rank_cd(${words}, query) + CASE WHEN d.number = ANY (${parts}::text[]) THEN 100 ELSE 0 END`;
}
