import {
  fileMail,
  hooksIn,
  type Message,
  markUndeliverable,
  suspendMail,
  ticketOfMessageId,
  ticketOfReplyAddress,
  withoutTicket,
} from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { AppError } from '@helpmesh/kernel';
import { Outbox, type OutboxRow, type Verdict } from '@helpmesh/messaging';
import { lockAllInTransaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type SideThreadId, sideThreadOf } from '../domain/article/side-thread.ts';
import { addressesIn } from '../domain/mail/addresses.ts';
import { reasonOf, withoutMailbox } from '../domain/mail/bounce.ts';
import { ANSWER_IN_DOUBT, doubtAbout, isDisowned } from '../domain/mail/doubt.ts';
import { proofFor, speakerOf } from '../domain/mail/speaker.ts';
import {
  type Candidate,
  candidatesOf,
  type Evidence,
  type Placement,
  placeMail,
  type SenderRole,
} from '../domain/mail/threading.ts';
import { MAX_TAGS, type TagName, tagNames } from '../domain/tag/tag.ts';
import { brakeSince, followUpChanges, isReopenedTooOften, mayFollowUp } from '../domain/ticket/follow-up.ts';
import { retagged } from '../domain/ticket/history.ts';
import type { Person } from '../domain/ticket/people.ts';
import { isClosed } from '../domain/ticket/state.ts';
import { type NewTicket, SYSTEM_USER, type Ticket, type TicketFields } from '../domain/ticket/ticket.ts';
import { ArticleStore, type BouncedArticle } from '../persistence/article.store.ts';
import { MergeStore } from '../persistence/merge.store.ts';
import { type MailGroup, ReplicaStore } from '../persistence/replica.store.ts';
import { TagStore } from '../persistence/tag.store.ts';
import { type AskedMail, type MailFacts, ThreadStore } from '../persistence/thread.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { systemArticle } from './automation/system-article.ts';
import { type Correspondent, EnsurePeople } from './ensure-people.ts';
import { articleOf, titleOf, UNREADABLE_TITLE } from './mail-article.ts';
import { MAIL_IDENTITY, type MailIdentity } from './ports.ts';
import { References, Wanted } from './references.ts';
import { type Refs } from './refs.ts';
import { Tagging } from './ties/tagging.ts';
import { type NewArticle, Writing } from './writing.ts';

type Mail = Message<typeof fileMail>['data'];

/** References looked at: the latest ones name the thread, a forged header must not cost a scan. */
const REFERENCES_READ = 30;

/** The mark of a note that tells of the brake on reopening. */
const HELD_CLOSED = 'held_closed';

/** The mail has a ticket already, made when it could not be read. */
interface Refiled {
  do: 'refile';
  ticketId: number;
  evidence?: Evidence;
}

type Command = Message<typeof fileMail>;

/** With the latest side thread of the ticket that names the sender. */
type KnownSender = SenderRole & { side: SideThreadId | undefined };

/** What is known before the transaction, of all mails that came together. */
interface Known {
  refs: Refs;
  /** By address in lower case; those whom identity refuses are missing. */
  people: ReadonlyMap<string, Person>;
  groups: readonly MailGroup[];
}

/** A mail on its way to a ticket, with everything that decides about it. */
interface Filing {
  message: Command;
  mail: Mail;
  facts: MailFacts;
  candidates: Candidate[];
  /** The ticket the mail opened when it could not be read. */
  refiledOn: number | undefined;
}

/**
 * Puts arrived mails where they belong: on the ticket they answer, else on a new one. No mail is ever turned away.
 * Mails that came together are filed together, except that each sees what older ones of its thread did.
 */
@Injectable()
export class FileMail {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly threads: ThreadStore,
    private readonly articles: ArticleStore,
    private readonly merges: MergeStore,
    private readonly replicas: ReplicaStore,
    private readonly tags: TagStore,
    private readonly references: References,
    private readonly people: EnsurePeople,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
  ) {}

  /**
   * Asks the network for whatever the transaction will need.
   * @returns what is to be done in the transaction of the messages
   */
  async prepare(messages: Command[]): Promise<(tx: EntityManager, fresh: Command[]) => Promise<Verdict[]>> {
    const mails = messages.map(({ data }) => data);
    const groups = await this.mailGroups();
    const facts = await this.threads.factsOf(
      this.db,
      mails.map((mail) => this.lookupOf(mail)),
    );
    // A mail that will not be filed makes nobody a user.
    const writers = mails.flatMap((mail, i) =>
      !mail.proofDemanded || mail.released || !isDisowned(mail) ? writersOf(mail, facts[i] as MailFacts, groups) : [],
    );
    const people = await this.people.run(writers);
    const near = new Set(facts.flatMap(pointsAt));
    const visible = VisibleTickets.toTheService();
    const tickets = await this.tickets.facts(
      this.db,
      [...near].map((id) => ({ visible, id })),
    );
    const wanted = new Wanted();
    for (const { id } of people.values()) wanted.user(id);
    for (const mail of mails) {
      wanted.group(groupFor(mail, groups));
      const { ownerId, customerId } = mail.filtered ?? {};
      wanted.user(ownerId).user(customerId);
    }
    for (const ticket of tickets) {
      if (!ticket) continue;
      wanted.user(ticket.customerId).user(ticket.ownerId).group(ticket.groupId).organization(ticket.organizationId);
    }
    const known = { refs: await this.references.resolve(wanted), people, groups };
    return (tx, fresh) => this.file(tx, fresh, known);
  }

  private async file(tx: EntityManager, messages: Command[], known: Known): Promise<Verdict[]> {
    // One transaction at a time files copies of the same mail.
    await lockAllInTransaction(
      tx,
      messages.flatMap(({ data }) => (data.messageId === null ? [] : [`mail ${data.messageId}`])),
    );
    const verdicts = new Map<Command, Verdict>();
    for (let rest = messages; rest.length > 0; ) {
      const facts = await this.threads.factsOf(
        tx,
        rest.map(({ data }) => this.lookupOf(data)),
      );
      const { now, later } = firstOfEachThread(rest.map((message, i) => this.filing(message, facts[i] as MailFacts)));
      await this.fileTogether(tx, now, known, verdicts);
      rest = later;
    }
    return messages.map((message) => verdicts.get(message) as Verdict);
  }

  private filing(message: Command, facts: MailFacts): Filing {
    return { message, mail: message.data, facts, candidates: candidates(facts), refiledOn: facts.filedAs[0]?.ticketId };
  }

  /** Mails of which none touches what another one does. */
  private async fileTogether(
    tx: EntityManager,
    filings: Filing[],
    known: Known,
    verdicts: Map<Command, Verdict>,
  ): Promise<void> {
    const doubtful: OutboxRow[] = [];
    const open = filings.filter(({ message, mail, facts }) => {
      const why = skipped(mail, facts);
      verdicts.set(message, why === undefined ? { do: 'ack' } : { do: 'skip', why });
      const cause = why === undefined ? doubtOf(mail, known.people) : undefined;
      if (cause !== undefined) doubtful.push(this.suspension(message, cause));
      return why === undefined && cause === undefined;
    });
    const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), open.flatMap(ticketsOf));
    const overtaken = await this.overtaken(tx, loaded, known);
    const ready = open.filter((filing) => {
      if (!ticketsOf(filing).some((id) => overtaken.has(id))) return true;
      verdicts.set(filing.message, { do: 'retry', afterMs: 100, why: 'its ticket is being merged' });
      return false;
    });
    const roles = await this.rolesOf(tx, ready, known, loaded);
    const tags = ready.flatMap(({ mail }) => wishedTags(mail));
    const tagging = await Tagging.begin(tx, this.tags, tags, []);
    const writing = new Writing(this.outbox, known.refs, this.clock.now(), loaded);
    const placed = ready.flatMap((filing) => {
      try {
        const placement = this.place(filing, roles.get(filing) ?? new Map(), writing, known.refs);
        if (!isAnswerInDoubt(filing.mail, placement)) return [{ filing, placement }];
        doubtful.push(this.suspension(filing.message, ANSWER_IN_DOUBT));
        return [];
      } catch (error) {
        // A ticket that moved to an unknown group meanwhile must not hold up the other mails.
        verdicts.set(filing.message, { do: 'retry', afterMs: 1_000, why: AppError.from(error).message });
        return [];
      }
    });
    if (doubtful.length > 0) await this.outbox.insertRows(tx, doubtful);
    const opening = placed.filter(({ placement }) => placement.do === 'open').length;
    const braked = await this.braked(tx, placed, writing);
    const ids = await this.tickets.takeIds(tx, opening, placed.length + braked.size);
    const bounced = await this.bounced(tx, placed);
    const undeliverable: OutboxRow[] = [];
    for (const { filing, placement } of placed) {
      const { message } = filing;
      const { mail, origin } = placement.do === 'open' ? asSpoken(filing, known) : { mail: filing.mail, origin: null };
      writing.because(message);
      const proven = placement.do !== 'open' && placement.evidence === 'signed-id' && !isDisowned(mail);
      const articleId = ids.articles.shift() as number;
      const article = articleOf(mail, articleId, { proven, opens: placement.do === 'open', origin });
      if (placement.do === 'open') {
        const ticket = ids.tickets.shift() as { id: number; number: string };
        this.open(writing, ticket, article, mail, placement, known);
        this.tag(writing, tagging, ticket.id, mail);
      } else {
        const role = roles.get(filing)?.get(placement.ticketId) as KnownSender;
        const sent = bounced.get(filing);
        const given = sent !== undefined && mail.bounce?.kind === 'permanent';
        const sure = proven ? role : { ...role, agentOfGroup: false };
        const brake = braked.get(placement.ticketId);
        const side = sideThreadFor(filing, placement.ticketId, role) ?? (role.besides ? articleId : undefined);
        const said = side === undefined ? article : besideTheTicket(article, side);
        const held = this.attach(writing, placement, sure, said, mail, known, given, brake !== undefined);
        if (held && brake === 'untold') {
          writing.record(placement.ticketId, stillClosed(ids.articles.pop() as number));
        }
        if (sent) writing.noteArticle(sent.ticketId, sent, 'delivery');
        if (sent && given) undeliverable.push(...this.undeliverable(filing, sent));
      }
    }
    if (undeliverable.length > 0) await this.outbox.insertRows(tx, undeliverable);
    if (tags.length > 0) writing.later((on) => tagging.save(on, writing.now));
    await writing.save(tx, this.tickets);
  }

  /** Our mails of which servers report that they did not arrive, by the report; marked as such. */
  private async bounced(
    tx: EntityManager,
    placed: readonly { filing: Filing; placement: Placement | Refiled }[],
  ): Promise<Map<Filing, BouncedArticle>> {
    const reports = placed.flatMap(({ filing, placement }) => {
      const { bounce, receivedAt: at } = filing.mail;
      // Only the id that nobody but its readers knows shows that the report is about our mail.
      if (!bounce?.messageId || placement.do === 'open' || placement.evidence !== 'signed-id') return [];
      const word = { ticketId: placement.ticketId, messageId: bounce.messageId };
      return [{ filing, word: { ...word, bounce: { kind: bounce.kind, at, reason: reasonOf(bounce) } } }];
    });
    if (reports.length === 0) return new Map();
    const articles = await this.articles.setBounces(
      tx,
      reports.map(({ word }) => word),
    );
    return new Map(
      reports.flatMap(({ filing }, i) => {
        const article = articles[i];
        return article ? [[filing, article] as const] : [];
      }),
    );
  }

  /** Has it known whom mail does not reach. */
  private undeliverable({ message, mail: { bounce, receivedAt: at } }: Filing, sent: BouncedArticle): OutboxRow[] {
    const gone = bounce ? withoutMailbox(bounce, addressesIn([sent.to, sent.cc, sent.bcc].join(', '))) : [];
    return gone.map(({ address, reason }) =>
      this.outbox.row(markUndeliverable, { aggregateId: sent.ticketId, data: { address, reason, at }, cause: message }),
    );
  }

  /** Keeps a mail out until somebody decides. */
  private suspension(message: Command, cause: string): OutboxRow {
    const { inboundId } = message.data;
    return this.outbox.row(suspendMail, { aggregateId: inboundId, data: { inboundId, cause }, cause: message });
  }

  /** Whoever wrote the filter may make tags. */
  private tag(writing: Writing, tagging: Tagging, ticketId: number, mail: Mail): void {
    const tagged = tagging.add(ticketId, wishedTags(mail).slice(0, MAX_TAGS), SYSTEM_USER, true);
    for (const entry of tagged ? retagged(ticketId, tagged, SYSTEM_USER, writing.now) : []) writing.addHistory(entry);
  }

  /** Tickets that were merged between being looked up and being locked. */
  private async overtaken(
    tx: EntityManager,
    loaded: ReadonlyMap<number, Ticket>,
    { refs }: Known,
  ): Promise<Set<number>> {
    const merged = [...loaded.values()].filter(({ stateId }) => refs.states.get(stateId).type === 'merged');
    const last = await this.merges.lastOf(
      tx,
      merged.map(({ id }) => id),
    );
    return new Set([...last].flatMap(([id, at]) => (at === id ? [] : [id])));
  }

  /** Closed tickets that mails have opened too often of late, and whether the ticket says so already. */
  private async braked(
    tx: EntityManager,
    placed: readonly { placement: Placement | Refiled }[],
    writing: Writing,
  ): Promise<Map<number, 'told' | 'untold'>> {
    const { refs, now } = writing;
    const closed = placed.flatMap(({ placement }) => {
      const id = placement.do === 'attach' ? placement.ticketId : undefined;
      return id !== undefined && isClosed(refs.states.get(writing.ticket(id).stateId)) ? [id] : [];
    });
    const moves = await this.tickets.moves(tx, closed);
    const often = closed.filter((id) => isReopenedTooOften(moves.get(id) ?? [], refs.states, now));
    const told = await this.articles.marked(tx, often, HELD_CLOSED, brakeSince(now));
    return new Map(often.map((id) => [id, told.has(id) ? 'told' : 'untold']));
  }

  private place(
    { mail, candidates, refiledOn }: Filing,
    roles: ReadonlyMap<number, SenderRole>,
    writing: Writing,
    refs: Refs,
  ): Placement | Refiled {
    if (refiledOn !== undefined) {
      return { do: 'refile', ...candidates.find(({ ticketId }) => ticketId === refiledOn), ticketId: refiledOn };
    }
    const accepts = (ticketId: number) => {
      const ticket = writing.ticket(ticketId);
      return mayFollowUp(ticket, refs.groupOf(ticket.groupId), refs.states, writing.now);
    };
    // Ids can be had by anybody who was written to; that the owner of the domain disowns the mail says more.
    const weak = (one: Candidate): Candidate =>
      one.evidence === 'signed-id' ? { ...one, evidence: 'known-message' } : one;
    return placeMail(isDisowned(mail) ? candidates.map(weak) : candidates, (ticketId) => roles.get(ticketId), accepts);
  }

  private open(
    writing: Writing,
    { id, number }: { id: number; number: string },
    article: NewArticle,
    mail: Mail,
    placement: Extract<Placement, { do: 'open' }>,
    { refs, people, groups }: Known,
  ): void {
    const sender = senderOf(mail, people);
    const by = sender?.id ?? SYSTEM_USER;
    const groupId = groupFor(mail, groups) as number;
    const wished = wishesOf(mail.filtered, groupId, refs);
    const draft = {
      id,
      number,
      title: titleOf(mail),
      groupId,
      customerId: by,
      organizationId: sender?.organizationId ?? null,
      preferences: {
        ...preferencesOf(placement, mail),
        ...(mail.filtered && mail.filtered.by.length > 0 && { filters: mail.filtered.by }),
      },
      ...wished,
    };
    writing.open(draft, article, by);
  }

  /**
   * @param role  without what the mail has not proven
   * @param givenUp  a server reports that a mail of this ticket will not arrive: agents have to see to it
   * @param braked  mails have opened the ticket too often of late
   * @returns whether the brake kept it closed
   */
  private attach(
    writing: Writing,
    { do: how, ticketId }: Exclude<Placement | Refiled, { do: 'open' }>,
    role: SenderRole,
    article: NewArticle,
    mail: Mail,
    { refs, people }: Known,
    givenUp: boolean,
    braked: boolean,
  ): boolean {
    const sender = senderOf(mail, people);
    const ticket = writing.ticket(ticketId);
    const late = how === 'refile' ? readLate(ticket, mail, sender) : {};
    if (role.machine) {
      // The postman's words, or our own come back: agents should see them, the customer has no use for them.
      const again = givenUp && !braked ? followUpChanges(ticket, refs.groupOf(ticket.groupId), refs.states) : {};
      writing.change(ticketId, { ...late, ...again }, { ...article, sender: 'System', internal: true }, SYSTEM_USER);
      return false;
    }
    const asAgent = role.agentOfGroup && !role.customer;
    // Who is asked beside the ticket is not its customer: nothing of the ticket follows from their words.
    const beside = sideThreadOf(article.preferences) !== null;
    // A mail that could only be read late opens nothing again: agents have had it before them.
    const reopens = how === 'attach' && !asAgent && !beside && mail.automatic === 'no';
    const held = reopens && braked;
    const fields = reopens && !braked ? followUpChanges(ticket, refs.groupOf(ticket.groupId), refs.states) : late;
    // Without a state of its own an agent's mail would start work; a mail says nothing about who took it on.
    const stateId = fields.stateId ?? ticket.stateId;
    const author = sender?.id ?? SYSTEM_USER;
    writing.change(ticketId, { ...fields, stateId }, { ...article, sender: asAgent ? 'Agent' : 'Customer' }, author);
    return held;
  }

  private lookupOf(mail: Mail): AskedMail {
    const { inboundId, messageId, subject } = mail;
    const answers = answeredIds(mail);
    // Ids in our own Message-IDs count only with their signature.
    const { threadingSecret } = this.identity;
    const signed = [
      ...answers.flatMap((id) => ticketOfMessageId(id, threadingSecret) ?? []),
      ...addressed(mail).flatMap((address) => ticketOfReplyAddress(address, threadingSecret) ?? []),
    ];
    return { inboundId, messageId, answers, numbers: hooksIn(subject), signed };
  }

  /** What each mail's sender is to the tickets the mail may go to, by filing and ticket. */
  private async rolesOf(
    tx: EntityManager,
    filings: Filing[],
    { people, groups }: Known,
    loaded: ReadonlyMap<number, Ticket>,
  ): Promise<Map<Filing, Map<number, KnownSender>>> {
    const pairs = filings.flatMap((filing) =>
      ticketsOf(filing).flatMap((id) => {
        const ticket = loaded.get(id);
        return ticket ? [{ filing, ticket, ticketId: id, address: filing.mail.from?.address.toLowerCase() ?? '' }] : [];
      }),
    );
    const lines = await this.threads.linesNaming(tx, pairs);
    const ours = new Set(groups.map((group) => group.address));
    const roles = new Map(filings.map((filing) => [filing, new Map<number, KnownSender>()]));
    pairs.forEach(({ filing, ticket, address }, i) => {
      const sender = senderOf(filing.mail, people);
      const own = filing.mail.automatic === 'own' || ours.has(address);
      const names = (line: string) => address !== '' && addressesIn(line).includes(address);
      const { lines: open = [], sides = [], hidden = [] } = lines[i] ?? {};
      const customer = sender !== undefined && sender.id === ticket.customerId;
      const participant = !own && open.some(names);
      const side = own ? undefined : sides.find(({ line }) => names(line))?.id;
      const agentOfGroup =
        !filing.mail.released &&
        sender?.agent === true &&
        sender.active &&
        sender.fullGroupIds.includes(ticket.groupId);
      // Their colleagues see the ticket anyway.
      const copied = !own && !agentOfGroup && hidden.some(names);
      roles.get(filing)?.set(ticket.id, {
        ...{ customer, participant, side },
        besides: (side !== undefined || copied) && !customer && !participant,
        disowned: isDisowned(filing.mail) && !filing.mail.released,
        // Whoever let it in answers for it; it is a customer's mail then.
        ofTheDesk: own || (sender?.agent === true && !filing.mail.released),
        machine: own || filing.mail.automatic === 'bounce',
        agentOfGroup,
      });
    });
    return roles;
  }

  private async mailGroups(): Promise<MailGroup[]> {
    const known = await this.replicas.mailGroups(this.db);
    if (known.some(({ active }) => active)) return known;
    await this.references.learnGroups();
    const learnt = await this.replicas.mailGroups(this.db);
    if (learnt.some(({ active }) => active)) return learnt;
    throw new AppError('unavailable', 'ticket.no-group', 'There is no active group that could take the mail.');
  }
}

/** Tells agents that the ticket stays closed, although somebody wrote. */
function stillClosed(id: number): NewArticle {
  return systemArticle(id, {
    contentType: 'text/plain',
    body:
      'Mails have opened this ticket three times within an hour, so this one leaves it closed: two programs may be ' +
      'answering each other. Read it, and open the ticket yourself if somebody waits for an answer.',
    internal: true,
    preferences: { [HELD_CLOSED]: true },
  });
}

/**
 * The conversation beside the ticket that a mail belongs to: that of the message it answers; else that in which alone its
 * sender is named. Whoever was copied in secret begins one with their first answer.
 */
function sideThreadFor({ facts }: Filing, ticketId: number, role: KnownSender): SideThreadId | undefined {
  const [answered] = facts.answered;
  if (answered?.ticketId === ticketId && answered.side !== null) return answered.side;
  return role.besides ? role.side : undefined;
}

function besideTheTicket(article: NewArticle, side: SideThreadId): NewArticle {
  return { ...article, internal: true, preferences: { ...article.preferences, side_thread: side } };
}

/** Splits off the mails that must see what an older one of these did: of its thread, of its ticket, or a copy. */
function firstOfEachThread(filings: Filing[]): { now: Filing[]; later: Command[] } {
  const touched = new Set<string>();
  const now: Filing[] = [];
  const later: Command[] = [];
  for (const filing of filings) {
    const { message, mail } = filing;
    const own = mail.messageId === null ? [] : [`mail ${mail.messageId}`];
    const touches = [`inbound ${mail.inboundId}`, ...own, ...ticketsOf(filing).map((id) => `ticket ${id}`)];
    const looksAt = [...touches, ...answeredIds(mail).map((id) => `mail ${id}`)];
    if (looksAt.some((key) => touched.has(key))) later.push(message);
    else now.push(filing);
    for (const key of touches) touched.add(key);
  }
  return { now, later };
}

/** Tickets that a mail may change. */
function ticketsOf({ refiledOn, candidates }: Filing): number[] {
  return refiledOn === undefined ? candidates.map(({ ticketId }) => ticketId) : [refiledOn];
}

/** Whoever is to be a user. Our own address is nobody's customer. */
function writerOf({ from, automatic }: Mail): Correspondent | undefined {
  return from && automatic !== 'own' ? { email: from.address, name: from.name, wrote: true } : undefined;
}

/** Those whom a mail may be by. */
function writersOf(mail: Mail, facts: MailFacts, groups: readonly MailGroup[]): Correspondent[] {
  const speaker = speakerOf(mail, candidates(facts).length > 0, oursAmong(groups));
  const other = speaker && { email: speaker.address, name: speaker.name };
  return [writerOf(mail) ?? [], other ?? []].flat();
}

const oursAmong = (groups: readonly MailGroup[]) => (address: string) =>
  groups.some((group) => group.address === withoutTicket(address).toLowerCase());

/** A mail that opens a ticket, as that of whoever speaks by it, and whom it really is from where that is somebody else. */
function asSpoken({ mail, candidates }: Filing, { people, groups }: Known): { mail: Mail; origin: Mail['from'] } {
  const speaker = speakerOf(mail, candidates.length > 0, oursAmong(groups));
  const person = speaker && people.get(speaker.address.toLowerCase());
  // Who works here proves that they wrote; and of somebody who cannot be a user there is nothing to gain.
  if (!speaker || !person?.active || person.agent) return { mail, origin: null };
  const proof = mail.proof && { proof: proofFor(speaker) };
  return { mail: { ...mail, from: speaker, replyTo: null, ...proof }, origin: mail.from };
}

/** Undefined when the mail names nobody, or nobody who can be a user. */
function senderOf(mail: Mail, people: ReadonlyMap<string, Person>): Person | undefined {
  const writer = writerOf(mail);
  return writer && people.get(writer.email.toLowerCase());
}

/**
 * The group a filter names; else the one that takes mail for a recipient, in their order; else that of the mailbox; else
 * the first active.
 */
function groupFor(mail: Mail, groups: readonly MailGroup[]): number | undefined {
  const active = groups.filter((group) => group.active);
  const { groupId: wished, group: name = '' } = mail.filtered ?? {};
  const named = active.find((group) => (wished === undefined ? isCalled(group.name, name) : group.id === wished));
  if (named) return named.id;
  for (const recipient of addressed(mail)) {
    const group = active.find(({ address }) => address === withoutTicket(recipient).toLowerCase());
    if (group) return group.id;
  }
  return (active.find(({ id }) => id === mail.mailboxGroupId) ?? active[0])?.id;
}

const isCalled = (name: string, wanted: string | undefined) => name.toLowerCase() === wanted?.toLowerCase();

/** Whom the mail is to, in the order of trust: the envelope was for us, the header is for everybody. */
function addressed(mail: Mail): string[] {
  return [...mail.recipients, ...[...mail.to, ...mail.cc].map(({ address }) => address)];
}

/** What filters want of a new ticket, as far as there is such a thing by now: a mail is filed in any case. */
function wishesOf(filtered: Mail['filtered'], groupId: number, refs: Refs): Partial<NewTicket> {
  if (!filtered) return {};
  const { ownerId = 0, customerId = 0, type } = filtered;
  const priority = refs.priorities.find(({ id, name }) =>
    filtered.priorityId === undefined ? isCalled(name, filtered.priority) : id === filtered.priorityId,
  );
  const state = refs.states.all.find(({ id, name }) =>
    filtered.stateId === undefined ? isCalled(name, filtered.state) : id === filtered.stateId,
  );
  const owner = refs.person(ownerId);
  const customer = refs.person(customerId);
  return {
    ...(priority?.active && { priorityId: priority.id }),
    ...(state?.active && !state.terminal && state.type !== 'merged' && { stateId: state.id }),
    ...(owner?.active && owner.agent && owner.fullGroupIds.includes(groupId) && { ownerId }),
    ...(customer?.active && { customerId, organizationId: customer.organizationId }),
    ...(type !== undefined && { type }),
  };
}

function wishedTags({ filtered }: Mail): TagName[] {
  const names = (filtered?.tags ?? []).filter((name) => {
    try {
      return tagNames([name]).length > 0;
    } catch {
      // One that cannot be a tag must not keep the mail from being filed.
      return false;
    }
  });
  return tagNames(names);
}

/** Whether the mail waits when nothing proves its sender. Machines speak for nobody, and what cannot be read says little. */
function hasToBeProven({ proofDemanded, released, automatic, unreadable }: Mail): boolean {
  return proofDemanded === true && !released && automatic !== 'own' && automatic !== 'bounce' && unreadable === null;
}

/** Why a mail has to wait until somebody lets it in. */
function doubtOf(mail: Mail, people: ReadonlyMap<string, Person>): string | undefined {
  if (!hasToBeProven(mail)) return undefined;
  return doubtAbout({ proof: mail.proof, agent: senderOf(mail, people)?.agent === true });
}

/** Only our signed id shows that the sender has seen the ticket's mails, only a proof that they wrote this one. */
function isAnswerInDoubt(mail: Mail, placement: Placement | Refiled): boolean {
  if (placement.do !== 'attach' || placement.evidence === 'signed-id') return false;
  return hasToBeProven(mail) && mail.proof?.result !== 'pass';
}

/** Why a mail needs no article (any more). A mail that can be read at last is not a copy of itself. */
function skipped(mail: Mail, { filedAs, sameMessage }: MailFacts): string | undefined {
  const unreadable = mail.unreadable !== null;
  if (filedAs.some((one) => unreadable || !one.unreadable)) return `inbound mail ${mail.inboundId} is filed already`;
  const copy = sameMessage.find(
    (one) =>
      (unreadable || !one.unreadable) &&
      [mail.from, mail.replyToSpeaks ? mail.replyTo : null].some(
        (by) => by && addressesIn(one.from).includes(by.address.toLowerCase()),
      ),
  );
  return copy && `a copy of article ${copy.articleId}`;
}

function answeredIds(mail: Mail): string[] {
  // The mail that is answered first, then its ancestors from the nearest.
  const bounced = mail.bounce?.messageId ?? null;
  const answered = [...(bounced === null ? [] : [bounced]), ...mail.inReplyTo, ...mail.references.toReversed()];
  return [...new Set(answered)].slice(0, REFERENCES_READ);
}

/** Tickets the mail points at. */
function candidates(facts: MailFacts): Candidate[] {
  const { signedTicketIds, answered, numberedTicketIds } = facts;
  return candidatesOf({
    signedTicketIds,
    knownMessageTicketIds: answered.map(({ ticketId }) => ticketId),
    hookTicketIds: numberedTicketIds,
  });
}

function pointsAt(facts: MailFacts): number[] {
  return [...candidates(facts), ...facts.filedAs].map(({ ticketId }) => ticketId);
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
