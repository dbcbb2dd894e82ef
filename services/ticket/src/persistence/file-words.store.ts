import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

/** A file that nobody has looked into yet. */
export interface UnreadFile {
  id: number;
  ticketId: number;
  sha256: string;
  /** Bytes. */
  size: number;
  filename: string;
  contentType: string;
}

/** Which attachments the index knows the words of. */
@Injectable()
export class FileWordsStore {
  async waiting(on: DataSource): Promise<boolean> {
    const rows = await sql(
      on,
      `SELECT 1 FROM article_attachment WHERE words IS NULL AND (reading_until IS NULL OR reading_until < now()) LIMIT 1`,
    );
    return rows.length > 0;
  }

  /** Files that no other replica looks into for the next minutes; the newest first, people look for them sooner. */
  async claim(on: DataSource, limit: number): Promise<UnreadFile[]> {
    return sql<UnreadFile>(
      on,
      `WITH unread AS (
         SELECT id FROM article_attachment WHERE words IS NULL AND (reading_until IS NULL OR reading_until < now())
         ORDER BY id DESC LIMIT $1 FOR UPDATE SKIP LOCKED)
       UPDATE article_attachment f SET reading_until = now() + interval '5 minutes'
       FROM unread, article a WHERE f.id = unread.id AND a.id = f.article_id
       RETURNING f.id, a.ticket_id AS "ticketId", f.sha256, f.size::float8 AS size, f.filename,
         f.content_type AS "contentType"`,
      [limit],
    );
  }

  /** They are looked at again when somebody next does. */
  async release(on: DataSource, ids: readonly number[]): Promise<void> {
    await sql(on, 'UPDATE article_attachment SET reading_until = NULL WHERE id = ANY ($1::int[])', [ids]);
  }

  /** @returns whether the file is still there, on a ticket that the index has */
  async keep(
    tx: EntityManager,
    { id, ticketId }: Pick<UnreadFile, 'id' | 'ticketId'>,
    words: string,
  ): Promise<boolean> {
    const rows = await sql(
      tx,
      `UPDATE article_attachment f SET words = $3, reading_until = NULL FROM article a
       WHERE f.id = $1 AND a.id = f.article_id AND a.ticket_id = $2
         AND EXISTS (SELECT 1 FROM search_doc d WHERE d.ticket_id = $2) RETURNING f.id`,
      [id, ticketId, words],
    );
    return rows.length > 0;
  }

  async keepNone(on: DataSource, ids: readonly number[]): Promise<void> {
    await sql(on, `UPDATE article_attachment SET words = '', reading_until = NULL WHERE id = ANY ($1::int[])`, [ids]);
  }
}
