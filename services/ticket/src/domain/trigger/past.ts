import { type Level, levels } from '@helpmesh/contracts';
import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { type Assessment, unassessed } from '../ticket/assessment.ts';
import type { Ticket } from '../ticket/ticket.ts';

/** A line of history, as far as it tells what a ticket was before. */
export interface PastEntry {
  object: string;
  oId: number;
  type: string;
  attribute: string | null;
  valueFrom: string | null;
  idFrom: number | null;
  createdById: number;
  createdAt: EpochMs;
}

/** Something that was done to a ticket, and the ticket as it was right after it. */
export interface PastEvent {
  after: Ticket;
  action: 'create' | 'update';
  changed: ReadonlySet<string>;
  articleId: number | null;
  by: number;
  at: EpochMs;
}

/** Attributes of history by their REST names, and how each was before. */
const attributes: Record<string, { rest: string; back: (ticket: Ticket, entry: PastEntry) => Partial<Ticket> }> = {
  title: { rest: 'title', back: (ticket, { valueFrom }) => ({ title: valueFrom ?? ticket.title }) },
  note: { rest: 'note', back: (_, { valueFrom }) => ({ note: valueFrom }) },
  type: { rest: 'type', back: (_, { valueFrom }) => ({ type: valueFrom }) },
  group: { rest: 'group_id', back: (ticket, { idFrom }) => ({ groupId: idFrom ?? ticket.groupId }) },
  state: { rest: 'state_id', back: (ticket, { idFrom }) => ({ stateId: idFrom ?? ticket.stateId }) },
  priority: { rest: 'priority_id', back: (ticket, { idFrom }) => ({ priorityId: idFrom ?? ticket.priorityId }) },
  original_priority: {
    rest: 'original_priority_id',
    back: (ticket, { idFrom }) => assessed(ticket, { priorityId: idFrom }),
  },
  priority_overridden: {
    rest: 'priority_overridden',
    back: (ticket, { valueFrom }) => assessed(ticket, { overridden: valueFrom === 'true' }),
  },
  impact: { rest: 'impact', back: (ticket, { valueFrom }) => assessed(ticket, { impact: levelOf(valueFrom) }) },
  urgency: { rest: 'urgency', back: (ticket, { valueFrom }) => assessed(ticket, { urgency: levelOf(valueFrom) }) },
  owner: { rest: 'owner_id', back: (ticket, { idFrom }) => ({ ownerId: idFrom ?? ticket.ownerId }) },
  customer: { rest: 'customer_id', back: (ticket, { idFrom }) => ({ customerId: idFrom ?? ticket.customerId }) },
  organization: { rest: 'organization_id', back: (_, { idFrom }) => ({ organizationId: idFrom }) },
  pending_time: {
    rest: 'pending_time',
    back: (_, { valueFrom }) => ({ pendingTime: valueFrom === null ? null : epochMs(Date.parse(valueFrom)) }),
  },
};

/**
 * What happened to a ticket, newest first: lines of history that were written together are one event. Fields are taken
 * back step by step from the ticket as it is; what history does not keep (counts, due times) stays as it is now.
 * @param entries  oldest first
 */
export function pastEvents(ticket: Ticket, entries: readonly PastEntry[]): PastEvent[] {
  const events: PastEvent[] = [];
  let after = ticket;
  for (const group of groups(entries).reverse()) {
    const [{ createdById: by, createdAt: at }] = group;
    const created = group.some(({ object, type }) => object === 'Ticket' && type === 'created');
    const article = group.find(({ object, type }) => object === 'Ticket::Article' && type === 'created');
    const changes = group.filter(({ object }) => object === 'Ticket');
    const changed = new Set(changes.flatMap(({ attribute }) => nameOf(attribute)));
    if (created || article || changed.size > 0) {
      const action = created ? 'create' : 'update';
      events.push({ after: { ...after, updatedAt: at }, action, changed, articleId: article?.oId ?? null, by, at });
    }
    for (const entry of changes.reverse()) {
      const known = entry.type === 'updated' && entry.attribute !== null ? attributes[entry.attribute] : undefined;
      if (known) after = { ...after, ...known.back(after, entry) };
    }
  }
  return events;
}

function assessed(ticket: Ticket, was: Partial<Assessment>): Partial<Ticket> {
  const before = { ...(ticket.assessment ?? unassessed), ...was };
  return { assessment: before.impact === null && before.urgency === null ? null : before };
}

function levelOf(value: string | null): Level | null {
  return levels.find((level) => level === value) ?? null;
}

function nameOf(attribute: string | null): string[] {
  if (attribute === 'tag') return ['tags'];
  const known = attribute === null ? undefined : attributes[attribute];
  return known ? [known.rest] : [];
}

function groups(entries: readonly PastEntry[]): [PastEntry, ...PastEntry[]][] {
  const all: [PastEntry, ...PastEntry[]][] = [];
  for (const entry of entries) {
    const last = all.at(-1);
    if (last && last[0].createdAt === entry.createdAt && last[0].createdById === entry.createdById) last.push(entry);
    else all.push([entry]);
  }
  return all;
}
