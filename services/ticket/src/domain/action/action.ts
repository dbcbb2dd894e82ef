import { type Level, levels } from '@helpmesh/contracts';
import { AppError, type EpochMs, epochMs } from '@helpmesh/kernel';
import { type TagName, tagNames } from '../tag/tag.ts';

/** What macros, triggers and schedules do to a ticket, once the `perform` JSON of REST was read. */
export type Action =
  | { do: 'set'; field: IdField; id: number }
  | { do: 'assess'; field: AssessedField; level: Level | null }
  | { do: 'write'; field: TextField; text: string }
  | { do: 'appoint'; field: PersonField; who: Who }
  | { do: 'wait'; until: When }
  | { do: 'tag' | 'untag'; names: TagName[] }
  | { do: 'note'; subject: string; body: string; internal: boolean }
  | ({ do: 'mail' } & RuleMail)
  | { do: 'webhook'; webhookId: number }
  | { do: 'subscribe' | 'unsubscribe'; who: Who }
  | { do: 'delete' }
  | { do: 'attribute'; name: string; value: unknown }
  | { do: 'date'; name: string; until: When; isDay: boolean };

export interface RuleMail {
  to: Recipient[];
  subject: string;
  body: string;
  attachments: boolean;
  internal: boolean;
  /** Absent: as other automatic mails of the group. */
  sealing?: { sign: Seal; encryption: Seal };
}

/** `always`: where there are keys, and else without; `discard`: with keys, or not at all. */
const seals = ['no', 'always', 'discard'] as const;
type Seal = (typeof seals)[number];

export type ActionKind = Action['do'];

/** Where nobody acts, nothing can name whoever does. @throws AppError invalid `action.invalid` */
export function refuseActor(actions: readonly Action[]): void {
  if (!actions.some((action) => 'who' in action && action.who.is === 'actor')) return;
  const why = 'Nobody acts when a schedule runs: "current_user.id" and "current_user.organization_id" name nobody.';
  throw new AppError('invalid', 'action.invalid', why);
}

/** Somebody: whoever acts, one user, or nobody (of a subscription: everybody). */
export type Who = { is: 'actor' } | { is: 'user'; id: number } | { is: 'nobody' };

/** An instant, or so long from the moment of acting. */
export type When = { is: 'at'; at: EpochMs } | { is: 'in'; amount: number; range: Range };

/** Whom a mail goes to: by their part in the ticket, or one user. */
export type Recipient = { is: (typeof recipients)[number] } | { is: 'user'; id: number };

const recipients = ['article_last_sender', 'ticket_owner', 'ticket_customer', 'ticket_agents'] as const;

const idFields = { group_id: 'groupId', state_id: 'stateId', priority_id: 'priorityId' } as const;
const textFields = { title: 'title', note: 'note', type: 'type' } as const;
const personFields = {
  owner_id: 'ownerId',
  customer_id: 'customerId',
  organization_id: 'organizationId',
} as const;
type IdField = (typeof idFields)[keyof typeof idFields];
const assessedFields = { impact: 'impact', urgency: 'urgency' } as const;
type AssessedField = keyof typeof assessedFields;
type TextField = (typeof textFields)[keyof typeof textFields];
type PersonField = (typeof personFields)[keyof typeof personFields];

const ranges = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Range = (typeof ranges)[number];

/** What a macro may do; triggers and schedules may do everything. */
export const macroKinds: readonly ActionKind[] = [
  ...(['set', 'assess', 'write', 'appoint', 'wait', 'tag', 'untag', 'note', 'attribute', 'date'] as const),
];

/** Most lines of one `perform`, longest text in characters, farthest pending time in units of its range. */
const MOST_ACTIONS = 100;
const MAX_TITLE = 250;
const MAX_TEXT = 100_000;
const FARTHEST = 10_000;

/**
 * Reads a custom attribute's value as it will be stored.
 * @returns undefined when there is no such attribute
 * @throws AppError invalid when it cannot have the value
 */
export type ReadAttribute = (
  name: string,
  value: unknown,
) => { value: unknown /** Of one that holds a time. */; time?: 'date' | 'datetime' } | undefined;

const noAttributes: ReadAttribute = () => undefined;

/**
 * Reads `perform` JSON: one line for each thing to do, as `{ "ticket.state_id": { value } }`.
 * @param allowed  absent: every kind of action
 * @returns        in the order of the lines
 * @throws         AppError invalid `action.invalid`, naming the line; `action.not-allowed`
 */
export function parseActions(
  perform: unknown,
  allowed?: readonly ActionKind[],
  attribute: ReadAttribute = noAttributes,
): Action[] {
  if (!isObject(perform)) throw new AppError('invalid', 'action.invalid', 'What is to be done is an object.');
  const lines = Object.entries(perform);
  if (lines.length > MOST_ACTIONS) {
    throw new AppError('invalid', 'action.invalid', `At most ${MOST_ACTIONS} things can be done at once.`);
  }
  return lines.map(([name, line]) => {
    if (!isObject(line)) throw wrong(name, 'needs a value.');
    const action = actionOf(name, line, attribute);
    if (allowed && !allowed.includes(action.do)) {
      throw new AppError('invalid', 'action.not-allowed', `${quoted(name)} cannot be done here.`);
    }
    return action;
  });
}

type Line = Record<string, unknown>;

function actionOf(name: string, line: Line, attribute: ReadAttribute): Action {
  switch (name) {
    case 'ticket.tags':
      return { do: tagOperator(name, line), names: tagsOf(name, line) };
    case 'ticket.pending_time':
      return { do: 'wait', until: whenOf(name, line) };
    case 'ticket.subscribe':
      return { do: 'subscribe', who: someone(name, whoOf(name, line)) };
    case 'ticket.unsubscribe':
      return { do: 'unsubscribe', who: whoOf(name, line) };
    case 'ticket.action':
      if (line.value !== 'delete') throw wrong(name, `can be "delete", not ${quoted(line.value)}.`);
      return { do: 'delete' };
    case 'article.note':
      return { do: 'note', ...wordsOf(name, line), internal: line.internal === undefined || isOn(line.internal) };
    case 'notification.email':
      return {
        ...{ do: 'mail', to: recipientsOf(name, line), ...wordsOf(name, line) },
        ...{ attachments: isOn(line.include_attachments), internal: isOn(line.internal) },
        ...sealingOf(name, line),
      };
    case 'notification.webhook':
      return { do: 'webhook', webhookId: idOf(name, line.webhook_id) };
    default:
      return fieldAction(name, line, attribute);
  }
}

function fieldAction(name: string, line: Line, attribute: ReadAttribute): Action {
  const field = /^ticket\.(\w+)$/.exec(name)?.[1] ?? '';
  if (isKey(idFields, field)) return { do: 'set', field: idFields[field], id: idOf(name, line.value) };
  if (isKey(personFields, field)) {
    const who = whoOf(name, line);
    if (field === 'customer_id') someone(name, who);
    return { do: 'appoint', field: personFields[field], who };
  }
  if (isKey(textFields, field)) {
    const text = textOf(name, line.value, field === 'title' ? MAX_TITLE : MAX_TEXT);
    if (field === 'title' && !text.trim()) throw wrong(name, 'cannot be blank.');
    return { do: 'write', field: textFields[field], text };
  }
  if (isKey(assessedFields, field)) return { do: 'assess', field, level: levelOf(name, line.value) };
  const relative = line.operator === 'relative';
  const read = field && attribute(field, relative ? null : line.value);
  if (!read) throw wrong(name, 'is nothing that can be done.');
  if (relative) {
    if (!read.time) throw wrong(name, 'holds no time, so nothing is so long from now.');
    return { do: 'date', name: field, until: whenOf(name, line), isDay: read.time === 'date' };
  }
  return { do: 'attribute', name: field, value: read.value };
}

function tagOperator(name: string, line: Line): 'tag' | 'untag' {
  if (line.operator === 'add' || line.operator === undefined) return 'tag';
  if (line.operator === 'remove') return 'untag';
  throw wrong(name, `has the operator "add" or "remove", not ${quoted(line.operator)}.`);
}

function tagsOf(name: string, { value }: Line): TagName[] {
  const list = Array.isArray(value) ? value.map((one) => textOf(name, one, MAX_TEXT)) : textOf(name, value, MAX_TEXT);
  const names = tagNames(list);
  if (names.length === 0) throw wrong(name, 'needs a tag.');
  return names;
}

function whenOf(name: string, { operator, value, range }: Line): When {
  if (operator === 'relative') {
    const amount = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
    if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0 || amount > FARTHEST) {
      throw wrong(name, `is a whole number of up to ${FARTHEST}, not ${quoted(value)}.`);
    }
    const found = ranges.find((one) => one === range);
    if (!found) throw wrong(name, `has a range of ${ranges.join(', ')}, not ${quoted(range)}.`);
    return { is: 'in', amount, range: found };
  }
  if (operator !== undefined && operator !== 'static') {
    throw wrong(name, `has the operator "static" or "relative", not ${quoted(operator)}.`);
  }
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw wrong(name, `is an instant as 2026-01-31T09:00:00Z, not ${quoted(value)}.`);
  return { is: 'at', at: epochMs(at) };
}

function whoOf(name: string, { pre_condition: condition, value }: Line): Who {
  if (condition === 'not_set') return { is: 'nobody' };
  const own = name === 'ticket.organization_id' ? 'current_user.organization_id' : 'current_user.id';
  if (condition === own) return { is: 'actor' };
  if (condition !== undefined && condition !== null && condition !== '' && condition !== 'specific') {
    throw wrong(name, `has the pre-condition "${own}", "not_set" or "specific", not ${quoted(condition)}.`);
  }
  if (condition !== 'specific' && (value === '' || value === null)) return { is: 'nobody' };
  return { is: 'user', id: idOf(name, value) };
}

function someone(name: string, who: Who): Who {
  if (who.is === 'nobody') throw wrong(name, 'needs somebody.');
  return who;
}

function recipientsOf(name: string, { recipient }: Line): Recipient[] {
  const given: unknown[] = Array.isArray(recipient) ? recipient : [recipient];
  if (given.length === 0 || given.length > MOST_ACTIONS) throw wrong(name, 'needs a recipient.');
  return given.map((one) => {
    const id = typeof one === 'string' ? /^userid_(\d+)$/.exec(one)?.[1] : undefined;
    if (id !== undefined) return { is: 'user', id: idOf(name, id) };
    const part = recipients.find((known) => known === one);
    if (!part) throw wrong(name, `cannot go to ${quoted(one)}. Known are ${recipients.join(', ')}, userid_<id>.`);
    return { is: part };
  });
}

function sealingOf(name: string, line: Line): Pick<RuleMail, 'sealing'> {
  const seal = (what: 'sign' | 'encryption') => {
    const given = line[what] ?? 'no';
    const found = seals.find((one) => one === given);
    if (!found) throw wrong(name, `has for "${what}" ${seals.join(', ')}, not ${quoted(given)}.`);
    return found;
  };
  const sealing = { sign: seal('sign'), encryption: seal('encryption') };
  return sealing.sign === 'no' && sealing.encryption === 'no' ? {} : { sealing };
}

function wordsOf(name: string, line: Line): { subject: string; body: string } {
  const body = textOf(name, line.body, MAX_TEXT);
  if (!body.trim()) throw wrong(name, 'needs a body.');
  return { subject: line.subject == null ? '' : textOf(name, line.subject, MAX_TITLE), body };
}

function idOf(name: string, value: unknown): number {
  const id = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof id === 'number' && Number.isInteger(id) && id > 0 && id <= 2_147_483_647) return id;
  throw wrong(name, `needs an id, not ${quoted(value)}.`);
}

/** Nothing, or an empty text: it is not known. */
function levelOf(name: string, value: unknown): Level | null {
  if (value === null || value === '') return null;
  const found = levels.find((level) => level === value);
  if (!found) throw wrong(name, `is ${levels.join(', ')} or nothing, not ${quoted(value)}.`);
  return found;
}

function textOf(name: string, value: unknown, max: number): string {
  if (typeof value !== 'string') throw wrong(name, `needs a text, not ${quoted(value)}.`);
  if (value.length > max) throw wrong(name, `may have ${max} characters at most.`);
  return value;
}

function isOn(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKey<T extends object>(of: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(of, key);
}

function wrong(name: string, why: string): AppError {
  return new AppError('invalid', 'action.invalid', `${quoted(name)} ${why}`);
}

/** Cut, because `perform` may hold anything. */
function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}
