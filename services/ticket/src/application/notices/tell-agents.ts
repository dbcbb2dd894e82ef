import { type ArticleSnapshot, type Message, type NoticeKind, notifyAgents } from '@helpmesh/contracts';
import { type Clock, type EpochMs, isoTime } from '@helpmesh/kernel';
import { Outbox, type OutboxRow } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { choiceOf } from '../../domain/notice/choice.ts';
import { dayIn } from '../../domain/notice/day.ts';
import { atOnce, mailedAt } from '../../domain/notice/mail-time.ts';
import { type Happening, happeningOf, type Tellable } from '../../domain/notice/occasion.ts';
import { type Agent, type Recipient, recipientsOf, waitsOnlyFor } from '../../domain/notice/recipients.ts';
import { displayName } from '../../domain/ticket/people.ts';
import { type NoticeFacts, type NoticePerson, NoticeStore } from '../../persistence/notice.store.ts';

type Notice = Message<typeof notifyAgents>['data'];

/** Told at most once a day, however often the time comes. */
const daily: ReadonlySet<NoticeKind> = new Set(['reminder_reached', 'escalation', 'escalation_warning']);
/** Characters of what was said that a notice carries. */
const TEXT_LENGTH = 1_500;

/**
 * Decides who hears of what happened to tickets. Here and not where notices are kept, because only this service knows
 * who may see which ticket (ADR 0019). One statement reads what a batch of events needs, one writes what follows.
 */
@Injectable()
export class TellAgents {
  constructor(
    private readonly notices: NoticeStore,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(tx: EntityManager, events: readonly Tellable[]): Promise<void> {
    const now = this.clock.now();
    const happenings = events.flatMap((event) => {
      const happening = happeningOf(event, now);
      return happening ? [{ event, happening }] : [];
    });
    if (happenings.length === 0) return;
    const facts = await this.notices.facts(tx, {
      groupIds: unique(happenings.map(({ happening }) => happening.ticket.groupId)),
      ticketIds: unique(happenings.map(({ happening }) => happening.ticket.id)),
      people: unique(happenings.flatMap(({ happening: { ticket, by } }) => [ticket.ownerId, by])),
      otherIds: unique(happenings.flatMap(({ happening }) => happening.otherId ?? [])),
    });
    const zone = facts.timezone;
    const known = { facts, agents: agentsOf(facts), today: dayIn(zone, now), zone, now };
    const rows = happenings.flatMap(({ event, happening }): OutboxRow[] => {
      const data = noticeOf(event, happening, known);
      return data ? [this.outbox.row(notifyAgents, { aggregateId: happening.ticket.id, data, cause: event })] : [];
    });
    await this.outbox.insertRows(tx, rows);
  }
}

interface Known {
  facts: NoticeFacts;
  agents: ReadonlyMap<number, Agent>;
  today: string;
  /** Of the desk. */
  zone: string;
  now: EpochMs;
}

function noticeOf(event: Tellable, happening: Happening, known: Known): Notice | undefined {
  const { facts, agents, today } = known;
  const { kind, ticket, article, by, changed } = happening;
  if (!facts.ticketIds.includes(ticket.id)) return undefined;
  const moved = changed.includes('state_id');
  const subscriptions = facts.subscriptions.filter(({ ticketId }) => ticketId === ticket.id);
  const told = recipientsOf(
    {
      ...{ kind, ticket, by, moved },
      subscriberIds: new Set(subscriptions.map(({ userId }) => userId)),
      // Subscribed by who said it, as it was said.
      mentionedIds: new Set(
        subscriptions
          .filter((one) => article && one.at === article.createdAt && one.by === by && one.userId !== by)
          .map(({ userId }) => userId),
      ),
    },
    agents,
    today,
  );
  const left = kind === 'update' && moved ? waitsOnlyFor(ticket) : undefined;
  const people = new Map(facts.people.map((one) => [one.id, one]));
  const silent = answersByItself(happening, people);
  const addressees = told
    .map((one) => addressed(silent ? { ...one, email: false } : one, people.get(one.userId) as NoticePerson, known))
    .filter(({ mail, online }) => mail || online);
  if (addressees.length === 0 && !left) return undefined;
  const { id, number, title, customerId, group, state, priority } = ticket;
  return {
    kind,
    ticket: { id, number, title, customerId, group, state, priority },
    article: article && said(article),
    changes: changed.flatMap((field) => newValue(field, happening, people, facts) ?? []),
    ...{ dueAt: happening.dueAt, zone: facts.timezone },
    by: { userId: by, name: nameOf(by, people) },
    at: event.time,
    people: addressees,
    settles: left ? { but: left } : null,
    onceOn: daily.has(kind) ? today : null,
  };
}

function addressed(
  { email, ...one }: Recipient,
  person: NoticePerson,
  { agents, zone, now }: Known,
): Notice['people'][number] {
  if (!email || !person.email) return { ...one, mail: null };
  const after = mailedAt(agents.get(one.userId)?.choice.habits ?? atOnce, zone, now);
  const mail = { address: person.email, name: displayName(person), locale: person.locale };
  return { ...one, mail: after === null ? mail : { ...mail, after: isoTime(after) } };
}

/** Mails to agents are readable on the way: of what came encrypted they carry no word. */
function said(article: ArticleSnapshot): NonNullable<Notice['article']> {
  const { id, internal, excerpt, createdById, sender, encrypted } = article;
  const base = { id, internal, createdById, sender };
  return encrypted ? { ...base, text: '', encrypted } : { ...base, text: excerpt.slice(0, TEXT_LENGTH) };
}

/**
 * What a machine wrote goes by mail only as a new ticket of somebody outside: an absence note that answers what agents
 * were told by mail must not have them told by mail again.
 */
function answersByItself({ kind, article, by }: Happening, people: ReadonlyMap<number, NoticePerson>): boolean {
  if (!article?.isAutoResponse || article.sender === 'System') return false;
  return kind !== 'create' || people.get(by)?.agent === true;
}

/** As its reader knows it; of what has no name here nothing is said. */
function newValue(
  field: string,
  { ticket, otherId }: Happening,
  people: ReadonlyMap<number, NoticePerson>,
  { numbers }: NoticeFacts,
): Notice['changes'][number] | undefined {
  const number = numbers.find(({ id }) => id === otherId)?.number;
  // Whoever reads this may not see the other one: its number says where to ask.
  const other =
    number === undefined ? {} : { merged_into: `#${number}`, received_merge: `#${number}`, merge_undone: `#${number}` };
  const values: Record<string, string> = {
    ...other,
    title: ticket.title,
    group_id: ticket.group,
    state_id: ticket.state,
    priority_id: ticket.priority,
    owner_id: nameOf(ticket.ownerId, people),
  };
  const value = values[field];
  return value === undefined ? undefined : { field: field.replace(/_id$/, ''), value };
}

/** The system user is nobody. */
function nameOf(id: number, people: ReadonlyMap<number, NoticePerson>): string {
  const person = people.get(id);
  return id === 1 || !person ? '' : displayName(person);
}

function agentsOf({ people }: NoticeFacts): Map<number, Agent> {
  return new Map(people.map(({ notices, ...one }) => [one.id, { ...one, choice: choiceOf(notices) }]));
}

const unique = (ids: readonly number[]) => [...new Set(ids)];
