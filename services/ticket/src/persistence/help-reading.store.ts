import type { AnswerState, HelpLocale } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Readable } from '../domain/help/reader.ts';
import { HIT_BEGINS, HIT_ENDS } from '../domain/help/words.ts';
import { isReadable } from './help.store.ts';

type On = DataSource | EntityManager;

export interface FoundAnswer {
  id: number;
  locale: HelpLocale;
  title: string;
  state: AnswerState;
  category_id: number;
  /** The best places of its text, with signs around what was found. */
  marked: string;
}

/** What is counted of an answer on one day. */
export interface Counted {
  answerId: number;
  day: string;
  views: number;
  deflections: number;
}

/** The knowledge base as it is read and found, and what readers make of it. */
export class HelpReadingStore {
  /**
   * @param any        one of the words is enough
   * @param beginning  a word that is still being typed
   */
  async find(
    on: On,
    { categoryIds, states }: Readable,
    asked: {
      query: string;
      beginning: string | undefined;
      any: boolean;
      locales: readonly HelpLocale[];
      limit: number;
    },
  ): Promise<FoundAnswer[]> {
    // A query in each language: words are stored by their stems.
    const words = asked.any
      ? "replace(plainto_tsquery(config, $1)::text, ' & ', ' | ')::tsquery"
      : 'websearch_to_tsquery(config, $1)';
    const query = `${words} || CASE WHEN $2::text IS NULL THEN ''::tsquery ELSE to_tsquery(config, $2 || ':*') END`;
    return sql<FoundAnswer>(
      on,
      `WITH q AS (SELECT locale, config, ${query} AS query
           FROM (SELECT locale, ('kb_' || locale)::regconfig AS config FROM unnest($3::text[]) AS l (locale)) AS c),
         hit AS (SELECT x.id, ts_rank(x.tsv, q.query) AS rank, q.config, q.query
           FROM kb_text x JOIN q ON q.locale = x.locale JOIN kb_answer a ON a.id = x.answer_id
           WHERE x.tsv @@ q.query AND ${isReadable('$4', '$5')}
           ORDER BY rank DESC, x.id LIMIT $6)
       SELECT a.id, x.locale, x.title, a.state, a.category_id,
         ts_headline(h.config, left(x.words, 20000), h.query,
           'StartSel=${HIT_BEGINS}, StopSel=${HIT_ENDS}, MaxFragments=2, MinWords=8, MaxWords=20, FragmentDelimiter=" … "') AS marked
       FROM hit h JOIN kb_text x ON x.id = h.id JOIN kb_answer a ON a.id = x.answer_id ORDER BY h.rank DESC, x.id`,
      [asked.query, asked.beginning ?? null, asked.locales, categoryIds, states, asked.limit],
    );
  }

  /** Those that changed last, one text of each: in the first of the languages that it has. */
  async recent(
    on: On,
    { categoryIds, states }: Readable,
    locales: readonly HelpLocale[],
    limit: number,
  ): Promise<FoundAnswer[]> {
    return sql<FoundAnswer>(
      on,
      `SELECT a.id, x.locale, x.title, a.state, a.category_id, left(x.words, 160) AS marked
       FROM kb_answer a CROSS JOIN LATERAL (
         SELECT t.locale, t.title, t.words FROM kb_text t WHERE t.answer_id = a.id AND t.locale = ANY ($3::text[])
         ORDER BY array_position($3::text[], t.locale) LIMIT 1) AS x
       WHERE ${isReadable('$1', '$2')}
       ORDER BY a.updated_at DESC, a.id DESC LIMIT $4`,
      [categoryIds, states, locales, limit],
    );
  }

  /** Published answers of a category in one language, in their order. */
  async titles(on: On, categoryId: number, locale: HelpLocale): Promise<{ id: number; title: string }[]> {
    return sql(
      on,
      `SELECT a.id, x.title FROM kb_answer a JOIN kb_text x ON x.answer_id = a.id AND x.locale = $2
       WHERE a.category_id = $1 AND a.state = 'published' ORDER BY a.position, a.id`,
      [categoryId, locale],
    );
  }

  /** How many published answers each category holds itself, in one language. */
  async counts(on: On, locale: HelpLocale): Promise<Map<number, number>> {
    const rows = await sql<{ id: number; n: number }>(
      on,
      `SELECT a.category_id AS id, count(*)::int AS n FROM kb_answer a
       JOIN kb_text x ON x.answer_id = a.id AND x.locale = $1 WHERE a.state = 'published' GROUP BY 1`,
      [locale],
    );
    return new Map(rows.map(({ id, n }) => [id, n]));
  }

  /** What was read most since a day. */
  async popular(
    on: On,
    categoryIds: readonly number[],
    locale: HelpLocale,
    since: string,
    limit: number,
  ): Promise<{ id: number; title: string }[]> {
    return sql(
      on,
      `SELECT a.id, x.title FROM kb_answer a JOIN kb_text x ON x.answer_id = a.id AND x.locale = $2
         JOIN kb_count c ON c.answer_id = a.id AND c.day >= $3::date
       WHERE a.category_id = ANY ($1::int[]) AND a.state = 'published'
       GROUP BY a.id, x.title ORDER BY sum(c.views) DESC, a.id LIMIT $4`,
      [categoryIds, locale, since, limit],
    );
  }

  /** Every published text in these categories. */
  async published(on: On, categoryIds: readonly number[]): Promise<PublishedText[]> {
    return sql<PublishedText>(
      on,
      `SELECT a.id, x.locale, x.title, iso(a.updated_at) AS "updatedAt" FROM kb_answer a JOIN kb_text x ON x.answer_id = a.id
       WHERE a.category_id = ANY ($1::int[]) AND a.state = 'published' ORDER BY a.id, x.locale LIMIT 20000`,
      [categoryIds],
    );
  }

  async rate(
    on: On,
    answerId: number,
    said: { locale: HelpLocale; visitor: string; helpful: boolean; comment: string },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      on,
      `INSERT INTO kb_feedback (answer_id, locale, visitor, helpful, comment, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (answer_id, visitor) DO UPDATE SET locale = excluded.locale, helpful = excluded.helpful,
         comment = excluded.comment, updated_at = excluded.updated_at`,
      [answerId, said.locale, said.visitor, said.helpful, said.comment, isoTime(now)],
    );
  }

  /** Adds to what was counted; answers that are gone are left out. */
  async count(on: On, counted: readonly Counted[]): Promise<void> {
    await sql(
      on,
      `INSERT INTO kb_count (answer_id, day, views, deflections)
       SELECT c."answerId", c.day, c.views, c.deflections
       FROM json_to_recordset($1::json) AS c ("answerId" int, day date, views int, deflections int)
       JOIN kb_answer a ON a.id = c."answerId" ORDER BY 1, 2
       ON CONFLICT (answer_id, day) DO UPDATE SET views = kb_count.views + excluded.views,
         deflections = kb_count.deflections + excluded.deflections`,
      [JSON.stringify(counted)],
    );
  }

  /** Of the answers in these categories that there is something to say of, since a day (`2026-11-22`). */
  async figuresSince(on: On, categoryIds: readonly number[], since: string): Promise<FiguresOfAnswer[]> {
    return sql<FiguresOfAnswer>(
      on,
      `SELECT id AS answer_id, coalesce(views, 0) AS views, coalesce(deflections, 0) AS deflections,
         coalesce(helpful, 0) AS helpful, coalesce(unhelpful, 0) AS unhelpful
       FROM kb_answer
       LEFT JOIN (SELECT answer_id AS id, sum(views)::int AS views, sum(deflections)::int AS deflections
         FROM kb_count WHERE day >= $2::date GROUP BY answer_id) AS counted USING (id)
       LEFT JOIN (SELECT answer_id AS id, count(*) FILTER (WHERE helpful)::int AS helpful,
           count(*) FILTER (WHERE NOT helpful)::int AS unhelpful
         FROM kb_feedback WHERE updated_at >= $2::date::timestamp AT TIME ZONE 'UTC' GROUP BY answer_id) AS said USING (id)
       WHERE category_id = ANY($1::int[]) AND coalesce(views, deflections, helpful, unhelpful) IS NOT NULL
       ORDER BY id`,
      [categoryIds, since],
    );
  }

  /** How often answers were read, and were enough, in the days that lie between the first edge and the last. */
  async between(on: On, edges: readonly EpochMs[]): Promise<{ views: number; deflections: number }> {
    const [row] = await sql<{ views: number; deflections: number }>(
      on,
      `SELECT coalesce(sum(views), 0)::int AS views, coalesce(sum(deflections), 0)::int AS deflections FROM kb_count
       WHERE day >= ($1::timestamptz AT TIME ZONE 'UTC')::date AND day < ($2::timestamptz AT TIME ZONE 'UTC')`,
      [edges[0], edges.at(-1)].map((edge) => isoTime(edge as EpochMs)),
    );
    return row as { views: number; deflections: number };
  }

  async figures(on: On, answerId: number): Promise<Figures> {
    const [row] = await sql<Figures>(
      on,
      `SELECT coalesce((SELECT sum(views) FROM kb_count WHERE answer_id = $1), 0)::int AS views,
         coalesce((SELECT sum(deflections) FROM kb_count WHERE answer_id = $1), 0)::int AS deflections,
         (SELECT count(*) FROM kb_feedback WHERE answer_id = $1 AND helpful)::int AS helpful,
         (SELECT count(*) FROM kb_feedback WHERE answer_id = $1 AND NOT helpful)::int AS unhelpful,
         coalesce((SELECT json_agg(c) FROM (
           SELECT id, locale, helpful, comment, iso(updated_at) AS updated_at FROM kb_feedback
           WHERE answer_id = $1 AND comment <> '' ORDER BY kb_feedback.updated_at DESC, id DESC LIMIT 100) AS c), '[]') AS comments`,
      [answerId],
    );
    return row as Figures;
  }
}

export interface PublishedText {
  id: number;
  locale: HelpLocale;
  title: string;
  updatedAt: string;
}

export interface FiguresOfAnswer extends Omit<Figures, 'comments'> {
  answer_id: number;
}

export interface Figures {
  views: number;
  deflections: number;
  helpful: number;
  unhelpful: number;
  comments: { id: number; locale: HelpLocale; helpful: boolean; comment: string; updated_at: string }[];
}
