import {
  type Actor,
  groupsWith,
  mayReadTicket,
  type NoticeKind,
  type NoticeReason,
  type TicketFacts,
} from '@helpmesh/contracts';
import { SYSTEM_USER } from '../ticket/ticket.ts';
import { type Choice, eventOf } from './choice.ts';

/** Somebody who may have to be told. */
export interface Agent {
  id: number;
  login: string;
  active: boolean;
  agent: boolean;
  fullGroupIds: readonly number[];
  readGroupIds: readonly number[];
  /** First and last day (`YYYY-MM-DD`) of an absence, and who stands in. */
  away: { from: string; until: string; replacementId: number } | null;
  choice: Choice;
}

/** Something that happened to a ticket, as far as it decides who is told. */
export interface Occasion {
  kind: NoticeKind;
  ticket: TicketFacts & { ownerId: number; stateType: string };
  /** Nobody is told of their own doing. */
  by: number;
  /** The state is another one than before. */
  moved: boolean;
  subscriberIds: ReadonlySet<number>;
  /** Subscribers who became so by what was said just now. */
  mentionedIds: ReadonlySet<number>;
}

export interface Recipient {
  userId: number;
  reason: NoticeReason;
  email: boolean;
  online: boolean;
  /** Nothing is left to do for them. */
  seen: boolean;
}

/** People who stand in for each other one after the other. */
const LONGEST_CHAIN = 10;
const NOBODY = SYSTEM_USER;
/** Tickets in these states wait for nobody. */
const settled: ReadonlySet<string> = new Set(['closed', 'merged', 'redirected']);

/**
 * Who is told of an occasion, and how. Asked are those with full access to the group, subscribers, the owner, and who
 * stands in for one of them; all as far as they may see the ticket, which the one definition of that says.
 * @param people  everybody who may come into it, by id
 * @param today  `YYYY-MM-DD`
 */
export function recipientsOf(occasion: Occasion, people: ReadonlyMap<number, Agent>, today: string): Recipient[] {
  const { ticket, subscriberIds } = occasion;
  const direct = [...people.values()].filter(
    (one) =>
      mayBeTold(one, ticket) &&
      (isFull(one, ticket) || subscriberIds.has(one.id) || (ticket.ownerId !== NOBODY && one.id === ticket.ownerId)),
  );
  const forOwner = new Set(replacements(ticket.ownerId, people, today));
  const candidates = new Map(direct.map((one) => [one.id, one]));
  for (const id of direct.flatMap((one) => replacements(one.id, people, today))) {
    const stand = people.get(id);
    if (stand && mayBeTold(stand, ticket)) candidates.set(id, stand);
  }
  return [...candidates.values()].flatMap((one) => told(occasion, one, forOwner.has(one.id)) ?? []);
}

/**
 * Whom a state leaves something to do: for all others what they were told of the ticket counts as seen.
 * @returns undefined when it is open work for everybody
 */
export function waitsOnlyFor(ticket: Pick<Occasion['ticket'], 'stateType' | 'ownerId'>): number[] | undefined {
  if (settled.has(ticket.stateType)) return [];
  if (ticket.stateType === 'pending reminder' && ticket.ownerId !== NOBODY) return [ticket.ownerId];
  return undefined;
}

/** Who stands in for somebody who is away: whoever is named, and for them in turn whom they named. */
export function replacements(id: number, people: ReadonlyMap<number, Agent>, today: string): number[] {
  const chain: number[] = [];
  let away = people.get(id)?.away;
  while (away && away.from <= today && today <= away.until && chain.length < LONGEST_CHAIN) {
    const next = away.replacementId;
    if (next === id || chain.includes(next)) break;
    chain.push(next);
    away = people.get(next)?.away;
  }
  return chain;
}

function told(occasion: Occasion, one: Agent, standsInForOwner: boolean): Recipient | undefined {
  const { kind, ticket, by, subscriberIds, mentionedIds } = occasion;
  if (one.id === by) return undefined;
  const owns = ticket.ownerId !== NOBODY && one.id === ticket.ownerId;
  const mine = owns || standsInForOwner;
  const subscribed = subscriberIds.has(one.id);
  const { groupIds, matrix } = one.choice;
  if (groupIds && !mine && !subscribed && !groupIds.has(ticket.groupId)) return undefined;
  const { criteria, channel } = matrix[eventOf(kind)];
  const unowned = ticket.ownerId === NOBODY;
  const wanted =
    criteria.no ||
    (mine && criteria.owned_by_me) ||
    (unowned && criteria.owned_by_nobody) ||
    (subscribed && criteria.subscribed);
  if (!wanted || !(channel.email || channel.online)) return undefined;
  const mentioned = mentionedIds.has(one.id);
  const closest: [boolean, NoticeReason][] = [
    [mentioned, 'mentioned'],
    [owns, 'owner'],
    [standsInForOwner, 'replacement'],
    [subscribed, 'subscribed'],
    [unowned, 'unassigned'],
  ];
  const reason = closest.find(([applies]) => applies)?.[1] ?? 'group';
  return { userId: one.id, reason, ...channel, seen: !mentioned && isSeen(occasion, one.id) };
}

/** Times that come are never done with; an update is when its new state asks nothing of them. */
function isSeen({ kind, moved, ticket }: Occasion, userId: number): boolean {
  if (kind !== 'create' && !(kind === 'update' && moved)) return false;
  const left = waitsOnlyFor(ticket);
  return left !== undefined && !left.includes(userId);
}

function mayBeTold(one: Agent, ticket: TicketFacts): boolean {
  return one.active && one.agent && mayReadTicket(actorOf(one), ticket);
}

function isFull(one: Agent, ticket: TicketFacts): boolean {
  return groupsWith(actorOf(one), 'full').includes(ticket.groupId);
}

/** As agents and nothing else: whoever is a customer besides is not told of their own requests as one who works on them. */
function actorOf({ id, login, fullGroupIds, readGroupIds }: Agent): Actor {
  return {
    ...{ kind: 'user', userId: id, login, permissions: ['ticket.agent'] },
    groups: Object.fromEntries([
      ...readGroupIds.map((groupId) => [groupId, ['read']]),
      ...fullGroupIds.map((groupId) => [groupId, ['full']]),
    ]) as Actor['groups'],
    ...{ organizationIds: [], sharedOrganizationIds: [], locale: 'en', via: 'service' },
  };
}
