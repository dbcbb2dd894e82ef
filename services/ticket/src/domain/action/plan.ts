import { dayOf } from '@helpmesh/conditions';
import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import type { TagName } from '../tag/tag.ts';
import { SYSTEM_USER, type Ticket, type TicketFields } from '../ticket/ticket.ts';
import type { Action, Range, RuleMail, When, Who } from './action.ts';

/** Who acts, when, and how variables in a text become values. */
export interface ActionContext {
  /** Null: a rule or a timer, which is nobody. */
  actor: { id: number; organizationId: number | null } | null;
  now: EpochMs;
  /** Where the desk is: by its clock a day is a day. */
  zone: string;
  render: (template: string, form: 'text' | 'html') => string;
}

/** What actions come to on one ticket. */
export interface ActionPlan {
  fields: TicketFields;
  /** Custom attributes by name. */
  attributes: Record<string, unknown>;
  tags: { add: TagName[]; remove: TagName[] };
  /** HTML that is not sanitized yet. */
  notes: { subject: string; body: string; internal: boolean }[];
  mails: RuleMail[];
  webhookIds: number[];
  subscribe: number[];
  unsubscribe: number[] | 'everybody';
  delete: boolean;
}

/**
 * What the actions do to this ticket, the later ones over the earlier. Whether what they name still exists is for the
 * caller to ask: this looks at nothing but the values.
 */
export function planActions(actions: readonly Action[], ticket: Ticket, context: ActionContext): ActionPlan {
  const plan: ActionPlan = {
    ...{ fields: {}, attributes: {}, tags: { add: [], remove: [] }, notes: [], mails: [], webhookIds: [] },
    ...{ subscribe: [], unsubscribe: [], delete: false },
  };
  for (const action of actions) carryOut(action, plan, ticket, context);
  return plan;
}

function carryOut(action: Action, plan: ActionPlan, ticket: Ticket, context: ActionContext): void {
  const { fields, tags } = plan;
  switch (action.do) {
    case 'set':
      fields[action.field] = action.id;
      return;
    case 'assess':
      fields[action.field] = action.level;
      return;
    case 'write': {
      const text = context.render(action.text, 'text');
      // A title that its variables left blank stays as it was.
      if (action.field !== 'title') fields[action.field] = text;
      else if (text.trim()) fields.title = text.trim().slice(0, 250);
      return;
    }
    case 'appoint':
      appoint(action.field, action.who, fields, ticket, context);
      return;
    case 'wait':
      fields.pendingTime = instant(action.until, context.now);
      return;
    case 'tag':
      tags.add.push(...action.names);
      return;
    case 'untag':
      tags.remove.push(...action.names);
      return;
    case 'note':
    case 'mail': {
      const words = { subject: context.render(action.subject, 'text'), body: context.render(action.body, 'html') };
      if (action.do === 'note') plan.notes.push({ ...words, internal: action.internal });
      else {
        const { do: _, ...mail } = action;
        plan.mails.push({ ...mail, ...words });
      }
      return;
    }
    case 'webhook':
      plan.webhookIds.push(action.webhookId);
      return;
    case 'subscribe': {
      const id = userOf(action.who, context);
      if (id !== undefined) plan.subscribe.push(id);
      return;
    }
    case 'unsubscribe': {
      const id = userOf(action.who, context);
      if (action.who.is === 'nobody') plan.unsubscribe = 'everybody';
      else if (id !== undefined && plan.unsubscribe !== 'everybody') plan.unsubscribe.push(id);
      return;
    }
    case 'delete':
      plan.delete = true;
      return;
    case 'attribute':
      plan.attributes[action.name] = action.value;
      return;
    case 'date': {
      const { until } = action;
      plan.attributes[action.name] = action.isDay
        ? dayOf(until.is === 'at' ? until : { shift: until.amount, range: until.range }, context)
        : isoTime(instant(until, context.now));
    }
  }
}

/** Where nobody acts, "whoever acts" changes nothing. */
function appoint(
  field: 'ownerId' | 'customerId' | 'organizationId',
  who: Who,
  fields: TicketFields,
  ticket: Ticket,
  { actor }: ActionContext,
): void {
  if (field === 'organizationId') {
    if (who.is === 'actor') fields.organizationId = actor ? actor.organizationId : ticket.organizationId;
    else fields.organizationId = who.is === 'user' ? who.id : null;
    return;
  }
  if (who.is === 'user') fields[field] = who.id;
  else if (who.is === 'nobody') fields[field] = SYSTEM_USER;
  else if (actor) fields[field] = actor.id;
}

function userOf(who: Who, { actor }: ActionContext): number | undefined {
  return who.is === 'user' ? who.id : who.is === 'actor' ? actor?.id : undefined;
}

const spans = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

function instant(when: When, now: EpochMs): EpochMs {
  return when.is === 'at' ? when.at : later(now, when.amount, when.range);
}

/** So long after, in UTC; a month after 31 January is the last day of February. */
export function later(from: EpochMs, amount: number, range: Range): EpochMs {
  if (range !== 'month' && range !== 'year') return epochMs(from + amount * spans[range]);
  const date = new Date(from);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + (range === 'year' ? 12 * amount : amount));
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return epochMs(date);
}
