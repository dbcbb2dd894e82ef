import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { type TagName, tagKey, tagName } from '../tag/tag.ts';
import { type Assessment, unassessed } from '../ticket/assessment.ts';
import { assessed, changesBetween, type FieldChange } from '../ticket/changes.ts';
import type { Ticket, TicketFields } from '../ticket/ticket.ts';

/** What one change did to a ticket, kept so that it can be taken back. JSON: instants are ISO-8601. */
export interface ChangeRecord {
  /** By REST name. */
  fields: Record<string, FieldChange>;
  /** Names that came and went. */
  tags: { added: string[]; removed: string[] };
  /** Times that followed from the change, as they were before it and after. */
  times: Record<string, { from: string | null; to: string | null }>;
}

/** What is to be written so that the ticket is as it was, and what is left because somebody changed it since. */
export interface TakeBack {
  fields: TicketFields;
  tags: { add: TagName[]; remove: TagName[] };
  facts: Partial<Ticket>;
  /** REST names, `tags` among them. */
  kept: string[];
}

const times = {
  close_at: 'closeAt',
  last_close_at: 'lastCloseAt',
  last_owner_update_at: 'lastOwnerUpdateAt',
} as const satisfies Record<string, keyof Ticket>;

/** They follow from impact, urgency and the priority. */
const followers = ['original_priority_id', 'priority_overridden'];

const fieldKeys: Record<string, keyof TicketFields> = {
  ...{ title: 'title', group_id: 'groupId', state_id: 'stateId', priority_id: 'priorityId', owner_id: 'ownerId' },
  ...{ customer_id: 'customerId', organization_id: 'organizationId', note: 'note', type: 'type' },
  ...{ pending_time: 'pendingTime', impact: 'impact', urgency: 'urgency' },
};

/** @param tags  names before and after, where they changed */
export function recordOf(before: Ticket, after: Ticket, tags?: { from: string[]; to: string[] }): ChangeRecord {
  const record: ChangeRecord = { fields: changesBetween(before, after), tags: { added: [], removed: [] }, times: {} };
  if (tags) {
    record.tags.added = tags.to.filter((name) => !tags.from.includes(name));
    record.tags.removed = tags.from.filter((name) => !tags.to.includes(name));
  }
  for (const [name, key] of Object.entries(times)) {
    if (before[key] !== after[key]) record.times[name] = { from: iso(before[key]), to: iso(after[key]) };
  }
  return record;
}

/** Whether there was anything to change. */
export function isNothing({ fields, tags }: ChangeRecord): boolean {
  return Object.keys(fields).length + tags.added.length + tags.removed.length === 0;
}

/** @param held  the tags the ticket has now */
export function takeBack(record: ChangeRecord, ticket: Ticket, held: readonly TagName[]): TakeBack {
  const back: TakeBack = { fields: {}, tags: { add: [], remove: [] }, facts: {}, kept: [] };
  for (const [name, { from, to }] of Object.entries(record.fields)) {
    if (followers.includes(name)) continue;
    const key = fieldKeys[name];
    if (!key) takeBackCustom(back, ticket, name, { from, to });
    else if (present(ticket, key) === to)
      Object.assign(back.fields, { [key]: key === 'pendingTime' ? instant(from as string | null) : from });
    else back.kept.push(name);
  }
  // Said for each: going back to a closed state is no close, and going back to an owner no appointment.
  for (const [name, key] of Object.entries(times)) {
    const known = record.times[name];
    back.facts[key] = known && iso(ticket[key]) === known.to ? instant(known.from) : ticket[key];
  }
  const before = assessmentBefore(record, ticket);
  if (before !== undefined) {
    back.facts.assessment = before;
    if (!back.kept.includes('priority_id')) back.facts.priorityId = back.fields.priorityId ?? ticket.priorityId;
  }
  const has = (name: string) => held.some(({ key }) => key === tagKey(name));
  back.tags.remove = record.tags.added.filter(has).map(tagName);
  back.tags.add = record.tags.removed.filter((name) => !has(name)).map(tagName);
  const moved = back.tags.remove.length + back.tags.add.length;
  if (moved < record.tags.added.length + record.tags.removed.length) back.kept.push('tags');
  return back;
}

/**
 * Impact, urgency and what followed, exactly as they were; undefined when that was not changed, or something of it is
 * different by now: then the rest goes back as if somebody said it, and what follows is reckoned again.
 */
function assessmentBefore({ fields }: ChangeRecord, { assessment }: Ticket): Assessment | null | undefined {
  const is = assessment ?? unassessed;
  const changes = Object.entries(assessed).flatMap(([name, key]) => {
    const change = fields[name];
    return change ? [{ key, ...change }] : [];
  });
  if (changes.length === 0 || changes.some(({ key, to }) => is[key] !== to)) return undefined;
  const before: Assessment = { ...is, ...Object.fromEntries(changes.map(({ key, from }) => [key, from])) };
  return before.impact === null && before.urgency === null ? null : before;
}

/** Everything else that changes of a ticket are custom attributes. */
function takeBackCustom(back: TakeBack, ticket: Ticket, name: string, { from, to }: FieldChange): void {
  if (JSON.stringify(ticket.custom?.[name] ?? null) !== JSON.stringify(to)) {
    back.kept.push(name);
    return;
  }
  const values = { ...(back.fields.custom ?? ticket.custom), [name]: from };
  if (from === null) delete values[name];
  back.fields.custom = Object.keys(values).length > 0 ? values : null;
}

function present(ticket: Ticket, key: keyof TicketFields): unknown {
  if (key === 'impact' || key === 'urgency') return ticket.assessment?.[key] ?? null;
  return key === 'pendingTime' ? iso(ticket.pendingTime) : ticket[key];
}

function iso(at: EpochMs | null): string | null {
  return at === null ? null : isoTime(at);
}

function instant(text: string | number | null): EpochMs | null {
  return text === null ? null : epochMs(new Date(text));
}
