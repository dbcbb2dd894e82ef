import { deliveryDeferred, deliveryFailed, deliverySent, type MailSecurity, type Message } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { followUpChanges } from '../domain/ticket/follow-up.ts';
import { ArticleStore, type DeliveryState } from '../persistence/article.store.ts';
import { MergeStore } from '../persistence/merge.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { asProtected } from './outgoing-mail.ts';
import { References } from './references.ts';
import { type Refs } from './refs.ts';
import { wantTickets } from './want-tickets.ts';
import { type NewArticle, Writing } from './writing.ts';

type Delivery = Message<typeof deliverySent | typeof deliveryDeferred | typeof deliveryFailed>;
type TicketDelivery = Delivery & { data: { ticketId: number } };

/** Writes the fate of a sent mail onto its article; a mail that is given up on is put before the agents again. */
@Injectable()
export class RecordDelivery {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly articles: ArticleStore,
    private readonly merges: MergeStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async prepare(messages: Delivery[]): Promise<(tx: EntityManager, fresh: Delivery[]) => Promise<Verdict[]>> {
    const ids = await this.withMerged(
      this.db,
      messages.flatMap(({ data }) => data.ticketId ?? []),
    );
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    return (tx, fresh) => this.record(tx, fresh, refs);
  }

  private async record(tx: EntityManager, messages: Delivery[], refs: Refs): Promise<Verdict[]> {
    const verdicts = new Map<Delivery, Verdict>(
      messages.map((message) => [message, { do: 'skip', why: 'a later word about the same mail came with it' }]),
    );
    const latest = new Map<string, TicketDelivery>();
    for (const message of messages) {
      if (!isOfTicket(message)) verdicts.set(message, { do: 'skip', why: 'the mail is not about a ticket' });
      // One that is delivered again may stand behind a later one.
      else if (message.data.attempts >= (latest.get(message.data.mailId)?.data.attempts ?? 0)) {
        latest.set(message.data.mailId, message);
      }
    }
    const words = [...latest.values()];
    const ids = await this.withMerged(
      tx,
      words.map(({ data }) => data.ticketId),
    );
    const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), ids);
    const articles = await this.articles.setDeliveries(
      tx,
      words.map((word) => ({ ...word.data, delivery: stateOf(word), security: securityOf(word) })),
    );
    const failures = words.filter((word, i) => isToBeSeen(word) && articles[i]?.outdated === false).length;
    const fresh = await this.tickets.takeIds(tx, 0, failures);
    const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
    words.forEach((word, i) => {
      const article = articles[i];
      const ticketId = article?.ticketId ?? word.data.ticketId;
      if (!loaded.has(ticketId)) verdicts.set(word, { do: 'skip', why: 'the ticket was deleted' });
      else if (!article) verdicts.set(word, notShownYet(word));
      else if (article.outdated) verdicts.set(word, { do: 'skip', why: 'word of a later try is known' });
      else {
        writing.because(word).noteArticle(ticketId, article, 'delivery');
        if (isToBeSeen(word)) {
          const ticket = writing.ticket(ticketId);
          const fields = followUpChanges(ticket, refs.groupOf(ticket.groupId), refs.states);
          const note = failureNote(word, fresh.articles.shift() as number, article.to);
          writing.change(ticketId, { stateId: ticket.stateId, ...fields }, note, null);
        }
        verdicts.set(word, { do: 'ack' });
      }
    });
    await writing.save(tx, this.tickets);
    return messages.map((message) => verdicts.get(message) as Verdict);
  }

  /** These tickets and those they were merged into: the article of a mail may be on either. */
  private async withMerged(on: DataSource | EntityManager, ids: readonly number[]): Promise<number[]> {
    return [...new Set([...ids, ...(await this.merges.lastOf(on, ids)).values()])];
  }
}

function isOfTicket(message: Delivery): message is TicketDelivery {
  return message.data.ticketId !== null;
}

/** Given up, and not because a rule wants it so. */
const isToBeSeen = ({ type, data }: Delivery): boolean => type === deliveryFailed.type && !isDiscarded(data);

const isDiscarded = (data: Delivery['data']): boolean => 'discarded' in data && data.discarded === true;

/** Of a mail of a rule it is known only now. */
const securityOf = ({ data: { security } }: Delivery): MailSecurity | null => (security ? asProtected(security) : null);

function stateOf({ type, time, data }: Delivery): DeliveryState {
  const { attempts, links } = data;
  const common = { at: time, attempts, ...(links && { links }) };
  if (type === deliverySent.type) return { state: 'sent', ...common, error: null };
  const error = 'error' in data ? data.error : null;
  if (type === deliveryDeferred.type) return { state: 'deferred', ...common, error };
  return { state: isDiscarded(data) ? 'discarded' : 'failed', ...common, error };
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
    bcc: null,
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
