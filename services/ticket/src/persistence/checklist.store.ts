import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { ChecklistItem } from '../domain/checklist/checklist.ts';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;
type Json = Record<string, unknown>;

export interface ShownChecklist {
  ticketId: number;
  checklist: Json & { id: number };
  items: (Json & { id: number; ticket_id: number | null })[];
}

export interface HeldChecklist {
  id: number;
  name: string;
  /** In their order; `done`: ticked, or the ticket it names is closed. */
  items: (ChecklistItem & { done: boolean })[];
}

const stamps = (t: string) => `'created_by_id', ${t}.created_by_id, 'updated_by_id', ${t}.updated_by_id,
  'created_at', iso(${t}.created_at), 'updated_at', iso(${t}.updated_at)`;

/** The item is done when it was ticked, or when the ticket `o` that it names is closed or merged. */
const done = '(i.checked OR coalesce(s.state_type_id >= 5, false))';
const withTicket = `LEFT JOIN ticket o ON o.id = i.linked_ticket_id LEFT JOIN ticket_state s ON s.id = o.state_id`;

const itemJson = `json_build_object('id', i.id, 'checklist_id', i.checklist_id, 'text', i.text, 'checked', ${done},
  'ticket_id', CASE WHEN ${isVisible('o')} THEN o.id END, ${stamps('i')})`;

/** Checklists of tickets; none is read for a person but through its ticket. */
export class ChecklistStore {
  /** @returns undefined unless the actor sees the ticket as its agent */
  async shown(on: On, visible: VisibleTickets, id: number): Promise<ShownChecklist | undefined> {
    const [row] = await sql<ShownChecklist>(
      on,
      `SELECT c.ticket_id AS "ticketId",
         json_build_object('id', c.id, 'name', c.name, 'ticket_id', c.ticket_id, 'sorted_item_ids', ARRAY(
           SELECT i.id::text FROM checklist_item i WHERE i.checklist_id = c.id ORDER BY i.place, i.id),
           ${stamps('c')}) AS checklist,
         (SELECT coalesce(json_agg(${itemJson} ORDER BY i.place, i.id), '[]')
          FROM checklist_item i ${withTicket} WHERE i.checklist_id = c.id) AS items
       FROM checklist c JOIN ticket t ON t.id = c.ticket_id WHERE c.id = $5 AND ${isVisible()} AND ${seesAsAgent()}`,
      [...visible.params, id],
    );
    return row;
  }

  /** The checklist that an item is on, if the actor sees its ticket as an agent. */
  async ofItem(on: On, visible: VisibleTickets, itemId: number): Promise<{ id: number; ticketId: number } | undefined> {
    const [row] = await sql<{ id: number; ticketId: number }>(
      on,
      `SELECT c.id, c.ticket_id AS "ticketId" FROM checklist_item i JOIN checklist c ON c.id = i.checklist_id
       JOIN ticket t ON t.id = c.ticket_id WHERE i.id = $5 AND ${isVisible()} AND ${seesAsAgent()}`,
      [...visible.params, itemId],
    );
    return row;
  }

  /** Of a ticket that is locked. */
  async held(tx: EntityManager, ticketId: number): Promise<HeldChecklist | undefined> {
    const [row] = await sql<HeldChecklist>(
      tx,
      `SELECT c.id, c.name, (SELECT coalesce(json_agg(json_build_object('id', i.id, 'text', i.text,
           'checked', i.checked, 'done', ${done}, 'linkedTicketId', i.linked_ticket_id) ORDER BY i.place, i.id), '[]')
         FROM checklist_item i ${withTicket} WHERE i.checklist_id = c.id) AS items
       FROM checklist c WHERE c.ticket_id = $1`,
      [ticketId],
    );
    return row;
  }

  async add(tx: EntityManager, ticketId: number, name: string, by: number, now: EpochMs): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `WITH made AS (
         INSERT INTO checklist (ticket_id, name, created_by_id, updated_by_id, created_at, updated_at)
         VALUES ($1, $2, $3, $3, $4, $4) RETURNING id)
       UPDATE ticket SET checklist_id = made.id FROM made WHERE ticket.id = $1 RETURNING made.id`,
      [ticketId, name, by, isoTime(now)],
    );
    return (row as { id: number }).id;
  }

  async rename(tx: EntityManager, id: number, name: string, by: number, now: EpochMs): Promise<void> {
    await sql(tx, 'UPDATE checklist SET name = $2, updated_by_id = $3, updated_at = $4 WHERE id = $1', [
      id,
      name,
      by,
      isoTime(now),
    ]);
  }

  async remove(tx: EntityManager, ticketId: number): Promise<void> {
    await sql(tx, 'DELETE FROM checklist WHERE ticket_id = $1', [ticketId]);
    await sql(tx, 'UPDATE ticket SET checklist_id = NULL WHERE id = $1', [ticketId]);
  }

  /** At the end, in this order. */
  async addItems(
    tx: EntityManager,
    checklistId: number,
    items: readonly Omit<ChecklistItem, 'id'>[],
    by: number,
    now: EpochMs,
  ): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      `INSERT INTO checklist_item (checklist_id, place, text, checked, linked_ticket_id, created_by_id, updated_by_id,
         created_at, updated_at)
       SELECT $1, nth + (SELECT coalesce(max(place), 0) FROM checklist_item WHERE checklist_id = $1), text, checked,
         "linkedTicketId", $3, $3, $4, $4
       FROM ROWS FROM (json_to_recordset($2::json) AS (text text, checked boolean, "linkedTicketId" int))
         WITH ORDINALITY AS item (text, checked, "linkedTicketId", nth) ORDER BY nth RETURNING id`,
      [checklistId, JSON.stringify(items), by, isoTime(now)],
    );
    return rows.map(({ id }) => id);
  }

  async setItem(tx: EntityManager, item: ChecklistItem, by: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `UPDATE checklist_item SET text = $2, checked = $3, linked_ticket_id = $4, updated_by_id = $5, updated_at = $6
       WHERE id = $1`,
      [item.id, item.text, item.checked, item.linkedTicketId, by, isoTime(now)],
    );
  }

  async removeItem(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM checklist_item WHERE id = $1', [id]);
  }

  async order(tx: EntityManager, ids: readonly number[]): Promise<void> {
    await sql(
      tx,
      `UPDATE checklist_item i SET place = o.place FROM unnest($1::int[]) WITH ORDINALITY AS o (id, place)
       WHERE i.id = o.id`,
      [ids],
    );
  }
}

/** The checklists that name a ticket and whose own ticket the actor sees as an agent. */
export const referencingChecklists = (ticketId: string, shown: 'id' | 'name'): string => `ARRAY(
  SELECT DISTINCT c.${shown} FROM checklist_item i JOIN checklist c ON c.id = i.checklist_id
  JOIN ticket o ON o.id = c.ticket_id WHERE i.linked_ticket_id = ${ticketId} AND ${seesAsAgent('o')} ORDER BY 1)`;
