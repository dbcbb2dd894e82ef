import { AppError, type EpochMs } from '@helpmesh/kernel';
import {
  type ArticleSender,
  type ArticleType,
  articleSenderId,
  articleTypeId,
  isCommunication,
} from '../article/kinds.ts';
import { type Escalation, noEscalation } from '../sla/escalation.ts';
import { type Assessment, assess, type Matrix } from './assessment.ts';
import { isClosed, isPending, type States } from './state.ts';

/** The user that stands for "nobody" as an owner and for the system as an author. */
export const SYSTEM_USER = 1;

/** A value of a custom attribute. */
export type CustomValue = string | number | boolean | string[] | null;

export interface Ticket {
  id: number;
  number: string;
  title: string;
  groupId: number;
  stateId: number;
  priorityId: number;
  /** Null in groups where priorities are chosen, and until somebody says how bad it is. */
  assessment: Assessment | null;
  ownerId: number;
  customerId: number;
  organizationId: number | null;
  note: string | null;
  type: string | null;
  pendingTime: EpochMs | null;
  preferences: Record<string, unknown>;
  /** Values of custom attributes by their names; null when none was ever set. */
  custom: Readonly<Record<string, CustomValue>> | null;
  /** Articles of people, not of the system; null while there is none. */
  articleCount: number | null;
  createArticleTypeId: number | null;
  createArticleSenderId: number | null;
  firstResponseAt: EpochMs | null;
  /** The first close; `lastCloseAt` is the latest. */
  closeAt: EpochMs | null;
  lastCloseAt: EpochMs | null;
  lastContactAt: EpochMs | null;
  lastContactAgentAt: EpochMs | null;
  lastContactCustomerAt: EpochMs | null;
  lastOwnerUpdateAt: EpochMs | null;
  /** Kept by the SLA clock (application/sla-clock.ts) as the last step of every write. */
  escalation: Escalation;
  createdAt: EpochMs;
  createdById: number;
  updatedAt: EpochMs;
  updatedById: number;
  /** Counts the writes, from 1; orders the events of the ticket and guards against lost updates. */
  version: number;
}

/** What a person or a rule may set. */
export type TicketFields = Partial<
  Pick<
    Ticket,
    | 'title'
    | 'groupId'
    | 'stateId'
    | 'priorityId'
    | 'ownerId'
    | 'customerId'
    | 'organizationId'
    | 'note'
    | 'type'
    | 'pendingTime'
    | 'preferences'
    | 'custom'
  >
> & { impact?: Assessment['impact'] | undefined; urgency?: Assessment['urgency'] | undefined };

/** Who may own tickets where, as far as a decision about one ticket needs it. */
export interface OwnerFacts {
  active: boolean;
  fullGroupIds: readonly number[];
}

/** What the rules look at besides the ticket. */
export interface World {
  states: States;
  /** Facts about the owner the ticket is about to have; undefined when nobody knows that user. */
  ownerOf: (userId: number) => OwnerFacts | undefined;
  /** How the group reckons priorities, if it does. */
  matrixOf: (groupId: number) => Matrix | null;
  /** What a ticket has that nobody chose one for. */
  defaultPriority: { id: number };
}

export interface NewTicket extends TicketFields {
  id: number;
  number: string;
  title: string;
  groupId: number;
  customerId: number;
}

/** A ticket that is opened now. */
export function openTicket(draft: NewTicket, by: number, world: World, now: EpochMs): Ticket {
  const blank: Ticket = {
    id: draft.id,
    number: draft.number,
    title: draft.title,
    groupId: draft.groupId,
    stateId: world.states.forCreate.id,
    priorityId: draft.priorityId ?? world.defaultPriority.id,
    assessment: null,
    ownerId: SYSTEM_USER,
    customerId: draft.customerId,
    organizationId: null,
    note: null,
    type: null,
    pendingTime: null,
    preferences: {},
    custom: null,
    articleCount: null,
    createArticleTypeId: null,
    createArticleSenderId: null,
    firstResponseAt: null,
    closeAt: null,
    lastCloseAt: null,
    lastContactAt: null,
    lastContactAgentAt: null,
    lastContactCustomerAt: null,
    lastOwnerUpdateAt: null,
    escalation: noEscalation,
    createdAt: now,
    createdById: by,
    updatedAt: now,
    updatedById: by,
    version: 0,
  };
  return changeTicket(blank, draft, by, world, now);
}

/**
 * The ticket after its fields were set, with everything that follows from them: close times, pending time, owner.
 * Every call is one write: the version goes up, also when no field differs.
 * @throws AppError invalid `ticket.state-is-terminal`
 */
export function changeTicket(ticket: Ticket, fields: TicketFields, by: number, world: World, now: EpochMs): Ticket {
  const given = Object.fromEntries(Object.entries(pickFields(fields)).filter(([, value]) => value !== undefined));
  const next: Ticket = { ...ticket, ...given, updatedAt: now, updatedById: by, version: ticket.version + 1 };
  next.preferences = { ...ticket.preferences, ...fields.preferences };
  weigh(next, ticket, fields, world);
  const state = world.states.get(next.stateId);
  if (next.stateId !== ticket.stateId || ticket.version === 0) {
    const left = world.states.get(ticket.stateId);
    if (left.terminal) {
      throw new AppError('invalid', 'ticket.state-is-terminal', `A ${left.name} ticket cannot change its state.`);
    }
    if (isClosed(state)) {
      next.closeAt ??= now;
      next.lastCloseAt = now;
    }
  }
  next.pendingTime = isPending(state) && next.pendingTime !== null ? wholeMinute(next.pendingTime) : null;
  const moved = next.ownerId !== ticket.ownerId || next.groupId !== ticket.groupId || next.stateId !== ticket.stateId;
  // A closed ticket keeps the owner who closed it, whatever became of them.
  if (moved && !isClosed(state) && !mayOwn(next, world)) next.ownerId = SYSTEM_USER;
  if (next.ownerId !== ticket.ownerId) next.lastOwnerUpdateAt = next.ownerId === SYSTEM_USER ? null : now;
  // Whatever the owner does shows that they look after it (assignment timeout of the group).
  else if (by === next.ownerId && by !== SYSTEM_USER) next.lastOwnerUpdateAt = now;
  return next;
}

/** What the ticket's facts need to know of an article. */
export interface ArticleFacts {
  type: ArticleType;
  sender: ArticleSender;
  internal: boolean;
}

/**
 * The facts of a ticket after an article was added: counts, contact and response times. Belongs to the same write as
 * the change it comes with, so the version is left alone.
 * @param everyContact  whatever a customer adds is their last contact; else what nobody answered counts from its beginning
 */
export function countArticle(ticket: Ticket, article: ArticleFacts, now: EpochMs, everyContact = false): Ticket {
  const next: Ticket = { ...ticket, updatedAt: now };
  if (ticket.createArticleTypeId === null) {
    next.createArticleTypeId = articleTypeId(article.type);
    next.createArticleSenderId = articleSenderId(article.sender);
  }
  if (article.sender === 'System') return next;
  next.articleCount = (ticket.articleCount ?? 0) + 1;
  if (article.internal || !isCommunication(article.type)) return next;
  next.lastContactAt = now;
  if (article.sender === 'Agent') {
    next.lastContactAgentAt = now;
    next.firstResponseAt ??= now;
  } else if (everyContact || waitsForNobody(ticket)) {
    // When the customer began to wait: what they add while nobody answered does not make their turn later.
    next.lastContactCustomerAt = now;
  }
  return next;
}

/** Whether nothing of the customer is unanswered. */
function waitsForNobody({ lastContactCustomerAt: customer, lastContactAgentAt: agent }: Ticket): boolean {
  return customer === null || (agent !== null && agent >= customer);
}

/** Whether an agent's words to the customer show that work on a new ticket has begun. */
export function beginsWork(ticket: Ticket, article: ArticleFacts, states: States): boolean {
  return (
    ticket.stateId === states.forCreate.id &&
    article.sender === 'Agent' &&
    !article.internal &&
    isCommunication(article.type)
  );
}

/** Most tickets have no impact and no urgency, and nobody says any. */
function weigh(next: Ticket, before: Ticket, { impact, urgency, priorityId }: TicketFields, world: World): void {
  if (before.assessment === null && impact === undefined && urgency === undefined) return;
  const standing = { assessment: before.assessment, priorityId: before.version === 0 ? undefined : before.priorityId };
  const moved = next.groupId !== before.groupId;
  const found = assess(standing, { impact, urgency, priorityId }, world.matrixOf(next.groupId), moved);
  next.assessment = found.assessment;
  next.priorityId = found.priorityId ?? before.priorityId;
}

function mayOwn(ticket: Ticket, world: World): boolean {
  if (ticket.ownerId === SYSTEM_USER) return true;
  const owner = world.ownerOf(ticket.ownerId);
  return owner?.active === true && owner.fullGroupIds.includes(ticket.groupId);
}

function pickFields(fields: TicketFields): TicketFields {
  const { title, groupId, stateId, priorityId, ownerId, customerId, organizationId, note, type } = fields;
  const { pendingTime, custom } = fields;
  return {
    title,
    groupId,
    stateId,
    priorityId,
    ownerId,
    customerId,
    organizationId,
    note,
    type,
    pendingTime,
    custom,
  } as TicketFields;
}

function wholeMinute(at: EpochMs): EpochMs {
  return (at - (at % 60_000)) as EpochMs;
}
