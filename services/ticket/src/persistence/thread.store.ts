import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { messageKey } from './ticket.table.ts';

type On = DataSource | EntityManager;

export interface LatestMail {
  messageId: string | null;
  references: string | null;
}

/** What the article table knows of a mail that has just arrived. */
export interface MailFacts {
  /** Articles that the same inbound mail made before: at most one as unreadable and one as read. */
  filedAs: { articleId: number; ticketId: number; unreadable: boolean }[];
  /** Articles with the mail's own Message-ID: copies of it, or what we sent. */
  sameMessage: { articleId: number; ticketId: number; from: string | null; unreadable: boolean }[];
  /** Tickets of the messages it answers, in the order asked. */
  answeredTicketIds: number[];
  /** Tickets of the numbers in its subject, in order. */
  numberedTicketIds: number[];
}

/** Mail threads as the articles tell them. */
export class ThreadStore {
  /** The latest public mail of each ticket that has one: what a reply continues. */
  async latest(on: On, ticketIds: readonly number[]): Promise<Map<number, LatestMail>> {
    if (ticketIds.length === 0) return new Map();
    const rows = await sql<LatestMail & { ticketId: number }>(
      on,
      `SELECT t.id AS "ticketId", a.message_id AS "messageId", a."references"
       FROM unnest($1::int[]) AS t (id) CROSS JOIN LATERAL (
         SELECT message_id, "references" FROM article
         WHERE ticket_id = t.id AND message_id IS NOT NULL AND NOT internal ORDER BY id DESC LIMIT 1) AS a`,
      [ticketIds],
    );
    return new Map(rows.map(({ ticketId, ...mail }) => [ticketId, mail]));
  }

  /** Everything that threading asks the database, in one statement. */
  async factsOf(
    on: On,
    mail: { inboundId: number; messageId: string | null; answers: readonly string[]; numbers: readonly string[] },
  ): Promise<MailFacts> {
    const [row] = await sql<MailFacts>(
      on,
      `SELECT
         (SELECT coalesce(json_agg(json_build_object('articleId', id, 'ticketId', ticket_id,
            'unreadable', inbound_unreadable)), '[]') FROM article WHERE inbound_id = $1) AS "filedAs",
         (SELECT coalesce(json_agg(json_build_object('articleId', id, 'ticketId', ticket_id, 'from', "from",
            'unreadable', inbound_unreadable)), '[]') FROM article WHERE message_id_md5 = $2) AS "sameMessage",
         ARRAY(SELECT a.ticket_id FROM unnest($3::text[]) WITH ORDINALITY AS asked (key, place)
               JOIN article a ON a.message_id_md5 = asked.key ORDER BY place, a.id) AS "answeredTicketIds",
         ARRAY(SELECT t.id FROM unnest($4::text[]) WITH ORDINALITY AS asked (number, place)
               JOIN ticket t ON t.number = asked.number ORDER BY place) AS "numberedTicketIds"`,
      [mail.inboundId, mail.messageId && messageKey(mail.messageId), mail.answers.map(messageKey), mail.numbers],
    );
    return row as MailFacts;
  }

  /** Correspondence lines of each ticket that contain the address: whether it really is one of theirs is for the caller. */
  async linesNaming(on: On, ticketIds: readonly number[], address: string): Promise<Map<number, string[]>> {
    if (ticketIds.length === 0) return new Map();
    const rows = await sql<{ ticketId: number; lines: string[] }>(
      on,
      `SELECT ticket_id AS "ticketId", array_agg(DISTINCT line) AS lines
       FROM article CROSS JOIN LATERAL (SELECT concat_ws(', ', "from", "to", cc, reply_to) AS line) AS lines
       WHERE ticket_id = ANY ($1::int[]) AND NOT internal AND position($2 IN lower(line)) > 0
       GROUP BY ticket_id`,
      [ticketIds, address],
    );
    return new Map(rows.map((row) => [row.ticketId, row.lines]));
  }

  /** Lets one transaction at a time file copies of the same message. */
  async lockMessage(tx: EntityManager, messageId: string): Promise<void> {
    await sql(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 7))', [messageId]);
  }
}
