import { isInScope, type TicketFacts, type TicketScope } from '@helpmesh/contracts';
import type { LiveEvent } from './event-view.ts';

/** What the numbers of somebody's overviews follow from. */
export interface Watching {
  /** Tickets that are counted for them. */
  scope: TicketScope;
  /** Fields that conditions look at: `ticket.state_id`, `customer.vip`. */
  dependsOn: ReadonlySet<string>;
}

/** Fields of a ticket that are what they were unless the event says otherwise; all others may follow from anything. */
const told = new Set(
  [
    ...['number', 'title', 'group_id', 'state_id', 'priority_id', 'owner_id', 'customer_id', 'organization_id', 'note'],
    ...['type', 'pending_time', 'tags', 'created_at', 'created_by_id'],
  ].map((name) => `ticket.${name}`),
);
/** Changes of these bring a ticket into somebody's sight or out of it. */
const sight = ['group_id', 'customer_id', 'organization_id'];
const escalations = ['escalation_at', 'first_response_escalation_at', 'update_escalation_at', 'close_escalation_at'];

/** Whether a number may be another one after the event. May say yes too often, and never no when it is. */
export function mayChangeCounts(event: LiveEvent, { scope, dependsOn }: Watching): boolean {
  const { ticket, changes = {}, what } = event.data as LiveData;
  if (!ticket || !(isInScope(scope, ticket) || isInScope(scope, before(ticket, changes)))) return false;
  const among = (names: readonly string[]) => names.some((name) => dependsOn.has(`ticket.${name}`));
  switch (event.type.slice('ticket.v1.'.length)) {
    case 'updated':
    case 'article-added': {
      const names = Object.keys(changes);
      if (names.some((name) => sight.includes(name)) || among(names)) return true;
      return [...dependsOn].some((field) => !told.has(field));
    }
    case 'article-changed':
      return what !== 'delivery' && [...dependsOn].some((field) => !told.has(field));
    case 'reminder-reached':
      return among(['pending_time']);
    case 'escalated':
    case 'escalation-warning':
      return among(escalations);
    default:
      return true;
  }
}

interface LiveData {
  ticket?: TicketFacts;
  changes?: Record<string, { from: unknown; to: unknown }>;
  what?: string;
}

/** The facts that decide who sees it, as they were. */
function before(ticket: TicketFacts, changes: NonNullable<LiveData['changes']>): TicketFacts {
  const was = (name: string, now: number | null) => {
    const from = changes[name]?.from;
    return typeof from === 'number' || (from === null && changes[name] !== undefined) ? from : now;
  };
  return {
    groupId: was('group_id', ticket.groupId) ?? ticket.groupId,
    customerId: was('customer_id', ticket.customerId) ?? ticket.customerId,
    organizationId: was('organization_id', ticket.organizationId),
  };
}
