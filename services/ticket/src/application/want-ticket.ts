import type { DataSource } from 'typeorm';
import type { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { Wanted } from './references.ts';

/** What the rules need to know around a ticket; nothing when it is not there. */
export async function wantTicket(db: DataSource, tickets: TicketStore, ticketId: number): Promise<Wanted> {
  const wanted = new Wanted();
  const [ticket] = await tickets.facts(db, [{ visible: VisibleTickets.toTheService(), id: ticketId }]);
  if (!ticket) return wanted;
  return wanted.user(ticket.customerId).user(ticket.ownerId).group(ticket.groupId).organization(ticket.organizationId);
}
