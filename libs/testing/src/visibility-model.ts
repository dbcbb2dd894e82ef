import type { Actor } from '@helpmesh/contracts';
import fc from 'fast-check';

/**
 * Who sees which ticket, written a second time, naively and from the words alone: the rule that code is compared with.
 * It uses nothing of `ticketScope`, `isInScope` or SQL.
 *
 * An agent sees the tickets of a group where they have `read` or `full`. A customer sees their own tickets and those of
 * their organizations that share. Internal articles, history and raw mails are for whoever sees the ticket as an agent.
 */
export interface ModelTicket {
  groupId: number;
  customerId: number;
  organizationId: number | null;
}

export function modelSeesAsAgent(actor: Actor, ticket: ModelTicket): boolean {
  if (actor.kind === 'service') return true;
  const levels = actor.groups[String(ticket.groupId)] ?? [];
  return holds(actor, 'ticket.agent') && (levels.includes('read') || levels.includes('full'));
}

export function modelSees(actor: Actor, ticket: ModelTicket): boolean {
  if (modelSeesAsAgent(actor, ticket)) return true;
  if (!holds(actor, 'ticket.customer')) return false;
  return ticket.customerId === actor.userId || actor.sharedOrganizationIds.some((id) => id === ticket.organizationId);
}

function holds(actor: Actor, permission: 'ticket.agent' | 'ticket.customer'): boolean {
  return actor.permissions.includes(permission) || actor.permissions.includes('ticket');
}

/** Anybody: users 9 to 15 with any rights over groups 1 to 4 and 9, in organizations 1 to 3; now and then a service. */
export const anyActor: fc.Arbitrary<Actor> = fc.record({
  kind: fc.oneof({ weight: 9, arbitrary: fc.constant('user' as const) }, fc.constant('service' as const)),
  userId: fc.integer({ min: 9, max: 15 }),
  login: fc.constant('x'),
  permissions: fc.subarray(['ticket.agent', 'ticket.customer', 'admin', 'ticket', 'ticket.agents']),
  groups: fc.dictionary(
    fc.constantFrom('1', '2', '3', '4', '9'),
    fc.subarray(['read', 'create', 'change', 'overview', 'full']),
  ),
  organizationIds: fc.subarray([1, 2, 3]),
  sharedOrganizationIds: fc.subarray([1, 2, 3]),
  locale: fc.constant('en'),
  via: fc.constant('session' as const),
});

/** Tickets between which these rights draw every line. */
export const anyTicket: fc.Arbitrary<ModelTicket> = fc.record({
  groupId: fc.integer({ min: 1, max: 5 }),
  customerId: fc.integer({ min: 9, max: 16 }),
  organizationId: fc.option(fc.integer({ min: 1, max: 4 })),
});
