import { type AccessLevel, type Actor, groupsWith, hasPermission } from './actor.ts';

/** The facts about a ticket that decide who may see it. */
export interface TicketFacts {
  groupId: number;
  customerId: number;
  organizationId: number | null;
}

/**
 * Which tickets an actor may see, as plain values. Lists, search, counts, exports, events and attachments are all
 * scoped by this one definition: the in-memory check below and the SQL scope of the ticket service both start here.
 *
 * An agent sees the groups where they have the level; a customer sees their own tickets and those of their shared
 * organizations; who is both sees both. The admin permission alone shows nothing.
 */
export interface TicketScope {
  /** Another service acting for the system: sees everything. */
  everything: boolean;
  groupIds: number[];
  /** Set when the actor may see tickets as a customer. */
  customerId: number | null;
  organizationIds: number[];
}

export function ticketScope(actor: Actor, level: AccessLevel): TicketScope {
  const customer = hasPermission(actor, 'ticket.customer');
  return {
    everything: actor.kind === 'service',
    groupIds: groupsWith(actor, level),
    customerId: customer ? actor.userId : null,
    organizationIds: customer ? actor.sharedOrganizationIds : [],
  };
}

/** The in-memory form of the scope. */
export function isInScope(scope: TicketScope, ticket: TicketFacts): boolean {
  if (scope.everything || scope.groupIds.includes(ticket.groupId)) return true;
  if (scope.customerId !== null && ticket.customerId === scope.customerId) return true;
  return ticket.organizationId !== null && scope.organizationIds.includes(ticket.organizationId);
}

export function mayReadTicket(actor: Actor, ticket: TicketFacts): boolean {
  return isInScope(ticketScope(actor, 'read'), ticket);
}

/** Internal articles are for those who see the ticket as an agent of its group. */
export function mayReadInternal(actor: Actor, ticket: TicketFacts): boolean {
  return actor.kind === 'service' || groupsWith(actor, 'read').includes(ticket.groupId);
}
