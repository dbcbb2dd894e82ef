import { epochMs } from '@helpmesh/kernel';
import {
  type CustomTerm,
  hasForms,
  type SearchField,
  type SearchNode,
  type SearchQuery,
  type WordNode,
  type Words,
} from '../domain/list/search-query.ts';
import { tagKey } from '../domain/tag/tag.ts';
import { conditionSql } from './condition-sql.ts';
import { articleIsVisible } from './ticket-json.ts';
import { isCustomer, isVisible, seesAsAgent, sharesOrganization } from './visible-tickets.ts';

type Param = (value: unknown) => string;

/** Conditions over the ticket `t` for a named field; the parameter holds all values that were given for it. */
const fieldConditions: Record<SearchField, (param: string, values: readonly string[]) => string> = {
  state: (p) => `t.state_id IN (SELECT id FROM ticket_state WHERE ${named('name', p)})`,
  state_id: (p) => `t.state_id = ANY (${p}::int[])`,
  priority: (p) => `t.priority_id IN (SELECT id FROM ticket_priority WHERE ${named('name', p)})`,
  priority_id: (p) => `t.priority_id = ANY (${p}::int[])`,
  impact: (p) => `t.impact = ANY (${p}::text[])`,
  urgency: (p) => `t.urgency = ANY (${p}::text[])`,
  original_priority_id: (p) => `t.original_priority_id = ANY (${p}::int[])`,
  group: (p) => `t.group_id IN (SELECT id FROM replica_group WHERE ${named('name', p)})`,
  group_id: (p) => `t.group_id = ANY (${p}::int[])`,
  owner: (p) => `t.owner_id IN (${personWith(p)})`,
  owner_named: (p) => `t.owner_id IN (${personNamed(p)})`,
  owner_id: (p) => `t.owner_id = ANY (${p}::int[])`,
  customer: (p) => `t.customer_id IN (${personWith(p)})`,
  customer_named: (p) => `t.customer_id IN (${personNamed(p)})`,
  customer_id: (p) => `t.customer_id = ANY (${p}::int[])`,
  organization: (p) => `t.organization_id IN (SELECT id FROM replica_organization WHERE ${named('name', p)})`,
  organization_id: (p) => `t.organization_id = ANY (${p}::int[])`,
  number: (p, values) => (values.some(hasGaps) ? `t.number LIKE ANY (${p}::text[])` : `t.number = ANY (${p}::text[])`),
  id: (p) => `t.id = ANY (${p}::int[])`,
  // Every one of them, where the others ask for any. Tags are words of agents about a ticket: not even that it has one
  // is for its customer to find out.
  tags: (p) => `${seesAsAgent()} AND t.id IN (
    SELECT h.ticket_id FROM tag g JOIN ticket_tag h ON h.tag_id = g.id WHERE g.key = ANY (${p}::text[])
    GROUP BY h.ticket_id HAVING count(*) = cardinality(${p}::text[]))`,
  // As tags are. The index is over tickets that have objects alone.
  cmdb_object: (p) =>
    `${seesAsAgent()} AND t.preferences ? 'idoit' AND t.preferences #> '{idoit,object_ids}' ?| ${p}::text[]`,
};

/** Fields that are compared in any case, `*` and `?` standing for what is not said. */
const byName: ReadonlySet<SearchField> = new Set([
  ...(['state', 'priority', 'group', 'organization', 'owner_named', 'customer_named'] as const),
]);
const hasGaps = (value: string) => /[*?]/.test(value);
const withGaps = (value: string) => likeText(value).replaceAll('*', '%').replaceAll('?', '_');
const named = (column: string, p: string) => `${column} ILIKE ANY (${p}::text[])`;

/** Whole logins and addresses, by their indexes. */
const personWith = (p: string) =>
  `SELECT id FROM replica_user WHERE login = ANY (${p}::text[]) OR email = ANY (${p}::text[])`;
/** Logins, addresses and names, among all people. */
const personNamed = (p: string) => {
  const names = ['login', 'email', 'firstname', 'lastname', `concat_ws(' ', firstname, lastname)`];
  return `SELECT id FROM replica_user WHERE NOT deleted AND (${names.map((name) => named(name, p)).join(' OR ')})`;
};

/** What a search query means in SQL. */
export interface SearchTerms {
  /** Conditions over the ticket `t`. */
  filters: string[];
  /** Undefined when the query has no words: every ticket matches. */
  words: SearchWords | undefined;
}

export interface SearchWords {
  /** An expression of type tsquery, without columns. */
  tsquery: string;
  /** The same with other forms of the words, where they are to be told apart and there are some. */
  forms: string | undefined;
  /** Condition over the document `d`: a piece of its title or number. Undefined where the query cannot be one. */
  piece: string | undefined;
}

/**
 * Conditions over the document `d`, of which no two hold for one document: customers match by public words only.
 * Each is what its index answers exactly. Joined by OR they would be checked again on every document that is found,
 * which costs more than finding it: its words are stored out of line.
 * @param query  an expression of type tsquery
 */
export const wordMatches = (query: string): [full: string, open: string] => [
  `d.tsv @@ ${query} AND (d.public_tsv IS NULL OR ${seesAsAgent('d')})`,
  // A customer's query must never meet the words of internal articles, not even to narrow the search: what an
  // exclusion hides there tells as much as what a word finds. Whoever sees nothing as a customer has no document read
  // for it.
  `d.public_tsv @@ ${query} AND NOT $1 AND (${isCustomer} OR ${sharesOrganization}) AND NOT ${seesAsAgent('d')}`,
];

/**
 * A select of the `ticket_id` of every match, each once. The statement has a relation `q` with the query in `query`.
 * @param of    what is selected from, with the document as `d`
 * @param also  further conditions
 */
export function everyMatch({ piece }: SearchWords, of: string, also: readonly string[]): string {
  const arms = [...wordMatches('q.query'), ...(piece ? [piece] : [])];
  const select = (arm: string) => `SELECT d.ticket_id FROM ${of} CROSS JOIN q WHERE ${[arm, ...also].join(' AND ')}`;
  return arms.map(select).join(piece ? ' UNION ' : ' UNION ALL ');
}

/** So many tickets with the words themselves leave no room for those that have them as a piece of their title only. */
const ENOUGH = 4_096;

/**
 * CTEs that end with `match`, the `ticket_id` of every visible match of a list, each once. Unlike `everyMatch`, pieces
 * of titles and numbers count only while few have the words: what an index of pieces finds is read again, which for a
 * word in every title would be the whole table.
 */
export function matchCtes(words: SearchWords): string {
  const visible = [isVisible('d')];
  const piece =
    words.piece &&
    `UNION ALL SELECT d.ticket_id FROM search_doc d WHERE ${[words.piece, ...visible].join(' AND ')}
       AND (SELECT count(*) FROM (SELECT FROM word LIMIT ${ENOUGH}) AS first) < ${ENOUGH}
       AND d.ticket_id NOT IN (SELECT ticket_id FROM word)`;
  return `q AS MATERIALIZED (SELECT ${words.tsquery} AS query),
    word AS MATERIALIZED (${everyMatch({ ...words, piece: undefined }, 'search_doc d', visible)}),
    ${piece ? `match AS MATERIALIZED (SELECT ticket_id FROM word ${piece})` : 'match AS (SELECT ticket_id FROM word)'}`;
}

/**
 * @param param   takes a value and gives its place in the statement
 * @param ranked  the words themselves come before other forms of them; else any form is as good
 */
export function searchTerms(query: SearchQuery, param: Param, ranked = false): SearchTerms {
  const filters = [
    ...Object.entries(query.fields).map(([field, values]) => fieldSql(field as SearchField, values, param)),
    // Each by itself: a ticket with one of two tags is not without them.
    ...Object.entries(query.without).flatMap(([field, values]) =>
      values.map((value) => `(${fieldSql(field as SearchField, [value], param)}) IS NOT TRUE`),
    ),
  ];
  filters.push(...query.custom.map((term) => customCondition(term, param)));
  filters.push(...query.withoutCustom.map((term) => `(${customCondition(term, param)}) IS NOT TRUE`));
  filters.push(...query.others.map((node) => nodeSql(node, param)));
  const inForms = query.plain.length > 0 || query.groups.some(mayHaveForms);
  const tsquery = inForms && !ranked ? formsOf(query, param) : tsqueryOf(query, param);
  if (!tsquery) return { filters, words: undefined };
  const [part] = query.parts;
  // One word may also be a piece of a title or number; trigrams need three characters to find it.
  const like = query.parts.length === 1 && part !== undefined && part.length >= 3 ? param(likeOf(part)) : undefined;
  const piece = like && `(d.title ILIKE ${like} OR d.number LIKE ${like})`;
  return { filters, words: { tsquery, forms: inForms && ranked ? formsOf(query, param) : undefined, piece } };
}

function fieldSql(field: SearchField, values: readonly string[], param: Param): string {
  const keys = field === 'tags' ? [...new Set(values.map(tagKey))] : values;
  const gaps = byName.has(field) || (field === 'number' && values.some(hasGaps));
  return fieldConditions[field](param(gaps ? keys.map(withGaps) : keys), values);
}

/** Any part of a query over the ticket `t`. @param forms  also by other forms of its words */
function nodeSql(node: SearchNode, param: Param, forms = true): string {
  switch (node.op) {
    case 'all':
      return `(${node.of.map((one) => nodeSql(one, param, forms)).join(' AND ')})`;
    case 'any':
      return `(${node.of.map((one) => nodeSql(one, param, forms)).join(' OR ')})`;
    case 'not':
      return `(${nodeSql(node.of, param, false)}) IS NOT TRUE`;
    case 'field':
      return `(${fieldSql(node.field, node.values, param)})`;
    case 'custom':
      return `(${customCondition(node.term, param)})`;
    case 'condition':
      // Its times are instants already, and nobody is left to be somebody.
      return conditionSql(node.condition, { now: epochMs(0) }, (value, type) => `${param(value)}::${type}`);
    case 'words': {
      const query = wordsSql(node.words, param, forms);
      const arm = (match: string) => `SELECT d.ticket_id FROM search_doc d WHERE ${match}`;
      return `t.id IN (${wordMatches(`(${query})`).map(arm).join(' UNION ALL ')})`;
    }
    case 'header':
      return `EXISTS (SELECT FROM article a WHERE a.ticket_id = t.id AND ${articleIsVisible}
        AND a.${headerColumns[node.column]} ILIKE ${param(likeOf(node.text))})`;
    case 'file': {
      const name = node.name === null ? '' : ` AND f.filename ILIKE ${param(likeOf(node.name))}`;
      // Pictures within a text are a part of it.
      return `t.id IN (SELECT a.ticket_id FROM article_attachment f JOIN article a ON a.id = f.article_id
        WHERE ${articleIsVisible} AND NOT f.inline${name})`;
    }
  }
}

const headerColumns = { from: '"from"', to: '"to"', cc: 'cc', subject: 'subject' } as const;

/** An expression of type tsquery, without columns; undefined when the query has no words. */
export function tsqueryOf({ words, prefixes, groups }: SearchQuery, param: Param): string | undefined {
  const queries = [
    ...(words ? [`websearch_to_tsquery('helpmesh', ${param(words)})`] : []),
    ...othersOf(prefixes, groups, false, param),
  ];
  return queries.length === 0 ? undefined : queries.join(' && ');
}

/** The same, each plain word in any form. What must not be there is meant as it is said. */
function formsOf({ plain, fixed, prefixes, groups }: SearchQuery, param: Param): string {
  return [
    ...plain.map((word) => `search_forms(${param(word)})`),
    ...(fixed ? [`websearch_to_tsquery('helpmesh', ${param(fixed)})`] : []),
    ...othersOf(prefixes, groups, true, param),
  ].join(' && ');
}

function othersOf(prefixes: readonly string[], groups: readonly WordNode[], forms: boolean, param: Param): string[] {
  return [
    ...prefixes.map((prefix) => `to_tsquery('helpmesh', ${param(`'${prefix.replaceAll("'", "''")}':*`)})`),
    ...groups.map((group) => groupSql(group, forms, param)),
  ];
}

function mayHaveForms(node: WordNode): boolean {
  if (node.op === 'words') return hasForms(node.words);
  return node.op !== 'not' && node.of.some(mayHaveForms);
}

function groupSql(node: WordNode, forms: boolean, param: Param): string {
  if (node.op === 'words') return wordsSql(node.words, param, forms);
  if (node.op === 'not') return `!! (${groupSql(node.of, false, param)})`;
  return `(${node.of.map((one) => groupSql(one, forms, param)).join(node.op === 'all' ? ' && ' : ' || ')})`;
}

/** By the weights of the index. */
const places = { title: 'A', heads: 'B', bodies: 'D' } as const;

function wordsSql(words: Words, param: Param, forms: boolean): string {
  const { text, phrase, open, place } = words;
  if (forms && hasForms(words)) return `search_forms(${param(text)})`;
  if (!open && !place) return `${phrase ? 'phraseto' : 'plainto'}_tsquery('helpmesh', ${param(text)})`;
  const quoted = `'${text.replaceAll(/['\\]/g, ' ')}'`;
  return `to_tsquery('helpmesh', ${param(`${quoted}:${open ? '*' : ''}${place ? places[place] : ''}`)})`;
}

/** Over the ticket `t`; every way to match is one that the index on `custom` answers, but for what nothing was set in. */
function customCondition({ name, anyOf, parts, unset, agentsOnly }: CustomTerm, param: Param): string {
  const holds = anyOf.flatMap((value) => [
    `t.custom @> ${param(JSON.stringify({ [name]: value }))}::jsonb`,
    ...(typeof value === 'string' ? [`t.custom @> ${param(JSON.stringify({ [name]: [value] }))}::jsonb`] : []),
  ]);
  const reads = parts.map((part) => {
    const key = param(name);
    return `(t.custom ? ${key}::text AND t.custom ->> ${key}::text ILIKE ${param(likeOf(part))})`;
  });
  const never = unset ? [`coalesce(NOT t.custom ? ${param(name)}::text, true)`] : [];
  const any = [...holds, ...reads, ...never].join(' OR ') || 'false';
  return `${agentsOnly ? `${seesAsAgent()} AND ` : ''}(${any})`;
}

const likeText = (text: string) => text.replaceAll(/[\\%_]/g, '\\$&');
const likeOf = (part: string) => `%${likeText(part)}%`;
