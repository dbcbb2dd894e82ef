import { fileMail, hooksIn, type Message, ticketOfMessageId } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { AppError } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { addressesIn } from '../domain/mail/addresses.ts';
import { candidatesOf, type Evidence, type Placement, placeMail, type SenderRole } from '../domain/mail/threading.ts';
import { followUpChanges, mayFollowUp } from '../domain/ticket/follow-up.ts';
import { ticketNumber } from '../domain/ticket/number.ts';
import type { Person } from '../domain/ticket/people.ts';
import { SYSTEM_USER, type Ticket, type TicketFields } from '../domain/ticket/ticket.ts';
import { ReplicaStore } from '../persistence/replica.store.ts';
import { type MailFacts, ThreadStore } from '../persistence/thread.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { EnsurePeople } from './ensure-people.ts';
import { articleOf, titleOf, UNREADABLE_TITLE } from './mail-article.ts';
import type { MailIdentity } from './outgoing-mail.ts';
import { MAIL_IDENTITY } from './ports.ts';
import { References, type Refs, Wanted } from './references.ts';
import { SYSTEM_ID } from './system-id.ts';
import { type NewArticle, Writing } from './writing.ts';

type Mail = Message<typeof fileMail>['data'];

/** References looked at: the latest ones name the thread, a forged header must not cost a scan. */
const REFERENCES_READ = 30;

/** The mail has a ticket already, made when it could not be read. */
interface Refiled {
  do: 'refile';
  ticketId: number;
  evidence?: Evidence;
}

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
    const facts = await this.threads.factsOf(this.db, lookupOf(mail));
    const nearIds = [...this.candidates(mail, facts), ...facts.filedAs].map(({ ticketId }) => ticketId);
    const near = await this.tickets.facts(
      this.db,
      nearIds.map((id) => ({ visible: VisibleTickets.toTheService(), id })),
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
    const skip = skipped(mail, facts);
    if (skip) return { do: 'skip', why: skip };
    const refiledOn = facts.filedAs[0]?.ticketId;
    const candidates = this.candidates(mail, facts);
    const loaded = await this.tickets.lock(
      tx,
      VisibleTickets.toTheService(),
      refiledOn === undefined ? candidates.map(({ ticketId }) => ticketId) : [refiledOn],
    );
    const roles = await this.rolesOf(tx, known, [...loaded.values()]);
    const now = this.clock.now();
    const accepts = (ticketId: number) => {
      const ticket = loaded.get(ticketId) as Ticket;
      return mayFollowUp(ticket, refs.groupOf(ticket.groupId), refs.states, now);
    };
    const placement: Placement | Refiled =
      refiledOn === undefined
        ? placeMail(candidates, (ticketId) => roles.get(ticketId), accepts)
        : { do: 'refile', ...candidates.find(({ ticketId }) => ticketId === refiledOn), ticketId: refiledOn };
    const ids = await this.tickets.takeIds(tx, placement.do === 'open' ? 1 : 0, 1);
    const writing = new Writing(this.outbox, refs, now, loaded, message);
    const proven = placement.do !== 'open' && placement.evidence === 'signed-id';
    const article = articleOf(mail, ids.articles[0] as number, { proven, opens: placement.do === 'open' });
    const by = sender?.id ?? SYSTEM_USER;
    if (placement.do !== 'open') {
      const role = roles.get(placement.ticketId) as SenderRole;
      this.attach(writing, placement, proven ? role : { ...role, agentOfGroup: false }, article, known);
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

  /** @param role  without what the mail has not proven */
  private attach(
    writing: Writing,
    { do: how, ticketId }: Exclude<Placement | Refiled, { do: 'open' }>,
    role: SenderRole,
    article: NewArticle,
    { mail, refs, sender }: Known,
  ): void {
    const ticket = writing.ticket(ticketId);
    const late = how === 'refile' ? readLate(ticket, mail, sender) : {};
    if (role.machine) {
      // The postman's words, or our own come back: agents should see them, the customer has no use for them.
      writing.change(ticketId, late, { ...article, sender: 'System', internal: true }, SYSTEM_USER);
      return;
    }
    const asAgent = role.agentOfGroup && !role.customer;
    // A mail that could only be read late opens nothing again: agents have had it before them.
    const reopens = how === 'attach' && !asAgent && mail.automatic === 'no';
    const fields = reopens ? followUpChanges(ticket, refs.groupOf(ticket.groupId), refs.states) : late;
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
    const ours = ids.length > 0 ? await this.replicas.ownAddresses(tx) : new Set<string>();
    const own = mail.automatic === 'own' || (address !== undefined && ours.has(address));
    return new Map(
      tickets.map((ticket) => [
        ticket.id,
        {
          customer: sender !== undefined && sender.id === ticket.customerId,
          participant: !own && (lines.get(ticket.id) ?? []).some((line) => addressesIn(line).includes(address ?? '')),
          ofTheDesk: own || sender?.agent === true,
          machine: own || mail.automatic === 'bounce',
          agentOfGroup: sender?.agent === true && sender.active && sender.fullGroupIds.includes(ticket.groupId),
        },
      ]),
    );
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

/** Why a mail needs no article (any more). A mail that can be read at last is not a copy of itself. */
function skipped(mail: Mail, { filedAs, sameMessage }: MailFacts): string | undefined {
  const unreadable = mail.unreadable !== null;
  if (filedAs.some((one) => unreadable || !one.unreadable)) return `inbound mail ${mail.inboundId} is filed already`;
  const copy = sameMessage.find(
    (one) =>
      (unreadable || !one.unreadable) && mail.from && addressesIn(one.from).includes(mail.from.address.toLowerCase()),
  );
  return copy && `a copy of article ${copy.articleId}`;
}

function answeredIds(mail: Mail): string[] {
  // The mail that is answered first, then its ancestors from the nearest.
  return [...new Set([...mail.inReplyTo, ...mail.references.toReversed()])].slice(0, REFERENCES_READ);
}

function lookupOf(mail: Mail) {
  const { inboundId, messageId, subject } = mail;
  return { inboundId, messageId, answers: answeredIds(mail), numbers: hooksIn(subject) };
}

/** What a ticket that an unreadable mail opened learns when the mail can be read. */
function readLate(ticket: Ticket, mail: Mail, sender: Person | undefined): TicketFields {
  if (ticket.title !== UNREADABLE_TITLE) return {};
  const unknown = ticket.customerId === SYSTEM_USER;
  return {
    title: titleOf(mail),
    ...(sender && unknown && { customerId: sender.id, organizationId: sender.organizationId }),
  };
}

/** Why a mail that looks like an answer opened a ticket of its own. */
function preferencesOf(placement: Placement, mail: Mail): Record<string, unknown> {
  if (placement.do !== 'open' || placement.why === 'no-evidence') return { channel: mail.channel };
  const { why, ticketId, evidence } = placement;
  return { channel: mail.channel, follow_up_refused: { why, ticket_id: ticketId, evidence } };
}
