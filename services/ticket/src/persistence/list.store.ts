import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import { type StateType, stateTypes } from '../domain/ticket/state.ts';
import {
  countsStatement,
  idsStatement,
  type ListFilter,
  type ListOrder,
  pageStatement,
  stateTypeIds,
} from './list-statement.ts';
import { isCustomer, isVisible, seesAsAgent, sharesOrganization, type VisibleTickets } from './visible-tickets.ts';

export interface ListPage {
  /** JSON array of the lines. */
  tickets: string;
  count: number;
  /** Sort key of the last line as text, and its id; null on an empty page. */
  lastKey: string | null;
  lastId: number | null;
  /** What the last line is gathered by, as text, where lines are. */
  lastGroup?: string | null;
  total: number;
}

/** Number of tickets in states of one type, with or without an owner. */
export interface TallyRow {
  stateType: StateType;
  unassigned: boolean;
  n: number;
}

/** Pages and numbers of tickets. */
export class ListStore {
  async page(on: DataSource, visible: VisibleTickets, filter: ListFilter, order: ListOrder): Promise<ListPage> {
    const { text, params } = pageStatement(visible, filter, order);
    const [page] = await sql<ListPage>(on, text, params);
    return page as ListPage;
  }

  /** Exact numbers of several lists, in their order. */
  async totals(on: DataSource, visible: VisibleTickets, lists: readonly ListFilter[]): Promise<number[]> {
    const { text, params } = countsStatement(visible, lists);
    const [row] = await sql<{ counts: number[] }>(on, text, params);
    return (row as { counts: number[] }).counts;
  }

  async ids(on: DataSource, visible: VisibleTickets, filter: ListFilter, limit: number): Promise<number[]> {
    const { text, params } = idsStatement(visible, filter, limit);
    return (await sql<{ id: number }>(on, text, params)).map(({ id }) => id);
  }

  /** All visible tickets, by type of state. */
  async tally(on: DataSource, visible: VisibleTickets): Promise<TallyRow[]> {
    const rows = await sql<{ typeId: number; unassigned: boolean; n: number }>(
      on,
      `SELECT s.state_type_id AS "typeId", unassigned, sum(n)::bigint AS n FROM (
         SELECT state_id, unassigned, n FROM ticket_tally WHERE $1 OR group_id = ANY ($2::int[])
         UNION ALL
         SELECT t.state_id, t.owner_id = 1, 1 FROM ticket t
         WHERE ${isCustomer} AND t.customer_id = $3::int AND NOT ${seesAsAgent()}
         UNION ALL
         SELECT t.state_id, t.owner_id = 1, 1 FROM ticket t
         WHERE ${sharesOrganization} AND t.organization_id = ANY ($4::int[])
           AND t.customer_id IS DISTINCT FROM $3::int AND NOT ${seesAsAgent()}
       ) AS seen JOIN ticket_state s ON s.id = seen.state_id GROUP BY 1, 2 HAVING sum(n) <> 0`,
      visible.params,
    );
    return rows.map(({ typeId, ...row }) => ({ ...row, stateType: stateTypes[typeId - 1] as StateType }));
  }

  /** All visible tickets. */
  async total(on: DataSource, visible: VisibleTickets): Promise<number> {
    return (await this.tally(on, visible)).reduce((sum, { n }) => sum + n, 0);
  }

  /** Visible tickets of an owner, a customer or organizations. */
  async count(
    on: DataSource,
    visible: VisibleTickets,
    filter: Pick<ListFilter, 'stateTypes' | 'ownerId' | 'customerId' | 'organizationIds'>,
  ): Promise<number> {
    const [row] = await sql<{ n: number }>(
      on,
      `SELECT count(*) AS n FROM ticket t
       WHERE ${isVisible()} AND ($5::int[] IS NULL OR t.state_id IN (SELECT id FROM ticket_state WHERE state_type_id = ANY ($5::int[])))
         AND (($6::int IS NOT NULL AND t.owner_id = $6::int AND t.owner_id <> 1)
              OR t.customer_id = $7::int OR t.organization_id = ANY ($8::int[]))`,
      [
        ...visible.params,
        filter.stateTypes ? stateTypeIds(filter.stateTypes) : null,
        filter.ownerId ?? null,
        filter.customerId ?? null,
        filter.organizationIds ?? null,
      ],
    );
    return (row as { n: number }).n;
  }

  /** Visible tickets that were due at this instant (ISO 8601) or before. */
  async countDue(on: DataSource, visible: VisibleTickets, by: string): Promise<number> {
    const [row] = await sql<{ n: number }>(
      on,
      `SELECT count(*) AS n FROM ticket t WHERE t.escalation_at <= $5::timestamptz AND ${isVisible()}`,
      [...visible.params, by],
    );
    return (row as { n: number }).n;
  }

  /** Folds the tally. Safe at any time and from every replica: readers see all rows before or all after. */
  async foldTally(on: DataSource): Promise<void> {
    await sql(
      on,
      `WITH taken AS (DELETE FROM ticket_tally RETURNING group_id, state_id, unassigned, n)
       INSERT INTO ticket_tally SELECT group_id, state_id, unassigned, sum(n) FROM taken GROUP BY 1, 2, 3 HAVING sum(n) <> 0`,
    );
  }

  async tallyRows(on: DataSource): Promise<number> {
    const [row] = await sql<{ n: number }>(on, 'SELECT count(*) AS n FROM ticket_tally');
    return (row as { n: number }).n;
  }
}
