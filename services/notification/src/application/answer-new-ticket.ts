import {
  type MailAddress,
  type MailBrand,
  type Message,
  recordMail,
  type ticketCreated,
  ticketLinkPath,
  ticketLinkToken,
  ticketMessageId,
  withHook,
  withoutTicketLinks,
} from '@helpmesh/contracts';
import { type Clock, derivedId, type EpochMs, epochMs, isDeliverable, loopBrake, plainAddress } from '@helpmesh/kernel';
import { inTraceOf, type Outbox, type OutboxRow, type Verdict } from '@helpmesh/messaging';
import { afterCommit, lockAllInTransaction } from '@helpmesh/persistence';
import { sampledTraceparent } from '@helpmesh/telemetry';
import type { EntityManager } from 'typeorm';
import { domainOf, headerAddress } from '../domain/address.ts';
import { type ReplyDecision, replyToNewTicket } from '../domain/auto-reply.ts';
import { volumeBrake } from '../domain/loop-guard.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import type { MailEvents } from '../events.ts';
import type { GroupAddressStore } from '../persistence/group-address.store.ts';
import type { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import type { RenderedMail } from '../templates/render.ts';
import { houseOf, named, pageOf } from './house.ts';
import type { MailSettings } from './ports.ts';
import type { MailToWrite, WriteMails } from './template/write-mails.ts';

type Created = Message<typeof ticketCreated>;

interface Answer {
  event: Created;
  decision: Extract<ReplyDecision, { reply: true }>;
  /** That of the person, in lower case: what the brakes count by. */
  address: string;
}

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
    private readonly writer: Pick<WriteMails, 'run'>,
  ) {}

  /** @returns a verdict an event, in order */
  async run(tx: EntityManager, events: readonly Created[]): Promise<Verdict[]> {
    const own = await this.ownAddresses(tx, events);
    const decisions = events.map((event) => replyToNewTicket(event.data, timeOf(event), own));
    const answers = events.flatMap((event, i) => {
      const decision = decisions[i] as ReplyDecision;
      return decision.reply ? [{ event, decision, address: plainAddress(decision.to.address) }] : [];
    });
    const added = await this.answer(tx, answers);
    return events.map((event, i): Verdict => {
      const decision = decisions[i] as ReplyDecision;
      if (!decision.reply) return { do: 'skip', why: decision.why };
      return added.has(event) ? { do: 'ack' } : { do: 'skip', why: 'the confirmation is in the queue already' };
    });
  }

  /** Queues the answers, held back ones as suppressed. @returns the events that had none yet */
  private async answer(tx: EntityManager, answers: readonly Answer[]): Promise<Set<Created>> {
    if (answers.length === 0) return new Set();
    const now = this.clock.now();
    const brakes = await this.brakes(tx, answers, now);
    const groupIds = [...new Set(answers.map(({ event }) => event.data.ticket.groupId))];
    const groups = await this.groups.of(tx, groupIds);
    const brands = await this.groups.brandsOf(tx, groupIds);
    const words = await this.writer.run(
      answers.map((answer) => this.ordered(answer, brands.get(answer.event.data.ticket.groupId))),
    );
    const mails = answers.map((answer, i): OutboundMail => {
      const { groupId } = answer.event.data.ticket;
      const look = { brand: brands.get(groupId), words: words[i] as RenderedMail };
      const mail = this.compose(answer, groups.get(groupId), look, now);
      const brake = brakes[i] ?? null;
      return brake === null ? mail : { ...mail, state: 'suppressed', dueAt: null, lastError: brake };
    });
    const fresh = await this.mails.add(tx, mails);
    const queued = answers.flatMap(({ event }, i) => {
      const mail = mails[i] as OutboundMail;
      return fresh.has(mail.id) && mail.state === 'queued' ? [this.record(event, mail)] : [];
    });
    await this.outbox.insertRows(tx, queued);
    afterCommit(tx, this.wake);
    for (const mail of mails) {
      if (fresh.has(mail.id) && mail.state === 'suppressed') afterCommit(tx, () => this.events.suppressed(mail));
    }
    return new Set(answers.flatMap(({ event }, i) => (fresh.has((mails[i] as OutboundMail).id) ? [event] : [])));
  }

  /** Why each is held back, or null; each counts for those after it. */
  private async brakes(tx: EntityManager, answers: readonly Answer[], now: EpochMs): Promise<(string | null)[]> {
    const { autoRepliesPerHour, autoRepliesPerDomain, autoRepliesInTotal } = this.settings;
    const addresses = [...new Set(answers.map(({ address }) => address))];
    const domains = [...new Set(addresses.map(domainOf))];
    // Two tickets of one sender, or of one domain, at the same time must count each other.
    const counted = autoRepliesPerDomain > 0 ? domains : addresses;
    await lockAllInTransaction(
      tx,
      counted.map((name) => `auto-reply ${name}`),
    );
    const past = Map.groupBy(await this.mails.pastAnswers(tx, addresses, now), ({ address }) => address);
    const limits = { domain: autoRepliesPerDomain, total: autoRepliesInTotal };
    const sent = await this.mails.answerVolume(tx, domains, limits, now);
    return answers.map(({ event, address }) => {
      const ticketId = event.data.ticket.id;
      const domain = domainOf(address);
      const before = past.get(address) ?? [];
      const inDomain = sent.byDomain.get(domain) ?? 0;
      const why =
        loopBrake(before, ticketId, now, autoRepliesPerHour) ??
        volumeBrake({ domain: inDomain, total: sent.total }, limits);
      if (why === null) {
        past.set(address, [...before, { address, at: now, ticketId }]);
        sent.byDomain.set(domain, inDomain + 1);
        sent.total += 1;
      }
      return why;
    });
  }

  private ordered({ event, decision }: Answer, brand: MailBrand | undefined): MailToWrite {
    const { ticket, customer } = event.data;
    const { threadingSecret } = this.settings;
    const link = linkOf(event, { page: pageOf(this.settings, brand), threadingSecret });
    const values = { number: ticket.number, title: ticket.title, name: customer.name, link };
    return { template: decision.template, locale: customer.locale, values, house: houseOf(this.settings, brand) };
  }

  private compose(
    { event, decision, address: guardAddress }: Answer,
    group: MailAddress | undefined,
    { brand, words }: { brand: MailBrand | undefined; words: RenderedMail },
    now: EpochMs,
  ): OutboundMail {
    const { to, inReplyTo } = decision;
    const { ticket } = event.data;
    const { fqdn, threadingSecret } = this.settings;
    const { subject, text, html } = words;
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
      from: named(group && isDeliverable(group.address) ? headerAddress(group) : this.settings.from, brand),
      replyTo: null,
      to: [addressee],
      cc: [],
      bcc: [],
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
      linked: [],
      security: null,
      state: 'queued',
      dueAt: now,
      attempts: 0,
      queuedAt: now,
      createdAt: now,
      lastError: null,
    };
  }

  private record(event: Created, mail: OutboundMail): OutboxRow {
    const { id: mailId, kind, from, to, subject, text, messageId, inReplyTo } = mail;
    const ticketId = event.data.ticket.id;
    // The words without the frame: a mail's layout inside the thread is noise. The link is the customer's alone.
    const said = withoutTicketLinks(text ?? '');
    const data = { mailId, ticketId, kind, from, to, subject, text: said, html: null, messageId, inReplyTo };
    return this.outbox.row(recordMail, { aggregateId: ticketId, data, cause: event });
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

/** Where the customer reads and answers the ticket without signing in. */
function linkOf(
  { data: { ticket, customer } }: Created,
  { page, threadingSecret }: Pick<MailSettings, 'page' | 'threadingSecret'>,
): string {
  const token = ticketLinkToken({ ticketId: ticket.id, customerId: customer.userId }, threadingSecret);
  return `${page}${ticketLinkPath(token)}`;
}

function timeOf({ time }: Created): EpochMs {
  return epochMs(new Date(time));
}
