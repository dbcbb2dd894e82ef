import { isoTime } from '@helpmesh/kernel';
import { type Circumstances, type Condition, type Test, viewerIds } from '../domain/condition/condition.ts';
import type { Field, FieldType, Read } from '../domain/condition/fields.ts';
import { instantOf } from '../domain/condition/moment.ts';
import { attributeSql } from './attribute-sql.ts';
import { foundSql, type Param, patternSql } from './text-sql.ts';
import { seesAsAgent } from './visible-tickets.ts';

/**
 * A condition over the ticket `t`, which takes part in a statement of VisibleTickets. Nothing of what somebody wrote
 * gets into the text: values are parameters, and a field is one of those named here.
 *
 * Tests yield NULL where nothing is set, which counts as no; whatever turns an answer round (`none`) turns that as
 * well. So SQL and `matches` (domain/condition) agree on every ticket, which a property test holds them to.
 */
export function conditionSql(condition: Condition, circumstances: Circumstances, param: Param): string {
  const all = (of: readonly Condition[]) => of.map((one) => conditionSql(one, circumstances, param));
  switch (condition.op) {
    case 'all':
      return joined(all(condition.of), 'AND', 'true');
    case 'any':
      return joined(all(condition.of), 'OR', 'false');
    case 'none':
      return `(${joined(all(condition.of), 'OR', 'false')}) IS NOT TRUE`;
    case 'test':
      return testSql(condition.field, condition.test, circumstances, param);
  }
}

function joined(parts: readonly string[], by: 'AND' | 'OR', otherwise: string): string {
  return parts.length === 0 ? otherwise : `(${parts.join(` ${by} `)})`;
}

/** Where a field that is not one of the ticket's own is found. */
interface Source {
  /** What holds the tickets of which something is true. */
  where: (test: string) => string;
  column: (name: string) => string;
}

const person = (reference: string): Source => ({
  where: (test) => `t.${reference} IN (SELECT u.id FROM replica_user u WHERE NOT u.deleted AND ${test})`,
  column: (name) => `u.${name}`,
});
const sources: Partial<Record<Read, Source>> = {
  customer: person('customer_id'),
  owner: person('owner_id'),
  organization: {
    where: (test) => `t.organization_id IN (SELECT o.id FROM replica_organization o WHERE NOT o.deleted AND ${test})`,
    column: (name) => `o.${name}`,
  },
  group: {
    where: (test) => `t.group_id IN (SELECT g.id FROM replica_group g WHERE NOT g.deleted AND ${test})`,
    column: (name) => `g.${name}`,
  },
  tags: {
    where: (test) => `t.id IN (SELECT h.ticket_id FROM tag g JOIN ticket_tag h ON h.tag_id = g.id WHERE ${test})`,
    column: () => 'g.key',
  },
  mentions: {
    where: (test) => `t.id IN (SELECT m.ticket_id FROM mention m WHERE ${test})`,
    column: () => 'm.user_id',
  },
  rating: {
    where: (test) => `t.id IN (SELECT r.ticket_id FROM ticket_rating r WHERE ${test})`,
    column: () => 'r.score',
  },
};

/**
 * What agents write about a ticket, and who they are, and how its customer rated it, which colleagues are not told: for
 * customers all of it is as if it were not there.
 */
const ofAgents: ReadonlySet<Read> = new Set(['tags', 'mentions', 'owner', 'rating']);
const ownOfAgents = new Set(['ticket.note']);

const sqlTypes: Partial<Record<FieldType, string>> = {
  ...{ text: 'text', keys: 'text', number: 'numeric', boolean: 'boolean' },
  ...{ id: 'int', user: 'int', organization: 'int', users: 'int' },
};

function testSql(field: Field, test: Test, circumstances: Circumstances, param: Param): string {
  if (field.attribute) return attributeSql(field, test, circumstances, param);
  if (test.is === 'working-time') {
    return String(test.calendarIds.some((id) => circumstances.isOpen?.(id) ?? false));
  }
  const name = field.name.slice(field.name.indexOf('.') + 1);
  const source = field.reads && sources[field.reads];
  if (!source && !field.name.startsWith('ticket.')) throw new Error(`${field.name} is not in any table`);
  const type = sqlTypes[field.type] ?? 'text';
  const column = source ? source.column(name) : ownColumn(field, name);
  const forAgents = (field.reads && ofAgents.has(field.reads)) || ownOfAgents.has(field.name);
  const where = (of: string) => {
    const found = source ? source.where(of) : of;
    return forAgents ? `(${seesAsAgent()} AND ${found})` : found;
  };
  switch (test.is) {
    case 'in': {
      const values = [...test.values, ...viewerIds(test.viewer, circumstances)];
      const given = values.filter((one) => one !== null);
      const equal = given.length > 0 ? [where(`${column} = ANY (${param(given, `${type}[]`)})`)] : [];
      const unset = values.includes(null) ? [`(${where(`${column} IS NOT NULL`)}) IS NOT TRUE`] : [];
      return joined([...equal, ...unset], 'OR', 'false');
    }
    case 'has-all': {
      const values = param(test.values, `${type}[]`);
      return where(`${column} = ANY (${values}) GROUP BY h.ticket_id HAVING count(*) = cardinality(${values})`);
    }
    case 'set':
      return where(`${column} IS NOT NULL`);
    case 'contains':
    case 'starts':
    case 'ends':
      return where(foundSql(column, test.is, test.texts, param));
    case 'pattern':
      return where(patternSql(column, test.pattern, param));
    case 'less':
      return where(`${column} < ${param(test.than, 'numeric')}`);
    case 'more':
      return where(`${column} > ${param(test.than, 'numeric')}`);
    case 'until':
      return where(`${column} <= ${param(isoTime(instantOf(test.moment, circumstances.now)), 'timestamptz')}`);
    case 'since':
      return where(`${column} >= ${param(isoTime(instantOf(test.moment, circumstances.now)), 'timestamptz')}`);
    case 'between': {
      const first = param(isoTime(instantOf(test.first, circumstances.now)), 'timestamptz');
      const last = param(isoTime(instantOf(test.last, circumstances.now)), 'timestamptz');
      return where(`${column} BETWEEN ${first} AND ${last}`);
    }
    case 'changed':
    case 'changed-by':
    case 'reached':
      throw new Error(`${field.name}: no table holds what has just changed`);
  }
}

/** A column of the ticket: the names in the field table are those of the columns. */
function ownColumn(_: Field, name: string): string {
  return `t.${name}`;
}
