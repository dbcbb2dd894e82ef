import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import type { Circumstances } from '@helpmesh/conditions';
import { sql } from '@helpmesh/persistence';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Condition } from '../domain/condition/condition.ts';
import { HIT_BEGINS, HIT_ENDS } from '../domain/help/words.ts';
import { languages } from '../domain/list/language.ts';
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

/** How texts are read by the stems of a language; the help has the same. */
const readers = languages.map((language) => `kb_${language}`);

/** Of each ticket the latest articles and files are looked through for a passage, each from its beginning. */
const LATEST = 12;
const LOOKED_THROUGH = 20_000;
const LATEST_FILES = 4;

/** What a highlight is made of: the title, and the article that has most of the words; where none has, a file. */
export interface Passage {
  id: number;
  title: string;
  articleId: number | null;
  body: string;
  contentType: string;
  fileId: number | null;
  filename: string;
  fileWords: string;
  /** How its texts are read, and the words, each of which is enough; a tsquery as text. */
  config: string;
  words: string;
}

/** A text in which words are to be marked. */
interface Marking extends Pick<Passage, 'config' | 'words'> {
  text: string;
  /** Not a passage alone. */
  whole: boolean;
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
    const any = (all: string) => `replace(querytree(${all}), ' & ', ' | ')::tsquery`;
    const plain = param(query.plain.join(' '));
    const forms = readers.map(
      (config, i) => `SELECT ${i + 1}, '${config}'::regconfig, ${any(`plainto_tsquery('${config}', ${plain})`)}`,
    );
    const articles = `SELECT a.id, left(a.body, ${LOOKED_THROUGH}) AS body, a.content_type FROM article a
      WHERE a.ticket_id = t.id AND ${articleIsVisible} ORDER BY a.id DESC LIMIT ${LATEST}`;
    const files = `SELECT f.id, f.filename, left(coalesce(f.words, ''), ${LOOKED_THROUGH}) AS words, a.id AS article_id
      FROM article a JOIN article_attachment f ON f.article_id = a.id
      WHERE a.ticket_id = t.id AND ${articleIsVisible} AND NOT f.inline ORDER BY f.id DESC LIMIT ${LATEST_FILES}`;
    /** The text that has most of the words, the words themselves before their forms. */
    const best = (from: string, shown: string, text: string, which: string) => `
      SELECT ${shown}, way.n, way.config, way.query FROM (${from}) AS late CROSS JOIN way
      CROSS JOIN LATERAL (SELECT to_tsvector(way.config, ${text}) AS tsv) AS v
      WHERE ${which} AND v.tsv @@ way.query ORDER BY way.n, ts_rank(v.tsv, way.query) DESC, late.id DESC LIMIT 1`;
    const article = (which: string) => best(articles, 'late.id, late.body, late.content_type', 'late.body', which);
    return sql<Passage>(
      on,
      `WITH way AS MATERIALIZED (SELECT * FROM (
         SELECT 0, 'helpmesh'::regconfig, ${any(words)} UNION ALL ${forms.join(' UNION ALL ')}) AS every (n, config, query)
         WHERE n = 0 OR numnode(query) > 0)
       SELECT t.id, t.title, coalesce(said.id, formed.id, held.article_id) AS "articleId",
         coalesce(said.body, formed.body, '') AS body,
         coalesce(said.content_type, formed.content_type, 'text/plain') AS "contentType",
         held.id AS "fileId", coalesce(held.filename, '') AS filename, coalesce(held.words, '') AS "fileWords",
         way.config::text AS config, way.query::text AS words
       FROM ticket t
       LEFT JOIN LATERAL (${article('way.n = 0')}) AS said ON true
       LEFT JOIN LATERAL (${article('way.n > 0 AND said.id IS NULL')}) AS formed ON true
       LEFT JOIN LATERAL (${best(
         files,
         'late.id, late.filename, late.words, late.article_id',
         "late.filename || ' ' || late.words",
         'said.id IS NULL AND formed.id IS NULL',
       )}) AS held ON true
       JOIN way ON way.n = coalesce(said.n, formed.n, held.n,
         (SELECT n FROM way WHERE to_tsvector(config, t.title) @@ query ORDER BY n LIMIT 1), 0)
       WHERE t.id = ANY (${param(ids)}::int[]) AND ${isVisible()}`,
      params,
    );
  }

  /** Texts with signs around the words of a query: whole, or the passage that has most of them. In their order. */
  async marked(on: DataSource, texts: readonly Marking[]): Promise<string[]> {
    const signs = `StartSel=${HIT_BEGINS}, StopSel=${HIT_ENDS}`;
    const rows = await sql<{ marked: string }>(
      on,
      `SELECT ts_headline(config::regconfig, text, words::tsquery, CASE WHEN whole THEN '${signs}, HighlightAll=true'
         ELSE '${signs}, MaxFragments=1, MinWords=8, MaxWords=24, ShortWord=0' END) AS marked
       FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) WITH ORDINALITY AS x (config, words, text, whole, n)
       ORDER BY n`,
      [
        texts.map(({ config }) => config),
        texts.map(({ words }) => words),
        texts.map(({ text }) => text),
        texts.map(({ whole }) => whole),
      ],
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
  const { params, param, words, filters } = termsOf(visible, request, true);
  const page = `LIMIT ${param(request.limit)} OFFSET ${param(request.offset)}`;
  const by = request.order.map(({ column, descending }) => `t.${column}${descending ? ' DESC' : ''}`);
  if (!words) {
    const where = [isVisible(), ...filters].join(' AND ');
    const order = [...by, 't.updated_at DESC', 't.id DESC'].join(', ');
    return { text: `SELECT t.id FROM ticket t WHERE ${where} ORDER BY ${order} ${page}`, params };
  }
  const sorted = by.length > 0;
  const order = sorted ? by : bestFirst(words, param(request.query.parts));
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
 * them, then to older ones until there are enough. Other forms of the words, and pieces of titles and numbers, only
 * fill what words leave free.
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
  const since = (age: number) => `((SELECT newest FROM q) >> 12) >= ${age}`;
  /** CTEs that end with `name`, as far as these and those that are `there` already are not enough. */
  const newest = (name: string, query: string, there: string): string[] => {
    const hits = [there, ...ages.map((_, i) => `(SELECT count(*) FROM ${name}_${i})`)];
    const wanting = (stages: number) => `${hits.slice(0, stages + 1).join(' + ')} < ${RANKED}`;
    const rest = ages.length === 0 ? [] : [since(OLD), `d.ticket_id >> 12 <= (q.newest >> 12) - ${OLD}`];
    const found = [
      ...ages.map((_, i) => `SELECT id, at FROM ${name}_${i}`),
      `(${top(matches(`q.${query}`, [...rest, wanting(ages.length)]))})`,
    ];
    return [
      ...ages.map(([first], i) => {
        const stage = matches(`q.${query}_${i}`, [since(first), wanting(i)]);
        return `${name}_${i} AS MATERIALIZED (${top(stage)})`;
      }),
      `${name} AS MATERIALIZED (${top(found.join(' UNION ALL '))})`,
    ];
  };
  // Words that mean nothing match nothing, also of a certain age.
  const within = (query: string) =>
    ages.map(
      ([first, last], i) =>
        `CASE WHEN numnode(${query}) > 0 THEN ${query} && search_ages(newest, ${first}, ${last}) ELSE ${query} END
          AS ${query}_${i}`,
    );
  const { forms } = words;
  const count = (name: string) => `(SELECT count(*) FROM ${name})`;
  const also = [`${[count('word'), ...(forms ? [count('form')] : [])].join(' + ')} < ${RANKED}`, ...shown, ...filters];
  const pieces =
    words.piece && `SELECT d.ticket_id AS id, d.ctid AS at FROM ${from} WHERE ${[words.piece, ...also].join(' AND ')}`;
  const others = [...(forms ? ['SELECT id, at FROM form'] : []), ...(pieces ? [pieces] : [])];
  const hit =
    others.length === 0
      ? 'SELECT id, at FROM word'
      : `SELECT id, at FROM word UNION ALL (SELECT id, at FROM (${others.join(' UNION ')}) AS other
           WHERE id NOT IN (SELECT id FROM word) ORDER BY id DESC LIMIT ${RANKED} - ${count('word')})`;
  return `WITH asked AS MATERIALIZED (SELECT ${words.tsquery} AS query, ${forms ? `${forms} AS forms,` : ''}
      coalesce((SELECT max(ticket_id) FROM search_doc), 0) AS newest),
    q AS MATERIALIZED (SELECT ${['*', ...within('query'), ...(forms ? within('forms') : [])].join(', ')} FROM asked),
    ${[...newest('word', 'query', '0'), ...(forms ? newest('form', 'forms', count('word')) : [])].join(', ')},
    hit AS (${hit})`;
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

function termsOf(visible: VisibleTickets, { query, ids, condition }: Asked, ranked = false) {
  const params: unknown[] = [...visible.params];
  const param = (value: unknown) => `$${params.push(value)}`;
  const { words, filters } = searchTerms(query, param, ranked);
  if (ids) filters.push(`t.id = ANY (${param(ids)}::int[])`);
  if (condition) {
    filters.push(conditionSql(condition.condition, condition.circumstances, (one, type) => `${param(one)}::${type}`));
  }
  return { params, param, words, filters };
}

/**
 * Words near each other and in the title count more; a ticket's own number counts most. Internal words rank for agents.
 * What has the words themselves comes before what has other forms of them.
 */
function bestFirst({ forms }: SearchWords, parts: string): string[] {
  const said = `CASE WHEN ${seesAsAgent('d')} THEN d.tsv ELSE coalesce(d.public_tsv, d.tsv) END`;
  const number = `CASE WHEN d.number = ANY (${parts}::text[]) THEN 100 ELSE 0 END`;
  if (!forms) return [`ts_rank_cd(${said}, query) + ${number} DESC`];
  const itself = 'd.ticket_id IN (SELECT id FROM word)';
  return [`${itself} DESC`, `ts_rank_cd(${said}, CASE WHEN ${itself} THEN query ELSE forms END) + ${number} DESC`];
}
