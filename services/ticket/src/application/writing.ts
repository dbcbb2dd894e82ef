import type { Reached } from '@helpmesh/conditions';
import {
  articleAdded,
  articleChanged,
  type Envelope,
  type MessageDefinition,
  sendMail,
  ticketCreated,
  ticketEscalated,
  ticketEscalationWarning,
  ticketReminderReached,
  ticketUpdated,
} from '@helpmesh/contracts';
import { AppError, type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import type { Outbox, OutboxMessage } from '@helpmesh/messaging';
import { afterCommit } from '@helpmesh/persistence';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import type { Article } from '../domain/article/article.ts';
import type { Escalation } from '../domain/sla/escalation.ts';
import { follow, isSettled, type Move, type Steps } from '../domain/sla/follow.ts';
import type { Notice } from '../domain/sla/notices.ts';
import type { Sla } from '../domain/sla/rules.ts';
import { tagKey } from '../domain/tag/tag.ts';
import { changesBetween } from '../domain/ticket/changes.ts';
import { created, type HistoryCause, type HistoryEntry, updated } from '../domain/ticket/history.ts';
import {
  beginsWork,
  changeTicket,
  countArticle,
  type NewTicket,
  openTicket,
  SYSTEM_USER,
  type Ticket,
  type TicketFields,
} from '../domain/ticket/ticket.ts';
import { type BusinessEvent, record } from '../events.ts';
import { excerptOf } from '../html/excerpt.ts';
import type { ChangeSet, TicketStore } from '../persistence/ticket.store.ts';
import type { Refs } from './refs.ts';
import { articleSnapshot, correspondent, ticketSnapshot } from './snapshots.ts';

/** An article that is about to be written; where and when follow from the ticket it joins. */
export interface NewArticle extends Omit<Article, 'excerpt' | 'ticketId' | 'createdAt' | 'createdById'> {
  /** The mail was automatic, or must not be answered for another reason. */
  isAutoResponse: boolean;
  /** The mail that carries it to the people outside. */
  outgoing: z.input<(typeof sendMail)['data']> | null;
}

/** Something that was done to a ticket, for triggers to look at. */
export interface Happening {
  ticketId: number;
  /** `create`, `update`, `update.merged_into`, `update.received_merge`; `time` when only the clock has moved on. */
  actions: string[];
  article: NewArticle | null;
  changed: ReadonlySet<string>;
  reached?: readonly Reached[];
  /** Null for the desk itself. */
  by: number | null;
  /** The schedule that did it. */
  rule?: string;
}

/** The rule on whose behalf is written. */
export interface Ruling {
  cause: HistoryCause;
  /** Agents are not told. */
  quiet: boolean;
  /** It was long ago: no trigger looks at it, and nothing is promised about it. */
  past?: boolean;
}

/** Old and new value by the name that neighbours know. */
export type Changes = Record<string, { from: unknown; to: unknown }>;

/**
 * What one transaction does to tickets: rules are applied to the loaded tickets one after the other, facts become
 * history and events, and `save` writes everything in one statement. Knows no permissions; the commands ask first.
 */
export class Writing {
  private readonly tickets: Map<number, Ticket>;
  private readonly opened = new Set<number>();
  private readonly touched = new Set<number>();
  private readonly past = new Set<number>();
  /** Each ticket after each thing that was done to it. */
  private readonly steps = new Map<number, Ticket[]>();
  private readonly rest: Omit<ChangeSet, 'opened' | 'changed'> = { articles: [], history: [], outbox: [] };

  private readonly facts: BusinessEvent[] = [];
  private readonly happenings: Happening[] = [];
  private readonly births = new Map<number, number>();
  private readonly afterwards: ((tx: EntityManager) => Promise<void>)[] = [];
  private cause: Envelope | undefined;
  private ruling: Ruling | undefined;

  constructor(
    private readonly outbox: Outbox,
    readonly refs: Refs,
    readonly now: EpochMs,
    private readonly loaded: ReadonlyMap<number, Ticket> = new Map(),
  ) {
    this.tickets = new Map(loaded);
  }

  /** Ties what follows to the message that is being handled. */
  because(message: Envelope): this {
    this.cause = message;
    return this;
  }

  /** What is written meanwhile is the rule's doing: history and events say so, and no trigger looks at it by itself. */
  as<T>(ruling: Ruling, work: () => T): T {
    this.ruling = ruling;
    try {
      return work();
    } finally {
      this.ruling = undefined;
    }
  }

  /** What was done and no trigger has looked at yet, oldest first. */
  takeHappenings(): Happening[] {
    return this.happenings.splice(0);
  }

  /** Work of the same transaction that needs the rows to be there. */
  later(work: (tx: EntityManager) => Promise<void>): void {
    this.afterwards.push(work);
  }

  /** Articles that this transaction adds to the ticket, oldest first. */
  articlesOf(ticketId: number): Article[] {
    return this.rest.articles.filter((article) => article.ticketId === ticketId);
  }

  /** Names of tags that this transaction gives the ticket or takes away, oldest first. */
  tagChangesOf(ticketId: number): { added: boolean; name: string }[] {
    return this.rest.history.flatMap(({ ticketId: of, attribute, type, valueFrom, valueTo }) =>
      of === ticketId && attribute === 'tag'
        ? [{ added: type === 'added', name: (valueTo ?? valueFrom) as string }]
        : [],
    );
  }

  /** A rule has written to the customer of a new ticket: the standard confirmation would be a second one. */
  answered(ticketId: number): void {
    const place = this.births.get(ticketId);
    const row = place === undefined ? undefined : this.rest.outbox[place];
    if (!row) return;
    const envelope = JSON.parse(row.payload) as { data: object };
    row.payload = JSON.stringify({ ...envelope, data: { ...envelope.data, answered: true } });
  }

  /** The ticket as this transaction leaves it so far. @throws AppError not-found */
  ticket(id: number): Ticket {
    const ticket = this.tickets.get(id);
    if (!ticket) throw new AppError('not-found', 'ticket.not-found', `Couldn't find Ticket with 'id'=${id}`);
    return ticket;
  }

  /**
   * @param draft  without a state, an agent's first words to the customer already count as work on it
   * @param at     when it happened; now, but for imports
   */
  open(draft: NewTicket, article: NewArticle | null, by: number, at: EpochMs = this.now): Ticket {
    let ticket = openTicket(draft, by, this.refs, at);
    this.remember(created('Ticket', { ticketId: ticket.id, id: ticket.id, by, at }));
    if (article) {
      const stateId = this.refs.states.forFollowUp.id;
      if (draft.stateId === undefined && beginsWork(ticket, article, this.refs.states)) ticket = { ...ticket, stateId };
      ticket = this.write(ticket, article, by, at);
    }
    this.opened.add(ticket.id);
    this.keep(ticket);
    this.happened({ ticketId: ticket.id, actions: ['create'], article, changed: new Set(), by });
    this.births.set(ticket.id, this.rest.outbox.length);
    this.facts.push({ type: ticketCreated.type, channel: article?.type ?? 'none', sender: article?.sender ?? 'none' });
    this.tell(ticketCreated, ticket, {
      ticket: ticketSnapshot(ticket, this.refs),
      article: article && this.snapshotOfLast(article),
      customer: correspondent(ticket.customerId, this.refs.person(ticket.customerId)),
      createdById: by,
      ...this.ruleOf(),
    });
    return ticket;
  }

  /**
   * Sets fields and, in the same step, adds an article.
   * @param by    null when a rule or timer does it
   * @param also  what changed of the things that hang on the ticket, to be told with the rest
   * @param facts  stand in for those that would follow from the change: what is taken back has not been
   */
  change(
    ticketId: number,
    fields: TicketFields,
    article: NewArticle | null,
    by: number | null,
    at: EpochMs = this.now,
    also: Changes = {},
    facts: Partial<Ticket> = {},
  ): Ticket {
    const before = this.ticket(ticketId);
    const author = by ?? SYSTEM_USER;
    const begun = article && fields.stateId === undefined && beginsWork(before, article, this.refs.states);
    const wanted = begun ? { ...fields, stateId: this.refs.states.forFollowUp.id } : fields;
    let after = { ...changeTicket(before, wanted, author, this.refs, at), ...facts };
    const ofTicket = changesBetween(before, after);
    const changes: Changes = { ...ofTicket, ...also };
    const { nameOf, shownOf } = this.refs;
    this.remember(...updated(ticketId, ofTicket, nameOf, shownOf, author, at));
    if (article) after = this.write(after, article, author, at);
    if (at === this.now) after = { ...after, updatedAt: this.after(before) };
    this.keep(after);
    this.happened({ ticketId, actions: actionsOf(also), article, changed: new Set(Object.keys(changes)), by });
    const ticket = ticketSnapshot(after, this.refs);
    const rule = this.ruleOf();
    if (article) {
      const customer = correspondent(after.customerId, this.refs.person(after.customerId));
      const said = this.snapshotOfLast(article);
      this.facts.push({ type: articleAdded.type, channel: article.type, sender: article.sender });
      this.tell(articleAdded, after, { ticket, article: said, changes, customer, createdById: author, ...rule });
    } else {
      this.tell(ticketUpdated, after, { ticket, changes, changedById: by, ...rule });
    }
    return after;
  }

  /** Facts that follow from a thread which became another one; a change or note of the ticket writes and tells them. */
  restate(ticketId: number, facts: Partial<Ticket>): void {
    this.tickets.set(ticketId, { ...this.ticket(ticketId), ...facts });
  }

  /** Tells of a change of what hangs on the ticket: its own fields are as they were. */
  note(ticketId: number, changes: Changes, history: readonly HistoryEntry[], by: number): Ticket {
    const before = this.ticket(ticketId);
    const after = { ...before, updatedAt: this.after(before), updatedById: by, version: before.version + 1 };
    this.remember(...history);
    this.keep(after);
    this.happened({ ticketId, actions: actionsOf(changes), article: null, changed: new Set(Object.keys(changes)), by });
    const ticket = ticketSnapshot(after, this.refs);
    this.tell(ticketUpdated, after, { ticket, changes, changedById: by, ...this.ruleOf() });
    return after;
  }

  /** Adds what the system said by itself. Clients compare `updated_at`, so nothing that comes later may move it. */
  record(ticketId: number, article: NewArticle): Ticket {
    const before = this.ticket(ticketId);
    const { updatedAt, updatedById } = before;
    const after = { ...this.write(before, article, SYSTEM_USER), updatedAt, updatedById, version: before.version + 1 };
    this.keep(after);
    this.tell(articleAdded, after, {
      ticket: ticketSnapshot(after, this.refs),
      article: this.snapshotOfLast(article),
      changes: {},
      customer: correspondent(after.customerId, this.refs.person(after.customerId)),
      createdById: SYSTEM_USER,
    });
    return after;
  }

  /** Tells that due times come near or have passed. The clock did this, so `updated_at` stays as well. */
  escalate(ticketId: number, notices: readonly Notice[], escalation: Escalation, sla: Sla): void {
    const before = this.ticket(ticketId);
    const after = { ...before, escalation, version: before.version + 1 };
    this.keep(after);
    const ticket = ticketSnapshot(after, this.refs);
    const reached = notices.map(({ stage }) => (stage === 'escalated' ? 'escalation_at' : 'escalation_at warning'));
    this.comeDue(ticketId, [...new Set<Reached>(reached as Reached[])]);
    for (const { clock, stage, dueAt } of notices) {
      this.remember({
        ...created('Ticket', { ticketId, id: ticketId, by: SYSTEM_USER, at: this.now }),
        type: stage === 'escalated' ? 'escalation' : 'escalation_warning',
        ...{ attribute: clock, valueFrom: sla.name, valueTo: isoTime(dueAt) },
        cause: { type: 'Sla', id: sla.id, name: sla.name },
      });
      const data = { ticket, clock, dueAt: isoTime(dueAt), sla: { id: sla.id, name: sla.name } };
      this.tell(stage === 'escalated' ? ticketEscalated : ticketEscalationWarning, after, data);
    }
  }

  /** A time has come for a ticket of which nothing else changed. */
  comeDue(ticketId: number, reached: readonly Reached[]): void {
    this.happened({ ticketId, actions: ['time'], article: null, changed: new Set(), reached, by: null });
  }

  /** Tells that the time has come until which the ticket was to rest. `updated_at` stays, as with due times. */
  remind(ticketId: number): void {
    const before = this.ticket(ticketId);
    const after = { ...before, version: before.version + 1 };
    this.keep(after);
    this.comeDue(ticketId, ['pending_time']);
    this.tell(ticketReminderReached, after, { ticket: ticketSnapshot(after, this.refs) });
  }

  /** Tells that an article looks different now; the ticket itself is as it was. */
  noteArticle(
    ticketId: number,
    article: { id: number; internal: boolean },
    what: 'visibility' | 'delivery' | 'deleted',
  ): void {
    const before = this.ticket(ticketId);
    const after = { ...before, version: before.version + 1 };
    this.keep(after);
    const ticket = ticketSnapshot(after, this.refs);
    this.tell(articleChanged, after, { ticket, articleId: article.id, what, internal: article.internal });
  }

  addHistory(entry: HistoryEntry): void {
    this.remember(entry);
  }

  private remember(...entries: HistoryEntry[]): void {
    const cause = this.ruling?.cause;
    this.rest.history.push(...(cause ? entries.map((entry) => ({ ...entry, cause })) : entries));
  }

  private happened(happening: Happening): void {
    const { cause } = this.ruling ?? {};
    if (this.refs.automation.empty || cause?.type === 'Trigger' || this.ruling?.past) return;
    this.happenings.push(cause ? { ...happening, rule: cause.name } : happening);
  }

  private ruleOf() {
    if (!this.ruling) return {};
    const { type, id, name } = this.ruling.cause;
    return { rule: { type, id, name, quiet: this.ruling.quiet } };
  }

  /** One article of a person less. */
  uncount(ticketId: number): void {
    const ticket = this.ticket(ticketId);
    this.keep({ ...ticket, articleCount: Math.max(0, (ticket.articleCount ?? 0) - 1) });
  }

  /** Something for another service, in the same transaction. */
  send<D extends MessageDefinition>(definition: D, message: OutboxMessage<D>): void {
    const row = this.outbox.row(definition, this.cause ? { ...message, cause: this.cause } : message);
    this.rest.outbox.push(row);
  }

  async save(tx: EntityManager, store: TicketStore): Promise<void> {
    if (this.happenings.length > 0) await this.refs.automation.run(tx, this);
    if (this.opened.size + this.touched.size === 0) return this.finish(tx);
    await this.runClocks(tx, store);
    await store.save(tx, {
      ...this.rest,
      opened: [...this.opened].map((id) => this.ticket(id)),
      changed: [...this.touched].map((id) => this.ticket(id)),
    });
    await this.finish(tx);
    this.outbox.ringAfter(tx);
    afterCommit(tx, () => record(this.facts));
  }

  private async finish(tx: EntityManager): Promise<void> {
    for (const work of this.afterwards.splice(0)) await work(tx);
  }

  /** The last step of every write: what was promised about a ticket follows from everything else. */
  private async runClocks(tx: EntityManager, store: TicketStore): Promise<void> {
    const { slaRules, states } = this.refs;
    const stepsOf = (id: number): Steps => ({
      before: this.loaded.get(id),
      after: [...(this.steps.get(id) ?? []).slice(0, -1), this.ticket(id)],
    });
    const asked = [...this.touched].filter((id) => !slaRules.empty && !isSettled(stepsOf(id), states));
    const moves = await store.moves(tx, asked);
    for (const [id, more] of slaRules.empty ? [] : this.movesNow()) moves.set(id, [...(moves.get(id) ?? []), ...more]);
    const held = await store.tagKeys(tx, slaRules.readsTags ? asked : []);
    for (const id of [...this.opened, ...this.touched].filter((one) => !this.past.has(one))) {
      const tags = slaRules.readsTags ? this.tagKeysOf(id, held.get(id) ?? []) : [];
      const escalation = follow(stepsOf(id), moves.get(id) ?? [], states, slaRules, tags);
      this.tickets.set(id, { ...this.ticket(id), escalation });
    }
  }

  /** Keys of the tags with which this transaction leaves the ticket. @param held  those that are stored */
  private tagKeysOf(ticketId: number, held: readonly string[]): string[] {
    const keys = new Set(held);
    for (const { added, name } of this.tagChangesOf(ticketId)) {
      if (added) keys.add(tagKey(name));
      else keys.delete(tagKey(name));
    }
    return [...keys];
  }

  /** Changes of state that are being written. */
  private movesNow(): Map<number, Move[]> {
    const moves = new Map<number, Move[]>();
    for (const { ticketId, object, attribute, type, idFrom, idTo, createdAt: at } of this.rest.history) {
      if (object !== 'Ticket' || attribute !== 'state' || type !== 'updated' || idFrom === null || idTo === null)
        continue;
      moves.set(ticketId, [...(moves.get(ticketId) ?? []), { from: idFrom, to: idTo, at }]);
    }
    return moves;
  }

  private write(ticket: Ticket, draft: NewArticle, by: number, at: EpochMs = this.now): Ticket {
    const { isAutoResponse: _, outgoing, ...words } = draft;
    if (outgoing) this.send(sendMail, { aggregateId: ticket.id, data: outgoing });
    const excerpt = excerptOf(words.body, words.contentType);
    this.rest.articles.push({ ...words, excerpt, ticketId: ticket.id, createdAt: at, createdById: by });
    const place = { ticketId: ticket.id, id: draft.id, by, at };
    this.remember(created('Ticket::Article', place));
    return countArticle(ticket, draft, at, this.refs.everyContact);
  }

  private snapshotOfLast(draft: NewArticle) {
    return articleSnapshot(this.rest.articles.at(-1) as Article, draft.isAutoResponse);
  }

  /** Now, but later than the last change: to who compares, two changes of one millisecond are two. */
  private after({ updatedAt }: Ticket): EpochMs {
    return epochMs(Math.max(this.now, updatedAt + 1));
  }

  private keep(ticket: Ticket): void {
    if (this.ruling?.past) this.past.add(ticket.id);
    this.tickets.set(ticket.id, ticket);
    this.steps.set(ticket.id, [...(this.steps.get(ticket.id) ?? []), ticket]);
    if (!this.opened.has(ticket.id)) this.touched.add(ticket.id);
  }

  private tell<D extends MessageDefinition>(definition: D, ticket: Ticket, data: OutboxMessage<D>['data']): void {
    this.send(definition, { aggregateId: ticket.id, aggregateVersion: ticket.version, data });
  }
}

function actionsOf(changes: Changes): string[] {
  const merges = ['merged_into', 'received_merge'].filter((name) => changes[name]?.to != null);
  return ['update', ...merges.map((name) => `update.${name}`)];
}
