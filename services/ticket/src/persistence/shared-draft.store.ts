import type { OutputOf, sharedDraftOfTicket, sharedDrafts } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { AttachedFile } from '../domain/article/article.ts';

type On = DataSource | EntityManager;

type OfTicket = NonNullable<
  NonNullable<OutputOf<typeof sharedDraftOfTicket.get>['assets']['TicketSharedDraftZoom']>[string]
>;
type OfGroup = NonNullable<OutputOf<typeof sharedDrafts.get>['assets']['TicketSharedDraftStart'][string]>;

/** What is kept of either kind. */
export interface DraftWords {
  content: Record<string, unknown>;
  attributes: Record<string, unknown>;
  files: AttachedFile[];
}

const common = `
  'files', (SELECT coalesce(json_agg(json_build_object('filename', f.filename, 'size', f.size)), '[]')
            FROM jsonb_to_recordset(d.files) AS f (filename text, size bigint)),
  'created_by_id', d.created_by_id, 'updated_by_id', d.updated_by_id,
  'updated_by', (SELECT coalesce(nullif(trim(concat_ws(' ', u.firstname, u.lastname)), ''), u.login)
                 FROM replica_user u WHERE u.id = d.updated_by_id),
  'created_at', iso(d.created_at), 'updated_at', iso(d.updated_at)`;
const ofTicket = `json_build_object('id', d.id, 'ticket_id', d.ticket_id, 'new_article', d.content,
  'ticket_attributes', d.attributes, ${common}) AS json`;
const ofGroup = `json_build_object('id', d.id, 'group_id', d.group_id, 'name', d.name, 'content', d.content,
  ${common}) AS json`;

/** Drafts that belong to a group rather than to a person. */
export class SharedDraftStore {
  async ofTicket(on: On, ticketId: number): Promise<OfTicket | undefined> {
    const where = 'WHERE d.ticket_id = $1';
    const [row] = await sql<{ json: OfTicket }>(on, `SELECT ${ofTicket} FROM shared_draft d ${where}`, [ticketId]);
    return row?.json;
  }

  async filesOfTicket(on: On, ticketId: number): Promise<AttachedFile[]> {
    const [row] = await sql<{ files: AttachedFile[] }>(on, 'SELECT files FROM shared_draft WHERE ticket_id = $1', [
      ticketId,
    ]);
    return row?.files ?? [];
  }

  async keepOfTicket(on: On, ticketId: number, words: DraftWords, by: number, now: EpochMs): Promise<void> {
    await sql(
      on,
      `INSERT INTO shared_draft AS d (ticket_id, content, attributes, files, created_by_id, updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $5, $6, $6)
       ON CONFLICT (ticket_id) DO UPDATE SET content = excluded.content, attributes = excluded.attributes,
         files = excluded.files, updated_by_id = excluded.updated_by_id, updated_at = excluded.updated_at`,
      [
        ...[ticketId, JSON.stringify(words.content), JSON.stringify(words.attributes), JSON.stringify(words.files)],
        ...[by, isoTime(now)],
      ],
    );
  }

  /** @returns its id; undefined when there is none */
  async removeOfTicket(on: On, ticketId: number): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(on, 'DELETE FROM shared_draft WHERE ticket_id = $1 RETURNING id', [
      ticketId,
    ]);
    return row?.id;
  }

  async ofGroups(on: On, groupIds: readonly number[]): Promise<OfGroup[]> {
    const rows = await sql<{ json: OfGroup }>(
      on,
      `SELECT ${ofGroup} FROM shared_draft d WHERE d.group_id = ANY ($1::int[]) ORDER BY d.id`,
      [groupIds],
    );
    return rows.map(({ json }) => json);
  }

  async addToGroup(
    on: On,
    { groupId, name, ...words }: DraftWords & { groupId: number; name: string },
    by: number,
    now: EpochMs,
  ): Promise<number> {
    const [row] = await sql<{ id: number }>(
      on,
      `INSERT INTO shared_draft (group_id, name, content, files, created_by_id, updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $5, $6, $6) RETURNING id`,
      [groupId, name, JSON.stringify(words.content), JSON.stringify(words.files), by, isoTime(now)],
    );
    return (row as { id: number }).id;
  }

  /** What is undefined stays as it is. */
  async changeOfGroup(
    on: On,
    id: number,
    change: { groupId?: number; name?: string; content?: object; files?: AttachedFile[] },
    by: number,
    now: EpochMs,
  ): Promise<void> {
    const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
    await sql(
      on,
      `UPDATE shared_draft SET group_id = coalesce($2, group_id), name = coalesce($3, name),
         content = coalesce($4::jsonb, content), files = coalesce($5::jsonb, files), updated_by_id = $6, updated_at = $7
       WHERE id = $1`,
      [id, change.groupId ?? null, change.name ?? null, json(change.content), json(change.files), by, isoTime(now)],
    );
  }

  async removeOfGroup(on: On, id: number): Promise<void> {
    await sql(on, 'DELETE FROM shared_draft WHERE id = $1 AND ticket_id IS NULL', [id]);
  }

  /** Those that became an article or a ticket. */
  async useUpOfTickets(tx: EntityManager, used: readonly { ticketId: number; draftId: number }[]): Promise<void> {
    await sql(
      tx,
      `DELETE FROM shared_draft d USING unnest($1::int[], $2::int[]) AS u (ticket_id, id)
       WHERE d.id = u.id AND d.ticket_id = u.ticket_id`,
      [used.map(({ ticketId }) => ticketId), used.map(({ draftId }) => draftId)],
    );
  }

  async useUpOfGroups(tx: EntityManager, used: readonly { groupIds: number[]; draftId: number }[]): Promise<void> {
    for (const { groupIds, draftId } of used) {
      await sql(tx, 'DELETE FROM shared_draft WHERE id = $1 AND group_id = ANY ($2::int[])', [draftId, groupIds]);
    }
  }
}
