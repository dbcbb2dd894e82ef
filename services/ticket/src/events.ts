import type { MessageDefinition } from '@helpmesh/contracts';
import { articleAdded, ticketCreated } from '@helpmesh/contracts';
import { counter } from '@helpmesh/telemetry';

/** A fact that was committed, as far as the figures need it. */
export interface BusinessEvent {
  type: MessageDefinition['type'];
  /** Type of the article it came with: email, phone, web, … or none. */
  channel: string;
  sender: string;
}

const ticketsCreated = counter({
  name: 'helpmesh_tickets_created_total',
  help: 'Tickets opened, by the channel of their first article.',
  labels: ['channel'],
});
const articlesAdded = counter({
  name: 'helpmesh_articles_added_total',
  help: 'Articles added to existing tickets, by channel and sender.',
  labels: ['channel', 'sender'],
});

/** The only place where business events become figures. */
export function record(events: readonly BusinessEvent[]): void {
  for (const { type, channel, sender } of events) {
    if (type === ticketCreated.type) ticketsCreated.inc({ channel });
    if (type === articleAdded.type) articlesAdded.inc({ channel, sender });
  }
}
