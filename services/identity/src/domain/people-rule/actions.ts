import { AppError } from '@helpmesh/kernel';
import type { RuleObject } from './fields.ts';

/** What a rule does to people or organizations, once the `perform` JSON of REST was read. */
export interface PeopleActions {
  /** As somebody would write them, by their REST names. */
  fields: Record<string, unknown>;
  /** Custom attributes, whose values the attributes themselves read. */
  custom: Record<string, When | { value: unknown }>;
  /** The person is erased. */
  erase: boolean;
}

/** So long from the moment of acting. */
export interface When {
  amount: number;
  range: (typeof ranges)[number];
}

const ranges = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;

type Kind = 'text' | 'flag' | 'organization';
const each = (kind: Kind, ...names: string[]) => names.map((name) => [name, kind] as const);

/** What tells people apart, and what opens accounts, is nothing that many get at once. */
const writable: Record<RuleObject, ReadonlyMap<string, Kind>> = {
  User: new Map([
    ...each('text', 'firstname', 'lastname', 'web', 'phone', 'fax', 'mobile', 'department', 'street', 'zip', 'city'),
    ...each('text', 'country', 'address', 'note'),
    ...each('flag', 'vip', 'verified', 'active'),
    ...each('organization', 'organization_id'),
  ]),
  Organization: new Map([
    ...each('text', 'domain', 'note'),
    ...each('flag', 'shared', 'domain_assignment', 'active', 'vip'),
  ]),
};

/** Longest text in characters, and farthest day in units of its range. */
const MAX_TEXT = 5_000;
const FARTHEST = 10_000;
const ERASE = 'data_privacy_deletion_task';

/**
 * Reads `{ "user.vip": { value }, "user.action": { value: "data_privacy_deletion_task" } }`.
 * @param isAttribute  whether the object has a custom attribute of the name
 * @throws AppError invalid `action.invalid`, naming the line
 */
export function parsePeopleActions(
  perform: Record<string, unknown>,
  object: RuleObject,
  isAttribute: (name: string) => boolean,
): PeopleActions {
  const actions: PeopleActions = { fields: {}, custom: {}, erase: false };
  const prefix = `${object.toLowerCase()}.`;
  for (const [name, line] of Object.entries(perform)) {
    const wrong = (why: string) =>
      new AppError('invalid', 'action.invalid', `${JSON.stringify(name).slice(0, 100)} ${why}`);
    if (typeof line !== 'object' || line === null || Array.isArray(line)) throw wrong('needs a value.');
    const { value, operator, range, pre_condition } = line as Record<string, unknown>;
    const field = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    const kind = writable[object].get(field);
    if (object === 'User' && field === 'action') {
      if (value !== ERASE) throw wrong(`can be "${ERASE}".`);
      actions.erase = true;
    } else if (kind) {
      actions.fields[field] = kind === 'organization' && pre_condition === 'not_set' ? null : read(kind, value, wrong);
    } else if (field && isAttribute(field)) {
      actions.custom[field] = operator === 'relative' ? whenOf(value, range, wrong) : { value };
    } else throw wrong('is nothing that can be done.');
  }
  return actions;
}

/** A text whose variables were filled in has an end as well. @throws AppError invalid `action.invalid` */
export function refuseTooLong(name: string, value: unknown): void {
  if (typeof value !== 'string' || value.length <= MAX_TEXT) return;
  throw new AppError(
    'invalid',
    'action.invalid',
    `${JSON.stringify(name)} would have more than ${MAX_TEXT} characters.`,
  );
}

function read(kind: Kind, value: unknown, wrong: (why: string) => AppError): unknown {
  switch (kind) {
    case 'text':
      if (value === null) return '';
      if (typeof value !== 'string' || value.length > MAX_TEXT || value.includes('\0')) throw wrong('needs a text.');
      return value;
    case 'flag':
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      throw wrong('is true or false.');
    case 'organization': {
      if (value === null || value === '') return null;
      const id = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
      if (typeof id !== 'number' || !Number.isInteger(id) || id < 1) throw wrong('needs an id.');
      return id;
    }
  }
}

function whenOf(value: unknown, range: unknown, wrong: (why: string) => AppError): When {
  const amount = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < 0 || amount > FARTHEST) {
    throw wrong(`is a whole number of up to ${FARTHEST}.`);
  }
  const found = ranges.find((one) => one === range);
  if (!found) throw wrong(`has a range of ${ranges.join(', ')}.`);
  return { amount, range: found };
}
