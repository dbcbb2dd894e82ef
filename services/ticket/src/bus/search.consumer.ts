import { articleAdded, articleChanged, type Message, ticketCreated, ticketUpdated } from '@helpmesh/contracts';
import { ConsumesBatch } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { type Dirty, IndexTickets } from '../application/index-tickets.ts';

type Indexed = Message<typeof ticketCreated | typeof ticketUpdated | typeof articleAdded | typeof articleChanged>;

/** What is in no document. Others may be: titles, customers, merges, which bring other articles, custom attributes. */
const wordless = new Set([
  ...['group_id', 'state_id', 'priority_id', 'owner_id', 'organization_id', 'note', 'type', 'pending_time'],
  ...['tags', 'links', 'mentions'],
]);

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
  if (Object.keys(data.changes).some((name) => !wordless.has(name))) return [{ ticketId, whole: true }];
  // Nobody looks for what our own confirmations say: it comes in with the next word on the ticket.
  const said = 'article' in data && !(data.article.sender === 'System' && data.article.isAutoResponse);
  return said ? [{ ticketId, whole: false }] : [];
}
