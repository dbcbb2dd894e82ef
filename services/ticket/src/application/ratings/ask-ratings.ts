import { type MailAddress, sendMail, ticketLinkPath, ticketLinkToken, ticketMessageId } from '@helpmesh/contracts';
import { type Clock, derivedId, isDeliverable, isMachine, plainAddress } from '@helpmesh/kernel';
import { Outbox, type OutboxRow } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { messageIdsIn, referencesChain } from '../../domain/mail/outgoing.ts';
import { isNews, type Tellable } from '../../domain/notice/occasion.ts';
import { type Asked, RatingStore } from '../../persistence/rating.store.ts';
import { ThreadStore } from '../../persistence/thread.store.ts';
import { MAIL_IDENTITY, type MailIdentity, PUBLIC_PLACE, type PublicPlace } from '../ports.ts';

/**
 * Asks customers how it went when somebody else closed their ticket, where the group does so: by mail, once a ticket
 * however often it is opened and closed again.
 */
@Injectable()
export class AskRatings {
  constructor(
    private readonly ratings: RatingStore,
    private readonly threads: ThreadStore,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
    @Inject(PUBLIC_PLACE) private readonly place: PublicPlace,
  ) {}

  async run(tx: EntityManager, events: readonly Tellable[]): Promise<void> {
    const now = this.clock.now();
    const closings = new Map(
      events.filter((event) => isNews(event, now) && closes(event)).map((event) => [event.data.ticket.id, event]),
    );
    if (closings.size === 0) return;
    const asked = (await this.ratings.ask(tx, [...closings.keys()], now)).filter(
      ({ address }) => isDeliverable(address) && !isMachine(plainAddress(address)),
    );
    if (asked.length === 0) return;
    const threads = await this.threads.latest(
      tx,
      asked.map(({ ticketId }) => ticketId),
    );
    const rows = asked.map((one): OutboxRow => {
      const cause = closings.get(one.ticketId) as Tellable;
      const thread = threads.get(one.ticketId);
      const inReplyTo = thread?.messageId ?? null;
      const data = {
        ...{ mailId: derivedId(cause.id, 'rating-request'), kind: 'rating-request' as const },
        ...{
          ticketId: one.ticketId,
          groupId: one.groupId,
          articleId: null,
          from: senderOf(one),
          replyTo: null,
          cc: [],
        },
        to: [{ name: nameOf(one), address: one.address }],
        content: { template: 'rating-request', locale: one.locale, values: this.valuesOf(one) },
        messageId: ticketMessageId(one.ticketId, now, this.identity.threadingSecret, this.identity.fqdn),
        inReplyTo,
        references: referencesChain(messageIdsIn(thread?.references ?? null), inReplyTo),
        attachments: [],
        automatic: true,
      };
      return this.outbox.row(sendMail, { aggregateId: one.ticketId, data, cause });
    });
    await this.outbox.insertRows(tx, rows);
  }

  private valuesOf(one: Asked): Record<string, string> {
    const { number, title } = one;
    const token = ticketLinkToken(one, this.identity.threadingSecret, 'rating');
    return { number, title, name: nameOf(one), link: `${this.place.url}${ticketLinkPath(token)}` };
  }
}

/** Customers who close their tickets themselves are asked on the page where they do so. */
function closes({ data }: Tellable): boolean {
  if (!('changes' in data) || !('state_id' in data.changes) || data.ticket.stateType !== 'closed') return false;
  const by = 'createdById' in data ? data.createdById : data.changedById;
  return by !== data.ticket.customerId;
}

function senderOf({ groupName, groupAddress }: Asked): MailAddress | null {
  return groupAddress === null ? null : { name: groupName ?? '', address: groupAddress };
}

function nameOf({ firstname, lastname }: Asked): string {
  return `${firstname} ${lastname}`.trim();
}
