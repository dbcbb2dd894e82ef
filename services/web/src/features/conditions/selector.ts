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
  | 'calendar'
  // Of custom fields, where nothing may be set.
  | 'option'
  | 'options'
  | 'figure'
  | 'flag'
  | 'day';

/** Fields that any condition may ask for. */
const lasting = {
  'ticket.state_id': 'choice',
  'ticket.priority_id': 'choice',
  'ticket.impact': 'choice',
  'ticket.urgency': 'choice',
  'ticket.original_priority_id': 'choice',
  'ticket.priority_overridden': 'yesno',
  'ticket.group_id': 'choice',
  'ticket.owner_id': 'person',
  'ticket.customer_id': 'person',
  'ticket.organization_id': 'organization',
  'ticket.mention_user_ids': 'person',
  'ticket.tags': 'tags',
  'ticket.title': 'text',
  'ticket.number': 'text',
  'ticket.article_count': 'number',
  'ticket.rating': 'number',
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

const organization = {
  'organization.name': 'text',
  'organization.domain': 'text',
  'organization.active': 'yesno',
  'organization.vip': 'yesno',
  'organization.shared': 'yesno',
  'organization.note': 'text',
  'organization.created_at': 'time',
  'organization.updated_at': 'time',
} as const satisfies Record<string, Kind>;
const calendar = { 'execution_time.calendar_id': 'calendar' } as const satisfies Record<string, Kind>;

/** What schedules over people may ask for; the API knows more. */
const people = {
  'user.active': 'yesno',
  'user.last_login': 'time',
  'user.created_at': 'time',
  'user.updated_at': 'time',
  'user.vip': 'yesno',
  'user.verified': 'yesno',
  'user.organization_id': 'organization',
  'user.email': 'text',
  'user.login': 'text',
  'user.firstname': 'text',
  'user.lastname': 'text',
  'user.department': 'text',
  'user.city': 'text',
  'user.country': 'text',
  'user.note': 'text',
  ...organization,
  ...calendar,
} as const satisfies Record<string, Kind>;

export type FieldName = keyof typeof lasting | keyof typeof happenings | keyof typeof people;

/** What an SLA may look at: due times follow from the ticket and its tags, whoever looks and whenever. */
const ofSlas: readonly FieldName[] = [
  ...(['ticket.priority_id', 'ticket.group_id', 'ticket.state_id', 'ticket.tags'] as const),
  ...(['ticket.title', 'ticket.number'] as const),
];

/**
 * `slas`: the ticket and its tags; `tickets`: all that tickets are; `schedules`: that, where nobody looks; `changes`: also
 * what has just been done to them; `people` and `organizations`: what they are.
 */
export type Scope = 'slas' | 'tickets' | 'schedules' | 'changes' | 'people' | 'organizations';

const builtIn: Record<Scope, Readonly<Record<string, Kind>>> = {
  ...{ slas: lasting, tickets: lasting, schedules: lasting, changes: { ...lasting, ...happenings } },
  ...{ people, organizations: { ...organization, ...calendar } },
};
const ownPrefix = {
  slas: 'ticket',
  tickets: 'ticket',
  schedules: 'ticket',
  changes: 'ticket',
  people: 'user',
  organizations: 'organization',
};

/** Custom fields, by the names that conditions ask for them: `ticket.impact`. */
export type Customs = ReadonlyMap<string, Kind>;

const customKinds: Record<string, Kind> = {
  ...{ input: 'text', textarea: 'text', integer: 'figure', boolean: 'flag', date: 'day', datetime: 'time' },
  ...{ select: 'option', tree_select: 'option', multiselect: 'options', multi_tree_select: 'options' },
};

export const customsOf = (custom: readonly { name: string; data_type: string }[], scope: Scope): Customs =>
  new Map(custom.map(({ name, data_type }) => [`${ownPrefix[scope]}.${name}`, customKinds[data_type] ?? 'text']));

/** What a line may begin with. */
export function offeredNames(scope: Scope, customs: Customs): string[] {
  const own = scope === 'slas' ? ofSlas : Object.keys(builtIn[scope]);
  return [...own, ...customs.keys()];
}

function kindOf(name: string, scope: Scope, customs: Customs): Kind | undefined {
  const names = builtIn[scope];
  return Object.hasOwn(names, name) ? names[name] : customs.get(name);
}

const times = [
  ...(['before (relative)', 'after (relative)', 'from (relative)', 'till (relative)'] as const),
  ...(['within last (relative)', 'within next (relative)', 'before (absolute)', 'after (absolute)'] as const),
  ...(['today', 'is set', 'is not set'] as const),
];

const operators = {
  choice: ['is', 'is not'],
  person: ['is', 'is not'],
  organization: ['is', 'is not'],
  text: [
    ...['contains', 'contains not', 'starts with one of', 'ends with one of', 'is any of', 'is none of'],
    ...['matches regex', 'does not match regex', 'is set', 'is not set'],
  ],
  tags: ['contains one', 'contains all', 'contains one not', 'contains all not'],
  time: times,
  day: times,
  number: ['is', 'is not', 'less than', 'greater than'],
  yesno: ['is', 'is not'],
  happening: ['is', 'is not'],
  calendar: ['is in working time', 'is not in working time'],
  option: ['is', 'is not', 'is set', 'is not set'],
  options: ['contains one', 'contains all', 'contains one not', 'contains all not', 'is set', 'is not set'],
  figure: ['is', 'is not', 'less than', 'greater than', 'is set', 'is not set'],
  flag: ['is', 'is not', 'is set', 'is not set'],
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
  | 'today'
  | 'less than'
  | 'greater than'
  | 'is in working time'
  | 'is not in working time'
  | 'has changed'
  | 'has reached'
  | 'has reached warning';

const notChanging: readonly string[] = ['ticket.number', 'ticket.action'];
const reachable: Record<string, readonly Operator[]> = {
  'ticket.pending_time': ['has reached'],
  'ticket.escalation_at': ['has reached', 'has reached warning'],
};

export function operatorsOf({ name, kind }: Pick<Line, 'name' | 'kind'>, scope: Scope): readonly Operator[] {
  const always: readonly Operator[] = operators[kind];
  if (scope === 'slas') return always.filter((operator) => !isOfTheClock(operator));
  if (scope !== 'changes') return always;
  const changes = name.startsWith('ticket.') && !notChanging.includes(name);
  return [...always, ...(changes ? (['has changed'] as const) : []), ...(reachable[name] ?? [])];
}

const isOfTheClock = (operator: Operator) =>
  operator === 'today' || operator.endsWith('(relative)') || operator.endsWith('working time');
const wordless: readonly Operator[] = [
  ...(['today', 'is set', 'is not set', 'has changed', 'has reached', 'has reached warning'] as const),
];
/** Whether the operator says everything. */
export const isWordless = (operator: Operator): boolean => wordless.includes(operator);
export const isAbsolute = (operator: Operator): boolean => operator.endsWith('(absolute)');

export const ranges = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Range = (typeof ranges)[number];

/** Of people and organizations: that of whoever looks, none, or those that are named. */
export type Who = 'current_user.id' | 'current_user.organization_id' | 'not_set' | 'specific';
export function whoOf(kind: Kind, scope: Scope): readonly Who[] {
  // When schedules run, nobody looks.
  if (scope === 'schedules' || scope === 'people' || scope === 'organizations') return ['specific', 'not_set'];
  return kind === 'organization'
    ? ['specific', 'not_set', 'current_user.organization_id']
    : ['current_user.id', 'not_set', 'specific'];
}

export interface Line {
  name: string;
  kind: Kind;
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

/** What a line begins as. @param name  one that is offered there */
export function lineFor(name: string, scope: Scope, customs: Customs): Line {
  const kind = kindOf(name, scope, customs) ?? 'text';
  const who = whoOf(kind, scope)[0] as Who;
  const [operator = 'is'] = operatorsOf({ name, kind }, scope);
  return { name, kind, operator, values: [], who, count: 1, range: 'day', at: '' };
}

/** @returns null for what lines cannot show: it is edited as text */
export function linesOf(selector: Selector, scope: Scope, customs: Customs): Lines | null {
  const { operator, conditions } = selector;
  const expert = Array.isArray(conditions);
  if (expert && operator !== 'AND' && operator !== 'OR' && operator !== 'NOT') return null;
  const entries: [unknown, unknown][] = expert
    ? conditions.map((one: unknown) => [isObject(one) ? one.name : undefined, one])
    : Object.entries(selector);
  const lines = entries.map(([name, line]) => lineOf(name, line, scope, customs));
  return lines.every((line) => line !== null) ? { joint: expert ? (operator as Joint) : 'AND', lines } : null;
}

function lineOf(name: unknown, stored: unknown, scope: Scope, customs: Customs): Line | null {
  if (typeof name !== 'string' || !kindOf(name, scope, customs) || !isObject(stored)) return null;
  const line = lineFor(name, scope, customs);
  if (!(operatorsOf(line, scope) as readonly unknown[]).includes(stored.operator)) return null;
  line.operator = stored.operator as Operator;
  // The day of a zone that is named is no other than that of the desk only by chance.
  if (line.operator === 'today' && stored.value) return null;
  if (isWordless(line.operator)) return line;
  const { kind } = line;
  const { pre_condition: pre, value, range } = stored;
  const given: unknown[] =
    (kind === 'tags' || kind === 'options') && typeof value === 'string'
      ? value.split(',').map((tag) => tag.trim())
      : [value].flat();
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
    return (whoOf(kind, scope) as readonly unknown[]).includes(pre) ? { ...line, who: pre as Who } : null;
  }
  if (pre !== undefined && pre !== null && pre !== '' && pre !== 'specific') return null;
  if (kind === 'time' || kind === 'day') {
    if (isAbsolute(line.operator)) {
      const at = typeof given[0] === 'string' ? Date.parse(given[0]) : Number.NaN;
      if (Number.isNaN(at)) return null;
      const instant = new Date(at).toISOString();
      if (kind === 'time') return { ...line, at: instant };
      // A moment within a day says more than a day.
      return instant.endsWith('T00:00:00.000Z') ? { ...line, at: instant.slice(0, 10) } : null;
    }
    const count = Number(given[0]);
    if (!Number.isInteger(count) || !(ranges as readonly unknown[]).includes(range)) return null;
    return { ...line, count, range: range as Range };
  }
  if (kind === 'number' || kind === 'figure') {
    const count = Number(given[0]);
    return given.length === 1 && Number.isInteger(count) ? { ...line, count } : null;
  }
  return values();
}

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

function storedOf({ kind, operator, values, who, count, range, at }: Line): object | null {
  if (isWordless(operator)) return { operator };
  const named = values.length > 0 ? { operator, value: values } : null;
  switch (kind) {
    case 'person':
    case 'organization':
      if (who === 'specific') return named && { operator, pre_condition: 'specific', value: values };
      return { operator, pre_condition: who, value: '' };
    case 'time':
    case 'day':
      if (isAbsolute(operator)) return at === '' ? null : { operator, value: at };
      return { operator, value: count, range };
    case 'number':
    case 'figure':
      return { operator, value: count };
    case 'yesno':
    case 'flag':
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
