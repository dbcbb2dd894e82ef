import type { Actor, TicketInput } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { GroupCommit, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mentionedIn } from '../domain/article/mentioned.ts';
import { type TagName, tagNames } from '../domain/tag/tag.ts';
import { retagged, timeEntry } from '../domain/ticket/history.ts';
import { ticketNumber } from '../domain/ticket/number.ts';
import type { Group } from '../domain/ticket/people.ts';
import type { NewTicket, TicketFields } from '../domain/ticket/ticket.ts';
import { shownUnits } from '../domain/time/units.ts';
import { TagStore } from '../persistence/tag.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { type NewTime, TimeStore } from '../persistence/time.store.ts';
import { UploadStore } from '../persistence/upload.store.ts';
import { mayMakeCustomers, missingValue, notAuthorized, type Part, partInOpening } from './access.ts';
import { type ArticleDraft, ArticleDrafts } from './draft-article.ts';
import { EnsurePeople } from './ensure-people.ts';
import { asPast, importedAt } from './import-time.ts';
import { type Keyed, MOST_TOGETHER, Once, type Outcome } from './once.ts';
import { finishArticle, type MailIdentity } from './outgoing-mail.ts';
import { IMPORT_MODE, MAIL_IDENTITY } from './ports.ts';
import { type ReadingFlags, ReadTickets, shapeOf } from './read-tickets.ts';
import { References, Refs, Wanted } from './references.ts';
import { SYSTEM_ID } from './system-id.ts';
import { groupOf, guessedCustomer, openingFields, wantFields } from './ticket-fields.ts';
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

interface Plan extends Keyed {
  refs: Refs;
  flags: ReadingFlags;
  group: Group;
  fields: TicketFields & Omit<NewTicket, 'id' | 'number'>;
  article: ArticleDraft | null;
  tags: TagName[];
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
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MAIL_IDENTITY) private readonly identity: MailIdentity,
    @Inject(IMPORT_MODE) private readonly importMode: boolean,
  ) {}

  /** @returns the new ticket as JSON, or why there is none, an item each */
  async run(items: readonly CreateTicket[]): Promise<Outcome[]> {
    const refs = await this.resolve(items);
    const plans = await Promise.all(
      items.map((item) => this.plan(item, refs).catch((error: unknown) => AppError.from(error))),
    );
    return Promise.all(
      plans.map((plan) => (plan instanceof AppError ? plan : this.commits.add(plan).catch(AppError.from))),
    );
  }

  private commit(plans: Plan[]): Promise<Outcome[]> {
    const refs = Refs.together(plans.map((plan) => plan.refs));
    const now = this.clock.now();
    return transaction(this.db, (tx) =>
      this.once.run(tx, plans, now, (fresh) => this.open(tx, fresh, new Writing(this.outbox, refs, now), refs)),
    );
  }

  private async resolve(items: readonly CreateTicket[]): Promise<Refs> {
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
    }
    return this.references.resolve(wanted);
  }

  private async plan(item: CreateTicket, refs: Refs): Promise<Plan> {
    const { actor, input, flags, key } = item;
    if (guessedCustomer(input) !== undefined && !mayMakeCustomers(actor, 'create')) throw notAuthorized();
    const group = groupOf(input, refs);
    if (!group) throw missingValue('group_id');
    const part: Part = partInOpening(actor, group.id);
    const fields = openingFields(input, actor, part, group, refs);
    const at = importedAt(this.importMode, actor, input.created_at);
    const article = input.article ? await this.drafts.prepare(actor, part, input.article) : null;
    const tags = part === 'agent' ? tagNames(input.tags ?? []) : [];
    return { actor, key, request: ['create-ticket', input], refs, flags, group, fields, article, tags, at };
  }

  private async open(tx: EntityManager, plans: Plan[], writing: Writing, refs: Refs): Promise<Outcome[]> {
    const ids = await this.tickets.takeIds(tx, plans.length, plans.length);
    const names = plans.flatMap(({ tags }) => tags);
    const tagging = await Tagging.begin(tx, this.tags, names, []);
    const spent: NewTime[] = [];
    const opened: (number | AppError)[] = plans.map(({ actor, group, fields, article, tags, at }, i) => {
      const { id, counter } = ids.tickets[i] as { id: number; counter: number };
      const draft: NewTicket = { ...fields, id, number: ticketNumber(SYSTEM_ID, counter) };
      const people = { author: refs.person(actor.userId), customer: refs.person(fields.customerId) };
      const place = { ticket: draft, group, ...people, thread: undefined };
      try {
        const articleId = ids.articles.shift() as number;
        const finished = article && finishArticle(article, articleId, place, this.identity, writing.now);
        const tagged = tagging.add(id, tags, actor.userId, this.tagging.mayMake(actor));
        writing.open(draft, at && finished ? asPast(finished) : finished, actor.userId, at);
        for (const entry of tagged ? retagged(id, tagged, actor.userId, at ?? writing.now) : [])
          writing.addHistory(entry);
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
    await writing.save(tx, this.tickets);
    await tagging.save(tx, writing.now);
    const calls = plans.flatMap(({ article, actor }, i) => {
      const id = opened[i];
      if (typeof id !== 'number' || !article) return [];
      return [{ ticket: writing.ticket(id), mentioned: article.mentioned, by: actor.userId }];
    });
    await this.mentions.call(tx, calls, refs, writing.now);
    await this.times.add(tx, spent, writing.now);
    await this.uploads.useUp(
      tx,
      plans.flatMap((plan) => plan.article?.uploadIds ?? []),
    );
    const reads = plans.flatMap(({ actor, flags }, i) => {
      const id = opened[i];
      return typeof id === 'number' ? [{ actor, id, shape: shapeOf(flags, { ids: true }) }] : [];
    });
    const texts = await this.reads.afterWrite(tx, reads);
    let next = 0;
    return opened.map((id) => (typeof id === 'number' ? (texts[next++] as string) : id));
  }
}
