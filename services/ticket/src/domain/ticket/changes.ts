import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { type Assessment, unassessed } from './assessment.ts';
import type { CustomValue, Ticket } from './ticket.ts';

/** Fields whose changes are history, by their REST names. Counters and timestamps follow from other facts. */
const tracked = {
  title: 'title',
  group_id: 'groupId',
  state_id: 'stateId',
  priority_id: 'priorityId',
  owner_id: 'ownerId',
  customer_id: 'customerId',
  organization_id: 'organizationId',
  note: 'note',
  type: 'type',
  pending_time: 'pendingTime',
} as const satisfies Record<string, keyof Ticket>;

/** Fields of the assessment, by their REST names. */
export const assessed = {
  impact: 'impact',
  urgency: 'urgency',
  original_priority_id: 'priorityId',
  priority_overridden: 'overridden',
} as const satisfies Record<string, keyof Assessment>;

export interface FieldChange {
  from: CustomValue;
  to: CustomValue;
}

/** Old and new value of every tracked field that differs, by REST name; instants as ISO-8601. */
export function changesBetween(before: Ticket, after: Ticket): Record<string, FieldChange> {
  const changes: Record<string, FieldChange> = {};
  for (const [name, key] of Object.entries(tracked)) {
    if (before[key] === after[key]) continue;
    changes[name] = { from: shown(key, before), to: shown(key, after) };
  }
  if (before.assessment !== after.assessment) {
    const [was, is] = [before.assessment ?? unassessed, after.assessment ?? unassessed];
    for (const [name, key] of Object.entries(assessed)) {
      const [from, to] = [was[key], is[key]];
      if (from !== to) changes[name] = { from, to };
    }
  }
  return before.custom === after.custom ? changes : { ...changes, ...customChanges(before.custom, after.custom) };
}

function customChanges(before: Ticket['custom'], after: Ticket['custom']): Record<string, FieldChange> {
  const changes: Record<string, FieldChange> = {};
  for (const name of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const [from, to] = [before?.[name] ?? null, after?.[name] ?? null];
    if (JSON.stringify(from) !== JSON.stringify(to)) changes[name] = { from, to };
  }
  return changes;
}

function shown(key: (typeof tracked)[keyof typeof tracked], ticket: Ticket): string | number | null {
  const value = ticket[key];
  return key === 'pendingTime' && value !== null ? isoTime(value as EpochMs) : value;
}
