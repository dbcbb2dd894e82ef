import { type Circumstances, type Param, type Place, conditionSql as sqlOf } from '@helpmesh/conditions';
import type { Condition } from '../domain/condition/condition.ts';
import type { Field, Read } from '../domain/condition/fields.ts';
import { seesAsAgent } from './visible-tickets.ts';

/** A condition over the ticket `t`, which takes part in a statement of VisibleTickets. */
export function conditionSql(condition: Condition, circumstances: Circumstances, param: Param): string {
  return sqlOf(condition, circumstances, param, { place, custom: { column: 't.custom', seesAll: seesAsAgent() } });
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

function place(field: Field): Place {
  const name = field.name.slice(field.name.indexOf('.') + 1);
  const source = field.reads && sources[field.reads];
  if (!source && !field.name.startsWith('ticket.')) throw new Error(`${field.name} is not in any table`);
  const forAgents = (field.reads && ofAgents.has(field.reads)) || ownOfAgents.has(field.name);
  return {
    // The names in the field table are those of the columns.
    column: source ? source.column(name) : `t.${name}`,
    per: 'h.ticket_id',
    where: (test) => {
      const found = source ? source.where(test) : test;
      return forAgents ? `(${seesAsAgent()} AND ${found})` : found;
    },
  };
}
