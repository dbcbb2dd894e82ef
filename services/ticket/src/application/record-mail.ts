import { type Message, recordMail } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { formatAddress, formatAddresses } from '../domain/mail/addresses.ts';
import { sanitize } from '../html/sanitize.ts';
import { ThreadStore } from '../persistence/thread.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { References } from './references.ts';
import { wantTicket } from './want-ticket.ts';
import { type NewArticle, Writing } from './writing.ts';

/** Shows in the thread what the notification service sent on its own, an automatic reply for instance. */
@Injectable()
export class RecordMail {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly threads: ThreadStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async prepare(message: Message<typeof recordMail>): Promise<(tx: EntityManager) => Promise<Verdict>> {
    const refs = await this.references.resolve(await wantTicket(this.db, this.tickets, message.data.ticketId));
    return async (tx) => {
      const { data: mail } = message;
      const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), [mail.ticketId]);
      if (!loaded.has(mail.ticketId)) return { do: 'skip', why: 'the ticket was deleted' };
      const facts = await this.threads.factsOf(tx, {
        inboundId: 0,
        messageId: mail.messageId,
        answers: [],
        numbers: [],
      });
      if (facts.sameMessage.some(({ ticketId }) => ticketId === mail.ticketId)) {
        return { do: 'skip', why: 'the thread shows this mail already' };
      }
      const { articles } = await this.tickets.takeIds(tx, 0, 1);
      const writing = new Writing(this.outbox, refs, this.clock.now(), loaded, message);
      writing.record(mail.ticketId, articleOf(mail, articles[0] as number));
      await writing.save(tx, this.tickets);
      return { do: 'ack' };
    };
  }
}

function articleOf(mail: Message<typeof recordMail>['data'], id: number): NewArticle {
  return {
    id,
    type: 'email',
    sender: 'System',
    from: formatAddress(mail.from),
    to: formatAddresses(mail.to),
    cc: null,
    subject: mail.subject,
    replyTo: null,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.inReplyTo,
    contentType: mail.html === null ? 'text/plain' : 'text/html',
    body: mail.html === null ? mail.text : sanitize(mail.html),
    internal: false,
    preferences: { mail_kind: mail.kind, delivery: { state: 'queued', mail_id: mail.mailId } },
    originById: null,
    mail: null,
    files: [],
    isAutoResponse: true,
    outgoing: null,
  };
}
