import { callWebhook } from '@helpmesh/contracts';
import { AppError, uuidv7 } from '@helpmesh/kernel';
import { render } from '@helpmesh/kernel/template';
import { Outbox } from '@helpmesh/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type ActionPlan, planActions } from '../../domain/action/plan.ts';
import { insteadOfEncrypted } from '../../domain/article/encrypted.ts';
import { dayIn } from '../../domain/notice/day.ts';
import type { TagName } from '../../domain/tag/tag.ts';
import { ticketValues } from '../../domain/template/values.ts';
import { changesBetween } from '../../domain/ticket/changes.ts';
import { retagged } from '../../domain/ticket/history.ts';
import { changeTicket, SYSTEM_USER, type Ticket, type TicketFields } from '../../domain/ticket/ticket.ts';
import type { Rule } from '../../domain/trigger/trigger.ts';
import { textOf } from '../../html/text.ts';
import { MentionStore } from '../../persistence/mention.store.ts';
import { type LoggedRun, RuleStore } from '../../persistence/rule.store.ts';
import { TagStore } from '../../persistence/tag.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { PUBLIC_PLACE, type PublicPlace } from '../ports.ts';
import type { NewArticle, Writing } from '../writing.ts';
import { RuleMails } from './rule-mails.ts';
import { noteArticle } from './system-article.ts';
import { TicketFacts } from './ticket-facts.ts';
import { WebhookPayloads } from './webhook-payloads.ts';
import type { Wish } from './wish.ts';

export interface Done {
  /** Attributes of the ticket that are others now, by their REST names. */
  changed: ReadonlySet<string>;
  article: NewArticle | null;
}

/** What one run did so far. */
interface Course {
  rule: Rule;
  wish: Wish;
  runId: number;
  did: string[];
  heldBack: { action: string; why: string }[];
  changed: Set<string>;
  article: NewArticle | null;
}

/** Does to a ticket what a trigger or schedule says, and writes down what that was and what was held back. */
@Injectable()
export class CarryOut {
  constructor(
    private readonly tickets: TicketStore,
    private readonly tags: TagStore,
    private readonly mentions: MentionStore,
    private readonly rules: RuleStore,
    private readonly facts: TicketFacts,
    private readonly mails: RuleMails,
    private readonly webhooks: WebhookPayloads,
    private readonly outbox: Outbox,
    @Inject(PUBLIC_PLACE) private readonly place: PublicPlace,
  ) {}

  async run(tx: EntityManager, writing: Writing, rule: Rule, wish: Wish): Promise<Done> {
    const runId = await this.rules.takeRunId(tx);
    const course: Course = { rule, wish, runId, did: [], heldBack: [], changed: new Set(), article: null };
    const ruling = { cause: { type: rule.kind, id: rule.id, name: rule.name, run: runId }, quiet: rule.quiet };
    const plan = await this.plan(tx, writing, rule, wish);
    const articleIds = (await this.tickets.takeIds(tx, 0, plan.notes.length + plan.mails.length)).articles;
    const tagged = await this.tagsAfter(tx, writing, wish.ticketId, plan);
    writing.as(ruling, () => this.change(writing, course, plan, tagged, articleIds));
    for (const mail of plan.mails) {
      const written = await this.mails.write(tx, writing, wish, mail, articleIds.shift() as number);
      for (const why of written.heldBack) course.heldBack.push({ action: 'notification.email', why });
      if (!written.article) continue;
      const { article } = written;
      writing.as(ruling, () => writing.change(wish.ticketId, {}, article, null));
      course.did.push('notification.email');
      course.article = article;
      if (written.toCustomer) writing.answered(wish.ticketId);
    }
    this.afterwards(writing, course, plan);
    await this.log(writing, course);
    return { changed: course.changed, article: course.article };
  }

  async holdBack(tx: EntityManager, writing: Writing, rule: Rule, wish: Wish, why: string): Promise<void> {
    const runId = await this.rules.takeRunId(tx);
    const heldBack = [{ action: '*', why }];
    await this.log(writing, { rule, wish, runId, did: [], heldBack, changed: new Set(), article: null });
  }

  /** What the rule comes to on the ticket as it is. */
  async plan(tx: EntityManager, writing: Writing, rule: Rule, wish: Pick<Wish, 'ticketId' | 'article' | 'by'>) {
    const { refs } = writing;
    const ticket = writing.ticket(wish.ticketId);
    const actor = wish.by === null || wish.by === SYSTEM_USER ? undefined : refs.person(wish.by);
    const quoted = needsArticles(rule) ? await this.rules.quotable(tx, ticket.id) : [];
    const tags = needsTags(rule) ? await this.facts.tagNames(tx, writing, ticket.id) : [];
    const locale = rule.locale ?? refs.person(ticket.customerId)?.locale ?? 'en';
    const values = ticketValues(ticket, {
      state: (id) => refs.states.find({ id }),
      priority: (id) => refs.priority({ id }),
      group: (id) => refs.group(id),
      person: (id) => refs.person(id),
      organization: (id) => refs.organization(id),
      articles: () => [...quoted, ...writing.articlesOf(ticket.id)],
      article: writing.articlesOf(ticket.id).findLast(({ id }) => id === wish.article?.id) ?? null,
      actor: actor ?? null,
      tags: () => tags,
      config: this.place,
      encrypted: insteadOfEncrypted(locale),
      plain: (html) => textOf(html, 'text/html'),
    });
    return planActions(rule.actions, ticket, {
      actor: actor ? { id: actor.id, organizationId: actor.organizationId } : null,
      now: writing.now,
      zone: refs.zone,
      render: (template, form) => render(template, form, values, { locale, timezone: rule.timezone ?? refs.zone }),
    });
  }

  /** Tags before and after; undefined when there are none to add or take away. */
  private async tagsAfter(tx: EntityManager, writing: Writing, ticketId: number, { tags }: ActionPlan) {
    if (tags.add.length + tags.remove.length === 0) return undefined;
    const from = await this.facts.tagNames(tx, writing, ticketId);
    const has = (names: readonly string[], { name }: TagName) =>
      names.some((one) => one.toLowerCase() === name.toLowerCase());
    const left = from.filter(
      (name) =>
        !has(
          tags.remove.map((one) => one.name),
          { name, key: name },
        ),
    );
    const to = [...left, ...tags.add.filter((one) => !has(left, one)).map(({ name }) => name)];
    return to.length === from.length && to.every((name) => from.includes(name)) ? undefined : { from, to };
  }

  /** Fields, tags and notes, as one change where they can be. */
  private change(
    writing: Writing,
    course: Course,
    plan: ActionPlan,
    tagged: { from: string[]; to: string[] } | undefined,
    articleIds: number[],
  ): void {
    const { wish } = course;
    const ticket = writing.ticket(wish.ticketId);
    const fields = {
      ...this.possible(writing, ticket, plan.fields, course),
      ...this.custom(writing, ticket, plan, course),
    };
    const changes = changesBetween(ticket, { ...changeTicket(ticket, fields, SYSTEM_USER, writing.refs, writing.now) });
    const notes = plan.notes.map((note) => noteArticle(note, articleIds.shift() as number));
    const [first = null, ...more] = notes;
    if (Object.keys(changes).length > 0 || tagged || first) {
      writing.change(ticket.id, fields, first, null, writing.now, tagged && { tags: tagged });
      for (const entry of tagged ? retagged(ticket.id, tagged, SYSTEM_USER, writing.now) : [])
        writing.addHistory(entry);
    }
    for (const note of more) writing.change(ticket.id, {}, note, null);
    for (const name of Object.keys(changes)) course.changed.add(name);
    course.did.push(...Object.keys(changes).map((name) => `ticket.${name}`), ...notes.map(() => 'article.note'));
    course.article = notes.at(-1) ?? course.article;
    if (!tagged) return;
    course.changed.add('tags');
    course.did.push('ticket.tags');
    writing.later((tx) => this.saveTags(tx, ticket.id, plan.tags, writing));
  }

  /** What can be set of it; the rest is held back with the reason. */
  private possible(writing: Writing, ticket: Ticket, wanted: TicketFields, course: Course): TicketFields {
    const { refs } = writing;
    const fields = { ...wanted };
    const drop = (field: keyof TicketFields, action: string, why: string) => {
      delete fields[field];
      course.heldBack.push({ action, why });
    };
    const { groupId, priorityId, stateId, ownerId, customerId } = fields;
    if (groupId !== undefined && !refs.group(groupId)?.active) {
      drop('groupId', 'ticket.group_id', `There is no active group ${groupId}.`);
    }
    if (priorityId !== undefined && !refs.priority({ id: priorityId })) {
      drop('priorityId', 'ticket.priority_id', `There is no priority ${priorityId}.`);
    }
    if (stateId !== undefined && stateId !== ticket.stateId) {
      if (!refs.states.find({ id: stateId })?.active) {
        drop('stateId', 'ticket.state_id', `There is no active state ${stateId}.`);
      } else if (refs.states.get(ticket.stateId).terminal) {
        drop('stateId', 'ticket.state_id', 'The state of the ticket is its last one.');
      }
    }
    if (customerId !== undefined && !refs.person(customerId)) {
      drop('customerId', 'ticket.customer_id', `There is no user ${customerId}.`);
    }
    if (ownerId !== undefined && ownerId !== SYSTEM_USER) {
      const person = refs.person(ownerId);
      const group = fields.groupId ?? ticket.groupId;
      if (!person?.active || !person.fullGroupIds.includes(group)) {
        drop('ownerId', 'ticket.owner_id', `User ${ownerId} cannot own tickets of this group.`);
      }
    }
    return fields;
  }

  /** The custom attributes after the change; one that no longer takes its value is held back. */
  private custom(
    { refs, now }: Writing,
    ticket: Ticket,
    plan: ActionPlan,
    course: Course,
  ): Pick<TicketFields, 'custom'> {
    // A rule is bound to no screen.
    const writer = { everything: true, permitted: () => false, now, today: dayIn(refs.zone, now) };
    let custom = ticket.custom;
    for (const [name, value] of Object.entries(plan.attributes)) {
      try {
        custom = refs.attributes.changed(custom, { [name]: value }, writer);
      } catch (error) {
        if (!(error instanceof AppError) || error.kind !== 'invalid') throw error;
        course.heldBack.push({ action: `ticket.${name}`, why: error.detail });
      }
    }
    return custom === ticket.custom ? {} : { custom };
  }

  private async saveTags(tx: EntityManager, ticketId: number, { add, remove }: ActionPlan['tags'], { now }: Writing) {
    await this.tags.make(
      tx,
      add.map((tag) => ({ ...tag, by: SYSTEM_USER })),
      now,
    );
    await this.tags.attach(
      tx,
      add.map(({ key }) => ({ ticketId, key })),
    );
    if (remove.length === 0) return;
    const named = await this.tags.named(
      tx,
      remove.map(({ key }) => key),
    );
    await this.tags.detach(
      tx,
      ticketId,
      [...named.values()].map(({ id }) => id),
    );
  }

  /** What needs the rows to be there. */
  private afterwards(writing: Writing, course: Course, plan: ActionPlan): void {
    const { ticketId } = course.wish;
    const { refs, now } = writing;
    for (const userId of plan.subscribe) {
      const person = refs.person(userId);
      if (!person?.active || !person.agent || !person.fullGroupIds.includes(writing.ticket(ticketId).groupId)) {
        course.heldBack.push({ action: 'ticket.subscribe', why: `User ${userId} does not work on this group.` });
        continue;
      }
      course.did.push('ticket.subscribe');
      writing.later((tx) => this.mentions.add(tx, [{ ticketId, userId, by: SYSTEM_USER }], now));
    }
    if (plan.unsubscribe === 'everybody' || plan.unsubscribe.length > 0) {
      course.did.push('ticket.unsubscribe');
      writing.later((tx) => this.unsubscribe(tx, ticketId, plan.unsubscribe));
    }
    for (const webhookId of plan.webhookIds) {
      course.did.push('notification.webhook');
      writing.later((tx) => this.callWebhook(tx, writing, course, webhookId));
    }
    if (!plan.delete) return;
    course.did.push('ticket.action');
    writing.later((tx) => this.rules.doom(tx, ticketId));
  }

  private async unsubscribe(tx: EntityManager, ticketId: number, who: ActionPlan['unsubscribe']): Promise<void> {
    const held = await this.mentions.held(tx, [ticketId]);
    const gone = held.filter(({ userId }) => who === 'everybody' || who.includes(userId));
    await this.mentions.remove(
      tx,
      gone.map(({ id }) => id),
    );
  }

  private async callWebhook(tx: EntityManager, writing: Writing, course: Course, webhookId: number): Promise<void> {
    const { rule, wish } = course;
    const payload = await this.webhooks.of(tx, writing.refs, wish.ticketId, wish.article?.id);
    await this.outbox.add(tx, callWebhook, {
      aggregateId: wish.ticketId,
      data: {
        ...{ deliveryId: uuidv7(), webhookId, ...payload },
        rule: { kind: rule.kind === 'Trigger' ? 'trigger' : 'job', id: rule.id, name: rule.name },
      },
    });
  }

  private async log(writing: Writing, { rule, wish, runId, did, heldBack }: Course): Promise<void> {
    const outcome = heldBack.length === 0 ? 'done' : did.length > 0 ? 'partly' : 'held-back';
    const line: LoggedRun & { id: number } = {
      ...{ id: runId, kind: rule.kind, ruleId: rule.id, ruleName: rule.name, ticketId: wish.ticketId },
      ...{ cause: wish.cause, outcome, chain: wish.chain, did: [...new Set(did)], heldBack, at: writing.now },
    };
    writing.later((tx) => this.rules.log(tx, [line]));
  }
}

function needsArticles({ actions }: Rule): boolean {
  return actions.some((one) => textsOf(one).some((text) => /article\./.test(text)));
}

function needsTags({ actions }: Rule): boolean {
  return actions.some((one) => textsOf(one).some((text) => text.includes('ticket.tags')));
}

function textsOf(action: Rule['actions'][number]): string[] {
  return action.do === 'note' || action.do === 'mail'
    ? [action.subject, action.body]
    : action.do === 'write'
      ? [action.text]
      : [];
}
