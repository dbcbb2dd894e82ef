import { AttributeBook } from '@helpmesh/attributes';
import { matches, readsOf } from '@helpmesh/conditions';
import type { Actor, JobInput, Prospect, TriggerInput } from '@helpmesh/contracts';
import { type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ActionPlan } from '../../domain/action/plan.ts';
import { changesBetween } from '../../domain/ticket/changes.ts';
import type { CustomValue, Ticket } from '../../domain/ticket/ticket.ts';
import { type PastEvent, pastEvents } from '../../domain/trigger/past.ts';
import { concerns, type Rule } from '../../domain/trigger/trigger.ts';
import { PastStore } from '../../persistence/past.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { requireAnyOf } from '../access.ts';
import { References, Wanted } from '../references.ts';
import { type Refs } from '../refs.ts';
import { wantTickets } from '../want-tickets.ts';
import { Writing } from '../writing.ts';
import { CarryOut } from './carry-out.ts';
import { defined, isOfPeople, requirePeople, rulePermissions, valuesOf } from './manage-rules.ts';
import { jobOf, MOST_MATCHES, nextOf, RunJobs } from './run-jobs.ts';
import { RunPeopleJobs } from './run-people-jobs.ts';
import { TicketFacts } from './ticket-facts.ts';
import { namedBy, triggerOf } from './trigger-book.ts';

const DAY_MS = 86_400_000;
/** Tickets that a dry run looks at, the ones changed last; and how many examples it gives. */
const MOST_TICKETS = 500;
const MOST_EXAMPLES = 100;
const JOB_EXAMPLES = 20;

/** What rules would do: the same conditions and plans as in earnest, and nothing is written. */
@Injectable()
export class PreviewRules {
  constructor(
    private readonly db: DataSource,
    private readonly past: PastStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly carryOut: CarryOut,
    private readonly facts: TicketFacts,
    private readonly jobs: RunJobs,
    private readonly people: RunPeopleJobs,
    private readonly attributes: AttributeBook,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async trigger(
    actor: Actor,
    wish: { trigger: TriggerInput; days?: number | undefined; ticket_ids?: number[] | undefined },
  ) {
    requireAnyOf(actor, [rulePermissions.trigger]);
    const now = this.clock.now();
    const attributes = await this.attributes.of('Ticket');
    const given = { condition: {}, perform: {}, name: '-', ...defined(wish.trigger) };
    const input = valuesOf('trigger', given, {}, attributes);
    const trigger = triggerOf({ ...ruleRow(input), ...modesOf(wish.trigger) }, attributes);
    const since = epochMs(now - (wish.days ?? 7) * DAY_MS);
    const ids = await this.past.changedSince(this.db, since, wish.ticket_ids ?? null, MOST_TICKETS + 1);
    const looked = ids.slice(0, MOST_TICKETS);
    const refs = await this.refsFor(looked, trigger);
    const tickets = await this.ticketsOf(looked);
    const entries = await this.past.entries(this.db, looked);
    let lookedAt = 0;
    const found: Prospect[] = [];
    for (const ticket of tickets) {
      for (const event of pastEvents(ticket, entries.get(ticket.id) ?? [])) {
        if (event.at < since) break;
        lookedAt++;
        const change = { actions: [event.action], changed: event.changed, by: event.by, ...articleAction(event) };
        if (!concerns(trigger, change, event.articleId !== null)) continue;
        const writing = new Writing(this.outbox, refs, event.at, new Map([[ticket.id, event.after]]));
        const article = event.articleId === null ? null : await this.past.article(this.db, event.articleId);
        if (trigger.condition) {
          const about = { change, article };
          const facts = await this.facts.all(this.db.manager, writing, ticket.id, about, readsOf(trigger.condition));
          if (!matches(trigger.condition, facts, this.facts.circumstances(writing, event.by))) continue;
        }
        found.push(await this.prospect(writing, trigger, event.after, event.by, event.action, isoTime(event.at)));
      }
    }
    found.sort((a, b) => (String(a.at) < String(b.at) ? 1 : -1));
    const complete = ids.length <= MOST_TICKETS;
    const examples = await this.seen(actor, found.slice(0, MOST_EXAMPLES));
    return { looked_at: lookedAt, matched: found.length, complete, examples };
  }

  async job(actor: Actor, input: JobInput) {
    requireAnyOf(actor, [rulePermissions.job]);
    const now = this.clock.now();
    const attributes = await this.attributes.of('Ticket');
    const given = { condition: {}, perform: {}, name: '-', ...defined(input) };
    const values = valuesOf('job', given, {}, attributes);
    if (isOfPeople(values.object)) return this.peopleJob(actor, values, values.object);
    const row = { ...ruleRow(values), timeplan: values.timeplan ?? {} };
    const rule = jobOf(row, attributes);
    const bare = await this.refsFor([], rule);
    const ids = await this.jobs.matching(row, bare, this.db, MOST_MATCHES + 1);
    const shown = ids.slice(0, JOB_EXAMPLES);
    const refs = await this.refsFor(shown, rule);
    const examples: Prospect[] = [];
    for (const ticket of await this.ticketsOf(shown)) {
      const writing = new Writing(this.outbox, refs, now, new Map([[ticket.id, ticket]]));
      examples.push(await this.prospect(writing, rule, ticket, null, 'schedule', null));
    }
    const next = nextOf(row, now, bare.zone);
    return {
      matching: Math.min(ids.length, MOST_MATCHES),
      more: ids.length > MOST_MATCHES,
      next_run_at: next === null ? null : isoTime(next),
      examples: await this.seen(actor, examples),
      objects: [],
    };
  }

  private async peopleJob(actor: Actor, values: Record<string, unknown>, type: 'User' | 'Organization') {
    requirePeople(actor, values);
    const row = { ...ruleRow(values), timeplan: values.timeplan ?? {}, object: type };
    const page = { limit: JOB_EXAMPLES, examples: JOB_EXAMPLES };
    const { total, examples } = await this.people.pick(row, page);
    const next = nextOf(row, this.clock.now(), (await this.references.resolve(new Wanted())).zone);
    return {
      matching: total ?? 0,
      more: false,
      next_run_at: next === null ? null : isoTime(next),
      examples: [],
      objects: examples.map(({ id, label, would }) => ({ object: { type, id, label }, would })),
    };
  }

  private async prospect(
    writing: Writing,
    rule: Rule,
    ticket: Ticket,
    by: number | null,
    cause: string,
    at: string | null,
  ): Promise<Prospect> {
    const plan = await this.carryOut.plan(this.db.manager, writing, rule, { ticketId: ticket.id, article: null, by });
    const { id, number, title } = ticket;
    return { ticket: { id, number, title }, at, cause, would: wouldDo(ticket, plan, writing.refs) };
  }

  /** Those of tickets that the reader may see: who looks after rules need not see any. */
  private async seen(actor: Actor, examples: readonly Prospect[]): Promise<Prospect[]> {
    const visible = VisibleTickets.to(actor, 'read');
    const asked = examples.map(({ ticket: { id } }) => ({ visible, id }));
    const found = await this.tickets.facts(this.db, asked);
    return examples.filter((_, i) => found[i] !== undefined);
  }

  private async ticketsOf(ids: readonly number[]): Promise<Ticket[]> {
    const visible = VisibleTickets.toTheService();
    const found = await this.tickets.facts(
      this.db,
      ids.map((id) => ({ visible, id })),
    );
    return found.filter((one) => one !== undefined);
  }

  private async refsFor(ids: readonly number[], rule: Rule): Promise<Refs> {
    const wanted = await wantTickets(this.db, this.tickets, ids);
    const { userIds, groupIds } = namedBy(rule.actions);
    for (const id of userIds) wanted.user(id);
    for (const id of groupIds) wanted.group(id);
    return this.references.resolve(wanted);
  }
}

/** By the names of the actions, with names instead of ids where there are some. */
function wouldDo(ticket: Ticket, plan: ActionPlan, refs: Refs): Prospect['would'] {
  const changes = changesBetween(ticket, { ...ticket, ...plan.fields } as Ticket);
  const named = (field: string, value: unknown) =>
    typeof value === 'number' ? (refs.nameOf(field, value) ?? value) : value;
  const label = (name: string, value: unknown) => refs.attributes.get(name)?.shown(value as CustomValue) ?? value;
  return [
    ...Object.entries(changes).map(([field, { from, to }]) => ({
      ...{ action: `ticket.${field}`, from: named(field, from), to: named(field, to) },
    })),
    ...Object.entries(plan.attributes).map(([name, to]) => ({
      ...{ action: `ticket.${name}`, from: label(name, ticket.custom?.[name] ?? null), to: label(name, to) },
    })),
    ...plan.tags.add.map(({ name }) => ({ action: 'ticket.tags', from: null, to: name })),
    ...plan.tags.remove.map(({ name }) => ({ action: 'ticket.tags', from: name, to: null })),
    ...plan.notes.map(({ subject }) => ({ action: 'article.note', to: subject })),
    ...plan.mails.map(({ subject, to }) => ({
      ...{ action: 'notification.email', to: `${to.map(recipientName).join(', ')}: ${subject}` },
    })),
    ...plan.webhookIds.map((id) => ({ action: 'notification.webhook', to: id })),
    ...plan.subscribe.map((id) => ({ action: 'ticket.subscribe', to: id })),
    ...(plan.unsubscribe.length > 0 ? [{ action: 'ticket.unsubscribe', to: plan.unsubscribe }] : []),
    ...(plan.delete ? [{ action: 'ticket.action', to: 'delete' }] : []),
  ];
}

const recipientName = (to: ActionPlan['mails'][number]['to'][number]) => (to.is === 'user' ? `userid_${to.id}` : to.is);

function articleAction({ articleId }: PastEvent): { articleAction: 'create' | 'update' } {
  return { articleAction: articleId === null ? 'update' : 'create' };
}

function modesOf({ activator = 'action', execution_condition_mode = 'selective' }: TriggerInput) {
  return { activator, execution_condition_mode };
}

function ruleRow(values: Record<string, unknown>) {
  return {
    ...{ id: 0, name: String(values.name), condition: values.condition, perform: values.perform },
    disable_notification: true,
    localization: (values.localization as string | null | undefined) ?? null,
    timezone: (values.timezone as string | null | undefined) ?? null,
  };
}
