import { type Message, recordMail } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { formatAddress, formatAddresses } from '../domain/mail/addresses.ts';
import { sanitize } from '../html/sanitize.ts';
import { MergeStore } from '../persistence/merge.store.ts';
import { ThreadStore } from '../persistence/thread.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { References } from './references.ts';
import { type Refs } from './refs.ts';
import { wantTickets } from './want-tickets.ts';
import { type NewArticle, Writing } from './writing.ts';

type Command = Message<typeof recordMail>;

/** Shows in the thread what the notification service sent on its own, an automatic reply for instance. */
@Injectable()
export class RecordMail {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly threads: ThreadStore,
    private readonly merges: MergeStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async prepare(messages: Command[]): Promise<(tx: EntityManager, fresh: Command[]) => Promise<Verdict[]>> {
    const asked = messages.map(({ data }) => data.ticketId);
    const ids = [...(await this.merges.lastOf(this.db, asked)).values()];
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    return (tx, fresh) => this.record(tx, fresh, refs);
  }

  private async record(tx: EntityManager, messages: Command[], refs: Refs): Promise<Verdict[]> {
    const last = await this.merges.lastOf(
      tx,
      messages.map(({ data }) => data.ticketId),
    );
    const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), [...last.values()]);
    const facts = await this.threads.factsOf(
      tx,
      messages.map(({ data }) => ({ inboundId: 0, messageId: data.messageId, answers: [], numbers: [], signed: [] })),
    );
    const { articles } = await this.tickets.takeIds(tx, 0, messages.length);
    const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
    const shown = new Set<string>();
    const verdicts = messages.map((message, i): Verdict => {
      const { messageId } = message.data;
      const ticketId = last.get(message.data.ticketId) as number;
      if (!loaded.has(ticketId)) return { do: 'skip', why: 'the ticket was deleted' };
      const mail = `${ticketId} ${messageId}`;
      if (shown.has(mail) || facts[i]?.sameMessage.some((one) => one.ticketId === ticketId)) {
        return { do: 'skip', why: 'the thread shows this mail already' };
      }
      shown.add(mail);
      writing.because(message).record(ticketId, articleOf(message.data, articles[i] as number));
      return { do: 'ack' };
    });
    await writing.save(tx, this.tickets);
    return verdicts;
  }
}

function articleOf(mail: Command['data'], id: number): NewArticle {
  return {
    id,
    type: 'email',
    sender: 'System',
    from: formatAddress(mail.from),
    to: formatAddresses(mail.to),
    cc: null,
    bcc: null,
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
