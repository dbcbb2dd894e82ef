import type { Actor, ArticleInput, TicketInput } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, isoTime } from '@helpmesh/kernel';
import { Outbox, RequestTerms } from '@helpmesh/messaging';
import { GroupCommit, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Action } from '../domain/action/action.ts';
import { type ActionPlan, planActions } from '../domain/action/plan.ts';
import { type ChangeRecord, recordOf, takeBack } from '../domain/action/take-back.ts';
import { isCommunication } from '../domain/article/kinds.ts';
import { mentionedIn } from '../domain/article/mentioned.ts';
import { type TagName, tagNames } from '../domain/tag/tag.ts';
import { followUpChanges, mayFollowUp } from '../domain/ticket/follow-up.ts';
import { retagged, timeEntry } from '../domain/ticket/history.ts';
import { isClosed } from '../domain/ticket/state.ts';
import type { Ticket, TicketFields } from '../domain/ticket/ticket.ts';
import { shownUnits } from '../domain/time/units.ts';
import { ReadStore } from '../persistence/read.store.ts';
import { SharedDraftStore } from '../persistence/shared-draft.store.ts';
import { TagStore } from '../persistence/tag.store.ts';
import { ThreadStore } from '../persistence/thread.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { type NewTime, TimeStore } from '../persistence/time.store.ts';
import { UploadStore } from '../persistence/upload.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { mayMakeCustomers, mayMoveInto, notAuthorized, notFound, type Part, partInChanging } from './access.ts';
import { checkedPlan, textsOf, wantActions, wantRecord } from './action/references.ts';
import { TicketWords } from './action/ticket-words.ts';
import { type ArticleDraft, ArticleDrafts, isMailOut } from './draft-article.ts';
import { EnsurePeople } from './ensure-people.ts';
import { asPast, importedAt } from './import-time.ts';
import { type Keyed, MOST_TOGETHER, Once, type Outcome } from './once.ts';
import { finishArticle } from './outgoing-mail.ts';
import { IMPORT_MODE, MAIL_IDENTITY, type MailIdentity } from './ports.ts';
import { type ReadingFlags, ReadTickets, shapeOf } from './read-tickets.ts';
import { References, Wanted } from './references.ts';
import { Refs } from './refs.ts';
import { changingFields, customFields, guessedCustomer, requireActive, wantFields } from './ticket-fields.ts';
import { Mentions } from './ties/mentions.ts';
import { TagTickets } from './ties/tag-tickets.ts';
import { type TagChange, Tagging } from './ties/tagging.ts';
import { Writing } from './writing.ts';

/** Sets fields of a ticket and may add an article in the same step. */
export interface UpdateTicket {
  do: 'update';
  actor: Actor;
  ticketId: number;
  input: TicketInput;
  flags: ReadingFlags;
  key: string | undefined;
  /** Versions (`updated_at`), one of which the ticket must still have. */
  ifMatch?: readonly string[] | undefined;
}

/** Adds an article; answered with the article. */
export interface AddArticle {
  do: 'add-article';
  actor: Actor;
  ticketId: number;
  input: ArticleInput;
  key: string | undefined;
}

/** Carries out the actions of a macro, as an agent. */
export interface CarryOutActions {
  do: 'carry-out';
  actor: Actor;
  ticketId: number;
  actions: readonly Action[];
  flags: ReadingFlags;
  key: undefined;
}

/** Puts back what a change did, as far as nobody changed it since. */
export interface TakeBackChange {
  do: 'take-back';
  actor: Actor;
  ticketId: number;
  record: ChangeRecord;
  flags: ReadingFlags;
  key: undefined;
}

export type ChangeTicket = UpdateTicket | AddArticle | CarryOutActions | TakeBackChange;

/** What became of one ticket of a larger piece of work. */
export interface Change {
  record: ChangeRecord;
  /** The article that was added. */
  articleId: number | null;
  /** REST names of what an undo left, because somebody changed it since. */
  kept: string[];
}

/** What actions would do to a ticket. */
export interface Trial {
  before: Ticket;
  after: Ticket;
  tagged: TagChange | undefined;
  article: Pick<ArticleDraft, 'internal' | 'subject' | 'body' | 'contentType'> | null;
  refs: Refs;
}

/** What a larger piece of work writes in the transaction of its changes. */
export interface Ledger<Done = Change> {
  /** Those of the tickets that are still to be changed, held until the transaction ends. */
  open(tx: EntityManager, ticketIds: readonly number[]): Promise<ReadonlySet<number>>;
  /** @param results  of the tickets that were open */
  close(tx: EntityManager, results: ReadonlyMap<number, Done | AppError>): Promise<void>;
}

interface Plan extends Keyed {
  refs: Refs;
  command: ChangeTicket;
  part: Part;
  article: ArticleDraft | null;
  tags: { add: TagName[]; remove: TagName[] };
  /** What its actions come to. */
  actions: ActionPlan | null;
}

/** What was written, to be read back for the answer. */
interface Written {
  ticketId: number;
  articleId: number | null;
  before: Ticket;
  tagged: TagChange | undefined;
  /** What was left because somebody changed it since. */
  kept: string[];
}

/** What the changes of one transaction share. */
interface Batch {
  writing: Writing;
  refs: Refs;
  threads: Awaited<ReturnType<ThreadStore['latest']>>;
  sides: Awaited<ReturnType<ThreadStore['sides']>>;
  tagging: Tagging;
}

/** Changes tickets that exist, for people: what is asked for while one transaction runs shares the next one. */
@Injectable()
export class ChangeTickets {
  private readonly commits = new GroupCommit<Plan, Outcome>((plans) => this.commit(plans), MOST_TOGETHER);

  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly threads: ThreadStore,
    private readonly uploads: UploadStore,
    private readonly articles: ReadStore,
    private readonly references: References,
    private readonly people: EnsurePeople,
    private readonly drafts: ArticleDrafts,
    private readonly once: Once,
    private readonly reads: ReadTickets,
    private readonly tags: TagStore,
    private readonly tagging: TagTickets,
    private readonly mentions: Mentions,
    private readonly times: TimeStore,
    private readonly shared: SharedDraftStore,
    private readonly words: TicketWords,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
    @Inject(IMPORT_MODE) private readonly importMode: boolean,
  ) {}

  /** @returns the ticket or the article as JSON, or why not, an item each */
  async run(commands: readonly ChangeTicket[]): Promise<Outcome[]> {
    const { plans } = await this.prepare(commands);
    return Promise.all(
      plans.map((plan) => (plan instanceof AppError ? plan : this.commits.add(plan).catch(AppError.from))),
    );
  }

  /**
   * Changes that belong together, each of another ticket, in one transaction with what the work itself writes.
   * @throws whatever the ledger throws, and then nothing was changed
   */
  async runTogether(commands: readonly ChangeTicket[], ledger: Ledger): Promise<void> {
    const { plans, refs } = await this.prepare(commands);
    const now = this.clock.now();
    await transaction(this.db, async (tx) => {
      const open = await ledger.open(
        tx,
        commands.map(({ ticketId }) => ticketId),
      );
      const results = new Map<number, Change | AppError>();
      plans.forEach((plan, i) => {
        if (plan instanceof AppError) results.set((commands[i] as ChangeTicket).ticketId, plan);
      });
      const fresh = plans.filter((plan) => !(plan instanceof AppError)) as Plan[];
      const wanted = fresh.filter(({ command }) => open.has(command.ticketId));
      const { written, writing } = await this.write(tx, wanted, refs, now);
      wanted.forEach(({ command: { ticketId } }, i) => {
        const one = written[i] as Written | AppError;
        if (one instanceof AppError) results.set(ticketId, one);
        else {
          const record = recordOf(one.before, writing.ticket(ticketId), one.tagged);
          results.set(ticketId, { record, articleId: one.articleId, kept: one.kept });
        }
      });
      await ledger.close(tx, results);
    });
  }

  /**
   * Whether it could be carried out as things are; nothing is written.
   * @throws AppError why not; forbidden also for those who would do it as customers
   */
  async check(command: UpdateTicket): Promise<void> {
    await this.tryOut(command);
  }

  /**
   * What would become of the ticket as it is; nothing is written.
   * @throws AppError why it cannot be carried out
   */
  async trial(command: CarryOutActions): Promise<Trial> {
    const { plan, written, writing, refs } = await this.tryOut(command);
    const { before, tagged } = written;
    return { before, after: writing.ticket(command.ticketId), tagged, article: plan.article, refs };
  }

  private async tryOut(command: UpdateTicket | CarryOutActions) {
    const { plans, refs, visible } = await this.prepare([command]);
    const [plan] = plans as [Plan | AppError];
    if (plan instanceof AppError) throw plan;
    if (plan.part !== 'agent') throw notAuthorized();
    const on = this.db.manager;
    const loaded = new Map([[command.ticketId, visible[0] as Ticket]]);
    const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
    const threads = await this.threads.latest(on, mailingTickets([plan]));
    const sides = await this.threads.sides(on, sidesOf([plan]));
    const tagging = await this.taggingOf(on, [plan]);
    return { plan, written: this.apply(plan, 0, { writing, refs, threads, sides, tagging }), writing, refs };
  }

  private async prepare(commands: readonly ChangeTicket[]): Promise<{
    plans: (Plan | AppError)[];
    refs: Refs;
    visible: (Ticket | undefined)[];
  }> {
    const visible = await this.tickets.facts(
      this.db,
      commands.map(({ actor, ticketId }) => ({ visible: VisibleTickets.to(actor, 'read'), id: ticketId })),
    );
    const refs = await this.resolve(commands, visible);
    const plans = await Promise.all(
      commands.map((command, i) => this.plan(command, visible[i], refs).catch(AppError.from)),
    );
    return { plans, refs, visible };
  }

  private commit(plans: Plan[]): Promise<Outcome[]> {
    const refs = Refs.together(plans.map((plan) => plan.refs));
    const now = this.clock.now();
    return transaction(this.db, (tx) => this.once.run(tx, plans, now, (fresh) => this.carryOut(tx, fresh, refs, now)));
  }

  private async resolve(commands: readonly ChangeTicket[], tickets: readonly (Ticket | undefined)[]): Promise<Refs> {
    const wanted = new Wanted();
    const guessed = commands.flatMap((one) =>
      one.do === 'update' && mayMakeCustomers(one.actor, 'change') ? (guessedCustomer(one.input) ?? []) : [],
    );
    const people = await this.people.run(guessed.map((email) => ({ email, name: '' })));
    for (const person of people.values()) wanted.user(person.id);
    for (const command of commands) {
      wanted.user(command.actor.userId);
      if (command.do === 'carry-out') wantActions(command.actions, wanted);
      if (command.do === 'take-back') wantRecord(command.record, wanted);
      if (command.do === 'update') wantFields(command.input, wanted);
      const article = articleOf(command);
      wanted.user(article?.origin_by_id);
      for (const who of mentionedIn(article?.body ?? '')) wanted.user(who);
    }
    for (const [i, ticket] of tickets.entries()) {
      if (!ticket) continue;
      if (commands[i]?.do === 'carry-out') this.words.want(ticket, wanted);
      wanted.user(ticket.customerId).user(ticket.ownerId).group(ticket.groupId).organization(ticket.organizationId);
    }
    return this.references.resolve(wanted);
  }

  private async plan(command: ChangeTicket, ticket: Ticket | undefined, refs: Refs): Promise<Plan> {
    const { actor, ticketId, key } = command;
    if (!ticket) throw notFound('Ticket', ticketId);
    const part = partInChanging(actor, ticket);
    if (command.do === 'carry-out' || command.do === 'take-back') {
      if (part !== 'agent') throw notAuthorized();
      const actions = command.do === 'carry-out' ? await this.actionsOf(command, ticket, refs) : null;
      const note = actions?.notes[0];
      const article = note ? await this.drafts.prepare(actor, part, { ...note, content_type: 'text/html' }) : null;
      const tags = actions?.tags ?? takenTags(command);
      return { command, actor, key, request: null, refs, part, article, tags, actions };
    }
    const guesses = command.do === 'update' && guessedCustomer(command.input) !== undefined;
    if (guesses && !mayMakeCustomers(actor, 'change')) throw notAuthorized();
    const words = articleOf(command);
    const article = words ? await this.drafts.prepare(actor, part, words) : null;
    await this.drafts.requireKeys(article, refs.groupOf(ticket.groupId), refs.person(ticket.customerId));
    const add = command.do === 'update' && part === 'agent' ? tagNames(command.input.tags ?? []) : [];
    const request = [command.do, ticketId, command.input];
    return { command, actor, key, request, refs, part, article, tags: { add, remove: [] }, actions: null };
  }

  private async actionsOf({ actor, actions }: CarryOutActions, ticket: Ticket, refs: Refs): Promise<ActionPlan> {
    const render = await this.words.of(actor, ticket, refs, textsOf(actions));
    const organizationId = refs.person(actor.userId)?.organizationId ?? null;
    const context = { actor: { id: actor.userId, organizationId }, now: this.clock.now(), zone: refs.zone, render };
    const plan = checkedPlan(planActions(actions, ticket, context), refs);
    const { customerId } = plan.fields;
    if (customerId !== undefined && customerId !== ticket.customerId) {
      plan.fields.organizationId ??= refs.person(customerId)?.organizationId ?? null;
    }
    return plan;
  }

  private async carryOut(tx: EntityManager, plans: Plan[], refs: Refs, now: EpochMs): Promise<Outcome[]> {
    const { written } = await this.write(tx, plans, refs, now);
    return this.answer(tx, plans, written);
  }

  private async write(
    tx: EntityManager,
    plans: readonly Plan[],
    refs: Refs,
    now: EpochMs,
  ): Promise<{ written: (Written | AppError)[]; writing: Writing }> {
    const ids = plans.map((plan) => plan.command.ticketId);
    const { tickets: loaded, articles } = await this.tickets.lockAndTakeIds(tx, ids);
    const threads = await this.threads.latest(tx, mailingTickets(plans));
    const writing = new Writing(this.outbox, refs, now, loaded);
    const sides = await this.threads.sides(tx, sidesOf(plans));
    const batch = { writing, refs, threads, sides, tagging: await this.taggingOf(tx, plans) };
    const written = plans.map((plan): Written | AppError => {
      try {
        return this.apply(plan, articles.get(plan.command.ticketId)?.shift() ?? 0, batch);
      } catch (error) {
        return AppError.from(error);
      }
    });
    writing.later((on) => batch.tagging.save(on, now));
    await writing.save(tx, this.tickets);
    const said = plans.filter((_, i) => !(written[i] instanceof AppError));
    const calls = said.flatMap(({ article, actor, command: { ticketId } }) =>
      article ? [{ ticket: writing.ticket(ticketId), mentioned: article.mentioned, by: actor.userId }] : [],
    );
    await this.mentions.call(tx, calls, refs, now);
    await this.times.add(tx, timesOf(plans, written), now);
    await this.uploads.useUp(
      tx,
      plans.flatMap((plan) => plan.article?.uploadIds ?? []),
    );
    const used = said.flatMap(({ command, part }) =>
      command.do === 'update' && command.input.shared_draft_id && part === 'agent'
        ? [{ ticketId: command.ticketId, draftId: command.input.shared_draft_id }]
        : [],
    );
    if (used.length > 0) await this.shared.useUpOfTickets(tx, used);
    return { written, writing };
  }

  private taggingOf(tx: EntityManager, plans: readonly Plan[]): Promise<Tagging> {
    const changing = plans.filter(({ tags }) => tags.add.length + tags.remove.length > 0);
    const names = changing.flatMap(({ tags }) => [...tags.add, ...tags.remove]);
    return Tagging.begin(
      tx,
      this.tags,
      names,
      changing.map(({ command }) => command.ticketId),
    );
  }

  private apply(plan: Plan, articleId: number, { writing, refs, threads, sides, tagging }: Batch): Written {
    const { command, part, article } = plan;
    const { actor, ticketId } = command;
    const ticket = writing.ticket(ticketId);
    // Once more under the lock: rights may hang on what a command before this one changed.
    partInChanging(actor, ticket);
    if (command.do === 'update' && command.ifMatch && !command.ifMatch.includes(isoTime(ticket.updatedAt))) {
      throw RequestTerms.stale();
    }
    const back = command.do === 'take-back' ? takeBack(command.record, ticket, tagging.of(ticketId)) : null;
    const asked = command.do === 'update' ? changingFields(command.input, part, ticket, refs, writing.now) : {};
    const acted = plan.actions && {
      ...plan.actions.fields,
      ...customFields(plan.actions.attributes, part, ticket, refs, writing.now),
    };
    const wanted = back?.fields ?? acted ?? asked;
    const fields = part === 'customer' ? this.customersFields(ticket, article, asked, refs, writing.now) : wanted;
    const group = refs.groupOf(fields.groupId ?? ticket.groupId);
    if (group.id !== ticket.groupId) {
      if (!mayMoveInto(actor, group.id)) throw notAuthorized(`Not authorized to move tickets into "${group.name}"`);
      requireActive(group);
    }
    const place = {
      ticket,
      // A message is one of where the ticket goes.
      group,
      author: refs.person(actor.userId),
      customer: refs.person(ticket.customerId),
      thread: threads.get(ticketId),
      sides: sides.get(ticketId) ?? new Map(),
    };
    const finished = article && finishArticle(article, articleId, place, this.identity, writing.now);
    const at = importedAt(this.importMode, actor, saidAt(command));
    const tags = back?.tags ?? plan.tags;
    const tagged = tagging.change(ticketId, tags, actor.userId, this.tagging.mayMake(actor));
    const kept = back?.kept ?? [];
    const time = article?.time ? { from: null, to: shownUnits(article.time.units) } : undefined;
    const nothing = back && Object.keys(back.fields).length === 0 && back.facts.assessment === undefined;
    if (finished || tagged || !nothing) {
      const also = { ...(tagged && { tags: tagged }), ...(time && { time_unit: time }) };
      writing.change(
        ticketId,
        fields,
        at && finished ? asPast(finished) : finished,
        actor.userId,
        at,
        also,
        back?.facts,
      );
    }
    for (const entry of tagged ? retagged(ticketId, tagged, actor.userId, writing.now) : []) writing.addHistory(entry);
    if (time) {
      const place = { ticketId, id: articleId, by: actor.userId, at: writing.now };
      writing.addHistory(timeEntry('added', place, time, 'Ticket::Article'));
    }
    return { ticketId, articleId: finished && articleId, before: ticket, tagged, kept };
  }

  /** What a customer's words and wishes do. @throws AppError invalid `ticket.closed-for-follow-up` */
  private customersFields(
    ticket: Ticket,
    article: ArticleDraft | null,
    asked: TicketFields,
    refs: Refs,
    now: EpochMs,
  ): TicketFields {
    const { states } = refs;
    const group = refs.groupOf(ticket.groupId);
    const reopens = asked.stateId !== undefined && !isClosed(states.get(asked.stateId));
    if ((article || reopens) && !mayFollowUp(ticket, group, states, now)) {
      const detail = 'Cannot follow-up on a closed ticket. Please create a new ticket.';
      throw new AppError('invalid', 'ticket.closed-for-follow-up', detail);
    }
    // A bare note of the API leaves a pending ticket pending; nobody would see it on a closed one.
    const heard = article && (isCommunication(article.type) || isClosed(states.get(ticket.stateId)));
    return { ...(heard && followUpChanges(ticket, group, states)), ...asked };
  }

  private async answer(tx: EntityManager, plans: Plan[], written: (Written | AppError)[]): Promise<Outcome[]> {
    const articleIds = written.flatMap((one) =>
      one instanceof AppError || one.articleId === null ? [] : [one.articleId],
    );
    const answers: Outcome[] = written.map((one) => (one instanceof AppError ? one : ''));
    const shown = plans.flatMap(({ command }, i) => {
      const one = written[i] as Written | AppError;
      if (one instanceof AppError || command.do === 'add-article') return [];
      return [{ i, actor: command.actor, id: one.ticketId, shape: shapeOf(command.flags, { ids: true }) }];
    });
    const tickets = await this.reads.afterWrite(tx, shown);
    shown.forEach(({ i }, n) => {
      answers[i] = tickets[n] as string;
    });
    if (plans.some(({ command }) => command.do === 'add-article')) {
      // The author may read what they have just written, whoever else may.
      const texts = await this.articles.articles(tx, VisibleTickets.toTheService(), articleIds);
      plans.forEach(({ command }, i) => {
        const one = written[i] as Written | AppError;
        if (command.do !== 'add-article' || one instanceof AppError) return;
        answers[i] = texts.get(one.articleId as number) as string;
      });
    }
    return answers;
  }
}

/** Time that articles brought along. */
function timesOf(plans: readonly Plan[], written: readonly (Written | AppError)[]): NewTime[] {
  return plans.flatMap(({ article, actor }, i) => {
    const one = written[i];
    if (!article?.time || !one || one instanceof AppError) return [];
    return [{ ...article.time, ticketId: one.ticketId, articleId: one.articleId, by: actor.userId }];
  });
}

function mailingTickets(plans: readonly Plan[]): number[] {
  return plans.flatMap(({ article, command }) => (article && isMailOut(article) ? [command.ticketId] : []));
}

/** Side threads that articles go on with. */
function sidesOf(plans: readonly Plan[]) {
  return plans.flatMap(({ article, command: { ticketId } }) =>
    typeof article?.sideThread === 'number' ? [{ ticketId, id: article.sideThread }] : [],
  );
}

function articleOf(command: ChangeTicket): ArticleInput | undefined {
  if (command.do === 'update') return command.input.article;
  return command.do === 'add-article' ? command.input : undefined;
}

/** When somebody says that it happened. */
function saidAt(command: ChangeTicket): string | undefined {
  return articleOf(command)?.created_at ?? (command.do === 'update' ? command.input.created_at : undefined);
}

/** All that an undo may touch; what of it is still so is seen under the lock. */
function takenTags(command: CarryOutActions | TakeBackChange): Plan['tags'] {
  if (command.do !== 'take-back') return { add: [], remove: [] };
  const { added, removed } = command.record.tags;
  return { add: tagNames(removed), remove: tagNames(added) };
}
