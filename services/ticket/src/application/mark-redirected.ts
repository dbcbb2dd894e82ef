import { type Message, markRedirected } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { References } from './references.ts';
import { wantTicket } from './want-ticket.ts';
import { Writing } from './writing.ts';

/** Ends a ticket here because its request lives on at a community's mailing list. */
@Injectable()
export class MarkRedirected {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async prepare(message: Message<typeof markRedirected>): Promise<(tx: EntityManager) => Promise<Verdict>> {
    const { ticketId, agreementId, listAddress } = message.data;
    const refs = await this.references.resolve(await wantTicket(this.db, this.tickets, ticketId));
    return async (tx) => {
      const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), [ticketId]);
      const ticket = loaded.get(ticketId);
      if (!ticket) return { do: 'skip', why: 'the ticket was deleted' };
      if (refs.states.get(ticket.stateId).terminal) return { do: 'skip', why: 'the ticket is redirected already' };
      const writing = new Writing(this.outbox, refs, this.clock.now(), loaded, message);
      const preferences = { redirected: { agreement_id: agreementId, list_address: listAddress } };
      writing.change(ticketId, { stateId: refs.states.redirected.id, preferences }, null, null);
      await writing.save(tx, this.tickets);
      return { do: 'ack' };
    };
  }
}
