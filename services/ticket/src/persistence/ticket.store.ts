import { desk } from '@helpmesh/contracts';
import { AppError, type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import type { OutboxRow } from '@helpmesh/messaging';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Article } from '../domain/article/article.ts';
import type { Move } from '../domain/sla/follow.ts';
import type { HistoryEntry } from '../domain/ticket/history.ts';
import { schemeOf, standardScheme, ticketNumber } from '../domain/ticket/number.ts';
import type { Ticket } from '../domain/ticket/ticket.ts';
import {
  articleColumns,
  articleRow,
  attachmentColumns,
  attachmentRows,
  historyColumns,
  historyRow,
  ticketColumns,
  ticketOf,
  ticketRow,
} from './ticket.table.ts';
import { numberSettings, takeNumbers } from './ticket-numbers.ts';
import { isVisible, type VisibleTickets } from './visible-tickets.ts';

/** Everything that one transaction writes about tickets. */
export interface ChangeSet {
  opened: Ticket[];
  /** As they are after the change, each in a higher version than the stored one. */
  changed: Ticket[];
  articles: Article[];
  history: HistoryEntry[];
  outbox: OutboxRow[];
}

const names = (columns: readonly string[], prefix = '') => columns.map((name) => `${prefix}"${name}"`).join(', ');
const insert = (table: string, columns: readonly string[], param: string) => `
  INSERT INTO ${table} (${names(columns)})
  SELECT ${names(columns)} FROM json_populate_recordset(NULL::${table}, ${param}::json)`;
const settable = ticketColumns.filter((name) => !['id', 'number', 'created_at', 'created_by_id'].includes(name));

/** Tickets, articles, attachments, history and messages in one statement: one round trip, one plan. */
const saveAll = `
  WITH opened AS (${insert('ticket', ticketColumns, '$1')}),
  changed AS (
    UPDATE ticket SET (${names(settable)}) = (${names(settable, 'next.')})
    FROM json_populate_recordset(NULL::ticket, $2::json) AS next
    WHERE ticket.id = next.id AND ticket.version < next.version
    RETURNING ticket.id),
  written AS (${insert('article', articleColumns, '$3')}),
  files AS (${insert('article_attachment', attachmentColumns, '$4')}),
  entries AS (${insert('history', historyColumns, '$5')}),
  messages AS (
    INSERT INTO outbox (id, subject, kind, payload, headers, due_at)
    -- A message's headers are JSON text already; read as jsonb they would become one string, and its trace be lost.
    SELECT id, subject, kind, payload, headers::jsonb, "dueAt"
    FROM json_to_recordset($6::json)
      AS row (id uuid, subject text, kind text, payload text, headers text, "dueAt" timestamptz))
  SELECT count(*)::int AS changed FROM changed`;

export class TicketStore {
  /** Fresh ids of tickets, with their numbers, and of articles, in their order. Gaps are fine, repeats are not. */
  async takeIds(
    on: EntityManager | DataSource,
    tickets: number,
    articles: number,
  ): Promise<{ tickets: { id: number; number: string }[]; articles: number[] }> {
    const [row] = await sql<{ ids: number[]; counters: number[]; articles: number[]; settings: object | null }>(
      on,
      `SELECT ARRAY(SELECT nextval('ticket_id_seq') FROM generate_series(1, $1)) AS ids,
              ARRAY(SELECT nextval('ticket_number') FROM generate_series(1, $1)) AS counters,
              ARRAY(SELECT nextval('article_id_seq') FROM generate_series(1, $2)) AS articles,
              CASE WHEN $1 > 0 THEN (${numberSettings}) END AS settings`,
      [tickets, articles],
    );
    if (!row) throw new AppError('bug', 'internal', 'Something went wrong on our side.', 'no ids');
    const { ids, counters, settings } = row;
    const numbers = settings
      ? await takeNumbers(on, schemeOf(settings as Record<string, unknown>), counters)
      : counters.map((counter) => ticketNumber(standardScheme, desk.systemId, counter, ''));
    return { tickets: ids.map((id, i) => ({ id, number: numbers[i] as string })), articles: row.articles };
  }

  /** Each ticket as it is now if its reader may see it, in order; nothing is locked. */
  async facts(
    on: DataSource | EntityManager,
    asked: readonly { visible: VisibleTickets; id: number }[],
  ): Promise<(Ticket | undefined)[]> {
    const scopes = new Map(asked.map(({ visible }) => [visible.key, visible]));
    const found = new Map<string, Map<number, Ticket>>();
    for (const [key, visible] of scopes) {
      const ids = asked.flatMap((one) => (one.visible.key === key ? [one.id] : []));
      const rows = await sql(
        on,
        `SELECT ${names(ticketColumns, 't.')} FROM ticket t WHERE t.id = ANY ($5::int[]) AND ${isVisible()}`,
        [...visible.params, ids],
      );
      found.set(key, new Map(rows.map((row) => [row.id as number, ticketOf(row)])));
    }
    return asked.map(({ visible, id }) => found.get(visible.key)?.get(id));
  }

  /** The visible ones of these tickets, locked until the transaction ends; always in the order of their ids. */
  async lock(tx: EntityManager, visible: VisibleTickets, ids: readonly number[]): Promise<Map<number, Ticket>> {
    const rows = await sql(
      tx,
      `SELECT ${names(ticketColumns, 't.')} FROM ticket t
       WHERE t.id = ANY ($5::int[]) AND ${isVisible()} ORDER BY t.id FOR NO KEY UPDATE`,
      [...visible.params, ids],
    );
    return new Map(rows.map((row) => [row.id as number, ticketOf(row)]));
  }

  /**
   * These tickets, locked as `lock` does, and an article id for each mention of one. The ids of a ticket are taken
   * under its lock: its thread is read in their order.
   */
  async lockAndTakeIds(
    tx: EntityManager,
    ids: readonly number[],
  ): Promise<{ tickets: Map<number, Ticket>; articles: Map<number, number[]> }> {
    const mentions = new Map<number, number>();
    for (const id of ids) mentions.set(id, (mentions.get(id) ?? 0) + 1);
    const rows = await sql(
      tx,
      `WITH held AS MATERIALIZED (
         SELECT ${names(ticketColumns, 't.')}, wanted.articles
         FROM unnest($1::int[], $2::int[]) AS wanted (id, articles) JOIN ticket t ON t.id = wanted.id
         ORDER BY t.id FOR NO KEY UPDATE OF t)
       SELECT ${names(ticketColumns, 'held.')}, ARRAY(
         SELECT nextval('article_id_seq') FROM generate_series(1, held.articles)) AS "articleIds" FROM held`,
      [[...mentions.keys()], [...mentions.values()]],
    );
    return {
      tickets: new Map(rows.map((row) => [row.id as number, ticketOf(row)])),
      articles: new Map(rows.map((row) => [row.id as number, row.articleIds as number[]])),
    };
  }

  /**
   * Open tickets of a group whose owners last did something before then.
   * @param ids  those to choose from; absent: all
   */
  async idle(
    on: DataSource | EntityManager,
    { groupId, before, ids }: { groupId: number; before: EpochMs; ids?: readonly number[] },
    limit: number,
  ): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT t.id FROM ticket t JOIN ticket_state s ON s.id = t.state_id
       JOIN ticket_state_type y ON y.id = s.state_type_id AND y.name IN ('new', 'open')
       WHERE t.group_id = $1 AND t.owner_id <> 1 AND t.last_owner_update_at < $2
         AND ($3::int[] IS NULL OR t.id = ANY ($3::int[])) ORDER BY t.id LIMIT $4`,
      [groupId, isoTime(before), ids ?? null, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Changes of state of each ticket, oldest first. Tickets without any are missing. */
  async moves(on: DataSource | EntityManager, ids: readonly number[]): Promise<Map<number, Move[]>> {
    const moves = new Map<number, Move[]>();
    if (ids.length === 0) return moves;
    const rows = await sql<{ ticket: number; from: number; to: number; at: Date }>(
      on,
      `SELECT ticket_id AS ticket, id_from AS from, id_to AS to, created_at AS at FROM history
       WHERE ticket_id = ANY ($1::int[]) AND object = 'Ticket' AND attribute = 'state' AND type = 'updated'
       ORDER BY id`,
      [ids],
    );
    for (const { ticket, from, to, at } of rows) {
      const move = { from, to, at: epochMs(at) };
      const known = moves.get(ticket);
      if (known) known.push(move);
      else moves.set(ticket, [move]);
    }
    return moves;
  }

  /** Keys of the tags that are stored with these tickets. */
  async tagKeys(on: DataSource | EntityManager, ids: readonly number[]): Promise<Map<number, string[]>> {
    if (ids.length === 0) return new Map();
    const rows = await sql<{ ticketId: number; keys: string[] }>(
      on,
      `SELECT h.ticket_id AS "ticketId", array_agg(g.key) AS keys FROM ticket_tag h JOIN tag g ON g.id = h.tag_id
       WHERE h.ticket_id = ANY ($1::int[]) GROUP BY h.ticket_id`,
      [ids],
    );
    return new Map(rows.map(({ ticketId, keys }) => [ticketId, keys]));
  }

  /** Whether any ticket, or what people did to one, names it. Rarely asked, so the last two have no index. */
  async referTo(on: DataSource, kind: 'user' | 'organization' | 'group', id: number): Promise<boolean> {
    const where = {
      group: 'SELECT 1 FROM ticket WHERE group_id = $1::bigint',
      organization: 'SELECT 1 FROM ticket WHERE organization_id = $1::bigint',
      user: `SELECT 1 FROM ticket WHERE customer_id = $1::bigint
        UNION ALL SELECT 1 FROM ticket WHERE owner_id = $1::bigint
        UNION ALL SELECT 1 FROM mention WHERE user_id = $1::bigint
        UNION ALL SELECT 1 FROM article WHERE created_by_id = $1::bigint OR origin_by_id = $1::bigint
        UNION ALL SELECT 1 FROM history WHERE created_by_id = $1::bigint`,
    }[kind];
    const [row] = await sql<{ referred: boolean }>(on, `SELECT EXISTS (${where}) AS referred`, [id]);
    return row?.referred === true;
  }

  /** With everything that hangs on it. */
  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM ticket WHERE id = $1', [id]);
  }

  /**
   * Writes it all.
   * @throws AppError stale `ticket.stale` when a ticket is not in the version that was changed
   */
  async save(tx: EntityManager, set: ChangeSet): Promise<void> {
    const [row] = await sql<{ changed: number }>(tx, saveAll, [
      JSON.stringify(set.opened.map(ticketRow)),
      JSON.stringify(set.changed.map(ticketRow)),
      JSON.stringify(set.articles.map(articleRow)),
      JSON.stringify(set.articles.flatMap(attachmentRows)),
      JSON.stringify(set.history.map(historyRow)),
      JSON.stringify(set.outbox),
    ]);
    if (row?.changed !== set.changed.length) {
      throw new AppError('stale', 'ticket.stale', 'The ticket was changed by somebody else in the meantime.');
    }
  }
}
