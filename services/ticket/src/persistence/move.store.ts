import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

export interface ArticleMove {
  id: number;
  articleId: number;
  sourceId: number;
  targetId: number;
}

/** Articles that were moved by themselves. */
export class MoveStore {
  /** The latest move of an article that stands. */
  async standing(on: DataSource | EntityManager, articleId: number): Promise<ArticleMove | undefined> {
    const [row] = await sql<ArticleMove>(
      on,
      `SELECT id, article_id AS "articleId", source_id AS "sourceId", target_id AS "targetId" FROM article_move
       WHERE article_id = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1`,
      [articleId],
    );
    return row;
  }

  async add(tx: EntityManager, move: Omit<ArticleMove, 'id'>, by: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO article_move (article_id, source_id, target_id, moved_by_id, moved_at) VALUES ($1, $2, $3, $4, $5)`,
      [move.articleId, move.sourceId, move.targetId, by, isoTime(now)],
    );
  }

  async undo(tx: EntityManager, id: number, now: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE article_move SET undone_at = $2 WHERE id = $1', [id, isoTime(now)]);
  }

  /** Where the article is, as far as it is still there, and how many its ticket has. */
  async place(tx: EntityManager, articleId: number): Promise<{ ticketId: number; articles: number } | undefined> {
    const [row] = await sql<{ ticketId: number; articles: number }>(
      tx,
      `SELECT a.ticket_id AS "ticketId", (SELECT count(*)::int FROM article o WHERE o.ticket_id = a.ticket_id) AS articles
       FROM article a WHERE a.id = $1`,
      [articleId],
    );
    return row;
  }
}
