import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { ReportWindow } from '../domain/report.ts';
import { CLOSED } from './closed.ts';

export interface TicketReport {
  days: { date: string; created: number; closed: number }[];
  open: { group_id: number; group: string; state: string; count: number }[];
  time_in_state: { state_type: string; hours: number }[];
}

export class ReportStore {
  /** @param groupIds  the groups that are counted; null: all */
  async ticketReport(
    db: DataSource,
    { from, until }: ReportWindow,
    groupIds: number[] | null,
    now: Date,
  ): Promise<TicketReport> {
    const [days, open, times] = await Promise.all([
      sql<TicketReport['days'][number]>(
        db,
        `SELECT day.date::text AS date, coalesce(created.n, 0)::int AS created, coalesce(closed.n, 0)::int AS closed
           FROM generate_series($1::date, $2::date - 1, interval '1 day') AS series (at)
           CROSS JOIN LATERAL (SELECT series.at::date AS date) AS day
           LEFT JOIN (${perDay('opening')}) AS created USING (date)
           LEFT JOIN (${perDay('closing')}) AS closed USING (date)
          ORDER BY day.date`,
        [from, until, groupIds],
      ),
      sql<TicketReport['open'][number]>(
        db,
        `SELECT group_id, max(coalesce(group_name.name, fact.group_name)) AS "group", state, count(*)::int AS count
           FROM ticket_fact AS fact LEFT JOIN group_name USING (group_id)
          WHERE NOT deleted AND state_type NOT IN ${CLOSED}
            AND ($1::bigint[] IS NULL OR group_id = ANY($1))
          GROUP BY group_id, state ORDER BY group_id, state`,
        [groupIds],
      ),
      sql<TicketReport['time_in_state'][number]>(
        db,
        `SELECT state_type, round(sum(extract(epoch FROM
                  least(coalesce(to_at, $4), $2::timestamptz, $4) - greatest(from_at, $1::timestamptz))) / 3600, 3)::float8 AS hours
           FROM state_interval
          WHERE from_at < least($2::timestamptz, $4::timestamptz) AND (to_at IS NULL OR to_at > $1::timestamptz)
            AND ($3::bigint[] IS NULL OR group_id = ANY($3))
          GROUP BY state_type ORDER BY state_type`,
        [`${from}T00:00:00Z`, `${until}T00:00:00Z`, groupIds, now],
      ),
    ]);
    return { days, open, time_in_state: times };
  }
}

/** Days are those of UTC, as all times of the API. */
function perDay(flag: 'opening' | 'closing'): string {
  return `SELECT (from_at AT TIME ZONE 'UTC')::date AS date, count(*) AS n FROM state_interval
           WHERE ${flag} AND from_at >= ($1::date)::timestamp AT TIME ZONE 'UTC'
             AND from_at < ($2::date)::timestamp AT TIME ZONE 'UTC' AND ($3::bigint[] IS NULL OR group_id = ANY($3))
           GROUP BY 1`;
}
