import {
  type Actor,
  accessLevels,
  groupsWith,
  hasPermission,
  isInScope,
  mayReadInternal,
  mayReadTicket,
  type OutputOf,
  type ticketAccess,
  ticketScope,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notAuthorized, notFound } from './access.ts';
import { IDENTITY, type Identity } from './ports.ts';

/** Says what somebody else may do with a ticket, by the same rules that decide it. */
@Injectable()
export class ExplainAccess {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    @Inject(IDENTITY) private readonly identity: Identity,
  ) {}

  /** @throws AppError forbidden; not-found, also for a ticket that the asker does not see */
  async run(actor: Actor, ticketId: number, userId: number): Promise<OutputOf<typeof ticketAccess>> {
    if (!hasPermission(actor, 'admin.user')) throw notAuthorized();
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.to(actor, 'read'), id: ticketId }]);
    if (!ticket) throw notFound('Ticket', ticketId);
    const [person] = await this.identity.actorsOf([userId]);
    if (!person) throw new AppError('not-found', 'ticket.no-such-user', `Couldn't find User with 'id'=${userId}`);
    const held = accessLevels.filter((level) => groupsWith(person, level).includes(ticket.groupId));
    const scope = ticketScope(person, 'read');
    return {
      group_id: ticket.groupId,
      levels: held,
      customer: scope.customerId !== null && scope.customerId === ticket.customerId,
      organization: ticket.organizationId !== null && scope.organizationIds.includes(ticket.organizationId),
      may: {
        read: mayReadTicket(person, ticket),
        read_internal: mayReadInternal(person, ticket),
        // Customers answer what they see.
        answer: isInScope(ticketScope(person, 'change'), ticket),
        change: held.includes('change'),
        own: held.includes('full'),
      },
    };
  }
}
