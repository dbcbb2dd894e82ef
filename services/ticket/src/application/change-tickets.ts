import type { Actor, ArticleInput, TicketInput } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { GroupCommit, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isCommunication } from '../domain/article/kinds.ts';
import { mentionedIn } from '../domain/article/mentioned.ts';
import { type TagName, tagNames } from '../domain/tag/tag.ts';
import { followUpChanges, mayFollowUp } from '../domain/ticket/follow-up.ts';
import { retagged, timeEntry } from '../domain/ticket/history.ts';
import { isClosed } from '../domain/ticket/state.ts';
import type { Ticket, TicketFields } from '../domain/ticket/ticket.ts';
import { shownUnits } from '../domain/time/units.ts';
import { ReadStore } from '../persistence/read.store.ts';
import { TagStore } from '../persistence/tag.store.ts';
import { ThreadStore } from '../persistence/thread.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { type NewTime, TimeStore } from '../persistence/time.store.ts';
import { UploadStore } from '../persistence/upload.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { mayMakeCustomers, notAuthorized, notFound, type Part, partInChanging } from './access.ts';
import { type ArticleDraft, ArticleDrafts } from './draft-article.ts';
import { EnsurePeople } from './ensure-people.ts';
import { asPast, importedAt } from './import-time.ts';
import { type Keyed, MOST_TOGETHER, Once, type Outcome } from './once.ts';
import { finishArticle, isMailOut, type MailIdentity } from './outgoing-mail.ts';
import { IMPORT_MODE, MAIL_IDENTITY } from './ports.ts';
import { type ReadingFlags, ReadTickets, shapeOf } from './read-tickets.ts';
import { References, Refs, Wanted } from './references.ts';
import { changingFields, guessedCustomer, wantFields } from './ticket-fields.ts';
import { Mentions } from './ties/mentions.ts';
import { TagTickets } from './ties/tag-tickets.ts';
import { Tagging } from './ties/tagging.ts';
import { Writing } from './writing.ts';

/** Sets fields of a ticket and may add an article in the same step. */
export interface UpdateTicket {
  do: 'update';
  actor: Actor;
  ticketId: number;
  input: TicketInput;
  flags: ReadingFlags;
  key: string | undefined;
}

/** Adds an article; answered with the article. */
export interface AddArticle {
  do: 'add-article';
  actor: Actor;
  ticketId: number;
  input: ArticleInput;
  key: string | undefined;
}

export type ChangeTicket = UpdateTicket | AddArticle;

interface Plan extends Keyed {
  refs: Refs;
  command: ChangeTicket;
  part: Part;
  article: ArticleDraft | null;
  tags: TagName[];
}

/** What was written, to be read back for the answer. */
interface Written {
  ticketId: number;
  articleId: number | null;
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
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
    @Inject(IMPORT_MODE) private readonly importMode: boolean,
  ) {}

  /** @returns the ticket or the article as JSON, or why not, an item each */
  async run(commands: readonly ChangeTicket[]): Promise<Outcome[]> {
    const visible = await this.tickets.facts(
      this.db,
      commands.map(({ actor, ticketId }) => ({ visible: VisibleTickets.to(actor, 'read'), id: ticketId })),
    );
    const refs = await this.resolve(commands, visible);
    const plans = await Promise.all(
      commands.map((command, i) => this.plan(command, visible[i], refs).catch(AppError.from)),
    );
    return Promise.all(
      plans.map((plan) => (plan instanceof AppError ? plan : this.commits.add(plan).catch(AppError.from))),
    );
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
      if (command.do === 'update') wantFields(command.input, wanted);
      const article = command.do === 'update' ? command.input.article : command.input;
      wanted.user(command.actor.userId).user(article?.origin_by_id);
      for (const who of mentionedIn(article?.body ?? '')) wanted.user(who);
    }
    for (const ticket of tickets) {
      if (!ticket) continue;
      wanted.user(ticket.customerId).user(ticket.ownerId).group(ticket.groupId).organization(ticket.organizationId);
    }
    return this.references.resolve(wanted);
  }

  private async plan(command: ChangeTicket, ticket: Ticket | undefined, refs: Refs): Promise<Plan> {
    const { actor, ticketId, key, input } = command;
    if (!ticket) throw notFound('Ticket', ticketId);
    const part = partInChanging(actor, ticket);
    const guesses = command.do === 'update' && guessedCustomer(command.input) !== undefined;
    if (guesses && !mayMakeCustomers(actor, 'change')) throw notAuthorized();
    const words = command.do === 'update' ? command.input.article : command.input;
    const article = words ? await this.drafts.prepare(actor, part, words) : null;
    const tags = command.do === 'update' && part === 'agent' ? tagNames(command.input.tags ?? []) : [];
    return { command, actor, key, request: [command.do, ticketId, input], refs, part, article, tags };
  }

  private async carryOut(tx: EntityManager, plans: Plan[], refs: Refs, now: EpochMs): Promise<Outcome[]> {
    const ids = plans.map((plan) => plan.command.ticketId);
    const { tickets: loaded, articles } = await this.tickets.lockAndTakeIds(tx, ids);
    const threads = await this.threads.latest(tx, mailingTickets(plans));
    const writing = new Writing(this.outbox, refs, now, loaded);
    const tagging = await this.taggingOf(tx, plans);
    const written = plans.map((plan): Written | AppError => {
      try {
        return this.apply(plan, articles.get(plan.command.ticketId)?.shift() ?? 0, writing, refs, threads, tagging);
      } catch (error) {
        return AppError.from(error);
      }
    });
    await writing.save(tx, this.tickets);
    await tagging.save(tx, now);
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
    return this.answer(tx, plans, written);
  }

  private taggingOf(tx: EntityManager, plans: readonly Plan[]): Promise<Tagging> {
    const adding = plans.filter(({ tags }) => tags.length > 0);
    const names = adding.flatMap(({ tags }) => tags);
    return Tagging.begin(
      tx,
      this.tags,
      names,
      adding.map(({ command }) => command.ticketId),
    );
  }

  private apply(
    { command, part, article, tags }: Plan,
    articleId: number,
    writing: Writing,
    refs: Refs,
    threads: Awaited<ReturnType<ThreadStore['latest']>>,
    tagging: Tagging,
  ): Written {
    const { actor, ticketId } = command;
    const ticket = writing.ticket(ticketId);
    // Once more under the lock: rights may hang on what a command before this one changed.
    partInChanging(actor, ticket);
    const asked = command.do === 'update' ? changingFields(command.input, part, ticket, refs) : {};
    const fields = part === 'customer' ? this.customersFields(ticket, article, asked, refs, writing.now) : asked;
    const place = {
      ticket,
      group: refs.groupOf(ticket.groupId),
      author: refs.person(actor.userId),
      customer: refs.person(ticket.customerId),
      thread: threads.get(ticketId),
    };
    const finished = article && finishArticle(article, articleId, place, this.identity, writing.now);
    const words = command.do === 'update' ? command.input.article : command.input;
    const at = importedAt(this.importMode, actor, words?.created_at ?? command.input.created_at);
    const tagged = tagging.add(ticketId, tags, actor.userId, this.tagging.mayMake(actor));
    const time = article?.time ? { from: null, to: shownUnits(article.time.units) } : undefined;
    const also = { ...(tagged && { tags: tagged }), ...(time && { time_unit: time }) };
    writing.change(ticketId, fields, at && finished ? asPast(finished) : finished, actor.userId, at, also);
    for (const entry of tagged ? retagged(ticketId, tagged, actor.userId, writing.now) : []) writing.addHistory(entry);
    if (time) {
      const place = { ticketId, id: articleId, by: actor.userId, at: writing.now };
      writing.addHistory(timeEntry('added', place, time, 'Ticket::Article'));
    }
    return { ticketId, articleId: finished && articleId };
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
      if (one instanceof AppError || command.do !== 'update') return [];
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
