import { type Message, recordMail, type ticketCreated, ticketMessageId, withHook } from '@helpmesh/contracts';
import { type Clock, derivedId, type EpochMs, epochMs } from '@helpmesh/kernel';
import type { Outbox, Verdict } from '@helpmesh/messaging';
import { afterCommit, lockInTransaction } from '@helpmesh/persistence';
import { sampledTraceparent } from '@helpmesh/telemetry';
import type { EntityManager } from 'typeorm';
import { domainOf, headerAddress, isDeliverable, plainAddress } from '../domain/address.ts';
import { type ReplyDecision, replyToNewTicket } from '../domain/auto-reply.ts';
import { loopBrake, volumeBrake } from '../domain/loop-guard.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import type { MailEvents } from '../events.ts';
import type { GroupAddressStore } from '../persistence/group-address.store.ts';
import type { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import { renderMail } from '../templates/render.ts';
import type { MailSettings } from './ports.ts';

/** Confirms a new ticket to its customer, and tells the ticket service so that the thread shows it. */
export class AnswerNewTicket {
  constructor(
    private readonly mails: OutboundMailStore,
    private readonly groups: GroupAddressStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: MailSettings,
    private readonly events: MailEvents,
    private readonly wake: () => void,
  ) {}

  async run(tx: EntityManager, event: Message<typeof ticketCreated>): Promise<Verdict> {
    const { ticket, customer } = event.data;
    const decision = replyToNewTicket(event.data, timeOf(event), await this.ownAddresses(tx, customer.email));
    if (!decision.reply) return { do: 'skip', why: decision.why };

    const now = this.clock.now();
    const guardAddress = plainAddress(decision.to.address);
    const brake = await this.brake(tx, ticket.id, guardAddress, now);

    const mail = await this.compose(tx, event, decision, guardAddress);
    const row: OutboundMail = brake ? { ...mail, state: 'suppressed', dueAt: null, lastError: brake } : mail;
    if (!(await this.mails.add(tx, row))) return { do: 'skip', why: 'the confirmation is in the queue already' };
    if (brake) {
      afterCommit(tx, () => this.events.suppressed(row));
      return { do: 'ack' };
    }
    await this.record(tx, event, mail);
    afterCommit(tx, this.wake);
    return { do: 'ack' };
  }

  /** Why the confirmation is held back, or null. */
  private async brake(tx: EntityManager, ticketId: number, address: string, now: EpochMs): Promise<string | null> {
    const { autoRepliesPerHour, autoRepliesPerDomain, autoRepliesInTotal } = this.settings;
    const domain = domainOf(address);
    // Two tickets of one sender, or of one domain, at the same time must count each other.
    await lockInTransaction(tx, `auto-reply ${autoRepliesPerDomain > 0 ? domain : address}`);
    const past = await this.mails.pastAnswers(tx, address, now);
    const loop = loopBrake(past, ticketId, now, autoRepliesPerHour);
    if (loop !== null) return loop;
    const limits = { domain: autoRepliesPerDomain, total: autoRepliesInTotal };
    return volumeBrake(await this.mails.answerVolume(tx, domain, limits, now), limits);
  }

  private async compose(
    tx: EntityManager,
    event: Message<typeof ticketCreated>,
    { template, to, inReplyTo }: Extract<ReplyDecision, { reply: true }>,
    guardAddress: string,
  ): Promise<OutboundMail> {
    const { ticket, customer } = event.data;
    const { brand, page, fqdn, threadingSecret } = this.settings;
    const now = this.clock.now();
    const values = { number: ticket.number, title: ticket.title, name: customer.name };
    const { subject, text, html } = renderMail(template, customer.locale, values, { brand, page });
    const group = await this.groups.of(tx, ticket.groupId);
    const addressee = headerAddress(to);
    return {
      // Of the event, so that a redelivery finds the mail it made.
      id: derivedId(event.id, 'auto-reply'),
      kind: 'auto-reply',
      ticketId: ticket.id,
      articleId: null,
      correlationId: event.correlationId,
      causationId: event.id,
      traceparent: sampledTraceparent() ?? null,
      automatic: true,
      guardAddress,
      from: group && isDeliverable(group.address) ? headerAddress(group) : this.settings.from,
      replyTo: null,
      to: [addressee],
      cc: [],
      remaining: [addressee.address],
      refused: [],
      subject: withHook(subject, ticket.number),
      text,
      html,
      secret: false,
      messageId: ticketMessageId(ticket.id, now, threadingSecret, fqdn),
      inReplyTo,
      references: inReplyTo === null ? [] : [inReplyTo],
      attachments: [],
      state: 'queued',
      dueAt: now,
      attempts: 0,
      queuedAt: now,
      createdAt: now,
      lastError: null,
    };
  }

  private async record(tx: EntityManager, event: Message<typeof ticketCreated>, mail: OutboundMail): Promise<void> {
    const { id: mailId, kind, from, to, subject, text, messageId, inReplyTo } = mail;
    const ticketId = event.data.ticket.id;
    // The words without the frame: a mail's layout inside the thread is noise.
    const data = { mailId, ticketId, kind, from, to, subject, text: text ?? '', html: null, messageId, inReplyTo };
    await this.outbox.add(tx, recordMail, { aggregateId: ticketId, data, cause: event });
  }

  private async ownAddresses(tx: EntityManager, email: string | null): Promise<ReadonlySet<string>> {
    const own = new Set([...this.settings.ownAddresses, plainAddress(this.settings.from.address)]);
    if (email !== null && (await this.groups.owns(tx, plainAddress(email)))) own.add(plainAddress(email));
    return own;
  }
}

function timeOf({ time }: Message<typeof ticketCreated>): EpochMs {
  return epochMs(new Date(time));
}
