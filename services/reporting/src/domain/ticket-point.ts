import {
  type articleAdded,
  type articleChanged,
  type Message,
  ticketCreated,
  ticketDeleted,
  type ticketUpdated,
} from '@helpmesh/contracts';
import { type EpochMs, epochMs } from '@helpmesh/kernel';

export type TicketEvent = Message<
  typeof ticketCreated | typeof ticketUpdated | typeof articleAdded | typeof articleChanged | typeof ticketDeleted
>;

/** State types in which nothing is left to do for a ticket. */
export const closedStateTypes = ['closed', 'merged', 'redirected'] as const;

/** One version of a ticket, as an event told it. Points can be taken in any order and any number of times. */
export interface TicketPoint {
  ticketId: number;
  version: number;
  at: EpochMs;
  number: string;
  groupId: number;
  groupName: string;
  state: string;
  stateType: string;
  priority: string;
  customerId: number;
  organizationId: number | null;
  ownerId: number;
  createdAt: EpochMs;
  closeAt: EpochMs | null;
  deleted: boolean;
}

/**
 * The instant a version began: of a new ticket its own creation (an import tells of old tickets), of a deletion the
 * event, else the change of the ticket.
 */
export function pointOf(event: TicketEvent): TicketPoint {
  const { ticket } = event.data;
  const deleted = event.type === ticketDeleted.type;
  const at = deleted ? event.time : event.type === ticketCreated.type ? ticket.createdAt : ticket.updatedAt;
  return {
    ticketId: ticket.id,
    version: event.aggregateVersion,
    at: epochMs(new Date(at)),
    number: ticket.number,
    groupId: ticket.groupId,
    groupName: ticket.group,
    state: ticket.state,
    stateType: ticket.stateType,
    priority: ticket.priority,
    customerId: ticket.customerId,
    organizationId: ticket.organizationId,
    ownerId: ticket.ownerId,
    createdAt: epochMs(new Date(ticket.createdAt)),
    closeAt: ticket.closeAt === null ? null : epochMs(new Date(ticket.closeAt)),
    deleted,
  };
}
