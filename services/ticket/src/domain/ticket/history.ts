import type { EpochMs } from '@helpmesh/kernel';
import type { FieldChange } from './changes.ts';
import type { CustomValue } from './ticket.ts';

/** One line of a ticket's history. */
export interface HistoryEntry {
  ticketId: number;
  object: 'Ticket' | 'Ticket::Article' | 'Checklist' | 'Checklist::Item' | 'Ticket::TimeAccounting';
  oId: number;
  type:
    | 'created'
    | 'updated'
    | 'added'
    | 'removed'
    | 'escalation'
    | 'escalation_warning'
    | 'merged_into'
    | 'received_merge'
    | 'merge_undone'
    | 'checklist_item_checked'
    | 'moved_away'
    | 'moved_here';
  attribute: string | null;
  valueFrom: string | null;
  valueTo: string | null;
  idFrom: number | null;
  idTo: number | null;
  createdById: number;
  createdAt: EpochMs;
  /** The rule that did it; absent for people and for what follows from the desk's own rules. */
  cause?: HistoryCause;
}

/** A rule, or another helpdesk that did the same before, as history and log name it. */
export interface HistoryCause {
  type: 'Trigger' | 'Job' | 'Sla' | 'Peer';
  id: number;
  name: string;
  /** The line of the rule's log. */
  run?: number;
}

/** Tells the name of what an id attribute points at: `state_id`, 2 -> `open`. */
export type NameOf = (attribute: string, id: number) => string | null;

/** Tells how people read a value of an attribute: the label of an option. */
export type ShownOf = (attribute: string, value: CustomValue) => string | null;

/** Attributes whose value is the id of something with a name; history shows both. */
const references: Record<string, string> = {
  group_id: 'group',
  state_id: 'state',
  priority_id: 'priority',
  original_priority_id: 'original_priority',
  owner_id: 'owner',
  customer_id: 'customer',
  organization_id: 'organization',
};

export function created(
  object: HistoryEntry['object'],
  row: { ticketId: number; id: number; by: number; at: EpochMs },
): HistoryEntry {
  return {
    ticketId: row.ticketId,
    object,
    oId: row.id,
    type: 'created',
    attribute: null,
    valueFrom: null,
    valueTo: null,
    idFrom: null,
    idTo: null,
    createdById: row.by,
    createdAt: row.at,
  };
}

/** One entry for each tag that came or went. */
export function retagged(
  ticketId: number,
  { from, to }: { from: readonly string[]; to: readonly string[] },
  by: number,
  at: EpochMs,
): HistoryEntry[] {
  const entry = (type: 'added' | 'removed') => (name: string) => ({
    ...created('Ticket', { ticketId, id: ticketId, by, at }),
    ...{ type, attribute: 'tag', [type === 'added' ? 'valueTo' : 'valueFrom']: name },
  });
  const added = to.filter((name) => !from.includes(name)).map(entry('added'));
  return [...from.filter((name) => !to.includes(name)).map(entry('removed')), ...added];
}

type Named = { id: number; number: string };

/** A ticket became part of another, took one in, or the two are apart again. */
export function mergeEntry(
  type: 'merged_into' | 'received_merge' | 'merge_undone',
  ticket: Named,
  other: Named,
  by: number,
  at: EpochMs,
): HistoryEntry {
  const entry = created('Ticket', { ticketId: ticket.id, id: ticket.id, by, at });
  return { ...entry, type, attribute: 'merge', valueTo: other.number, idTo: other.id };
}

/** An article went to another ticket, or came from one. */
export function movedEntry(
  way: 'away' | 'here',
  ticket: Named,
  other: Named,
  articleId: number,
  { by, at }: { by: number; at: EpochMs },
): HistoryEntry {
  const entry = created('Ticket::Article', { ticketId: ticket.id, id: articleId, by, at });
  return { ...entry, type: `moved_${way}`, attribute: 'move', valueTo: other.number, idTo: other.id };
}

/** The ticket's link with another came or went. */
export function linkEntry(
  type: 'added' | 'removed',
  ticket: Named,
  other: Named,
  by: number,
  at: EpochMs,
): HistoryEntry {
  const entry = { ...created('Ticket', { ticketId: ticket.id, id: ticket.id, by, at }), type, attribute: 'link' };
  if (type === 'added') return { ...entry, valueTo: other.number, idTo: other.id };
  return { ...entry, valueFrom: other.number, idFrom: other.id };
}

/** What happened to a ticket's checklist, or to an item of it; the values are names and texts. */
export function checklistEntry(
  what:
    | ('created' | 'updated' | 'removed')
    | ('item-added' | 'item-updated' | 'item-removed')
    | 'checklist_item_checked',
  place: Parameters<typeof created>[1],
  { from = null, to = null }: { from?: string | null; to?: string | null },
): HistoryEntry {
  const ofItem = what.includes('item');
  const entry = created(ofItem ? 'Checklist::Item' : 'Checklist', place);
  const type = what.replace(/^item-/, '') as HistoryEntry['type'];
  const attribute = ofItem ? 'checklist_item' : 'checklist';
  return { ...entry, type, attribute, valueFrom: from, valueTo: to };
}

/** Time spent on a ticket was noted, corrected, or taken back. @param object  the article that brought it along */
export function timeEntry(
  type: 'added' | 'updated' | 'removed',
  place: Parameters<typeof created>[1],
  { from = null, to = null }: { from?: string | null; to?: string | null },
  object: 'Ticket::TimeAccounting' | 'Ticket::Article' = 'Ticket::TimeAccounting',
): HistoryEntry {
  const entry = created(object, place);
  return { ...entry, type, attribute: 'time_unit', valueFrom: from, valueTo: to };
}

/** One entry for each changed field, with names beside ids. */
export function updated(
  ticketId: number,
  changes: Record<string, FieldChange>,
  nameOf: NameOf,
  shownOf: ShownOf,
  by: number,
  at: EpochMs,
): HistoryEntry[] {
  return Object.entries(changes).map(([field, { from, to }]) => {
    const base = created('Ticket', { ticketId, id: ticketId, by, at });
    const attribute = references[field];
    if (!attribute) {
      return {
        ...base,
        type: 'updated',
        attribute: field,
        valueFrom: shownOf(field, from),
        valueTo: shownOf(field, to),
      };
    }
    const name = (id: CustomValue) => (typeof id === 'number' ? (nameOf(field, id) ?? String(id)) : null);
    const idOf = (id: CustomValue) => (typeof id === 'number' ? id : null);
    return {
      ...base,
      type: 'updated',
      attribute,
      valueFrom: name(from),
      valueTo: name(to),
      idFrom: idOf(from),
      idTo: idOf(to),
    };
  });
}
