import { articleAdded, articleChanged, type Message, ticketCreated, ticketUpdated } from '@helpmesh/contracts';
import { ConsumesBatch } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { IndexTickets } from '../application/index-tickets.ts';

type Indexed = Message<typeof ticketCreated | typeof ticketUpdated | typeof articleAdded | typeof articleChanged>;

/** Hears our own events: the index is brought up to date here and never within a request. */
@Controller()
export class SearchConsumer {
  constructor(private readonly indexing: IndexTickets) {}

  @ConsumesBatch(ticketCreated, ticketUpdated, articleAdded, articleChanged)
  async onTickets(events: Indexed[], tx: EntityManager): Promise<void> {
    const changed = events.filter(
      ({ type, data }) => type !== articleChanged.type || ('what' in data && data.what !== 'delivery'),
    );
    await this.indexing.run(
      tx,
      changed.map(({ data }) => data.ticket.id),
    );
  }
}
