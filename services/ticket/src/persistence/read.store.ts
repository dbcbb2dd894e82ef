import { AttributeBook } from '@helpmesh/attributes';
import { sql } from '@helpmesh/persistence';
import type { WalkPage } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { articleIsVisible, articlesById, type TicketShape, threadsById, ticketsById } from './ticket-json.ts';
import { isVisible, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;
type ById = Map<number, string>;

/** Columns by which plain lists may be sorted. */
const sortable = new Set([
  ...['id', 'number', 'title', 'group_id', 'state_id', 'priority_id', 'owner_id', 'customer_id', 'organization_id'],
  ...['created_at', 'updated_at', 'close_at', 'last_contact_at', 'pending_time', 'article_count', 'type'],
]);

export interface Order {
  column: string;
  descending: boolean;
}

/** `sort_by` and `order_by` as sent, comma lists; unknown columns are left out. */
export function orderOf(sortBy: string | undefined, orderBy: string | undefined): Order[] {
  const directions = (orderBy ?? '').split(',').map((word) => word.trim().toLowerCase());
  return (sortBy ?? '')
    .split(',')
    .map((column, i) => ({ column: column.trim(), descending: (directions[i] ?? directions[0]) === 'desc' }))
    .filter(({ column }) => sortable.has(column));
}

/** Reads whose answer PostgreSQL writes as JSON; each is one statement, each is scoped. */
@Injectable()
export class ReadStore {
  constructor(@Inject(AttributeBook) private readonly attributes: Pick<AttributeBook, 'of'>) {}

  /** The visible ones of these tickets. @param agent  whether people are shown with their addresses */
  async tickets(on: On, visible: VisibleTickets, ids: number[], shape: TicketShape, agent: boolean): Promise<ById> {
    const statement = ticketsById(shape, await this.attributes.of('Ticket'));
    return byId(await sql(on, statement, [...visible.params, agent, ids]));
  }

  /** Threads of the visible ones of these tickets, each a JSON array. */
  async threads(on: On, visible: VisibleTickets, ticketIds: number[]): Promise<ById> {
    return byId(await sql(on, threadsById, [...visible.params, ticketIds]));
  }

  async articles(on: On, visible: VisibleTickets, ids: number[]): Promise<ById> {
    return byId(await sql(on, articlesById, [...visible.params, ids]));
  }

  /** Ids of a page of all visible articles. */
  async articlePage(on: On, visible: VisibleTickets, limit: number, offset: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT a.id FROM article a JOIN ticket t ON t.id = a.ticket_id
       WHERE ${isVisible()} AND ${articleIsVisible} ORDER BY a.id LIMIT $5 OFFSET $6`,
      [...visible.params, limit, offset],
    );
    return rows.map((row) => row.id);
  }

  /** Ids of a page of all visible tickets. */
  async page(on: On, visible: VisibleTickets, order: Order[], limit: number, offset: number): Promise<number[]> {
    const by = [...order, { column: 'id', descending: false }];
    const orderBy = by.map(({ column, descending }) => `t.${column}${descending ? ' DESC' : ''}`).join(', ');
    const rows = await sql<{ id: number }>(
      on,
      `SELECT t.id FROM ticket t WHERE ${isVisible()} ORDER BY ${orderBy} LIMIT $5 OFFSET $6`,
      [...visible.params, limit, offset],
    );
    return rows.map((row) => row.id);
  }

  /** Ids of a page of a walk through all visible tickets. */
  async walk(
    on: On,
    visible: VisibleTickets,
    { above, below, descending }: WalkPage,
    limit: number,
  ): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT t.id FROM ticket t WHERE ${isVisible()} AND t.id > $6 AND t.id < $7
       ORDER BY t.id ${descending ? 'DESC' : ''} LIMIT $5`,
      [...visible.params, limit, above, below],
    );
    return rows.map((row) => row.id);
  }
}

function byId(rows: Record<string, unknown>[]): ById {
  return new Map(rows.map((row) => [row.id as number, row.json as string]));
}
