/** Selector JSON as it is stored (docs/how-to/conditions.md). */
export type Selector = Record<string, unknown>;

/** How the value of a line is written. */
export type Kind =
  | 'choice'
  | 'person'
  | 'organization'
  | 'text'
  | 'tags'
  | 'time'
  | 'number'
  | 'yesno'
  | 'happening'
  | 'calendar';

/** Fields that any condition may ask for. */
const lasting = {
  'ticket.state_id': 'choice',
  'ticket.priority_id': 'choice',
  'ticket.group_id': 'choice',
  'ticket.owner_id': 'person',
  'ticket.customer_id': 'person',
  'ticket.organization_id': 'organization',
  'ticket.mention_user_ids': 'person',
  'ticket.tags': 'tags',
  'ticket.title': 'text',
  'ticket.number': 'text',
  'ticket.article_count': 'number',
  'customer.email': 'text',
  'organization.name': 'text',
  'ticket.created_at': 'time',
  'ticket.updated_at': 'time',
  'ticket.pending_time': 'time',
  'ticket.escalation_at': 'time',
  'ticket.close_at': 'time',
  'ticket.last_contact_at': 'time',
  'ticket.last_contact_customer_at': 'time',
  'ticket.last_contact_agent_at': 'time',
  'execution_time.calendar_id': 'calendar',
} as const satisfies Record<string, Kind>;

/** Of what has just happened: only triggers look at it. */
const happenings = {
  'ticket.action': 'happening',
  'article.action': 'happening',
  'article.type_id': 'choice',
  'article.sender_id': 'choice',
  'article.internal': 'yesno',
  'article.from': 'text',
  'article.to': 'text',
  'article.subject': 'text',
  'article.body': 'text',
} as const satisfies Record<string, Kind>;

export const fields: Record<FieldName, Kind> = { ...lasting, ...happenings };
export type FieldName = keyof typeof lasting | keyof typeof happenings;

/** `tickets`: what tickets are; `changes`: also what has just been done to them. */
export type Scope = 'tickets' | 'changes';

export const fieldNames = (scope: Scope): FieldName[] =>
  Object.keys(scope === 'tickets' ? lasting : { ...happenings, ...lasting }) as FieldName[];

export const operators = {
  choice: ['is', 'is not'],
  person: ['is', 'is not'],
  organization: ['is', 'is not'],
  text: [
    ...['contains', 'contains not', 'starts with one of', 'ends with one of', 'is any of', 'is none of'],
    ...['matches regex', 'does not match regex', 'is set', 'is not set'],
  ],
  tags: ['contains one', 'contains all', 'contains one not', 'contains all not'],
  time: [
    ...['before (relative)', 'after (relative)', 'from (relative)', 'till (relative)'],
    ...['within last (relative)', 'within next (relative)', 'before (absolute)', 'after (absolute)'],
    ...['is set', 'is not set'],
  ],
  number: ['is', 'is not', 'less than', 'greater than'],
  yesno: ['is', 'is not'],
  happening: ['is', 'is not'],
  calendar: ['is in working time', 'is not in working time'],
} as const satisfies Record<Kind, readonly Operator[]>;

export type Operator =
  | 'is'
  | 'is not'
  | 'contains'
  | 'contains not'
  | 'starts with one of'
  | 'ends with one of'
  | 'is any of'
  | 'is none of'
  | 'matches regex'
  | 'does not match regex'
  | 'is set'
  | 'is not set'
  | 'contains one'
  | 'contains all'
  | 'contains one not'
  | 'contains all not'
  | 'before (relative)'
  | 'after (relative)'
  | 'from (relative)'
  | 'till (relative)'
  | 'within last (relative)'
  | 'within next (relative)'
  | 'before (absolute)'
  | 'after (absolute)'
  | 'less than'
  | 'greater than'
  | 'is in working time'
  | 'is not in working time'
  | 'has changed'
  | 'has reached'
  | 'has reached warning';

const notChanging: readonly FieldName[] = ['ticket.number', 'ticket.action'];
const reachable: Partial<Record<FieldName, readonly Operator[]>> = {
  'ticket.pending_time': ['has reached'],
  'ticket.escalation_at': ['has reached', 'has reached warning'],
};

export function operatorsOf(name: FieldName, scope: Scope): readonly Operator[] {
  const always: readonly Operator[] = operators[fields[name]];
  if (scope === 'tickets') return always;
  const changes = name.startsWith('ticket.') && !notChanging.includes(name);
  return [...always, ...(changes ? (['has changed'] as const) : []), ...(reachable[name] ?? [])];
}

const wordless: readonly Operator[] = ['is set', 'is not set', 'has changed', 'has reached', 'has reached warning'];
/** Whether the operator says everything. */
export const isWordless = (operator: Operator): boolean => wordless.includes(operator);
export const isAbsolute = (operator: Operator): boolean => operator.endsWith('(absolute)');

export const ranges = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Range = (typeof ranges)[number];

/** Of people and organizations: that of whoever looks, none, or those that are named. */
export type Who = 'current_user.id' | 'current_user.organization_id' | 'not_set' | 'specific';
export const whoOf = (kind: Kind): readonly Who[] =>
  kind === 'organization'
    ? ['specific', 'not_set', 'current_user.organization_id']
    : ['current_user.id', 'not_set', 'specific'];

export interface Line {
  name: FieldName;
  operator: Operator;
  /** Ids, texts, tags, or what happened. */
  values: string[];
  who: Who;
  count: number;
  range: Range;
  /** ISO 8601; empty while none is chosen. */
  at: string;
}

/** How lines belong together. */
export type Joint = 'AND' | 'OR' | 'NOT';
export interface Lines {
  joint: Joint;
  lines: Line[];
}

export function lineFor(name: FieldName): Line {
  const kind = fields[name];
  const who = whoOf(kind)[0] as Who;
  return { name, operator: operators[kind][0], values: [], who, count: 1, range: 'day', at: '' };
}

/** @returns null for what lines cannot show: it is edited as text */
export function linesOf(selector: Selector, scope: Scope): Lines | null {
  const { operator, conditions } = selector;
  const expert = Array.isArray(conditions);
  if (expert && operator !== 'AND' && operator !== 'OR' && operator !== 'NOT') return null;
  const entries: [unknown, unknown][] = expert
    ? conditions.map((one: unknown) => [isObject(one) ? one.name : undefined, one])
    : Object.entries(selector);
  const lines = entries.map(([name, line]) => lineOf(name, line, scope));
  return lines.every((line) => line !== null) ? { joint: expert ? (operator as Joint) : 'AND', lines } : null;
}

function lineOf(name: unknown, stored: unknown, scope: Scope): Line | null {
  if (!isName(name, scope) || !isObject(stored)) return null;
  const line = lineFor(name);
  if (!(operatorsOf(name, scope) as readonly unknown[]).includes(stored.operator)) return null;
  line.operator = stored.operator as Operator;
  if (isWordless(line.operator)) return line;
  const kind = fields[name];
  const { pre_condition: pre, value, range } = stored;
  const given: unknown[] =
    kind === 'tags' && typeof value === 'string' ? value.split(',').map((tag) => tag.trim()) : [value].flat();
  const values = () => {
    const plain = given.every((one) => ['string', 'number', 'boolean'].includes(typeof one));
    return plain ? { ...line, values: given.map(String) } : null;
  };
  if (kind === 'person' || kind === 'organization') {
    if (pre === undefined || pre === null || pre === '' || pre === 'specific') {
      line.who = 'specific';
      // Nothing stands for nobody.
      return given.includes('') || given.includes(null) ? null : values();
    }
    return (whoOf(kind) as readonly unknown[]).includes(pre) ? { ...line, who: pre as Who } : null;
  }
  if (pre !== undefined && pre !== null && pre !== '' && pre !== 'specific') return null;
  if (kind === 'time') {
    if (isAbsolute(line.operator)) {
      const at = typeof given[0] === 'string' ? Date.parse(given[0]) : Number.NaN;
      return Number.isNaN(at) ? null : { ...line, at: new Date(at).toISOString() };
    }
    const count = Number(given[0]);
    if (!Number.isInteger(count) || !(ranges as readonly unknown[]).includes(range)) return null;
    return { ...line, count, range: range as Range };
  }
  if (kind === 'number') {
    const count = Number(given[0]);
    return given.length === 1 && Number.isInteger(count) ? { ...line, count } : null;
  }
  return values();
}

const isName = (name: unknown, scope: Scope): name is FieldName =>
  typeof name === 'string' && (fieldNames(scope) as string[]).includes(name);

/** Lines that say nothing yet are left out. */
export function selectorOf({ joint, lines }: Lines): Selector {
  const said = lines.flatMap((line) => {
    const stored = storedOf(line);
    return stored ? [[line.name, stored] as const] : [];
  });
  const names = new Set(said.map(([name]) => name));
  if (said.length === 0 || (joint === 'AND' && names.size === said.length)) return Object.fromEntries(said);
  return { operator: joint, conditions: said.map(([name, line]) => ({ name, ...line })) };
}

function storedOf({ name, operator, values, who, count, range, at }: Line): object | null {
  if (isWordless(operator)) return { operator };
  const kind = fields[name];
  const named = values.length > 0 ? { operator, value: values } : null;
  switch (kind) {
    case 'person':
    case 'organization':
      if (who === 'specific') return named && { operator, pre_condition: 'specific', value: values };
      return { operator, pre_condition: who, value: '' };
    case 'time':
      if (isAbsolute(operator)) return at === '' ? null : { operator, value: at };
      return { operator, value: count, range };
    case 'number':
      return { operator, value: count };
    case 'yesno':
      return { operator, value: values[0] ?? 'true' };
    case 'text':
      // One expression: several would have to be told apart.
      if (operator.includes('regex')) return values[0] ? { operator, value: values[0] } : null;
      return named;
    default:
      return named;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
