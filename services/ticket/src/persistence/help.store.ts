import type {
  AnswerState,
  HelpAnswer,
  HelpCategory,
  HelpLocale,
  KnowledgeBase,
  ListedAnswer,
  StoredFile,
} from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { HelpTree, Readable, RoleAccess } from '../domain/help/reader.ts';

type On = DataSource | EntityManager;

export interface KnowledgeBaseValues {
  active?: boolean | undefined;
  locales?: readonly HelpLocale[] | undefined;
  requests?: boolean | undefined;
  request_group_ids?: readonly number[] | undefined;
}

export interface CategoryValues {
  parentId: number | null;
  internal: boolean;
  roleIds: readonly number[];
}

export interface AnswerValues {
  categoryId: number;
  internalNote: string | null;
  publishAt: EpochMs | null;
  archiveAt: EpochMs | null;
}

/** A text of an answer, cleaned, with its words as they are read. */
export interface AnswerText {
  locale: HelpLocale;
  title: string;
  body: string;
  words: string;
}

const shownCategory = `(SELECT row_to_json(s) FROM (SELECT c.id, 1 AS knowledge_base_id, c.parent_id, c.position, c.internal,
  c.role_ids, c.permissions <> '{}' AS has_permissions, c.created_by_id, c.updated_by_id, iso(c.created_at) AS created_at, iso(c.updated_at) AS updated_at,
  ARRAY(SELECT x.id FROM kb_category_title x WHERE x.category_id = c.id ORDER BY x.id) AS translation_ids,
  coalesce((SELECT json_agg(json_build_object('id', x.id, 'locale', x.locale, 'title', x.title) ORDER BY x.id)
    FROM kb_category_title x WHERE x.category_id = c.id), '[]') AS translations) AS s) AS json`;

const shownFiles = `coalesce((SELECT json_agg(json_build_object('id', f.id, 'filename', f.filename, 'size', f.size,
  'content_type', f.content_type, 'created_at', iso(f.created_at)) ORDER BY f.id)
  FROM kb_file f WHERE f.answer_id = a.id), '[]') AS attachments`;

const shownAnswer = (body: boolean) => `(SELECT row_to_json(s) FROM (SELECT a.id, 1 AS knowledge_base_id, a.category_id,
  a.position, a.state, iso(a.publish_at) AS publish_at, iso(a.archive_at) AS archive_at, iso(a.internal_at) AS internal_at,
  iso(a.published_at) AS published_at, iso(a.archived_at) AS archived_at, a.internal_note, a.created_by_id,
  a.updated_by_id, iso(a.created_at) AS created_at, iso(a.updated_at) AS updated_at,
  ARRAY(SELECT x.id FROM kb_text x WHERE x.answer_id = a.id ORDER BY x.id) AS translation_ids,
  coalesce((SELECT json_agg(json_build_object('id', x.id, 'locale', x.locale, 'title', x.title${body ? ", 'body', x.body" : ''})
    ORDER BY x.id) FROM kb_text x WHERE x.answer_id = a.id), '[]') AS translations${body ? `, ${shownFiles}` : ''}) AS s) AS json`;

const shownBase = `(SELECT row_to_json(s) FROM (SELECT id, active, locales, requests, request_group_ids, created_by_id,
  updated_by_id, iso(created_at) AS created_at, iso(updated_at) AS updated_at) AS s) AS json`;

/** Takes the two lists of a `Readable`: an answer `a` that is of one of its pairs. */
export const isReadable = (categoryIds: string, states: string): string =>
  `(a.category_id, a.state) IN (SELECT * FROM unnest(${categoryIds}::int[], ${states}::text[]))`;

/** Categories and answers, as editors write them. */
export class HelpStore {
  async base(on: On): Promise<KnowledgeBase> {
    const [row] = await sql<{ json: KnowledgeBase }>(on, `SELECT ${shownBase} FROM kb`);
    return (row as { json: KnowledgeBase }).json;
  }

  async updateBase(tx: EntityManager, values: KnowledgeBaseValues, by: number, now: EpochMs): Promise<void> {
    const { active = null, locales = null, requests = null, request_group_ids: groups = null } = values;
    await sql(
      tx,
      `UPDATE kb SET active = coalesce($1, active), locales = coalesce($2, locales), requests = coalesce($3, requests),
         request_group_ids = coalesce($4, request_group_ids), updated_by_id = $5, updated_at = $6`,
      [active, locales, requests, groups, by, isoTime(now)],
    );
  }

  /** Nobody else changes the tree until the transaction ends. */
  async lockTree(tx: EntityManager): Promise<void> {
    await sql(tx, 'SELECT 1 FROM kb FOR UPDATE');
  }

  /** Where the categories are: few, and all of them decide who may see what. */
  async tree(on: On): Promise<HelpTree> {
    const [row] = await sql<HelpTree>(
      on,
      `SELECT permissions, coalesce((
         SELECT json_agg(json_build_object('id', id, 'parentId', parent_id, 'internal', internal, 'roleIds', role_ids,
           'permissions', permissions) ORDER BY position, id) FROM kb_category), '[]') AS categories FROM kb`,
    );
    return row as HelpTree;
  }

  /** @param categoryId  null: of the knowledge base itself */
  async setPermissions(
    tx: EntityManager,
    categoryId: number | null,
    permissions: RoleAccess,
    by: number,
    now: EpochMs,
  ): Promise<void> {
    const set = 'SET permissions = $1, updated_by_id = $2, updated_at = $3';
    const values = [JSON.stringify(permissions), by, isoTime(now)];
    if (categoryId === null) await sql(tx, `UPDATE kb ${set}`, values);
    else await sql(tx, `UPDATE kb_category ${set} WHERE id = $4`, [...values, categoryId]);
  }

  async categories(on: On, ids: readonly number[]): Promise<HelpCategory[]> {
    const text = `SELECT ${shownCategory} FROM kb_category c WHERE c.id = ANY ($1::int[]) ORDER BY c.position, c.id`;
    return (await sql<{ json: HelpCategory }>(on, text, [ids])).map(({ json }) => json);
  }

  async insertCategory(tx: EntityManager, values: CategoryValues, by: number, now: EpochMs): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO kb_category (parent_id, position, internal, role_ids, created_by_id, updated_by_id, created_at, updated_at)
       SELECT $1, coalesce(max(position), 0) + 1, $2, $3, $4, $4, $5, $5 FROM kb_category
       WHERE parent_id IS NOT DISTINCT FROM $1 RETURNING id`,
      [values.parentId, values.internal, values.roleIds, by, isoTime(now)],
    );
    return (row as { id: number }).id;
  }

  async updateCategory(tx: EntityManager, id: number, values: CategoryValues, by: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE kb_category SET parent_id = $2, internal = $3, role_ids = $4, updated_by_id = $5, updated_at = $6
       WHERE id = $1`,
      [id, values.parentId, values.internal, values.roleIds, by, isoTime(now)],
    );
  }

  /** @param titles  an empty one takes that of its language away */
  async setTitles(
    tx: EntityManager,
    id: number,
    titles: readonly { locale: HelpLocale; title: string }[],
  ): Promise<void> {
    await sql(
      tx,
      `WITH given AS (SELECT * FROM json_to_recordset($2::json) AS g (locale text, title text)),
         gone AS (DELETE FROM kb_category_title x USING given g
           WHERE x.category_id = $1 AND x.locale = g.locale AND g.title = '')
       INSERT INTO kb_category_title (category_id, locale, title) SELECT $1, locale, title FROM given WHERE title <> ''
       ON CONFLICT (category_id, locale) DO UPDATE SET title = excluded.title`,
      [id, JSON.stringify(titles)],
    );
  }

  async removeCategory(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM kb_category WHERE id = $1', [id]);
  }

  /** @returns how many of them there are below the category; of nothing: at the top */
  async orderCategories(tx: EntityManager, parentId: number | null, ids: readonly number[]): Promise<number> {
    const rows = await sql(
      tx,
      `UPDATE kb_category c SET position = o.at FROM unnest($2::int[]) WITH ORDINALITY AS o (id, at)
       WHERE c.id = o.id AND c.parent_id IS NOT DISTINCT FROM $1 RETURNING c.id`,
      [parentId, ids],
    );
    return rows.length;
  }

  async orderAnswers(tx: EntityManager, categoryId: number, ids: readonly number[]): Promise<number> {
    const rows = await sql(
      tx,
      `UPDATE kb_answer a SET position = o.at FROM unnest($2::int[]) WITH ORDINALITY AS o (id, at)
       WHERE a.id = o.id AND a.category_id = $1 RETURNING a.id`,
      [categoryId, ids],
    );
    return rows.length;
  }

  async answers(on: On, { categoryIds, states }: Readable): Promise<ListedAnswer[]> {
    const text = `SELECT ${shownAnswer(false)} FROM kb_answer a
      WHERE ${isReadable('$1', '$2')} ORDER BY a.position, a.id`;
    return (await sql<{ json: ListedAnswer }>(on, text, [categoryIds, states])).map(({ json }) => json);
  }

  async answer(on: On, id: number): Promise<HelpAnswer | undefined> {
    const text = `SELECT ${shownAnswer(true)} FROM kb_answer a WHERE a.id = $1`;
    return (await sql<{ json: HelpAnswer }>(on, text, [id]))[0]?.json;
  }

  /** Nobody else changes it until the transaction ends. */
  async lockAnswer(tx: EntityManager, id: number): Promise<HelpAnswer | undefined> {
    await sql(tx, 'SELECT 1 FROM kb_answer WHERE id = $1 FOR UPDATE', [id]);
    return this.answer(tx, id);
  }

  async insertAnswer(tx: EntityManager, values: AnswerValues, by: number, now: EpochMs): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO kb_answer (category_id, position, state, internal_note, publish_at, archive_at,
         created_by_id, updated_by_id, created_at, updated_at)
       SELECT $1, coalesce(max(position), 0) + 1, 'draft', $2, $3, $4, $5, $5, $6, $6 FROM kb_answer
       WHERE category_id = $1 RETURNING id`,
      [...written(values), by, isoTime(now)],
    );
    return (row as { id: number }).id;
  }

  async updateAnswer(tx: EntityManager, id: number, values: AnswerValues, by: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE kb_answer SET category_id = $1, internal_note = $2, publish_at = $3, archive_at = $4, updated_by_id = $5,
         updated_at = $6 WHERE id = $7`,
      [...written(values), by, isoTime(now), id],
    );
  }

  async removeAnswer(tx: EntityManager, id: number): Promise<void> {
    await sql(
      tx,
      `WITH files AS (INSERT INTO unwanted_file SELECT DISTINCT sha256 FROM kb_file WHERE answer_id = $1 ON CONFLICT DO NOTHING)
       DELETE FROM kb_answer WHERE id = $1`,
      [id],
    );
  }

  /** @param states  what it becomes, one after the other; each is remembered with its time */
  async moveAnswer(
    tx: EntityManager,
    id: number,
    states: readonly AnswerState[],
    { publishAt, archiveAt }: Pick<AnswerValues, 'publishAt' | 'archiveAt'>,
    by: number,
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `UPDATE kb_answer SET state = $2::text,
         internal_at = CASE WHEN $2 = 'draft' THEN NULL WHEN 'internal' = ANY ($3::text[]) THEN $6 ELSE internal_at END,
         published_at = CASE WHEN $2 IN ('draft', 'internal') THEN NULL
           WHEN 'published' = ANY ($3::text[]) THEN $6 ELSE published_at END,
         archived_at = CASE WHEN $2 = 'archived' THEN $6::timestamptz END,
         publish_at = $4, archive_at = $5, updated_at = $6, updated_by_id = $7 WHERE id = $1`,
      [id, states.at(-1), states, iso(publishAt), iso(archiveAt), isoTime(now), by],
    );
  }

  /** Ids of answers that become something by themselves by now; nobody else has them meanwhile. */
  async takeDue(tx: EntityManager, now: EpochMs, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      `SELECT id FROM kb_answer WHERE (publish_at IS NOT NULL OR archive_at IS NOT NULL)
         AND least(publish_at, archive_at) <= $1
       ORDER BY least(publish_at, archive_at), id LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [isoTime(now), limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Keeps the texts, and each as a version. */
  async setTexts(
    tx: EntityManager,
    answerId: number,
    texts: readonly AnswerText[],
    by: number,
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `WITH given AS (SELECT * FROM json_to_recordset($2::json) AS g (locale text, title text, body text, words text)),
         kept AS (
           INSERT INTO kb_text (answer_id, locale, title, body, words, tsv)
           SELECT $1, locale, title, body, words,
             setweight(to_tsvector(('kb_' || locale)::regconfig, title), 'A')
               || setweight(to_tsvector(('kb_' || locale)::regconfig, words), 'C')
           FROM given
           ON CONFLICT (answer_id, locale) DO UPDATE
             SET title = excluded.title, body = excluded.body, words = excluded.words, tsv = excluded.tsv)
       INSERT INTO kb_version (answer_id, locale, title, body, created_by_id, created_at)
       SELECT $1, locale, title, body, $3, $4 FROM given`,
      [answerId, JSON.stringify(texts), by, isoTime(now)],
    );
  }

  async removeTexts(tx: EntityManager, answerId: number, locales: readonly HelpLocale[]): Promise<void> {
    await sql(tx, 'DELETE FROM kb_text WHERE answer_id = $1 AND locale = ANY ($2::text[])', [answerId, locales]);
  }

  async addFile(tx: EntityManager, answerId: number, file: StoredFile, by: number, now: EpochMs): Promise<number> {
    const { sha256, size, filename, contentType } = file;
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO kb_file (answer_id, sha256, size, filename, content_type, created_by_id, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
      [answerId, sha256, size, filename, contentType, by, isoTime(now)],
    );
    return (row as { id: number }).id;
  }

  async file(on: On, id: number): Promise<(StoredFile & { answerId: number }) | undefined> {
    const text = `SELECT answer_id AS "answerId", sha256, size::float8 AS size, filename, content_type AS "contentType"
      FROM kb_file WHERE id = $1`;
    return (await sql<StoredFile & { answerId: number }>(on, text, [id]))[0];
  }

  /** @returns whether there was one */
  async removeFile(tx: EntityManager, answerId: number, id: number): Promise<boolean> {
    const text = `WITH gone AS (DELETE FROM kb_file WHERE answer_id = $1 AND id = $2 RETURNING sha256)
      INSERT INTO unwanted_file SELECT sha256 FROM gone ON CONFLICT (sha256) DO UPDATE SET sha256 = excluded.sha256 RETURNING 1`;
    return (await sql(tx, text, [answerId, id])).length > 0;
  }

  async versions(on: On, answerId: number): Promise<Version[]> {
    return sql<Version>(
      on,
      `SELECT v.id, v.locale, v.title, v.body, iso(v.created_at) AS created_at, v.created_by_id,
         coalesce((SELECT nullif(concat_ws(' ', nullif(u.firstname, ''), nullif(u.lastname, '')), '')
           FROM replica_user u WHERE u.id = v.created_by_id), '-') AS created_by
       FROM kb_version v WHERE v.answer_id = $1 ORDER BY v.id DESC LIMIT 200`,
      [answerId],
    );
  }

  async version(on: On, answerId: number, id: number): Promise<Omit<AnswerText, 'words'> | undefined> {
    const text = 'SELECT locale, title, body FROM kb_version WHERE answer_id = $1 AND id = $2';
    return (await sql<Omit<AnswerText, 'words'>>(on, text, [answerId, id]))[0];
  }
}

export type Version = Omit<AnswerText, 'words'> & {
  id: number;
  created_at: string;
  created_by_id: number;
  created_by: string;
};

function written({ categoryId, internalNote, publishAt, archiveAt }: AnswerValues): unknown[] {
  return [categoryId, internalNote, iso(publishAt), iso(archiveAt)];
}

function iso(at: EpochMs | null): string | null {
  return at === null ? null : isoTime(at);
}
