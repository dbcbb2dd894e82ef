/** Selector JSON as it is stored (docs/how-to/conditions.md). */
export type Selector = Record<string, unknown>;

/** How the value of a line is written. */
export type Kind = 'choice' | 'person' | 'text' | 'tags' | 'time';

export const fields = {
  'ticket.state_id': 'choice',
  'ticket.priority_id': 'choice',
  'ticket.group_id': 'choice',
  'ticket.owner_id': 'person',
  'ticket.customer_id': 'person',
  'ticket.mention_user_ids': 'person',
  'ticket.tags': 'tags',
  'ticket.title': 'text',
  'ticket.number': 'text',
  'customer.email': 'text',
  'organization.name': 'text',
  'ticket.created_at': 'time',
  'ticket.updated_at': 'time',
  'ticket.pending_time': 'time',
  'ticket.escalation_at': 'time',
  'ticket.last_contact_customer_at': 'time',
} as const satisfies Record<string, Kind>;
export type FieldName = keyof typeof fields;

const timeOperators = [
  'before (relative)',
  'after (relative)',
  'within last (relative)',
  'within next (relative)',
] as const;
export const operators = {
  choice: ['is', 'is not'],
  person: ['is', 'is not'],
  text: ['contains', 'contains not', 'starts with one of', 'ends with one of', 'is any of', 'is none of'],
  tags: ['contains one', 'contains all', 'contains one not', 'contains all not'],
  time: timeOperators,
} as const satisfies Record<Kind, readonly string[]>;
export type Operator = (typeof operators)[Kind][number];

export const ranges = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Range = (typeof ranges)[number];

/** Of people only these two can be told without a name. */
export type Who = 'current_user.id' | 'not_set';

export interface Line {
  name: FieldName;
  operator: Operator;
  /** Ids, texts or tags. */
  values: string[];
  who: Who;
  count: number;
  range: Range;
}

export function lineFor(name: FieldName): Line {
  const operator = operators[fields[name]][0];
  return { name, operator, values: [], who: 'current_user.id', count: 1, range: 'day' };
}

/** @returns null for what lines cannot show: it is edited as text */
export function linesOf(selector: Selector): Line[] | null {
  const { operator, conditions } = selector;
  const entries: [unknown, unknown][] = Array.isArray(conditions)
    ? conditions.map((one: unknown) => [isObject(one) ? one.name : undefined, one])
    : Object.entries(selector);
  if (Array.isArray(conditions) && operator !== 'AND') return null;
  const lines = entries.map(([name, line]) => lineOf(name, line));
  return lines.every((line) => line !== null) ? lines : null;
}

function lineOf(name: unknown, stored: unknown): Line | null {
  if (typeof name !== 'string' || !Object.hasOwn(fields, name) || !isObject(stored)) return null;
  const line = lineFor(name as FieldName);
  const kind: Kind = fields[line.name];
  if (!(operators[kind] as readonly unknown[]).includes(stored.operator)) return null;
  line.operator = stored.operator as Operator;
  const { pre_condition: pre, value, range } = stored;
  if (kind === 'person') {
    if (pre !== 'current_user.id' && pre !== 'not_set') return null;
    return { ...line, who: pre };
  }
  if (pre !== undefined && pre !== null && pre !== '' && pre !== 'specific') return null;
  if (kind === 'time') {
    const count = Number(value);
    if (!Number.isInteger(count) || !(ranges as readonly unknown[]).includes(range)) return null;
    return { ...line, count, range: range as Range };
  }
  const given: unknown[] =
    kind === 'tags' && typeof value === 'string' ? value.split(',').map((tag) => tag.trim()) : [value].flat();
  if (!given.every((one) => typeof one === 'string' || typeof one === 'number')) return null;
  return { ...line, values: given.map(String) };
}

/** Lines that say nothing yet are left out. */
export function selectorOf(lines: readonly Line[]): Selector {
  const said = lines.flatMap((line) => {
    const stored = storedOf(line);
    return stored ? [[line.name, stored] as const] : [];
  });
  const names = new Set(said.map(([name]) => name));
  if (names.size === said.length) return Object.fromEntries(said);
  return { operator: 'AND', conditions: said.map(([name, line]) => ({ name, ...line })) };
}

function storedOf({ name, operator, values, who, count, range }: Line): object | null {
  switch (fields[name] as Kind) {
    case 'person':
      return { operator, pre_condition: who, value: '' };
    case 'time':
      return { operator, value: count, range };
    default:
      return values.length > 0 ? { operator, value: values } : null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
