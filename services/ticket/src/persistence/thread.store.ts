import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { SideThread, SideThreadId } from '../domain/article/side-thread.ts';
import { messageKey } from './ticket.table.ts';

type On = DataSource | EntityManager;

export interface LatestMail {
  messageId: string | null;
  references: string | null;
}

/** What threading asks about a mail. */
export interface AskedMail {
  /** 0 for one that did not come in. */
  inboundId: number;
  messageId: string | null;
  /** Message-IDs it answers. */
  answers: readonly string[];
  /** Ticket numbers in its subject. */
  numbers: readonly string[];
  /** Tickets that our own Message-IDs name. */
  signed: readonly number[];
}

/** What the article table knows of a mail that has just arrived. For tickets that are merged stand those they became. */
export interface MailFacts {
  /** Articles that the same inbound mail made before: at most one as unreadable and one as read. */
  filedAs: { articleId: number; ticketId: number; unreadable: boolean }[];
  /** Articles with the mail's own Message-ID: copies of it, or what we sent. */
  sameMessage: { articleId: number; ticketId: number; from: string | null; unreadable: boolean }[];
  /** Tickets of the messages it answers, in the order asked, and the side thread of each message that is of one. */
  answered: { ticketId: number; side: SideThreadId | null }[];
  /** Tickets of the numbers in its subject, in order. */
  numberedTicketIds: number[];
  signedTicketIds: number[];
}

export interface NamingLines {
  lines: string[];
  /** Copies that the others did not know of. */
  hidden: string[];
  sides: { id: SideThreadId; line: string }[];
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

  /** Side threads of tickets, by ticket and id: those that are asked for and there. */
  async sides(
    on: On,
    asked: readonly { ticketId: number; id: SideThreadId }[],
  ): Promise<Map<number, Map<SideThreadId, SideThread>>> {
    const found = new Map<number, Map<SideThreadId, SideThread>>();
    if (asked.length === 0) return found;
    const rows = await sql<LatestMail & { ticketId: number; id: SideThreadId; with: string | null }>(
      on,
      `SELECT asked.ticket_id AS "ticketId", asked.id, latest.message_id AS "messageId", latest."references",
              coalesce(others.line, begun.line) AS "with"
       FROM unnest($1::int[], $2::int[]) AS asked (ticket_id, id)
       CROSS JOIN LATERAL (
         SELECT message_id, "references" FROM article WHERE ticket_id = asked.ticket_id AND internal
           AND preferences -> 'side_thread' = to_jsonb(asked.id) AND message_id IS NOT NULL ORDER BY id DESC LIMIT 1
       ) AS latest
       LEFT JOIN LATERAL (
         SELECT coalesce(reply_to, "from") AS line FROM article WHERE ticket_id = asked.ticket_id AND internal
           AND preferences -> 'side_thread' = to_jsonb(asked.id) AND sender_id = 2 ORDER BY id DESC LIMIT 1
       ) AS others ON true
       LEFT JOIN LATERAL (
         SELECT "to" AS line FROM article WHERE ticket_id = asked.ticket_id AND internal
           AND preferences -> 'side_thread' = to_jsonb(asked.id) AND sender_id = 1 ORDER BY id LIMIT 1
       ) AS begun ON true`,
      [asked.map(({ ticketId }) => ticketId), asked.map(({ id }) => id)],
    );
    for (const { ticketId, id, messageId, references, with: line } of rows) {
      const ofTicket = found.get(ticketId) ?? new Map<SideThreadId, SideThread>();
      found.set(ticketId, ofTicket.set(id, { latest: { messageId, references }, with: line }));
    }
    return found;
  }

  /** What everybody who sees the ticket may read, oldest first. */
  async publicArticles(on: On, ticketId: number): Promise<number[]> {
    const text = 'SELECT id FROM article WHERE ticket_id = $1 AND NOT internal ORDER BY id';
    return (await sql<{ id: number }>(on, text, [ticketId])).map(({ id }) => id);
  }

  /** Everything that threading asks the database about these mails, in order: one statement. */
  async factsOf(on: On, mails: readonly AskedMail[]): Promise<MailFacts[]> {
    const asked = mails.map(({ inboundId, messageId, answers, numbers, signed }) => ({
      inbound: inboundId,
      key: messageId && messageKey(messageId),
      answers: answers.map(messageKey),
      numbers,
      signed,
    }));
    return sql<MailFacts>(
      on,
      `SELECT
         (SELECT coalesce(json_agg(json_build_object('articleId', id, 'ticketId', ticket_id,
            'unreadable', inbound_unreadable)), '[]') FROM article WHERE inbound_id = mail.inbound) AS "filedAs",
         (SELECT coalesce(json_agg(json_build_object('articleId', id, 'ticketId', ticket_id, 'from', "from",
            'unreadable', inbound_unreadable)), '[]') FROM article WHERE message_id_md5 = mail.key) AS "sameMessage",
         (SELECT coalesce(json_agg(json_build_object('ticketId', merged_into(a.ticket_id),
            'side', a.preferences -> 'side_thread') ORDER BY place, a.id), '[]')
          FROM unnest(mail.answers) WITH ORDINALITY AS asked (key, place)
          JOIN article a ON a.message_id_md5 = asked.key) AS answered,
         ARRAY(SELECT merged_into(t.id) FROM unnest(mail.numbers) WITH ORDINALITY AS asked (number, place)
               JOIN ticket t ON t.number = asked.number ORDER BY place) AS "numberedTicketIds",
         ARRAY(SELECT merged_into(id) FROM unnest(mail.signed) WITH ORDINALITY AS asked (id, place)
               ORDER BY place) AS "signedTicketIds"
       FROM ROWS FROM (json_to_recordset($1::json) AS (inbound bigint, key text, answers text[], numbers text[], signed int[]))
         WITH ORDINALITY AS mail (inbound, key, answers, numbers, signed, nth)
       ORDER BY nth`,
      [JSON.stringify(asked)],
    );
  }

  /**
   * For each pair the lines of the ticket's correspondence that contain the address: whether it really is one of theirs
   * is for the caller. Customers of tickets that were merged into it stay in correspondence. In order; the address in
   * lower case. Apart from them the same of its side threads, latest first.
   */
  async linesNaming(on: On, pairs: readonly { ticketId: number; address: string }[]): Promise<NamingLines[]> {
    if (pairs.length === 0) return [];
    return sql<NamingLines>(
      on,
      `SELECT (
         SELECT coalesce(json_agg(json_build_object('id', preferences -> 'side_thread', 'line', line) ORDER BY id DESC), '[]')
         FROM article CROSS JOIN LATERAL (SELECT concat_ws(', ', "from", "to", cc, bcc, reply_to) AS line) AS lines
         WHERE ticket_id = pair.ticket_id AND internal AND preferences ? 'side_thread'
           AND position(pair.address IN lower(line)) > 0
       ) AS sides, ARRAY(
         SELECT bcc FROM article WHERE ticket_id = pair.ticket_id AND position(pair.address IN lower(bcc)) > 0
       ) AS hidden, ARRAY(
         SELECT DISTINCT line FROM article
         CROSS JOIN LATERAL (SELECT concat_ws(', ', "from", "to", cc, reply_to) AS line) AS lines
         WHERE ticket_id = pair.ticket_id AND NOT internal AND position(pair.address IN lower(line)) > 0
         UNION
         (WITH RECURSIVE joined (id) AS (
            SELECT source_id FROM ticket_merge WHERE target_id = pair.ticket_id AND ended_at IS NULL
            UNION
            SELECT m.source_id FROM joined JOIN ticket_merge m ON m.target_id = joined.id AND m.ended_at IS NULL)
          SELECT u.email FROM joined JOIN ticket s ON s.id = joined.id JOIN replica_user u ON u.id = s.customer_id
          WHERE lower(u.email) = pair.address)) AS lines
       FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS pair (ticket_id, address, nth) ORDER BY nth`,
      [pairs.map(({ ticketId }) => ticketId), pairs.map(({ address }) => address)],
    );
  }
}
