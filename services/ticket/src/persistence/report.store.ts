import { type Circumstances, fieldsOf, type Param } from '@helpmesh/conditions';
import type { GroupFigures } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import { articleSenderId, articleTypeId } from '../domain/article/kinds.ts';
import type { Condition } from '../domain/condition/condition.ts';
import { type Counted, FIRST_SOLUTION_MINUTES, type Said } from '../domain/report/metrics.ts';
import { conditionSql } from './condition-sql.ts';
import { isVisible, type VisibleTickets } from './visible-tickets.ts';

/** Tickets of which profile, as of whom; null: every ticket. */
export interface Profile {
  condition: Condition | null;
  circumstances: Circumstances;
}

/** A line of a file. */
export type ReportRow = Record<string, string | number | null>;

/** What happened to tickets: a relation of the ticket `t` with the instant, `at`. */
interface Happened {
  from: string;
  at: string;
  where: string[];
}

const notMerged = `t.state_id NOT IN (SELECT s.id FROM ticket_state s JOIN ticket_state_type y ON y.id = s.state_type_id
  WHERE y.name = 'merged')`;
const closedStates = `(SELECT s.id FROM ticket_state s JOIN ticket_state_type y ON y.id = s.state_type_id
  WHERE y.name IN ('closed', 'merged'))`;
const change = "h.object = 'Ticket' AND h.type = 'updated' AND h.attribute";

/** Counts what happened to tickets between instants. */
export class ReportStore {
  /** How often it happened between each of the edges and the next. */
  async counts(
    on: DataSource,
    visible: VisibleTickets,
    counted: Counted,
    profile: Profile,
    edges: readonly EpochMs[],
  ): Promise<number[]> {
    if (counted.what === 'backlog') {
      const of = (what: 'created' | 'closed') => this.counts(on, visible, { what }, profile, edges);
      const [created, closed] = await Promise.all([of('created'), of('closed')]);
      return created.map((n, i) => n - (closed[i] as number));
    }
    const { params, param } = parameters(visible);
    const places = param(edges.map(isoTime), 'timestamptz[]');
    const { from, at, where } = happened(counted, profile, edges, param);
    const rows = await sql<{ place: number; n: number }>(
      on,
      `SELECT width_bucket(${at}, ${places}) AS place, count(*)::int AS n FROM ${from} WHERE ${where.join(' AND ')}
       GROUP BY 1`,
      params,
    );
    const numbers = new Map(rows.map(({ place, n }) => [place, n]));
    return edges.slice(1).map((_, i) => numbers.get(i + 1) ?? 0);
  }

  /** Ids of the tickets that are counted between the first and the last edge. A backlog is of those created there. */
  async ids(
    on: DataSource,
    visible: VisibleTickets,
    counted: Counted,
    profile: Profile,
    edges: readonly EpochMs[],
    limit: number,
    groupIds: readonly number[] | null = null,
  ): Promise<{ ids: number[]; count: number }> {
    const { params, param } = parameters(visible);
    const { from, where } = happened(ticketsOf(counted), profile, edges, param);
    if (groupIds) where.push(`t.group_id = ANY (${param(groupIds, 'int[]')})`);
    const [row] = await sql<{ ids: number[]; count: number }>(
      on,
      `WITH hit AS (SELECT DISTINCT t.id FROM ${from} WHERE ${where.join(' AND ')})
       SELECT ARRAY(SELECT id FROM hit ORDER BY id LIMIT ${param(limit, 'int')}) AS ids,
         (SELECT count(*)::int FROM hit) AS count`,
      params,
    );
    return row as { ids: number[]; count: number };
  }

  /** How the groups did in which tickets are now, by name, and all of them. */
  async groups(
    on: DataSource,
    visible: VisibleTickets,
    profile: Profile,
    edges: readonly EpochMs[],
    now: EpochMs,
  ): Promise<{ groups: (GroupFigures & { group_id: number; group: string })[]; total: GroupFigures }> {
    const { params, param } = parameters(visible);
    const rows = await sql<GroupFigures & { group_id: number | null; group: string }>(
      on,
      `${figuresSql('GROUPING SETS ((place), ())', 't.group_id', profile, edges, now, param)}
       SELECT nullif(place, 0) AS group_id, coalesce(g.name, '-') AS "group", ${figures}
       FROM figure LEFT JOIN replica_group g ON g.id = place ORDER BY lower(g.name), place`,
      params,
    );
    const groups = rows.filter((row): row is typeof row & { group_id: number } => row.group_id !== null);
    const {
      group_id: _id,
      group: _name,
      ...total
    } = rows.find((row) => row.group_id === null) as (typeof rows)[number];
    return { groups, total };
  }

  /**
   * How sets of groups did, of which a group may be in several.
   * @returns by place in `sets`, those with anything to tell
   */
  async sets(
    on: DataSource,
    visible: VisibleTickets,
    profile: Profile,
    edges: readonly EpochMs[],
    now: EpochMs,
    sets: readonly (readonly number[])[],
  ): Promise<Map<number, GroupFigures>> {
    const { params, param } = parameters(visible);
    const of = sets.flatMap((groupIds, place) => groupIds.map((groupId) => [place, groupId] as const));
    const places = param(
      of.map(([place]) => place),
      'int[]',
    );
    const groupIds = param(
      of.map(([, groupId]) => groupId),
      'int[]',
    );
    const member = `unnest(${places}, ${groupIds}) AS m (place, group_id)`;
    const rows = await sql<GroupFigures & { place: number }>(
      on,
      `${figuresSql('place', 'm.place', profile, edges, now, param, `JOIN ${member} ON m.group_id = t.group_id`)}
       SELECT place, ${figures} FROM figure ORDER BY place`,
      params,
    );
    return new Map(rows.map(({ place, ...figures }) => [place, figures]));
  }

  /** What a file tells of tickets, by id. */
  async rows(on: DataSource, visible: VisibleTickets, ids: readonly number[]): Promise<ReportRow[]> {
    const name = (person: string) =>
      `coalesce(nullif(trim(concat_ws(' ', ${person}.firstname, ${person}.lastname)), ''), ${person}.login)`;
    return sql<ReportRow>(
      on,
      `SELECT t.id, t.number, t.title, s.name AS state, p.name AS priority, g.name AS "group",
         CASE WHEN t.owner_id <> 1 THEN ${name('w')} END AS owner, ${name('c')} AS customer, o.name AS organization,
         k.name AS create_channel, iso(t.created_at) AS created_at, iso(t.updated_at) AS updated_at,
         iso(t.first_response_at) AS first_response_at, t.first_response_in_min, t.first_response_diff_in_min,
         iso(t.close_at) AS close_at, t.close_in_min, t.close_diff_in_min, iso(t.last_close_at) AS last_close_at,
         t.article_count, t.time_unit::text AS time_unit
       FROM ticket t JOIN ticket_state s ON s.id = t.state_id JOIN ticket_priority p ON p.id = t.priority_id
         LEFT JOIN article_type k ON k.id = t.create_article_type_id LEFT JOIN replica_group g ON g.id = t.group_id
         LEFT JOIN replica_user w ON w.id = t.owner_id LEFT JOIN replica_user c ON c.id = t.customer_id
         LEFT JOIN replica_organization o ON o.id = t.organization_id
       WHERE t.id = ANY ($5::int[]) AND ${isVisible()} ORDER BY t.id`,
      [...visible.params, ids],
    );
  }
}

function parameters(visible: VisibleTickets): { params: unknown[]; param: Param } {
  const params: unknown[] = [...visible.params];
  return { params, param: (value, type) => `$${params.push(value)}::${type}` };
}

const figures = `coalesce(created, 0) AS created, coalesce(closed, 0) AS closed, coalesce(answered, 0) AS answered,
  coalesce(open, 0) AS open, open_median_min, response[1] AS response_median_min, response[2] AS response_p90_min,
  solution[1] AS solution_median_min, solution[2] AS solution_p90_min, coalesce(response_kept, 0) AS response_kept,
  coalesce(response_late, 0) AS response_late, coalesce(solution_kept, 0) AS solution_kept,
  coalesce(solution_late, 0) AS solution_late, coalesce(rated, 0) AS rated, coalesce(satisfied, 0) AS satisfied, score`;

/**
 * `WITH …, figure AS (…)`: what became of tickets between the first edge and the last, a row a place, 0 for all of them.
 * Times are those of the clock on the wall, of the tickets that were answered or closed for the first time in the period.
 * @param place  of a ticket `t`; a ticket that `join` finds several of is counted in each
 */
function figuresSql(
  grouping: string,
  place: string,
  profile: Profile,
  edges: readonly EpochMs[],
  now: EpochMs,
  param: Param,
  join = '',
): string {
  const [first, last] = [edges[0], edges.at(-1)].map((edge) => param(isoTime(edge as EpochMs), 'timestamptz'));
  const within = (at: string) => `${at} >= ${first} AND ${at} < ${last}`;
  const meant = profile.condition ? conditionSql(profile.condition, profile.circumstances, param) : 'true';
  const waited = (until: string) => `extract(epoch FROM ${until} - created_at) / 60`;
  const shares = (until: string) =>
    `percentile_cont(ARRAY[0.5, 0.9]::float8[]) WITHIN GROUP (ORDER BY ${waited(until)}) FILTER (WHERE ${within(until)})`;
  const counted = (where: string) => `count(*) FILTER (WHERE ${where})::int`;
  const promised = (of: string, kept: boolean) =>
    counted(`${within(`${of}_at`)} AND ${of}_diff_in_min ${kept ? '>= 0' : '< 0'}`);
  const at = param(isoTime(now), 'timestamptz');
  return `WITH own AS (
      SELECT ${place} AS place, t.created_at, t.close_at, t.close_diff_in_min, t.first_response_at,
        t.first_response_diff_in_min, t.state_id NOT IN ${closedStates} AS open
      FROM ticket t ${join}
      WHERE (${within('t.created_at')} OR ${within('t.close_at')} OR ${within('t.first_response_at')}
        OR t.state_id NOT IN ${closedStates}) AND ${isVisible()} AND ${notMerged} AND ${meant}),
    told AS (
      SELECT coalesce(place, 0) AS place, ${counted(within('created_at'))} AS created,
        ${counted(within('close_at'))} AS closed, ${counted(within('first_response_at'))} AS answered,
        ${counted('open')} AS open,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ${waited(at)}) FILTER (WHERE open) AS open_median_min,
        ${shares('first_response_at')} AS response, ${shares('close_at')} AS solution,
        ${promised('first_response', true)} AS response_kept, ${promised('first_response', false)} AS response_late,
        ${promised('close', true)} AS solution_kept, ${promised('close', false)} AS solution_late
      FROM own GROUP BY ${grouping}),
    graded AS (
      SELECT ${place} AS place, r.score FROM ticket_rating r JOIN ticket t ON t.id = r.ticket_id ${join}
      WHERE ${within('r.rated_at')} AND r.score IS NOT NULL AND ${isVisible()} AND ${meant}),
    said AS (
      SELECT coalesce(place, 0) AS place, count(*)::int AS rated, ${counted('score >= 4')} AS satisfied,
        avg(score)::float8 AS score
      FROM graded GROUP BY ${grouping}),
    figure AS (SELECT * FROM told FULL JOIN said USING (place))`;
}

const ticketsOf = (counted: Counted): Exclude<Counted, { what: 'backlog' }> =>
  counted.what === 'backlog' ? { what: 'created' } : counted;

function happened(
  counted: Exclude<Counted, { what: 'backlog' }>,
  profile: Profile,
  edges: readonly EpochMs[],
  param: Param,
): Happened {
  const meant = profile.condition ? conditionSql(profile.condition, profile.circumstances, param) : 'true';
  const between = (at: string) => {
    const [first, last] = [edges[0], edges.at(-1)].map((edge) => param(isoTime(edge as EpochMs), 'timestamptz'));
    return `${at} >= ${first} AND ${at} < ${last}`;
  };
  const ofTicket = (at: string, ...also: string[]): Happened => ({
    ...{ from: 'ticket t', at, where: [between(at), isVisible(), notMerged, meant, ...also] },
  });
  const ofHistory = (...also: string[]): Happened => ({
    from: 'history h JOIN ticket t ON t.id = h.ticket_id',
    at: 'h.created_at',
    where: [between('h.created_at'), isVisible(), meant, ...also],
  });
  const ofRating = (at: string, ...also: string[]): Happened => ({
    from: 'ticket_rating r JOIN ticket t ON t.id = r.ticket_id',
    ...{ at, where: [between(at), isVisible(), meant, ...also] },
  });
  switch (counted.what) {
    case 'created':
      return ofTicket('t.created_at', ...(counted.by ? [saidBy(counted.by, 't.create_article_', param)] : []));
    case 'closed':
      return ofTicket('t.close_at');
    case 'answered':
      return ofTicket('t.first_response_at');
    case 'still-open':
      return ofTicket('t.created_at', `t.state_id NOT IN ${closedStates}`);
    case 'open':
      return {
        from: 'ticket t',
        at: 't.created_at',
        where: [isVisible(), notMerged, meant, `t.state_id NOT IN ${closedStates}`],
      };
    case 'first_solution':
      return ofTicket('t.close_at', `t.close_at < t.created_at + interval '${FIRST_SOLUTION_MINUTES} minutes'`);
    // Null where nothing was promised.
    case 'promise':
      return ofTicket(`t.${counted.of}_at`, `t.${counted.of}_diff_in_min ${counted.kept ? '>= 0' : '< 0'}`);
    case 'reopened':
      return ofHistory(`${change} = 'state' AND h.id_from IN ${closedStates} AND h.id_to NOT IN ${closedStates}`);
    case 'merged':
      return ofHistory("h.object = 'Ticket' AND h.type = 'merged_into'");
    case 'moved':
      return moved(counted.way, profile, meant, between('h.created_at'));
    case 'said':
      return {
        from: 'article a JOIN ticket t ON t.id = a.ticket_id',
        at: 'a.created_at',
        where: [between('a.created_at'), isVisible(), meant, saidBy(counted.by, 'a.', param)],
      };
    case 'asked':
      return ofRating('r.asked_at');
    case 'rated':
      return ofRating('r.rated_at', `r.score BETWEEN ${param(counted.least, 'int')} AND ${param(counted.most, 'int')}`);
  }
}

/**
 * Of a profile that speaks of groups, those moves that took a ticket into what it is about, or out of it: the condition
 * is asked of the ticket as it is now, once in the group it came to and once in the one it left.
 */
function moved(way: 'in' | 'out', { condition }: Profile, meant: string, between: string): Happened {
  const at = 'h.created_at';
  const where = [between, `${change} = 'group'`, isVisible('own')];
  const within = (column: string) => `jsonb_populate_record(own, jsonb_build_object('group_id', ${column})) AS t`;
  const history = 'history h JOIN ticket own ON own.id = h.ticket_id';
  const [there, elsewhere] = way === 'in' ? ['h.id_to', 'h.id_from'] : ['h.id_from', 'h.id_to'];
  const from = `${history} CROSS JOIN LATERAL ${within(there)}`;
  const ofGroups = condition && [...fieldsOf(condition)].some((name) => /^(ticket\.group_id|group\.)/.test(name));
  if (!ofGroups) return { from, at, where: [...where, meant] };
  const left = `NOT EXISTS (SELECT FROM ${within(elsewhere)} WHERE ${meant})`;
  return { from, at, where: [...where, meant, left] };
}

function saidBy({ types, sender }: Said, prefix: string, param: Param): string {
  const ids = param(types.map(articleTypeId), 'int[]');
  return `${prefix}type_id = ANY (${ids}) AND ${prefix}sender_id = ${param(articleSenderId(sender), 'int')}`;
}
