import { articleAdded, articleChanged, type Message, ticketCreated, ticketUpdated } from '@helpmesh/contracts';
import { ConsumesBatch } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { type Dirty, IndexTickets } from '../application/index-tickets.ts';

type Indexed = Message<typeof ticketCreated | typeof ticketUpdated | typeof articleAdded | typeof articleChanged>;

/** Changes that bring a ticket other articles. */
const moves = ['merged_into', 'received_merge', 'merge_undone', 'article_moved'];

/** Hears our own events: the index is brought up to date here and never within a request. */
@Controller()
export class SearchConsumer {
  constructor(private readonly indexing: IndexTickets) {}

  @ConsumesBatch(ticketCreated, ticketUpdated, articleAdded, articleChanged)
  async onTickets(events: Indexed[], tx: EntityManager): Promise<void> {
    await this.indexing.run(tx, events.flatMap(dirtyOf));
  }
}

function dirtyOf({ type, data }: Indexed): Dirty[] {
  const ticketId = data.ticket.id;
  if ('what' in data) return data.what === 'delivery' ? [] : [{ ticketId, whole: true }];
  if (type === ticketCreated.type || !('changes' in data)) return [{ ticketId, whole: true }];
  if (['title', 'customer_id', ...moves].some((name) => name in data.changes)) return [{ ticketId, whole: true }];
  // Nobody looks for what our own confirmations say: it comes in with the next word on the ticket.
  const said = 'article' in data && !(data.article.sender === 'System' && data.article.isAutoResponse);
  return said ? [{ ticketId, whole: false }] : [];
}
