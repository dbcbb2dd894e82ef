import { type Message, markRedirected } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { References } from './references.ts';
import { wantTickets } from './want-tickets.ts';
import { Writing } from './writing.ts';

type Command = Message<typeof markRedirected>;

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

  async prepare(messages: Command[]): Promise<(tx: EntityManager, fresh: Command[]) => Promise<Verdict[]>> {
    const ids = messages.map(({ data }) => data.ticketId);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    return async (tx, fresh) => {
      const loaded = await this.tickets.lock(
        tx,
        VisibleTickets.toTheService(),
        fresh.map(({ data }) => data.ticketId),
      );
      const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
      const verdicts = fresh.map((message): Verdict => {
        const { ticketId, agreementId, listAddress } = message.data;
        if (!loaded.has(ticketId)) return { do: 'skip', why: 'the ticket was deleted' };
        const { terminal } = refs.states.get(writing.ticket(ticketId).stateId);
        if (terminal) return { do: 'skip', why: 'the ticket is redirected already' };
        const preferences = { redirected: { agreement_id: agreementId, list_address: listAddress } };
        const fields = { stateId: refs.states.redirected.id, preferences };
        writing.because(message).change(ticketId, fields, null, null);
        return { do: 'ack' };
      });
      await writing.save(tx, this.tickets);
      return verdicts;
    };
  }
}
