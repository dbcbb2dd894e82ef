import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { AttachedFile } from '../domain/article/article.ts';

type On = DataSource | EntityManager;

export interface Upload {
  id: number;
  file: AttachedFile;
}

/** Files dropped on a form whose article is not written yet. A form belongs to the user who opened it. */
export class UploadStore {
  async add(on: On, userId: number, formId: string, file: AttachedFile, now: EpochMs): Promise<number> {
    const [row] = await sql<{ id: number }>(
      on,
      `INSERT INTO upload (form_id, user_id, sha256, size, filename, content_type, content_id, inline, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
      [
        formId,
        userId,
        file.sha256,
        file.size,
        file.filename,
        file.contentType,
        file.contentId,
        file.inline,
        isoTime(now),
      ],
    );
    return (row as { id: number }).id;
  }

  async of(on: On, userId: number, formId: string): Promise<Upload[]> {
    const rows = await sql<{ id: number } & AttachedFile>(
      on,
      `SELECT id, sha256, size, filename, content_type AS "contentType", content_id AS "contentId", inline
       FROM upload WHERE user_id = $1 AND form_id = $2 ORDER BY id`,
      [userId, formId],
    );
    return rows.map(({ id, ...file }) => ({ id, file }));
  }

  /** The files stay in the store: other articles may hold equal ones. @param id  undefined: all of the form */
  async remove(on: On, userId: number, formId: string, id: number | undefined): Promise<void> {
    await sql(on, 'DELETE FROM upload WHERE user_id = $1 AND form_id = $2 AND ($3::int IS NULL OR id = $3::int)', [
      userId,
      formId,
      id ?? null,
    ]);
  }

  /** Files of one form become those of another. */
  async adopt(tx: EntityManager, userId: number, from: string, to: string): Promise<void> {
    await sql(tx, 'UPDATE upload SET form_id = $3 WHERE user_id = $1 AND form_id = $2', [userId, from, to]);
  }

  async useUp(on: On, ids: number[]): Promise<void> {
    if (ids.length > 0) await sql(on, 'DELETE FROM upload WHERE id = ANY ($1::int[])', [ids]);
  }

  /** Forms nobody sent, but for those of drafts that somebody will go on with, and of what waits to be sent. */
  async forgetOld(on: On, before: EpochMs): Promise<void> {
    await sql(
      on,
      `DELETE FROM upload u WHERE created_at < $1 AND NOT EXISTS (
         SELECT 1 FROM own_draft d WHERE d.user_id = u.user_id AND d.form_id = u.form_id)
       AND NOT EXISTS (SELECT 1 FROM held_article h
         WHERE h.user_id = u.user_id AND h.form_id = u.form_id AND h.state <> 'sent')`,
      [isoTime(before)],
    );
  }
}
