import { sql } from '@helpmesh/persistence';
import type { EntityManager } from 'typeorm';

/** An article of which nobody has kept how it begins. */
export interface Unexcerpted {
  id: number;
  /** Its beginning. */
  body: string;
  contentType: string;
}

/** How articles begin, kept with them. */
export class ExcerptStore {
  /** The newest articles without an excerpt, locked; what another replica has at hand is left to it. @param most  characters of each body */
  async missing(tx: EntityManager, limit: number, most: number): Promise<Unexcerpted[]> {
    return sql<Unexcerpted>(
      tx,
      `SELECT id, left(body, $2) AS body, content_type AS "contentType" FROM article WHERE excerpt IS NULL
       ORDER BY id DESC LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`,
      [limit, most],
    );
  }

  async keep(tx: EntityManager, excerpts: readonly { id: number; excerpt: string }[]): Promise<void> {
    await sql(
      tx,
      `UPDATE article SET excerpt = made.excerpt FROM unnest($1::int[], $2::text[]) AS made (id, excerpt)
       WHERE article.id = made.id`,
      [excerpts.map(({ id }) => id), excerpts.map(({ excerpt }) => excerpt)],
    );
  }
}
