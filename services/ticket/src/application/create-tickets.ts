import { type Actor, groupsWith, mayReadInternal, type TicketInput } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { GroupCommit, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mentionedIn } from '../domain/article/mentioned.ts';
import { type LinkType, linkOf } from '../domain/link/link.ts';
import { type TagName, tagNames } from '../domain/tag/tag.ts';
import { linkEntry, retagged, timeEntry } from '../domain/ticket/history.ts';
import type { Group } from '../domain/ticket/people.ts';
import type { NewTicket, Ticket, TicketFields } from '../domain/ticket/ticket.ts';
import { shownUnits } from '../domain/time/units.ts';
import { LinkStore } from '../persistence/link.store.ts';
import { SharedDraftStore } from '../persistence/shared-draft.store.ts';
import { TagStore } from '../persistence/tag.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { type NewTime, TimeStore } from '../persistence/time.store.ts';
import { UploadStore } from '../persistence/upload.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { mayMakeCustomers, missingValue, notAuthorized, type Part, partInOpening } from './access.ts';
import { type ArticleDraft, ArticleDrafts } from './draft-article.ts';
import { EnsurePeople } from './ensure-people.ts';
import { asPast, importedAt } from './import-time.ts';
import { type Keyed, MOST_TOGETHER, Once, type Outcome } from './once.ts';
import { finishArticle } from './outgoing-mail.ts';
import { IMPORT_MODE, MAIL_IDENTITY, type MailIdentity, SERVICE_CATALOGUE, type ServiceCatalogue } from './ports.ts';
import { type ReadingFlags, ReadTickets, shapeOf } from './read-tickets.ts';
import { References, Wanted } from './references.ts';
import { Refs } from './refs.ts';
import { groupOf, guessedCustomer, openingFields, requireActive, wantFields } from './ticket-fields.ts';
import { unknownObject } from './ties/link-tickets.ts';
import { Mentions } from './ties/mentions.ts';
import { TagTickets } from './ties/tag-tickets.ts';
import { Tagging } from './ties/tagging.ts';
import { Writing } from './writing.ts';

export interface CreateTicket {
  actor: Actor;
  input: TicketInput;
  flags: ReadingFlags;
  key: string | undefined;
}

/** What is asked for of the catalogue has been looked up. */
interface Routed extends CreateTicket {
  /** As it was asked for. */
  asked: TicketInput;
  service: { id: number; name: string } | null;
}

interface Plan extends Keyed {
  refs: Refs;
  flags: ReadingFlags;
  group: Group;
  fields: TicketFields & Omit<NewTicket, 'id' | 'number'>;
  article: ArticleDraft | null;
  tags: TagName[];
  /** Who is to be told of it. */
  subscribers: number[];
  links: { type: LinkType; otherId: number }[];
  /** What it is made of, if so. */
  sharedDraftId: number | null;
  /** When it happened, for imports. */
  at: EpochMs | undefined;
}

/** Opens tickets: those that are asked for while one transaction runs share the next one. */
@Injectable()
export class CreateTickets {
  private readonly commits = new GroupCommit<Plan, Outcome>((plans) => this.commit(plans), MOST_TOGETHER);

  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly uploads: UploadStore,
    private readonly references: References,
    private readonly people: EnsurePeople,
    private readonly drafts: ArticleDrafts,
    private readonly once: Once,
    private readonly reads: ReadTickets,
    private readonly tags: TagStore,
    private readonly tagging: TagTickets,
    private readonly mentions: Mentions,
    private readonly times: TimeStore,
    private readonly links: LinkStore,
    private readonly shared: SharedDraftStore,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE_CATALOGUE) private readonly catalogue: ServiceCatalogue,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
    @Inject(IMPORT_MODE) private readonly importMode: boolean,
  ) {}

  /** @returns the new ticket as JSON, or why there is none, an item each */
  async run(items: readonly CreateTicket[]): Promise<Outcome[]> {
    const routed = await Promise.all(items.map((item) => this.routed(item).catch(AppError.from)));
    const { refs, others } = await this.known(routed.flatMap((item) => (item instanceof AppError ? [] : item)));
    const plans = await Promise.all(
      routed.map((item) => (item instanceof AppError ? item : this.plan(item, refs, others).catch(AppError.from))),
    );
    return Promise.all(
      plans.map((plan) => (plan instanceof AppError ? plan : this.commits.add(plan).catch(AppError.from))),
    );
  }

  /**
   * Opens one in the transaction of what the work itself writes.
   * @param claim   whether it is still to be done; holds that until the transaction ends
   * @returns       false when it was not
   * @throws AppError whatever there is against it, and then nothing was written
   */
  async runOnce(
    item: CreateTicket,
    claim: (tx: EntityManager) => Promise<boolean>,
    settle: (tx: EntityManager, ticketId: number) => Promise<void>,
  ): Promise<boolean> {
    const routed = await this.routed(item);
    const { refs, others } = await this.known([routed]);
    const plan = await this.plan(routed, refs, others);
    return transaction(this.db, async (tx) => {
      if (!(await claim(tx))) return false;
      const [made] = await this.open(tx, [plan], new Writing(this.outbox, refs, this.clock.now()), refs);
      if (made instanceof AppError) throw made;
      await settle(tx, (JSON.parse(made as string) as { id: number }).id);
      return true;
    });
  }

  /** Opens all of them in one transaction. @throws AppError of one that cannot be opened; then none was */
  async runAll(items: readonly CreateTicket[]): Promise<number[]> {
    const routed = await Promise.all(items.map((item) => this.routed(item)));
    const { refs, others } = await this.known(routed);
    const plans = await Promise.all(routed.map((item) => this.plan(item, refs, others)));
    return transaction(this.db, async (tx) => {
      const made = await this.open(tx, plans, new Writing(this.outbox, refs, this.clock.now()), refs);
      return made.map((one) => {
        if (one instanceof AppError) throw one;
        return (JSON.parse(one) as { id: number }).id;
      });
    });
  }

  /** Whether it could be opened as things are; nothing is written. @throws AppError why not */
  async check(item: CreateTicket): Promise<void> {
    const [why] = await this.checkAll([item]);
    if (why) throw why;
  }

  /** What there is against each of them. */
  async checkAll(items: readonly CreateTicket[]): Promise<(AppError | undefined)[]> {
    const routed = await Promise.all(items.map((item) => this.routed(item).catch(AppError.from)));
    const { refs, others } = await this.known(routed.flatMap((item) => (item instanceof AppError ? [] : item)));
    const check = async (item: Routed | AppError) => {
      if (item instanceof AppError) return item;
      return this.plan(item, refs, others).then(() => undefined, AppError.from);
    };
    return Promise.all(routed.map(check));
  }

  /** A service of the catalogue says where its tickets open. @throws AppError invalid `ticket.service-not-offered` */
  private async routed(item: CreateTicket): Promise<Routed> {
    const { service_id: serviceId, ...input } = item.input;
    if (serviceId == null) return { ...item, asked: item.input, service: null };
    const route = await this.catalogue.route(serviceId);
    if (!route) throw new AppError('invalid', 'ticket.service-not-offered', 'This service cannot be asked for now.');
    const { group: _, ...rest } = input;
    const service = { id: route.id, name: route.name };
    return { ...item, asked: item.input, input: { ...rest, group_id: route.groupId }, service };
  }

  /** Whatever they refer to. */
  private async known(items: readonly CreateTicket[]) {
    const others = await this.others(items);
    return { others, refs: await this.resolve(items, [...others.values()]) };
  }

  private commit(plans: Plan[]): Promise<Outcome[]> {
    const refs = Refs.together(plans.map((plan) => plan.refs));
    const now = this.clock.now();
    return transaction(this.db, (tx) =>
      this.once.run(tx, plans, now, async (fresh) => {
        const linked = fresh.flatMap(({ links }) => links.map(({ otherId }) => otherId));
        const everywhere = VisibleTickets.toTheService();
        const loaded = linked.length > 0 ? await this.tickets.lock(tx, everywhere, linked) : undefined;
        return this.open(tx, fresh, new Writing(this.outbox, refs, now, loaded), refs);
      }),
    );
  }

  /** The tickets that new ones are to be linked with. */
  private async others(items: readonly CreateTicket[]): Promise<Map<number, Ticket>> {
    const asked = items.flatMap(({ actor, input }) =>
      linksOf(input).map(({ otherId: id }) => ({ visible: VisibleTickets.to(actor, 'read'), id, actor })),
    );
    if (asked.length === 0) return new Map();
    const found = await this.tickets.facts(this.db, asked);
    return new Map(found.flatMap((ticket) => (ticket ? [[ticket.id, ticket]] : [])));
  }

  private async resolve(items: readonly CreateTicket[], others: readonly Ticket[]): Promise<Refs> {
    const guessed = items.flatMap(({ actor, input }) =>
      mayMakeCustomers(actor, 'create') ? (guessedCustomer(input) ?? []) : [],
    );
    const wanted = new Wanted();
    for (const person of (await this.people.run(guessed.map((email) => ({ email, name: '' })))).values()) {
      wanted.user(person.id);
    }
    for (const { actor, input } of items) {
      wantFields(input, wanted);
      wanted.user(actor.userId).user(input.article?.origin_by_id);
      for (const who of mentionedIn(input.article?.body ?? '')) wanted.user(who);
      for (const who of input.mentions ?? []) wanted.user(who);
    }
    for (const { customerId, ownerId, groupId, organizationId } of others) {
      wanted.user(customerId).user(ownerId).group(groupId).organization(organizationId);
    }
    return this.references.resolve(wanted);
  }

  private async plan(item: Routed, refs: Refs, others: ReadonlyMap<number, Ticket>): Promise<Plan> {
    const { actor, input, flags, key } = item;
    if (guessedCustomer(input) !== undefined && !mayMakeCustomers(actor, 'create')) throw notAuthorized();
    const group = groupOf(input, refs);
    if (!group) throw missingValue('group_id');
    requireActive(group);
    const part: Part = partInOpening(actor, group.id);
    const fields = openingFields(input, actor, part, group, refs, this.clock.now());
    if (item.service) fields.preferences = { ...fields.preferences, service: item.service };
    const at = importedAt(this.importMode, actor, input.created_at);
    const article = input.article ? await this.drafts.prepare(actor, part, input.article) : null;
    await this.drafts.requireKeys(article, group, refs.person(fields.customerId));
    const tags = part === 'agent' ? tagNames(input.tags ?? []) : [];
    const subscribers = part === 'agent' ? (input.mentions ?? []) : [];
    const links = part === 'agent' ? linksOf(input) : [];
    const sharedDraftId = part === 'agent' ? (input.shared_draft_id ?? null) : null;
    for (const { otherId } of links) {
      const other = others.get(otherId);
      if (!other || !mayReadInternal(actor, other)) throw unknownObject();
    }
    const asked = { actor, key, request: ['create-ticket', item.asked], refs, flags };
    return { ...asked, group, fields, article, tags, subscribers, links, sharedDraftId, at };
  }

  private async open(tx: EntityManager, plans: Plan[], writing: Writing, refs: Refs): Promise<Outcome[]> {
    const ids = await this.tickets.takeIds(tx, plans.length, plans.length);
    const names = plans.flatMap(({ tags }) => tags);
    const tagging = await Tagging.begin(tx, this.tags, names, []);
    const spent: NewTime[] = [];
    const opened: (number | AppError)[] = plans.map(({ actor, group, fields, article, tags, links, at }, i) => {
      const { id, number } = ids.tickets[i] as { id: number; number: string };
      const draft: NewTicket = { ...fields, id, number };
      const people = { author: refs.person(actor.userId), customer: refs.person(fields.customerId) };
      const place = { ticket: draft, group, ...people, thread: undefined, sides: undefined };
      try {
        const articleId = ids.articles.shift() as number;
        const finished = article && finishArticle(article, articleId, place, this.identity, writing.now);
        const tagged = tagging.add(id, tags, actor.userId, this.tagging.mayMake(actor));
        const others = links.map(({ otherId }) => writing.ticket(otherId));
        writing.open(draft, at && finished ? asPast(finished) : finished, actor.userId, at);
        for (const entry of tagged ? retagged(id, tagged, actor.userId, at ?? writing.now) : [])
          writing.addHistory(entry);
        for (const other of others) this.tell(writing, draft, other, links, actor.userId);
        if (article?.time) {
          spent.push({ ...article.time, ticketId: id, articleId, by: actor.userId });
          const at = { ticketId: id, id: articleId, by: actor.userId, at: writing.now };
          writing.addHistory(timeEntry('added', at, { to: shownUnits(article.time.units) }, 'Ticket::Article'));
        }
        return id;
      } catch (error) {
        return AppError.from(error);
      }
    });
    writing.later((on) => tagging.save(on, writing.now));
    await writing.save(tx, this.tickets);
    for (const [i, { links, actor }] of plans.entries()) {
      const id = opened[i];
      if (typeof id !== 'number') continue;
      for (const { type, otherId } of links) {
        await this.links.add(tx, linkOf(type, otherId, id), actor.userId, writing.now);
      }
    }
    const calls = plans.flatMap(({ article, subscribers, actor }, i) => {
      const id = opened[i];
      if (typeof id !== 'number') return [];
      const mentioned = [...(article?.mentioned ?? []), ...subscribers];
      return [{ ticket: writing.ticket(id), mentioned, by: actor.userId }];
    });
    await this.mentions.call(tx, calls, refs, writing.now);
    await this.times.add(tx, spent, writing.now);
    await this.uploads.useUp(
      tx,
      plans.flatMap((plan) => plan.article?.uploadIds ?? []),
    );
    const used = plans.flatMap(({ actor, sharedDraftId }, i) =>
      sharedDraftId !== null && typeof opened[i] === 'number'
        ? [{ groupIds: groupsWith(actor, 'create'), draftId: sharedDraftId }]
        : [],
    );
    if (used.length > 0) await this.shared.useUpOfGroups(tx, used);
    const reads = plans.flatMap(({ actor, flags }, i) => {
      const id = opened[i];
      return typeof id === 'number' ? [{ actor, id, shape: shapeOf(flags, { ids: true }) }] : [];
    });
    const texts = await this.reads.afterWrite(tx, reads);
    let next = 0;
    return opened.map((id) => (typeof id === 'number' ? (texts[next++] as string) : id));
  }

  /** The other ticket has changed; the new one is told of as it begins. */
  private tell(writing: Writing, made: NewTicket, other: Ticket, links: Plan['links'], by: number): void {
    const { type } = links.find(({ otherId }) => otherId === other.id) as Plan['links'][number];
    const { kind } = linkOf(type, other.id, made.id);
    const changes = { links: { from: null, to: { kind, ticket_id: made.id } } };
    writing.note(other.id, changes, [linkEntry('added', other, made, by, writing.now)], by);
    writing.addHistory(linkEntry('added', made, other, by, writing.now));
  }
}

/** Each other ticket once: the first way counts. */
function linksOf({ links }: TicketInput): Plan['links'] {
  const types = ['parent', 'child', 'normal'] as const;
  const all = types.flatMap((type) => (links?.Ticket?.[type] ?? []).map((otherId) => ({ type, otherId })));
  return all.filter(({ otherId }, i) => all.findIndex((one) => one.otherId === otherId) === i);
}
