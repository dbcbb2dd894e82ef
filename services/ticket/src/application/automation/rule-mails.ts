import { type MailAddress, ticketMessageId } from '@helpmesh/contracts';
import { epochMs, guardWindowMs, isDeliverable, isMachine, loopBrake, plainAddress, uuidv7 } from '@helpmesh/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Recipient } from '../../domain/action/action.ts';
import type { ActionPlan } from '../../domain/action/plan.ts';
import { travelsEncrypted } from '../../domain/article/encrypted.ts';
import { sideThreadOf } from '../../domain/article/side-thread.ts';
import { formatAddress, formatAddresses, parseAddresses } from '../../domain/mail/addresses.ts';
import { messageIdsIn, outgoingSubject, referencesChain } from '../../domain/mail/outgoing.ts';
import { displayName, type Person } from '../../domain/ticket/people.ts';
import { SYSTEM_USER, type Ticket } from '../../domain/ticket/ticket.ts';
import { sanitize } from '../../html/sanitize.ts';
import { textOf } from '../../html/text.ts';
import { ReplicaStore } from '../../persistence/replica.store.ts';
import { RuleStore } from '../../persistence/rule.store.ts';
import { ThreadStore } from '../../persistence/thread.store.ts';
import { MAIL_IDENTITY, type MailIdentity } from '../ports.ts';
import { replyToOf } from '../reply-to.ts';
import type { NewArticle, Writing } from '../writing.ts';
import { systemArticle } from './system-article.ts';
import type { Wish } from './wish.ts';

type Mail = ActionPlan['mails'][number];
interface Addressee extends MailAddress {
  customer: boolean;
}

/** Writes the mails of rules, and holds back what would feed a loop or reach nobody. */
@Injectable()
export class RuleMails {
  constructor(
    private readonly rules: RuleStore,
    private readonly replicas: ReplicaStore,
    private readonly threads: ThreadStore,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
  ) {}

  /** @returns the article with the mail it orders, if it goes to anybody, and why it does not go to others */
  async write(
    tx: EntityManager,
    writing: Writing,
    { ticketId, article: start }: Wish,
    mail: Mail,
    id: number,
  ): Promise<{ article: NewArticle | null; toCustomer: boolean; heldBack: string[] }> {
    const ticket = writing.ticket(ticketId);
    const nobody = (why: string) => ({ article: null, toCustomer: false, heldBack: [why] });
    if (start?.isAutoResponse) return nobody('What it would answer was itself automatic.');
    if (start?.preferences['send-auto-response'] === false) return nobody('The article asks for no automatic answer.');
    if (start && sideThreadOf(start.preferences) !== null) {
      return nobody('What it would answer was said beside the ticket, where its customer learns nothing of it.');
    }
    const group = writing.refs.group(ticket.groupId);
    if (!group?.email) return nobody('The group of the ticket has no address to send from.');
    const asked = await this.addressees(tx, writing, ticket, start, mail.to);
    const heldBack: string[] = asked.missing;
    const to = await this.allowed(tx, writing, ticketId, asked.found, heldBack);
    if (to.length === 0) return { article: null, toCustomer: false, heldBack };
    const addresses = to.map(({ address }) => plainAddress(address));
    await this.rules.countMails(tx, ticketId, addresses, writing.now);
    const files = mail.attachments ? filesOf(writing, ticket.id) : null;
    if (files === 'encrypted') heldBack.push('The files of an encrypted mail are sent to nobody in the clear.');
    const attached = files === 'encrypted' ? null : files;
    const article = await this.articleOf(tx, writing, ticket, group.email, to, { ...mail, files: attached }, id);
    return { article, toCustomer: to.some(({ customer }) => customer), heldBack };
  }

  private async addressees(
    tx: EntityManager,
    { refs }: Writing,
    ticket: Ticket,
    start: NewArticle | null,
    recipients: readonly Recipient[],
  ): Promise<{ found: Addressee[]; missing: string[] }> {
    const found: Addressee[] = [];
    const missing: string[] = [];
    const person = (one: Person | undefined, who: string) => {
      if (!one) missing.push(`There is no ${who}.`);
      else if (!one.active) missing.push(`The account of the ${who} is switched off.`);
      else if (!one.email) missing.push(`There is no mail address of the ${who}.`);
      else found.push({ name: displayName(one), address: one.email, customer: one.id === ticket.customerId });
    };
    for (const recipient of recipients) {
      switch (recipient.is) {
        case 'ticket_customer':
          person(refs.person(ticket.customerId), 'customer');
          break;
        case 'ticket_owner':
          if (ticket.ownerId !== SYSTEM_USER) person(refs.person(ticket.ownerId), 'owner');
          else missing.push('Nobody owns the ticket.');
          break;
        case 'user':
          person(refs.person(recipient.id), `user ${recipient.id}`);
          break;
        case 'ticket_agents':
          for (const agent of await this.rules.agentsOf(tx, ticket.groupId)) found.push({ ...agent, customer: false });
          break;
        case 'article_last_sender': {
          const sender = await this.lastSender(tx, ticket, start);
          const customer = refs.person(ticket.customerId);
          if (sender) found.push({ ...sender, customer: plainAddress(sender.address) === customer?.email });
          else person(customer, 'last sender');
        }
      }
    }
    const unique = new Map(found.map((one) => [plainAddress(one.address), one]));
    return { found: [...unique.values()], missing };
  }

  /** Whoever wrote last as a mail; words by other ways are the customer's. */
  private async lastSender(tx: EntityManager, ticket: Ticket, start: NewArticle | null): Promise<MailAddress | null> {
    if (start)
      return start.type === 'email' && start.sender === 'Customer' ? firstOf(start.replyTo ?? start.from) : null;
    const last = (await this.rules.quotable(tx, ticket.id)).findLast(({ internal }) => !internal);
    return last?.type === 'email' && last.sender === 'Customer' ? firstOf(last.from) : null;
  }

  /** Whom of them a mail may go to; the others are named in `heldBack`. */
  private async allowed(
    tx: EntityManager,
    { now }: Writing,
    ticketId: number,
    asked: readonly Addressee[],
    heldBack: string[],
  ): Promise<Addressee[]> {
    if (asked.length === 0) return [];
    const addresses = asked.map(({ address }) => plainAddress(address));
    const own = new Set((await this.replicas.mailGroups(tx)).map(({ address }) => address));
    const past = await this.rules.pastMails(tx, addresses, epochMs(now - guardWindowMs));
    return asked.filter((_, i) => {
      const plain = addresses[i] as string;
      const why = !isDeliverable(plain)
        ? 'is no address that mail can be sent to.'
        : own.has(plain)
          ? 'is one of our own addresses.'
          : isMachine(plain)
            ? 'is an address at which nobody reads.'
            : loopBrake(past.get(plain) ?? [], ticketId, now, 0);
      if (why === null) return true;
      // The log outlives people who are erased, so it names no address.
      heldBack.push(why.startsWith('Loop guard') ? why : `A recipient ${why}`);
      return false;
    });
  }

  private async articleOf(
    tx: EntityManager,
    writing: Writing,
    ticket: Ticket,
    from: MailAddress,
    to: readonly Addressee[],
    mail: Mail & { files: Attached | null },
    id: number,
  ): Promise<NewArticle> {
    const { now } = writing;
    const stored = (await this.threads.latest(tx, [ticket.id])).get(ticket.id);
    const fresh = writing.articlesOf(ticket.id).findLast((one) => one.messageId !== null && !one.internal);
    const thread = fresh ?? stored;
    const messageId = ticketMessageId(ticket.id, now, this.identity.threadingSecret, this.identity.fqdn);
    const inReplyTo = thread?.messageId ?? null;
    const references = referencesChain(messageIdsIn(thread?.references ?? null), inReplyTo);
    const subject = mail.subject.trim() || ticket.title;
    const body = sanitize(mail.body);
    const mailId = uuidv7();
    const recipients = to.map(({ name, address }) => ({ name, address }));
    return systemArticle(id, {
      type: 'email',
      from: formatAddress(from),
      to: formatAddresses(recipients),
      ...{ subject, messageId, inReplyTo, body, internal: mail.internal },
      references: references.length > 0 ? references.join(' ') : null,
      preferences: { mail_kind: 'rule', delivery: { state: 'queued', mail_id: mailId } },
      outgoing: {
        ...{
          mailId,
          kind: 'auto-reply',
          ticketId: ticket.id,
          groupId: ticket.groupId,
          articleId: id,
          from,
          replyTo: replyToOf(from, ticket.id, this.identity),
        },
        ...{ to: recipients, cc: [], messageId, inReplyTo, references, automatic: true },
        ...(mail.sealing && { sealing: mail.sealing }),
        attachments: mail.files?.files ?? [],
        // Files that are too large for the mail go as links, which open what customers may read.
        ...(mail.files?.ofArticle != null && { filesOf: mail.files.ofArticle }),
        content: {
          subject: outgoingSubject(subject, ticket.number, inReplyTo !== null),
          ...{ text: textOf(body, 'text/html'), html: body },
          locale: writing.refs.person(ticket.customerId)?.locale ?? 'en',
        },
      },
    });
  }
}

interface Attached {
  files: NonNullable<NewArticle['outgoing']>['attachments'];
  /** Null: an internal one. */
  ofArticle: number | null;
}

/** Files of the article that started it. */
function filesOf(writing: Writing, ticketId: number): Attached | 'encrypted' | null {
  const start = writing.articlesOf(ticketId).at(-1);
  if (!start || start.files.length === 0) return null;
  if (travelsEncrypted(start.preferences)) return 'encrypted';
  const files = start.files.map(({ contentId, ...file }) => ({ ...file, ...(contentId && { contentId }) }));
  return { files, ofArticle: start.internal ? null : start.id };
}

function firstOf(line: string | null): MailAddress | null {
  return parseAddresses(line)[0] ?? null;
}
