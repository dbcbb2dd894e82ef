import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** What hangs on a ticket and is kept outside of this service's tables as well. */
export interface Belongings {
  articles: number;
  /** Content hashes, of files of articles. */
  files: string[];
  /** Rows of mail-ingest. */
  mails: number[];
}

/** What removing a ticket, or the people in it, reads and writes; the service acts for itself here. */
@Injectable()
export class PurgeStore {
  async belongings(on: On, ticketId: number): Promise<Belongings> {
    const [row] = await sql<Belongings>(
      on,
      `SELECT (SELECT count(*) FROM article WHERE ticket_id = $1) AS articles,
         ARRAY(SELECT f.sha256 FROM article_attachment f JOIN article a ON a.id = f.article_id
               WHERE a.ticket_id = $1
               UNION SELECT file ->> 'sha256' FROM shared_draft s, jsonb_array_elements(s.files) AS file
               WHERE s.ticket_id = $1
               UNION SELECT file ->> 'sha256' FROM held_article h, jsonb_array_elements(h.article -> 'attachments') AS file
               WHERE h.ticket_id = $1) AS files,
         (SELECT coalesce(json_agg(inbound_id ORDER BY inbound_id), '[]') FROM article
          WHERE ticket_id = $1 AND inbound_id IS NOT NULL) AS mails`,
      [ticketId],
    );
    return row as Belongings;
  }

  /** Who wrote in these tickets as a customer. */
  async customersIn(on: On, ticketIds: readonly number[]): Promise<{ ticketId: number; userId: number }[]> {
    return sql(
      on,
      `SELECT DISTINCT a.ticket_id AS "ticketId", who.id AS "userId"
       FROM article a JOIN article_sender s ON s.id = a.sender_id AND s.name = 'Customer'
       CROSS JOIN LATERAL (VALUES (a.created_by_id), (a.origin_by_id)) AS who (id)
       WHERE a.ticket_id = ANY ($1::int[]) AND who.id > 1`,
      [ticketIds],
    );
  }

  /** What the headers of a ticket's articles say about people. */
  async headers(on: On, ticketId: number): Promise<string[]> {
    const rows = await sql<{ text: string }>(
      on,
      `SELECT DISTINCT header.text FROM article a
       CROSS JOIN LATERAL (VALUES (a."from"), (a."to"), (a.cc), (a.bcc), (a.reply_to)) AS header (text)
       WHERE a.ticket_id = $1 AND header.text IS NOT NULL`,
      [ticketId],
    );
    return rows.map(({ text }) => text);
  }

  /** Addresses of the desk itself: of its groups and its agents, lower case. */
  async ours(on: On): Promise<string[]> {
    const rows = await sql<{ address: string }>(
      on,
      `SELECT lower(email_address) AS address FROM replica_group WHERE email_address IS NOT NULL
       UNION SELECT lower(email) FROM replica_user WHERE agent AND email IS NOT NULL`,
    );
    return rows.map(({ address }) => address);
  }

  async dropFiles(tx: EntityManager, ticketId: number): Promise<void> {
    await sql(tx, 'DELETE FROM article_attachment f USING article a WHERE a.id = f.article_id AND a.ticket_id = $1', [
      ticketId,
    ]);
  }

  /** Puts somebody in the place of the people of a ticket, wherever they stand by id, and notes when that was. */
  async replacePeople(
    tx: EntityManager,
    ticketId: number,
    people: readonly number[],
    by: { id: number; login: string },
    now: EpochMs,
  ): Promise<void> {
    const other = (column: string) => `CASE WHEN ${column} = ANY ($2::int[]) THEN $3 ELSE ${column} END`;
    const params = [ticketId, people, by.id];
    await sql(
      tx,
      `UPDATE article SET created_by_id = ${other('created_by_id')}, updated_by_id = ${other('updated_by_id')},
         origin_by_id = ${other('origin_by_id')}, message_id_md5 = NULL WHERE ticket_id = $1`,
      params,
    );
    await sql(
      tx,
      `UPDATE history SET created_by_id = ${other('created_by_id')},
         value_from = CASE WHEN attribute = 'customer' AND id_from IS NOT NULL THEN $4 ELSE value_from END,
         value_to = CASE WHEN attribute = 'customer' AND id_to IS NOT NULL THEN $4 ELSE value_to END,
         id_from = CASE WHEN attribute = 'customer' AND id_from IS NOT NULL THEN $3 ELSE id_from END,
         id_to = CASE WHEN attribute = 'customer' AND id_to IS NOT NULL THEN $3 ELSE id_to END
       WHERE ticket_id = $1`,
      [...params, by.login],
    );
    await sql(tx, 'DELETE FROM checklist WHERE ticket_id = $1', [ticketId]);
    await sql(tx, 'DELETE FROM chat WHERE ticket_id = $1', [ticketId]);
    // The number stays: what it says about the desk is nobody's.
    await sql(tx, "UPDATE ticket_rating SET comment = '' WHERE ticket_id = $1", [ticketId]);
    await sql(tx, 'DELETE FROM mention WHERE ticket_id = $1 AND user_id = ANY ($2::int[])', [ticketId, people]);
    await sql(
      tx,
      `UPDATE ticket SET customer_id = $3, checklist_id = NULL, created_by_id = ${other('created_by_id')},
         updated_by_id = ${other('updated_by_id')} WHERE id = $1`,
      params,
    );
    await sql(
      tx,
      `INSERT INTO pseudonymised_ticket VALUES ($1, $2) ON CONFLICT (ticket_id) DO UPDATE SET at = excluded.at`,
      [ticketId, isoTime(now)],
    );
  }
}
