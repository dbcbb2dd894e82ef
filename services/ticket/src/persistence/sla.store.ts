import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { BusinessHours, PublicHolidays } from '../domain/sla/calendar.ts';
import type { Ticket } from '../domain/ticket/ticket.ts';
import { escalationColumns, escalationRow, ticketColumns, ticketOf } from './ticket.table.ts';

type On = DataSource | EntityManager;

export interface CalendarRow {
  id: number;
  name: string;
  timezone: string;
  businessHours: BusinessHours;
  publicHolidays: PublicHolidays;
}

export interface SlaRow {
  id: number;
  name: string;
  calendarId: number;
  firstResponse: number | null;
  response: number | null;
  update: number | null;
  solution: number | null;
  /** Selector JSON. */
  condition: unknown;
}

/** All rules, as of one moment. */
export interface RuleRows {
  revision: number;
  slas: SlaRow[];
  calendars: CalendarRow[];
}

const list = (columns: readonly string[], prefix = '') => columns.map((name) => `${prefix}"${name}"`).join(', ');

/** What the SLA clock reads and writes beside the tickets that are being changed anyway. */
export class SlaStore {
  /** Tags are called otherwise, or gone: where SLAs look at them, every open ticket is reckoned again. */
  async tagsChanged(tx: EntityManager): Promise<void> {
    await sql(
      tx,
      `UPDATE sla_rules SET revision = revision + 1
       WHERE EXISTS (SELECT 1 FROM sla WHERE condition::text LIKE '%"ticket.tags"%')`,
    );
  }

  async rules(on: On): Promise<RuleRows> {
    const [row] = await sql<RuleRows>(
      on,
      `SELECT (SELECT revision FROM sla_rules) AS revision,
        (SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'calendarId', s.calendar_id,
           'firstResponse', nullif(s.first_response_time, 0), 'response', nullif(s.response_time, 0),
           'update', nullif(s.update_time, 0), 'solution', nullif(s.solution_time, 0), 'condition', s.condition)), '[]')
         FROM sla s) AS slas,
        (SELECT coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'timezone', c.timezone,
           'businessHours', c.business_hours, 'publicHolidays', c.public_holidays)), '[]')
         FROM calendar c) AS calendars`,
    );
    return row as RuleRows;
  }

  /** Whether a sweep has anything to do: tickets of older rules, and something to tell. */
  async waiting(on: On, now: EpochMs): Promise<{ stale: boolean; notices: boolean }> {
    const [row] = await sql<{ stale: boolean; notices: boolean }>(
      on,
      `SELECT EXISTS (SELECT FROM ticket WHERE sla_revision < (SELECT revision FROM sla_rules)) AS stale,
        EXISTS (SELECT FROM ticket WHERE sla_notice_at <= $1) AS notices`,
      [isoTime(now)],
    );
    return row as { stale: boolean; notices: boolean };
  }

  /** Some tickets of rules older than these, locked; those that somebody is changing are left for later. */
  async lockStale(tx: EntityManager, revision: number, limit: number): Promise<Ticket[]> {
    const rows = await sql(
      tx,
      `SELECT ${list(ticketColumns)} FROM ticket WHERE sla_revision < $1
       ORDER BY sla_revision, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`,
      [revision, limit],
    );
    return rows.map(ticketOf);
  }

  /** Tickets about which there is something to tell, the longest waiting first. */
  async dueNotices(on: On, now: EpochMs, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      'SELECT id FROM ticket WHERE sla_notice_at <= $1 ORDER BY sla_notice_at LIMIT $2',
      [isoTime(now), limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Those of them of which that is still so, locked; what another replica is telling of is left to it. */
  async lockDue(tx: EntityManager, ids: readonly number[], now: EpochMs): Promise<Map<number, Ticket>> {
    const rows = await sql(
      tx,
      `SELECT ${list(ticketColumns)} FROM ticket WHERE id = ANY ($1::int[]) AND sla_notice_at <= $2
       ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`,
      [ids, isoTime(now)],
    );
    return new Map(rows.map((row) => [row.id as number, ticketOf(row)]));
  }

  /** Writes what the clock knows, and nothing else: for the ticket and its readers this is no change of it. */
  async save(tx: EntityManager, tickets: readonly Ticket[]): Promise<void> {
    await sql(
      tx,
      `UPDATE ticket SET (${list(escalationColumns)}) = (${list(escalationColumns, 'next.')})
       FROM json_populate_recordset(NULL::ticket, $1::json) AS next WHERE ticket.id = next.id`,
      [JSON.stringify(tickets.map(({ id, escalation }) => ({ id, ...escalationRow(escalation) })))],
    );
  }
}
