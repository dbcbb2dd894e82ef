import type { Circumstances, Param } from '@helpmesh/conditions';
import type { Condition } from '../domain/condition/condition.ts';
import type { SearchQuery } from '../domain/list/search-query.ts';
import { type StateType, stateTypes } from '../domain/ticket/state.ts';
import { conditionSql } from './condition-sql.ts';
import { type CustomColumn, customSql, keySql, type OrderKey } from './list-keys.ts';
import { matchCtes, type SearchWords, searchTerms } from './search-terms.ts';
import {
  isCustomer,
  isVisible,
  isWithin,
  seesAsAgent,
  sharesOrganization,
  type VisibleTickets,
  visibleGroupIds,
} from './visible-tickets.ts';

/** Absent: no matter. */
export interface ListFilter {
  stateIds?: number[] | undefined;
  /** Not read beside `stateIds`. */
  stateTypes?: readonly StateType[] | undefined;
  unassigned?: boolean | undefined;
  groupId?: number | undefined;
  ownerId?: number | undefined;
  customerId?: number | undefined;
  organizationIds?: number[] | undefined;
  search?: SearchQuery | undefined;
  /** Due at this instant (ISO 8601) or before. */
  dueBy?: string | undefined;
  /** The customer spoke last, or nobody has answered yet. */
  waiting?: boolean | undefined;
  /** Put off until this instant (ISO 8601) or before. */
  remindedBy?: string | undefined;
  /** This user has begun to write on them. */
  draftsOf?: number | undefined;
  /** The last mail that left did not arrive. */
  bounced?: boolean | undefined;
  /** Anything else that can be asked. */
  condition?: { condition: Condition; circumstances: Circumstances } | undefined;
}

export interface ListOrder {
  key: OrderKey;
  descending: boolean;
  /** What the rows are gathered by; the order is that within each group. */
  group?: { key: OrderKey; descending: boolean } | undefined;
  /** Last row of the page before: its keys as the texts that came with it, and its id. */
  after?: { key: string; group?: string | undefined; id: number } | undefined;
  limit: number;
  /** Nobody asks how many there are. */
  uncounted?: boolean;
  /** Custom attributes that the lines show besides. */
  custom?: readonly CustomColumn[] | undefined;
  /** Lines say what was last said on the tickets of this scope, to the customer or by them. */
  preview?: VisibleTickets | undefined;
}

export interface Statement {
  text: string;
  params: unknown[];
}

/** Members of a line about something the ticket `t` refers to, as text: found and written once a page (OFFSET 0). */
const about = (alias: string, members: string, from: string, otherwise?: string) => ({
  join: `LEFT JOIN LATERAL (SELECT ${members} AS json FROM ${from} OFFSET 0) AS ${alias} ON true`,
  json: otherwise ? `coalesce(${alias}.json, '${otherwise}')` : `${alias}.json`,
});
const nameOf = `coalesce(nullif(trim(concat_ws(' ', u.firstname, u.lastname)), ''), u.login)`;
const referred = [
  about(
    'state',
    `',"state":' || to_json(s.name) || ',"state_type":' || to_json(st.name)`,
    'ticket_state s JOIN ticket_state_type st ON st.id = s.state_type_id WHERE s.id = t.state_id',
  ),
  about('priority', `',"priority":' || to_json(name)`, 'ticket_priority WHERE id = t.priority_id'),
  about('grp', `',"group":' || to_json(name)`, 'replica_group WHERE id = t.group_id', ',"group":null'),
  about(
    'organization',
    `',"organization":' || to_json(name)`,
    'replica_organization WHERE id = t.organization_id',
    ',"organization":null',
  ),
  about(
    'owner',
    `',"owner":' || to_json(${nameOf})`,
    'replica_user u WHERE u.id = t.owner_id AND u.id <> 1',
    ',"owner":null',
  ),
  about(
    'customer',
    `',"customer":' || to_json(${nameOf}) || ',"customer_email":' || coalesce(to_json(u.email)::text, 'null')`,
    'replica_user u WHERE u.id = t.customer_id',
    ',"customer":"-","customer_email":null',
  ),
];

/** One line of a list, of the ticket `t`: what it holds itself (migration 6) and the names of what it refers to. */
const line = `t.line || ${referred.map(({ json }) => json).join(' || ')}`;
const lineJoins = referred.map(({ join }) => join).join(' ');

/** The line with what is shown in it besides, and the joins it needs. */
function lineWith({ custom = [], preview }: ListOrder, param: Param): { line: string; joins: string } {
  const values = custom.map((one) => `${param(one.name, 'text')}, ${customSql(one, param)}`);
  const said = preview && lastSaid(preview, param);
  const members = [
    line,
    ...(values.length > 0 ? [`',"custom":' || json_build_object(${values.join(', ')})::text`] : []),
    ...(said ? [said.json] : []),
  ];
  return { line: `${members.join(' || ')} || '}'`, joins: [lineJoins, said?.join ?? ''].join(' ').trim() };
}

/** The name in `Anna Bauer <anna@b.example>`, or the address where it has none. */
const nameIn = (from: string) =>
  `coalesce(nullif(btrim(split_part(${from}, ' <', 1), ' "'), ''), btrim(${from}, ' "<>'))`;

/**
 * The last message of the ticket `t` that its customer can read, whoever looks: how it begins is kept with it. What the
 * system says by itself is no word of anybody.
 */
function lastSaid(within: VisibleTickets, param: Param) {
  const members = `',"preview":' || json_build_object('from', left(${nameIn('a."from"')}, 100),
    'sender', CASE a.sender_id WHEN 2 THEN 'Customer' ELSE 'Agent' END,
    'text', a.excerpt, 'created_at', iso(a.created_at))::text`;
  const last = `article WHERE ticket_id = t.id AND NOT internal AND sender_id <> 3 AND ${isWithin(within, param)}`;
  const from = `(SELECT "from", sender_id, excerpt, created_at FROM ${last} ORDER BY id DESC LIMIT 1) AS a WHERE a.excerpt <> ''`;
  return about('said', members, from, ',"preview":null');
}

/**
 * A page of a list with its exact total, as one statement. The text depends on which filters are given and on the
 * order, never on their values, so each combination in use is prepared once.
 *
 * Without a narrowing filter a page is merged from the heads of the indexes of every visible group (and state), so its
 * cost depends on the number of groups and not on that of tickets, and the total comes from the tally (ADR 0007).
 *
 * Words are found once, for the page and the total. Few matches are looked up as tickets; of many, the tickets are read
 * in the order of the list, or by the other filters, and each is looked for among the matches until the page is full.
 */
export function pageStatement(visible: VisibleTickets, filter: ListFilter, order: ListOrder): Statement {
  const params: unknown[] = [...visible.params];
  const param = (value: unknown, type: string) => `$${params.push(value)}::${type}`;

  const { column, type, join } = keySql(order.key, 'sorted', param);
  const group = order.group && { ...keySql(order.group.key, 'gathered', param), descending: order.group.descending };
  const direction = order.descending ? 'DESC' : 'ASC';
  const opposite = order.descending ? 'ASC' : 'DESC';
  const limit = param(order.limit, 'int');
  const groupDirection = group?.descending ? 'DESC' : 'ASC';
  const groupOpposite = group?.descending ? 'ASC' : 'DESC';
  const by = (name: string, way: string) => (group ? `${name} ${way}, ` : '');
  const top = `ORDER BY ${by(group?.column ?? '', groupDirection)}${column} ${direction}, t.id ${direction} LIMIT ${limit}`;
  const states = statesOf(filter, param);
  const groupId = filter.groupId === undefined ? undefined : param(filter.groupId, 'int');
  const { filters, words } = conditions(filter, params, param, states, groupId);
  // Found once for the page and the total.
  const page: string[] = [];
  if (order.after) {
    const key = param(order.after.key, type);
    const later = `(${column}, t.id) ${order.descending ? '<' : '>'} (${key}, ${param(order.after.id, 'int')})`;
    if (group) {
      const last = param(order.after.group, group.type);
      page.push(
        `(${group.column} ${group.descending ? '<' : '>'} ${last} OR (${group.column} = ${last} AND ${later}))`,
      );
    } else page.push(later);
  }

  const joins = [join, group?.join ?? ''].join(' ').trim();
  const place = group ? `, ${group.column} AS gathered` : '';
  const pick = `SELECT t.id, ${column} AS key${place} FROM ticket t ${joins} WHERE`;
  const listed = (also: readonly string[]) =>
    `${pick} ${[isVisible(), ...filters, ...page, ...also].join(' AND ')} ${top}`;
  const heads = (also: readonly string[]) => {
    const all = [...filters, ...page, ...also];
    return `${groupHeads(pick, all, top, states, groupId)} UNION ALL ${customerHeads(pick, all, top)}`;
  };
  const inHeads = order.key === 'updated_at' && !group && !isNarrow({ ...filter, search: undefined });
  let hits: string;
  let total: string;
  if (words) {
    const most = inHeads ? heads([inMatches, areMany]) : listed([inMatches, areMany]);
    hits = `(${listed([isMatch, areFew])}) UNION ALL ${inHeads ? most : `(${most})`}`;
    const count = (also: readonly string[]) =>
      `(SELECT count(*) FROM ticket t WHERE ${[isVisible(), ...filters, ...also].join(' AND ')})`;
    const some = `SELECT ${count([isMatch, areFew])} + ${count([inMatches, areMany])}`;
    total = filters.length === 0 ? 'SELECT n FROM matches' : some;
  } else {
    hits = isNarrow(filter) ? listed([]) : heads([]);
    total = totalOf(filter, filters, states, groupId);
  }
  if (order.uncounted) total = '0';
  const shown = lineWith(order, param);
  const inOrder = `${by('gathered', groupDirection)}key ${direction}, id ${direction}`;
  const backwards = `${by('gathered', groupOpposite)}key ${opposite}, id ${opposite}`;

  // The plan is made without knowing the limit, so it takes a page for a tenth of all hits and would hash whole tables
  // to join them; an array it takes for ten rows, which is what makes it follow the primary keys.
  const text = `
    WITH ${words ? `${matchCtes(words)}, ${matchesCte}, ` : ''}hit AS MATERIALIZED (
      SELECT * FROM (${hits}) AS every ORDER BY ${inOrder} LIMIT ${limit}),
    last AS (SELECT * FROM hit ORDER BY ${backwards} LIMIT 1),
    page AS (
      SELECT '[' || coalesce(string_agg(${shown.line}, ',' ORDER BY place.n), '') || ']' AS lines
      FROM unnest(ARRAY(SELECT id FROM hit ORDER BY ${inOrder})) WITH ORDINALITY AS place (id, n)
        JOIN ticket t ON t.id = place.id ${shown.joins})
    SELECT (SELECT lines FROM page) AS tickets,
      (SELECT count(*) FROM hit) AS count,
      (SELECT key::text FROM last) AS "lastKey", (SELECT id FROM last) AS "lastId",${group ? '\n      (SELECT gathered::text FROM last) AS "lastGroup",' : ''}
      (${total})::bigint AS total`;
  return { text, params };
}

/**
 * The heads of the lists of forty groups, a page of each: so many tickets are read for a page of which every ticket
 * matches, and as many times more as fewer do.
 */
const AMONG = 4_000;

/** How many matches there are, and whether they are so many that a page of them is soon found among all tickets. */
const matchesCte = `matches AS MATERIALIZED (SELECT n, n * n > ${AMONG} * (SELECT coalesce(sum(n), 0) FROM ticket_tally WHERE ($1 OR group_id = ANY ($2::int[]))) AS many
  FROM (SELECT count(*) AS n FROM match) AS counted)`;
const areMany = '(SELECT many FROM matches)';
const areFew = `NOT ${areMany}`;
const isMatch = 't.id IN (SELECT ticket_id FROM match)';
/** The same, looked up in a table of them for each ticket: as a join the plan would begin with all of them. */
const inMatches = `(${isMatch}) IS TRUE`;

/** Exact numbers of several lists as one statement, a JSON array in their order. */
export function countsStatement(visible: VisibleTickets, lists: readonly ListFilter[]): Statement {
  const params: unknown[] = [...visible.params];
  const param: Param = (value, type) => `$${params.push(value)}::${type}`;
  const counts = lists.map((filter) => {
    const states = statesOf(filter, param);
    const group = filter.groupId === undefined ? undefined : param(filter.groupId, 'int');
    return `(${totalOf(filter, alone(conditions(filter, params, param, states, group)), states, group)})`;
  });
  // Without a list nothing would say of which types the scope is.
  const scope = '$1::boolean, $2::int[], $3::int, $4::int[]';
  // As an array and not by a function, which takes a hundred.
  const all = `to_json(ARRAY[${counts.join(', ')}]::bigint[])`;
  return { text: `SELECT ${all} AS counts FROM (SELECT ${scope}) AS scope`, params };
}

/** Whether it asks for more than what tallies and the heads of indexes are kept of. */
function isNarrow(filter: ListFilter): boolean {
  const { ownerId, customerId, organizationIds, search, dueBy, waiting, remindedBy, draftsOf, bounced, condition } =
    filter;
  return [
    ...[ownerId, customerId, organizationIds, search, dueBy, waiting, remindedBy, draftsOf, bounced, condition],
  ].some((one) => one !== undefined);
}

function totalOf(filter: ListFilter, filters: string[], states: string | undefined, group: string | undefined): string {
  return isNarrow(filter)
    ? `SELECT count(*) FROM ticket t WHERE ${[isVisible(), ...filters].join(' AND ')}`
    : tallied(filter, filters, states, group);
}

/** The ids of all tickets of a list, oldest first. */
export function idsStatement(visible: VisibleTickets, filter: ListFilter, limit: number): Statement {
  const params: unknown[] = [...visible.params];
  const param: Param = (value, type) => `$${params.push(value)}::${type}`;
  const most = param(limit, 'int');
  const group = filter.groupId === undefined ? undefined : param(filter.groupId, 'int');
  const found = alone(conditions(filter, params, param, statesOf(filter, param), group));
  const wanted = [isVisible(), ...found].join(' AND ');
  return { text: `SELECT t.id FROM ticket t WHERE ${wanted} ORDER BY t.id LIMIT ${most}`, params };
}

/** An array of the ids of the wanted states. */
function statesOf(filter: ListFilter, param: (value: unknown, type: string) => string): string | undefined {
  if (filter.stateIds) return param(filter.stateIds, 'int[]');
  if (!filter.stateTypes) return undefined;
  const types = param(stateTypeIds(filter.stateTypes), 'int[]');
  return `ARRAY(SELECT id FROM ticket_state WHERE state_type_id = ANY (${types}))`;
}

export const stateTypeIds = (types: readonly StateType[]): number[] =>
  types.map((type) => stateTypes.indexOf(type) + 1);

/** Over the ticket `t`, and what its document must hold besides. */
interface Conditions {
  filters: string[];
  words: SearchWords | undefined;
}

function conditions(
  filter: ListFilter,
  params: unknown[],
  param: (value: unknown, type: string) => string,
  states: string | undefined,
  group: string | undefined,
): Conditions {
  const found: string[] = [];
  if (states) found.push(`t.state_id = ANY (${states})`);
  if (group) found.push(`t.group_id = ${group}`);
  if (filter.unassigned) found.push('t.owner_id = 1');
  // Said twice so that the partial index of owners applies.
  if (filter.ownerId !== undefined) found.push(`t.owner_id = ${param(filter.ownerId, 'int')} AND t.owner_id <> 1`);
  if (filter.customerId !== undefined) found.push(`t.customer_id = ${param(filter.customerId, 'int')}`);
  if (filter.organizationIds) found.push(`t.organization_id = ANY (${param(filter.organizationIds, 'int[]')})`);
  if (filter.dueBy) found.push(`t.escalation_at <= ${param(filter.dueBy, 'timestamptz')}`);
  if (filter.waiting) {
    found.push("t.last_contact_customer_at > coalesce(t.last_contact_agent_at, '-infinity')");
  }
  if (filter.remindedBy) found.push(`t.pending_time <= ${param(filter.remindedBy, 'timestamptz')}`);
  if (filter.draftsOf !== undefined) {
    found.push(`t.id IN (SELECT ticket_id FROM own_draft WHERE user_id = ${param(filter.draftsOf, 'int')})`);
  }
  if (filter.bounced) found.push(lastMailFailed);
  if (filter.condition) found.push(conditionSql(filter.condition.condition, filter.condition.circumstances, param));
  const search = filter.search && searchTerms(filter.search, (value) => `$${params.push(value)}`);
  return { filters: [...found, ...(search?.filters ?? [])], words: search?.words };
}

/** Of the newest mail that left the ticket `t`. */
const lastMailFailed = `(
  SELECT a.preferences #>> '{delivery,state}' = 'failed' OR a.preferences #>> '{delivery,bounce,kind}' = 'permanent'
  FROM article a WHERE a.ticket_id = t.id AND a.sender_id <> 2 AND a.preferences ? 'delivery'
  ORDER BY a.id DESC LIMIT 1)`;

/** All conditions of a statement that looks for the words once. */
const alone = ({ filters, words }: Conditions): string[] =>
  words ? [...filters, `t.id IN (WITH ${matchCtes(words)} SELECT ticket_id FROM match)`] : filters;

/** The first tickets of each group that the actor sees as an agent. */
function groupHeads(
  pick: string,
  page: string[],
  top: string,
  states: string | undefined,
  group: string | undefined,
): string {
  const only = group ? ` WHERE grp.id = ${group}` : '';
  if (!states) {
    return `SELECT head.* FROM ${visibleGroupIds} AS grp (id)
      CROSS JOIN LATERAL (${pick} ${['t.group_id = grp.id', ...page].join(' AND ')} ${top}) AS head${only}`;
  }
  return `SELECT head.* FROM ${visibleGroupIds} AS grp (id) CROSS JOIN unnest(${states}) AS state (id)
    CROSS JOIN LATERAL (${pick} ${['t.group_id = grp.id', 't.state_id = state.id', ...page].join(' AND ')} ${top}) AS head${only}`;
}

/** The first tickets that the actor sees as a customer and not as an agent already. */
function customerHeads(pick: string, page: string[], top: string): string {
  const own = [isCustomer, 't.customer_id = $3::int', `NOT ${seesAsAgent()}`, ...page];
  const shared = [
    't.organization_id = org.id',
    't.customer_id IS DISTINCT FROM $3::int',
    `NOT ${seesAsAgent()}`,
    ...page,
  ];
  return `(${pick} ${own.join(' AND ')} ${top})
    UNION ALL SELECT head.* FROM unnest($4::int[]) AS org (id)
    CROSS JOIN LATERAL (${pick} ${shared.join(' AND ')} ${top}) AS head`;
}

/** Agents' tickets are counted already; those of a customer are few. */
function tallied(filter: ListFilter, filters: string[], states: string | undefined, group: string | undefined): string {
  const tally = ['($1 OR group_id = ANY ($2::int[]))'];
  if (states) tally.push(`state_id = ANY (${states})`);
  if (group) tally.push(`group_id = ${group}`);
  if (filter.unassigned) tally.push('unassigned');
  const own = [isCustomer, 't.customer_id = $3::int', `NOT ${seesAsAgent()}`, ...filters];
  const shared = [
    sharesOrganization,
    't.organization_id = ANY ($4::int[])',
    't.customer_id IS DISTINCT FROM $3::int',
    `NOT ${seesAsAgent()}`,
    ...filters,
  ];
  return `SELECT (SELECT coalesce(sum(n), 0) FROM ticket_tally WHERE ${tally.join(' AND ')})
    + (SELECT count(*) FROM ticket t WHERE ${own.join(' AND ')})
    + (SELECT count(*) FROM ticket t WHERE ${shared.join(' AND ')})`;
}
