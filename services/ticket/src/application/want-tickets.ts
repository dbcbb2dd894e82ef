import type { DataSource } from 'typeorm';
import type { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { Wanted } from './references.ts';

/** What the rules need to know around tickets; nothing for those that are not there. */
export async function wantTickets(db: DataSource, tickets: TicketStore, ids: readonly number[]): Promise<Wanted> {
  const wanted = new Wanted();
  const visible = VisibleTickets.toTheService();
  for (const ticket of await tickets.facts(
    db,
    [...new Set(ids)].map((id) => ({ visible, id })),
  )) {
    if (!ticket) continue;
    wanted.user(ticket.customerId).user(ticket.ownerId).group(ticket.groupId).organization(ticket.organizationId);
  }
  return wanted;
}
