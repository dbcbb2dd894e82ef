import { type Message, recordMail, type ticketCreated, ticketMessageId, withHook } from '@helpmesh/contracts';
import { type Clock, derivedId, type EpochMs, epochMs } from '@helpmesh/kernel';
import { inTraceOf, type Outbox, type Verdict } from '@helpmesh/messaging';
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

type Created = Message<typeof ticketCreated>;
type Reply = Extract<ReplyDecision, { reply: true }>;

/** Confirms new tickets to their customers, and tells the ticket service so that the thread shows it. */
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

  /** @returns a verdict an event, in order */
  async run(tx: EntityManager, events: readonly Created[]): Promise<Verdict[]> {
    const own = await this.ownAddresses(tx, events);
    const decisions = events.map((event) => replyToNewTicket(event.data, timeOf(event), own));
    await this.lock(
      tx,
      decisions.flatMap((decision) => (decision.reply ? [plainAddress(decision.to.address)] : [])),
    );
    const verdicts: Verdict[] = [];
    for (const [i, event] of events.entries()) {
      const decision = decisions[i] as ReplyDecision;
      verdicts.push(decision.reply ? await this.answer(tx, event, decision) : { do: 'skip', why: decision.why });
    }
    return verdicts;
  }

  private async answer(tx: EntityManager, event: Created, decision: Reply): Promise<Verdict> {
    const guardAddress = plainAddress(decision.to.address);
    const brake = await this.brake(tx, event.data.ticket.id, guardAddress, this.clock.now());
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

  /**
   * Two tickets of one sender, or of one domain, at the same time must count each other. The locks of all are taken in
   * one order, so that replicas wait for each other and never in a circle.
   */
  private async lock(tx: EntityManager, addresses: readonly string[]): Promise<void> {
    const byDomain = this.settings.autoRepliesPerDomain > 0;
    const names = new Set(addresses.map((address) => `auto-reply ${byDomain ? domainOf(address) : address}`));
    for (const name of [...names].sort()) await lockInTransaction(tx, name);
  }

  /** Why the confirmation is held back, or null. */
  private async brake(tx: EntityManager, ticketId: number, address: string, now: EpochMs): Promise<string | null> {
    const { autoRepliesPerHour, autoRepliesPerDomain, autoRepliesInTotal } = this.settings;
    const domain = domainOf(address);
    const past = await this.mails.pastAnswers(tx, address, now);
    const loop = loopBrake(past, ticketId, now, autoRepliesPerHour);
    if (loop !== null) return loop;
    const limits = { domain: autoRepliesPerDomain, total: autoRepliesInTotal };
    return volumeBrake(await this.mails.answerVolume(tx, domain, limits, now), limits);
  }

  private async compose(
    tx: EntityManager,
    event: Created,
    { template, to, inReplyTo }: Reply,
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
      traceparent: inTraceOf(event, sampledTraceparent) ?? null,
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

  private async record(tx: EntityManager, event: Created, mail: OutboundMail): Promise<void> {
    const { id: mailId, kind, from, to, subject, text, messageId, inReplyTo } = mail;
    const ticketId = event.data.ticket.id;
    // The words without the frame: a mail's layout inside the thread is noise.
    const data = { mailId, ticketId, kind, from, to, subject, text: text ?? '', html: null, messageId, inReplyTo };
    await this.outbox.add(tx, recordMail, { aggregateId: ticketId, data, cause: event });
  }

  /** Our own addresses, as far as the customers of these events may have them. */
  private async ownAddresses(tx: EntityManager, events: readonly Created[]): Promise<ReadonlySet<string>> {
    const asked = new Set(
      events.flatMap(({ data }) => (data.customer.email ? [plainAddress(data.customer.email)] : [])),
    );
    const groups = asked.size > 0 ? await this.groups.owned(tx, [...asked]) : [];
    return new Set([...this.settings.ownAddresses, plainAddress(this.settings.from.address), ...groups]);
  }
}

function timeOf({ time }: Created): EpochMs {
  return epochMs(new Date(time));
}
