import type { StoredFile } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { articleIsVisible } from './ticket-json.ts';
import { isVisible, type VisibleTickets } from './visible-tickets.ts';

/** What the archive of a person's data is made of. */
@Injectable()
export class PersonalDataStore {
  /** A page of the tickets of a customer, above an id. */
  async ticketIds(
    db: DataSource,
    visible: VisibleTickets,
    customerId: number,
    after: number,
    limit: number,
  ): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      db,
      `SELECT t.id FROM ticket t WHERE ${isVisible()} AND t.customer_id = $5 AND t.id > $6 ORDER BY t.id LIMIT $7`,
      [...visible.params, customerId, after, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** How the customer rated these tickets. */
  async ratings(db: DataSource, ticketIds: readonly number[]): Promise<{ ticket_id: number }[]> {
    return sql(
      db,
      `SELECT ticket_id, score, comment, iso(rated_at) AS rated_at, iso(changed_at) AS changed_at FROM ticket_rating
       WHERE ticket_id = ANY ($1::int[]) AND score IS NOT NULL ORDER BY ticket_id`,
      [ticketIds],
    );
  }

  /** A page of the articles of all these tickets, above an id, with the length of their texts. */
  async articles(
    db: DataSource,
    visible: VisibleTickets,
    customerId: number,
    after: number,
    limit: number,
  ): Promise<{ id: number; ticketId: number; length: number }[]> {
    return sql(
      db,
      `SELECT a.id, a.ticket_id AS "ticketId", length(a.body) + coalesce(length(a."references"), 0) AS length
       FROM article a JOIN ticket t ON t.id = a.ticket_id
       WHERE ${isVisible()} AND ${articleIsVisible} AND t.customer_id = $5 AND a.id > $6 ORDER BY a.id LIMIT $7`,
      [...visible.params, customerId, after, limit],
    );
  }

  /** The files of articles that may be shown. */
  async files(db: DataSource, articleIds: readonly number[]): Promise<Map<number, StoredFile[]>> {
    const rows = await sql<StoredFile & { articleId: number }>(
      db,
      `SELECT article_id AS "articleId", sha256, size, filename, content_type AS "contentType"
       FROM article_attachment WHERE article_id = ANY ($1::int[]) ORDER BY id`,
      [articleIds],
    );
    const byArticle = new Map<number, StoredFile[]>();
    for (const { articleId, ...file } of rows) byArticle.set(articleId, [...(byArticle.get(articleId) ?? []), file]);
    return byArticle;
  }

  /** Which tickets a person looked at of late: their ids and when, nothing of what is in them. */
  async recentViews(db: DataSource, userId: number): Promise<{ ticket_id: number; seen_at: string }[]> {
    return sql(
      db,
      `SELECT ticket_id, iso(seen_at) AS seen_at FROM recent_view WHERE user_id = $1
       ORDER BY recent_view.seen_at DESC, ticket_id`,
      [userId],
    );
  }
}
