import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

/** What names another ticket, only for those who may see that one. */
const unlessSecret = (value: string) =>
  `CASE WHEN other.id IS NOT NULL OR h.attribute IS NULL OR h.attribute NOT IN ('link', 'merge', 'move') THEN ${value} END`;

export class HistoryStore {
  /** JSON array, oldest first; `withRuns` also names lines of the rules' log. Undefined unless the actor sees the ticket as an agent. */
  async of(on: DataSource, visible: VisibleTickets, ticketId: number, withRuns = false): Promise<string | undefined> {
    const [row] = await sql<{ json: string }>(
      on,
      `SELECT (SELECT coalesce(json_agg(json_strip_nulls(row_to_json(entry)) ORDER BY entry.id), '[]')::text FROM (
           SELECT h.id, h.object, h.o_id, h.type, h.attribute,
             ${unlessSecret('h.value_from')} AS value_from, ${unlessSecret('h.value_to')} AS value_to,
             ${unlessSecret('h.id_from')} AS id_from, ${unlessSecret('h.id_to')} AS id_to,
             h.created_by_id, iso(h.created_at) AS created_at, h.cause ->> 'type' AS sourceable_type,
             (h.cause ->> 'id')::int AS sourceable_id, h.cause ->> 'name' AS sourceable_name,
             ${withRuns ? "(h.cause ->> 'run')::bigint AS sourceable_run," : ''}
             CASE WHEN h.object <> 'Ticket' OR other.id IS NOT NULL THEN 'Ticket' END AS related_object,
             CASE WHEN h.object <> 'Ticket' THEN h.ticket_id ELSE other.id END AS related_o_id
           FROM history h LEFT JOIN ticket other
             ON h.attribute IN ('link', 'merge', 'move') AND other.id = coalesce(h.id_to, h.id_from) AND ${isVisible('other')}
           WHERE h.ticket_id = t.id) AS entry) AS json
       FROM ticket t WHERE t.id = $5 AND ${isVisible()} AND ${seesAsAgent()}`,
      [...visible.params, ticketId],
    );
    return row?.json;
  }
}
