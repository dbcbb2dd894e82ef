import { fileMail, hooksIn, type Message, ticketOfMessageId, withoutHook } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { AppError } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AttachedFile } from '../domain/article/article.ts';
import { addressesIn, formatAddress, formatAddresses } from '../domain/mail/addresses.ts';
import { candidatesOf, type Placement, placeMail, type SenderRole } from '../domain/mail/threading.ts';
import { followUpChanges, mayFollowUp } from '../domain/ticket/follow-up.ts';
import { ticketNumber } from '../domain/ticket/number.ts';
import type { Person } from '../domain/ticket/people.ts';
import { SYSTEM_USER, type Ticket } from '../domain/ticket/ticket.ts';
import { sanitize } from '../html/sanitize.ts';
import { ReplicaStore } from '../persistence/replica.store.ts';
import { type MailFacts, ThreadStore } from '../persistence/thread.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { storedFile } from './draft-article.ts';
import { EnsurePeople } from './ensure-people.ts';
import type { MailIdentity } from './outgoing-mail.ts';
import { MAIL_IDENTITY } from './ports.ts';
import { References, type Refs, Wanted } from './references.ts';
import { SYSTEM_ID } from './system-id.ts';
import { type NewArticle, Writing } from './writing.ts';

type Mail = Message<typeof fileMail>['data'];

/** References looked at: the latest ones name the thread, a forged header must not cost a scan. */
const REFERENCES_READ = 30;
const TITLE_LENGTH = 250;

/** What is known before the transaction. */
interface Known {
  mail: Mail;
  refs: Refs;
  /** Undefined when the mail names nobody, or nobody who can be a user. */
  sender: Person | undefined;
  groupId: number;
}

/** Puts an arrived mail where it belongs: on the ticket it answers, else on a new one. No mail is ever turned away. */
@Injectable()
export class FileMail {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly threads: ThreadStore,
    private readonly replicas: ReplicaStore,
    private readonly references: References,
    private readonly people: EnsurePeople,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
  ) {}

  /**
   * Asks the network for whatever the transaction will need.
   * @returns what is to be done in the transaction of the message
   */
  async prepare(message: Message<typeof fileMail>): Promise<(tx: EntityManager) => Promise<Verdict>> {
    const { data: mail } = message;
    const sender = await this.senderOf(mail);
    const groupId = await this.groupFor(mail);
    const candidates = await this.candidates(mail, await this.threads.factsOf(this.db, lookupOf(mail)));
    const near = await this.tickets.facts(
      this.db,
      candidates.map(({ ticketId }) => ({ visible: VisibleTickets.toTheService(), id: ticketId })),
    );
    const wanted = new Wanted().user(sender?.id).group(groupId);
    for (const ticket of near) {
      if (!ticket) continue;
      wanted.user(ticket.customerId).user(ticket.ownerId).group(ticket.groupId).organization(ticket.organizationId);
    }
    const known = { mail, refs: await this.references.resolve(wanted), sender, groupId };
    return (tx) => this.file(tx, message, known);
  }

  private async file(tx: EntityManager, message: Message<typeof fileMail>, known: Known): Promise<Verdict> {
    const { mail, refs, sender } = known;
    if (mail.messageId) await this.threads.lockMessage(tx, mail.messageId);
    const facts = await this.threads.factsOf(tx, lookupOf(mail));
    if (facts.filedAs !== null) return { do: 'skip', why: `inbound mail ${mail.inboundId} is filed already` };
    const copy = facts.sameMessage.find(
      ({ from }) => mail.from && addressesIn(from).includes(mail.from.address.toLowerCase()),
    );
    if (copy) return { do: 'skip', why: `a copy of article ${copy.articleId}` };
    const candidates = this.candidates(mail, facts);
    const loaded = await this.tickets.lock(
      tx,
      VisibleTickets.toTheService(),
      candidates.map(({ ticketId }) => ticketId),
    );
    const roles = await this.rolesOf(tx, known, [...loaded.values()]);
    const now = this.clock.now();
    const placement = placeMail(
      candidates,
      (ticketId) => roles.get(ticketId),
      (ticketId) => {
        const ticket = loaded.get(ticketId) as Ticket;
        return mayFollowUp(ticket, refs.groupOf(ticket.groupId), refs.states, now);
      },
    );
    const ids = await this.tickets.takeIds(tx, placement.do === 'open' ? 1 : 0, 1);
    const writing = new Writing(this.outbox, refs, now, loaded, message);
    const article = articleOf(mail, ids.articles[0] as number);
    const by = sender?.id ?? SYSTEM_USER;
    if (placement.do === 'attach') {
      this.attach(writing, placement.ticketId, article, known, roles.get(placement.ticketId) as SenderRole);
    } else {
      const { id, counter } = ids.tickets[0] as { id: number; counter: number };
      const draft = {
        id,
        number: ticketNumber(SYSTEM_ID, counter),
        title: titleOf(mail),
        groupId: known.groupId,
        priorityId: refs.defaultPriority.id,
        customerId: by,
        organizationId: sender?.organizationId ?? null,
        preferences: preferencesOf(placement, mail),
      };
      writing.open(draft, article, by);
    }
    await writing.save(tx, this.tickets);
    return { do: 'ack' };
  }

  private attach(writing: Writing, ticketId: number, article: NewArticle, known: Known, role: SenderRole): void {
    const { mail, refs, sender } = known;
    const ticket = writing.ticket(ticketId);
    const asAgent = role.agentOfGroup && !role.customer;
    if (mail.automatic === 'bounce' || mail.automatic === 'own') {
      // The postman's words: agents should see them, the customer has no use for them.
      const internal = mail.automatic === 'bounce';
      writing.change(ticketId, {}, { ...article, sender: 'System', internal }, SYSTEM_USER);
      return;
    }
    const reopens = !asAgent && mail.automatic === 'no';
    const fields = reopens ? followUpChanges(ticket, refs.groupOf(ticket.groupId), refs.states) : {};
    // Without a state of its own an agent's mail would start work; a mail says nothing about who took it on.
    const stateId = fields.stateId ?? ticket.stateId;
    const author = sender?.id ?? SYSTEM_USER;
    writing.change(ticketId, { ...fields, stateId }, { ...article, sender: asAgent ? 'Agent' : 'Customer' }, author);
  }

  private async senderOf({ from, automatic }: Mail): Promise<Person | undefined> {
    // Our own address is nobody's customer.
    if (!from || automatic === 'own') return undefined;
    const people = await this.people.run([{ email: from.address, name: from.name }]);
    return [...people.values()][0];
  }

  /** Tickets the mail points at; ids in our own Message-IDs count only with their signature. */
  private candidates(mail: Mail, facts: MailFacts) {
    const signed = answeredIds(mail).flatMap((id) => ticketOfMessageId(id, this.identity.threadingSecret) ?? []);
    return candidatesOf({
      signedTicketIds: signed,
      knownMessageTicketIds: facts.answeredTicketIds,
      hookTicketIds: facts.numberedTicketIds,
    });
  }

  private async rolesOf(tx: EntityManager, known: Known, tickets: Ticket[]): Promise<Map<number, SenderRole>> {
    const { mail, sender } = known;
    const address = mail.from?.address.toLowerCase();
    const ids = tickets.map(({ id }) => id);
    const lines = address ? await this.threads.linesNaming(tx, ids, address) : new Map<number, string[]>();
    return new Map(
      tickets.map((ticket) => [
        ticket.id,
        {
          customer: sender !== undefined && sender.id === ticket.customerId,
          // A bounce comes from a machine that never took part; its proof is the id that only our mail carried.
          participant:
            (lines.get(ticket.id) ?? []).some((line) => addressesIn(line).includes(address ?? '')) ||
            (mail.automatic === 'bounce' && this.isSignedFor(mail, ticket.id)),
          agentOfGroup: sender?.agent === true && sender.active && sender.fullGroupIds.includes(ticket.groupId),
        },
      ]),
    );
  }

  private isSignedFor(mail: Mail, ticketId: number): boolean {
    return answeredIds(mail).some((id) => ticketOfMessageId(id, this.identity.threadingSecret) === ticketId);
  }

  private async groupFor(mail: Mail): Promise<number> {
    const addresses = [...mail.recipients, ...[...mail.to, ...mail.cc].map(({ address }) => address)];
    const known = await this.replicas.groupForMail(this.db, addresses);
    if (known !== undefined) return known;
    await this.references.learnGroups();
    const learnt = await this.replicas.groupForMail(this.db, addresses);
    if (learnt !== undefined) return learnt;
    throw new AppError('unavailable', 'ticket.no-group', 'There is no active group that could take the mail.');
  }
}

function answeredIds(mail: Mail): string[] {
  // The mail that is answered first, then its ancestors from the nearest.
  return [...new Set([...mail.inReplyTo, ...mail.references.toReversed()])].slice(0, REFERENCES_READ);
}

function lookupOf(mail: Mail) {
  const { inboundId, messageId, subject } = mail;
  return { inboundId, messageId, answers: answeredIds(mail), numbers: hooksIn(subject) };
}

function titleOf(mail: Mail): string {
  if (mail.unreadable !== null) return 'Unreadable mail';
  const bare = hooksIn(mail.subject).reduce((subject, number) => withoutHook(subject, number), mail.subject);
  return (
    bare
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, TITLE_LENGTH) || '(no subject)'
  );
}

/** Why a mail that looks like an answer opened a ticket of its own. */
function preferencesOf(placement: Placement, mail: Mail): Record<string, unknown> {
  if (placement.do !== 'open' || placement.why === 'no-evidence') return { channel: mail.channel };
  const { why, ticketId, evidence } = placement;
  return { channel: mail.channel, follow_up_refused: { why, ticket_id: ticketId, evidence } };
}

function articleOf(mail: Mail, id: number): NewArticle {
  const files: AttachedFile[] = mail.attachments.map(storedFile);
  const unreadable = mail.unreadable !== null;
  if (unreadable) files.push(rawAsFile(mail));
  const html = unreadable ? null : mail.html;
  const text = unreadable
    ? `This mail could not be read; it is attached as it arrived.\n\nReason: ${mail.unreadable}`
    : clean(mail.text) || '(no text)';
  return {
    id,
    type: 'email',
    sender: 'Customer',
    from: mail.from && formatAddress(mail.from),
    to: formatAddresses(mail.to),
    cc: formatAddresses(mail.cc),
    subject: clean(mail.subject) || null,
    replyTo: mail.replyTo && formatAddress(mail.replyTo),
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo[0] ?? null,
    references: mail.references.length > 0 ? mail.references.join(' ') : null,
    contentType: html === null ? 'text/plain' : 'text/html',
    body: html === null ? text : sanitize(clean(html)) || text,
    internal: false,
    preferences: mail.automatic === 'no' ? {} : { 'is-auto-response': true, automatic: mail.automatic },
    originById: null,
    mail: { inboundId: mail.inboundId, sha256: mail.raw.sha256, size: mail.raw.size },
    files,
    isAutoResponse: mail.automatic !== 'no' || unreadable,
    outgoing: null,
  };
}

function rawAsFile({ raw }: Mail): AttachedFile {
  const contentType = 'message/rfc822';
  return { ...raw, filename: 'unreadable.eml', contentType, contentId: null, inline: false };
}

/** PostgreSQL keeps no NUL in text. */
function clean(text: string): string {
  return text.replaceAll('\u0000', '');
}
