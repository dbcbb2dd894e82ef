import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { isVisible, seesAsAgent, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;

/** A row as REST shows it. */
export interface ShownTime {
  id: number;
  ticket_id: number;
  ticket_article_id: number | null;
  time_unit: string;
  type_id: number | null;
  type?: string | null;
  created_by_id: number;
  updated_by_id: number;
  created_at: string;
  updated_at: string;
}

export interface NewTime {
  ticketId: number;
  articleId: number | null;
  /** Decimal digits. */
  units: string;
  typeId: number | null;
  by: number;
}

export const timeJson = `json_build_object('id', x.id, 'ticket_id', x.ticket_id, 'ticket_article_id', x.article_id,
  'time_unit', time_units(x.time_unit)::text, 'type_id', x.type_id,
  'type', (SELECT name FROM time_accounting_type y WHERE y.id = x.type_id),
  'created_by_id', x.created_by_id, 'updated_by_id', x.updated_by_id,
  'created_at', iso(x.created_at), 'updated_at', iso(x.updated_at))`;
const forAgents = `FROM time_accounting x JOIN ticket t ON t.id = x.ticket_id WHERE ${isVisible()} AND ${seesAsAgent()}`;

const logs = {
  activity: `SELECT json_build_object('ticket', ticket, 'type', type, 'agent', agent, 'customer', customer,
      'organization', organization, 'created_at', iso(created_at), 'time_unit', time_units(units)::text) AS json
    FROM spent ORDER BY created_at, id`,
  ticket: `SELECT json_build_object('ticket', one.ticket, 'agent', one.owner, 'customer', one.customer,
      'organization', one.organization, 'time_unit', time_units(total)::text) AS json
    FROM (SELECT ticket_id, sum(units) AS total, max(id) AS last FROM spent GROUP BY ticket_id) AS by_ticket
    JOIN spent one ON one.id = last ORDER BY one.ticket_id`,
  customer: `SELECT json_build_object('customer', json_build_object('id', customer_id, 'name', max(customer)),
      'organization', max(organization), 'time_unit', time_units(sum(units))::text) AS json
    FROM spent GROUP BY customer_id, organization_id ORDER BY max(customer), customer_id, organization_id`,
  organization: `SELECT json_build_object('organization', json_build_object('id', organization_id,
      'name', coalesce(max(organization), '-')), 'time_unit', time_units(sum(units))::text) AS json
    FROM spent WHERE organization_id IS NOT NULL GROUP BY organization_id ORDER BY max(organization), organization_id`,
} as const;
export type TimeLogBy = keyof typeof logs;

const nameOf = (u: string) =>
  `coalesce(nullif(trim(concat_ws(' ', ${u}.firstname, ${u}.lastname)), ''), ${u}.login, '-')`;

/** Time spent on tickets. The sum of a ticket follows by trigger. */
export class TimeStore {
  /** @param ticketId  null: of all tickets */
  async list(
    on: On,
    visible: VisibleTickets,
    ticketId: number | null,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<ShownTime[]> {
    const rows = await sql<{ json: ShownTime }>(
      on,
      `SELECT ${timeJson} AS json ${forAgents} AND ($5::int IS NULL OR x.ticket_id = $5)
       ORDER BY x.id LIMIT $6 OFFSET $7`,
      [...visible.params, ticketId, limit, offset],
    );
    return rows.map(({ json }) => json);
  }

  async get(on: On, visible: VisibleTickets, id: number): Promise<ShownTime | undefined> {
    const text = `SELECT ${timeJson} AS json ${forAgents} AND x.id = $5`;
    return (await sql<{ json: ShownTime }>(on, text, [...visible.params, id]))[0]?.json;
  }

  async add(tx: EntityManager, times: readonly NewTime[], now: EpochMs): Promise<number[]> {
    if (times.length === 0) return [];
    const rows = await sql<{ id: number }>(
      tx,
      `INSERT INTO time_accounting (ticket_id, article_id, time_unit, type_id, created_by_id, updated_by_id, created_at,
         updated_at)
       SELECT "ticketId", "articleId", units, "typeId", by, by, $2, $2
       FROM json_to_recordset($1::json) AS n ("ticketId" int, "articleId" int, units numeric, "typeId" int, by int)
       ORDER BY "ticketId" RETURNING id`,
      [JSON.stringify(times), isoTime(now)],
    );
    return rows.map(({ id }) => id);
  }

  async change(
    tx: EntityManager,
    id: number,
    { units, typeId, by }: { units: string; typeId: number | null; by: number },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      tx,
      `UPDATE time_accounting SET time_unit = $2::numeric, type_id = $3, updated_by_id = $4, updated_at = $5
       WHERE id = $1`,
      [id, units, typeId, by, isoTime(now)],
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM time_accounting WHERE id = $1', [id]);
  }

  /** Whether the article is on the ticket, and bears no time yet. */
  async fits(tx: EntityManager, articleId: number, ticketId: number): Promise<boolean> {
    const rows = await sql(
      tx,
      `SELECT 1 FROM article a WHERE id = $1 AND ticket_id = $2
         AND NOT EXISTS (SELECT 1 FROM time_accounting x WHERE x.article_id = a.id)`,
      [articleId, ticketId],
    );
    return rows.length > 0;
  }

  /** What was spent from one instant to before another. For those who account for it, whichever tickets they see. */
  async log(on: On, by: TimeLogBy, from: EpochMs, to: EpochMs): Promise<unknown[]> {
    const rows = await sql<{ json: unknown }>(
      on,
      `WITH spent AS (
         SELECT x.id, x.created_at, x.time_unit AS units, t.id AS ticket_id, t.customer_id, t.organization_id,
           json_build_object('id', t.id, 'number', t.number, 'title', t.title) AS ticket,
           (SELECT name FROM time_accounting_type y WHERE y.id = x.type_id) AS type,
           (SELECT ${nameOf('u')} FROM replica_user u WHERE u.id = x.created_by_id) AS agent,
           (SELECT ${nameOf('u')} FROM replica_user u WHERE u.id = t.owner_id) AS owner,
           (SELECT ${nameOf('u')} FROM replica_user u WHERE u.id = t.customer_id) AS customer,
           (SELECT name FROM replica_organization o WHERE o.id = t.organization_id) AS organization
         FROM time_accounting x JOIN ticket t ON t.id = x.ticket_id WHERE x.created_at >= $1 AND x.created_at < $2)
       ${logs[by]}`,
      [isoTime(from), isoTime(to)],
    );
    return rows.map(({ json }) => json);
  }
}

/** A JSON array of the time spent on a ticket, and the ids of its rows with commas between them. */
export const timesOf = (ticketId: string): string => `(
  SELECT coalesce(json_agg(${timeJson} ORDER BY x.id), '[]') FROM time_accounting x WHERE x.ticket_id = ${ticketId})`;
export const timeIdsOf = (ticketId: string): string =>
  `array_to_string(ARRAY(SELECT x.id FROM time_accounting x WHERE x.ticket_id = ${ticketId} ORDER BY x.id), ',')`;
