import { deliveryDeferred, deliveryFailed, deliverySent, type Message } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { followUpChanges } from '../domain/ticket/follow-up.ts';
import { ArticleStore, type DeliveryState } from '../persistence/article.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { References } from './references.ts';
import { wantTicket } from './want-ticket.ts';
import { type NewArticle, Writing } from './writing.ts';

type Delivery = Message<typeof deliverySent | typeof deliveryDeferred | typeof deliveryFailed>;

/** Writes the fate of a sent mail onto its article; a mail that is given up on is put before the agents again. */
@Injectable()
export class RecordDelivery {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly articles: ArticleStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async prepare(message: Delivery): Promise<Verdict | ((tx: EntityManager) => Promise<Verdict>)> {
    const { ticketId } = message.data;
    if (ticketId === null) return { do: 'skip', why: 'the mail is not about a ticket' };
    const refs = await this.references.resolve(await wantTicket(this.db, this.tickets, ticketId));
    return async (tx) => {
      const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), [ticketId]);
      const ticket = loaded.get(ticketId);
      if (!ticket) return { do: 'skip', why: 'the ticket was deleted' };
      const article = await this.articles.setDelivery(tx, ticketId, message.data.messageId, stateOf(message));
      if (!article) return notShownYet(message);
      const writing = new Writing(this.outbox, refs, this.clock.now(), loaded, message);
      writing.noteArticle(ticketId, article, 'delivery');
      if (message.type === deliveryFailed.type) {
        const { articles } = await this.tickets.takeIds(tx, 0, 1);
        const fields = followUpChanges(ticket, refs.groupOf(ticket.groupId), refs.states);
        writing.change(
          ticketId,
          { stateId: ticket.stateId, ...fields },
          failureNote(message, articles[0] as number, article.to),
          null,
        );
      }
      await writing.save(tx, this.tickets);
      return { do: 'ack' };
    };
  }
}

function stateOf({ type, time, data }: Delivery): DeliveryState {
  const { attempts } = data;
  if (type === deliverySent.type) return { state: 'sent', at: time, attempts, error: null };
  const error = 'error' in data ? data.error : null;
  return { state: type === deliveryFailed.type ? 'failed' : 'deferred', at: time, attempts, error };
}

/** An automatic reply is shown by a command of its own, which may still be on its way. */
function notShownYet({ data }: Delivery): Verdict {
  if (data.kind === 'auto-reply') return { do: 'retry', afterMs: 500, why: 'the thread does not show the mail yet' };
  return { do: 'skip', why: `no article shows this mail of kind ${data.kind}` };
}

function failureNote({ data }: Delivery, id: number, to: string | null): NewArticle {
  const error = 'error' in data ? data.error : '';
  return {
    id,
    type: 'note',
    sender: 'System',
    from: null,
    to: null,
    cc: null,
    subject: null,
    replyTo: null,
    messageId: null,
    inReplyTo: null,
    references: null,
    contentType: 'text/plain',
    body: `The e-mail to ${to ?? 'the recipient'} could not be delivered after ${data.attempts} attempts.\n\n${error}`,
    internal: true,
    preferences: { delivery_message: true },
    originById: null,
    mail: null,
    files: [],
    isAutoResponse: true,
    outgoing: null,
  };
}
