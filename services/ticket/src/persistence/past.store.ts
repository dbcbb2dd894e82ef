import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { Article } from '../domain/article/article.ts';
import { articleSenderOf, articleTypeOf } from '../domain/article/kinds.ts';
import type { PastEntry } from '../domain/trigger/past.ts';

type Words = Pick<Article, 'type' | 'sender' | 'internal' | 'from' | 'to' | 'cc' | 'subject' | 'body' | 'contentType'>;

/** What happened to tickets, for dry runs of rules. */
export class PastStore {
  /** Tickets changed since then, the latest first. @param among  only these; null: all */
  async changedSince(on: DataSource, since: EpochMs, among: readonly number[] | null, limit: number) {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT id FROM ticket WHERE updated_at >= $1 AND ($2::int[] IS NULL OR id = ANY ($2::int[]))
       ORDER BY updated_at DESC, id DESC LIMIT $3`,
      [isoTime(since), among, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** History of these tickets, oldest first. */
  async entries(on: DataSource, ticketIds: readonly number[]): Promise<Map<number, PastEntry[]>> {
    const rows = await sql<Omit<PastEntry, 'createdAt'> & { ticketId: number; createdAt: Date }>(
      on,
      `SELECT ticket_id AS "ticketId", object, o_id AS "oId", type, attribute, value_from AS "valueFrom",
              id_from AS "idFrom", created_by_id AS "createdById", created_at AS "createdAt"
       FROM history WHERE ticket_id = ANY ($1::int[]) ORDER BY ticket_id, id`,
      [ticketIds],
    );
    const all = new Map<number, PastEntry[]>();
    for (const { ticketId, createdAt, ...entry } of rows) {
      const own = all.get(ticketId) ?? [];
      own.push({ ...entry, createdAt: epochMs(createdAt) });
      all.set(ticketId, own);
    }
    return all;
  }

  async article(on: DataSource, id: number): Promise<Words | null> {
    const [row] = await sql<Record<string, unknown>>(
      on,
      'SELECT type_id, sender_id, internal, "from", "to", cc, subject, body, content_type FROM article WHERE id = $1',
      [id],
    );
    if (!row) return null;
    const { type_id, sender_id, content_type, ...words } = row;
    return {
      ...(words as unknown as Words),
      type: articleTypeOf(type_id as number) ?? 'note',
      sender: articleSenderOf(sender_id as number) ?? 'System',
      contentType: content_type as Words['contentType'],
    };
  }
}
