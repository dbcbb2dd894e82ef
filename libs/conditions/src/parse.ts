import { epochMs } from '@helpmesh/kernel';
import type { Condition, Test, Viewer } from './condition.ts';
import type { Field, FieldType, Reached, Value } from './field.ts';
import { fold } from './fold.ts';
import { type Moment, type Range, ranges } from './moment.ts';
import { parsePattern } from './pattern.ts';

/** Deeper selectors are nobody's wish, and every level costs stack. */
const DEEPEST = 10;
const MOST_LINES = 100;
const MOST_VALUES = 1_000;
const LONGEST_TEXT = 3_000;
/** Of relative times: ten years of minutes. */
const MOST_SHIFTED = 5_256_000;

/** Why a selector cannot be used; the message is for whoever wrote it. */
export class SelectorError extends Error {}

/** What can be asked where the condition will be used. */
export interface Askable<F, R extends string> {
  field(name: string): Field<F, R> | undefined;
  /** The names of all fields. */
  names(): readonly string[];
  /** The time by then. */
  clock: boolean;
  /** The person who looks. */
  viewer: boolean;
  /** What has just been done to a ticket. */
  changes: boolean;
  /** By what `keys` are compared. */
  keyOf(text: string): string;
}

type Line = Readonly<Record<string, unknown>>;
interface Reading<F, R extends string> {
  readonly askable: Askable<F, R>;
  lines: number;
}

/**
 * Reads the selector JSON of REST: the simple form `{ "ticket.state_id": { operator, value } }`, of which every line
 * must hold, or the expert form `{ operator: "AND" | "OR" | "NOT", conditions: [{ name, operator, value } …] }`.
 * @returns null for an empty selector, which stands for every object
 * @throws SelectorError that names the line
 */
export function readSelector<F, R extends string>(selector: unknown, askable: Askable<F, R>): Condition<F, R> | null {
  if (selector === null || selector === undefined) return null;
  if (!isObject(selector)) throw new SelectorError('A condition is an object.');
  if (Object.keys(selector).length === 0) return null;
  const reading = { askable, lines: 0 };
  if ('conditions' in selector) return expert(selector, 1, reading);
  return { op: 'all', of: Object.entries(selector).map(([name, line]) => comparison(name, line, reading)) };
}

const joints: Record<string, 'all' | 'any' | 'none'> = { AND: 'all', OR: 'any', NOT: 'none' };

function expert<F, R extends string>(node: Line, depth: number, reading: Reading<F, R>): Condition<F, R> {
  if (depth > DEEPEST) throw new SelectorError(`A condition is at most ${DEEPEST} levels deep.`);
  const op = typeof node.operator === 'string' && Object.hasOwn(joints, node.operator) && joints[node.operator];
  if (!op)
    throw new SelectorError(`The operator of a group of conditions is AND, OR or NOT, not ${quoted(node.operator)}.`);
  if (!Array.isArray(node.conditions)) throw new SelectorError('A group of conditions needs a list of them.');
  return {
    op,
    of: node.conditions.map((one: unknown) => {
      if (!isObject(one)) throw new SelectorError('A condition is an object.');
      return 'conditions' in one ? expert(one, depth + 1, reading) : comparison(String(one.name), one, reading);
    }),
  };
}

function comparison<F, R extends string>(name: string, line: unknown, reading: Reading<F, R>): Condition<F, R> {
  const { askable } = reading;
  if (++reading.lines > MOST_LINES) throw new SelectorError(`A condition has at most ${MOST_LINES} lines.`);
  const field = askable.field(name);
  if (!field) {
    const known = askable.names().join(', ');
    throw new SelectorError(`${quoted(name)} cannot be used in this condition. Known are ${known}.`);
  }
  const fail = (why: string) => new SelectorError(`${quoted(name)}: ${why}`);
  if (!isObject(line)) throw new SelectorError(`${quoted(name)} needs an operator and a value.`);
  const operator = operatorNamed(line.operator);
  if (!operator || !isUsable(operator, field, askable)) {
    const usable = [...operators.keys()].filter((one) => {
      const found = operators.get(one) as Operator;
      return isUsable(found, field, askable) && !found.old;
    });
    throw fail(`the operator is one of "${usable.join('", "')}", not ${quoted(line.operator)}.`);
  }
  const positive: Condition<F, R> = { op: 'test', field, test: operator.test({ field, line, fail, askable }) };
  return operator.not ? { op: 'none', of: [positive] } : positive;
}

interface Asked {
  field: Pick<Field, 'name' | 'type' | 'unset'>;
  line: Line;
  askable: Pick<Askable<never, never>, 'clock' | 'viewer' | 'changes' | 'keyOf'>;
  fail: (why: string) => SelectorError;
}

interface Operator {
  for: readonly FieldType[];
  /** The opposite of what `test` asks. */
  not?: boolean;
  /** Only where there is a change to look at. */
  ofChange?: boolean;
  /** The answer becomes another one by itself. */
  ofTime?: boolean;
  /** Only these fields. */
  only?: readonly string[];
  /** A spelling of other days: read, and not recommended. */
  old?: boolean;
  test(asked: Asked): Test;
}

const single = ['id', 'user', 'organization', 'text', 'number', 'boolean'] as const;
const temporal = ['time', 'day'] as const;
const every = [...single, ...temporal, 'keys', 'choices', 'users'] as const;
const severalAtOnce = ['keys', 'choices'] as const;

const equal = (asked: Asked): Test => {
  const { viewer, values } = operands(asked);
  return { is: 'in', values, ...(viewer && { viewer }) };
};
const set = ({ field: { unset } }: Asked): Test => (unset === undefined ? { is: 'set' } : { is: 'more', than: unset });
const found =
  (is: 'contains' | 'starts' | 'ends') =>
  (asked: Asked): Test => ({ is, texts: texts(asked) });
const pattern = ({ line, fail }: Asked): Test => {
  if (typeof line.value !== 'string' || line.value === '') throw fail('a regular expression is needed.');
  try {
    return { is: 'pattern', pattern: parsePattern(checkedText(line.value, fail)) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fail(`${quoted(line.value)} cannot be used as a regular expression: ${error.message}.`);
  }
};
const absolute =
  (is: 'until' | 'since') =>
  (asked: Asked): Test => ({ is, moment: instant(asked) });
const relative =
  (is: 'until' | 'since', sign: 1 | -1) =>
  (asked: Asked): Test => ({ is, moment: shifted(asked, sign) });
const present: Moment = { shift: 0, range: 'minute' };
const today = ({ line, fail }: Asked): Test => {
  const zone = zoneOf(line.value, fail);
  return { is: 'between', first: { day: 'first', zone }, last: { day: 'last', zone } };
};
const reached =
  (near: boolean) =>
  ({ field }: Asked): Test => ({
    is: 'reached',
    what: `${field.name.replace('ticket.', '')}${near ? ' warning' : ''}` as Reached,
  });
const changedBy = (asked: Asked): Test => {
  const { viewer, values } = operands({ ...asked, field: { ...asked.field, type: 'user' } });
  return { is: 'changed-by', users: values.filter((one) => typeof one === 'number'), ...(viewer && { viewer }) };
};
const workingTime = ({ line, fail }: Asked): Test => ({
  is: 'working-time',
  calendarIds: listOf(line.value, fail).map((one) => idOf(one, fail)),
});

/** Every operator by the names it goes by; the first is what we call it. */
const operators = new Map<string, Operator>(
  (
    [
      [['is'], { for: [...single, 'users', 'action'], test: equal }],
      [['is not'], { for: [...single, 'users', 'action'], not: true, test: equal }],
      [['is any of'], { for: ['text'], test: equal }],
      [['is none of'], { for: ['text'], not: true, test: equal }],
      [['is set', 'exists'], { for: every, test: set }],
      [['is not set', 'missing'], { for: every, not: true, test: set }],
      [['contains'], { for: ['text'], test: found('contains') }],
      [['contains not'], { for: ['text'], not: true, test: found('contains') }],
      [['starts with one of', 'starts with'], { for: ['text'], test: found('starts') }],
      [['ends with one of', 'ends with'], { for: ['text'], test: found('ends') }],
      [['matches regex', 'regex match'], { for: ['text'], test: pattern }],
      [['does not match regex', 'regex mismatch'], { for: ['text'], not: true, test: pattern }],
      [['less than'], { for: ['number'], test: (asked) => ({ is: 'less', than: numberOf(asked) }) }],
      [['greater than'], { for: ['number'], test: (asked) => ({ is: 'more', than: numberOf(asked) }) }],
      [['contains all'], { for: severalAtOnce, test: (asked) => ({ is: 'has-all', values: several(asked) }) }],
      [['contains one'], { for: severalAtOnce, test: (asked) => ({ is: 'in', values: several(asked) }) }],
      [
        ['contains all not'],
        { for: severalAtOnce, not: true, test: (asked) => ({ is: 'has-all', values: several(asked) }) },
      ],
      [
        ['contains one not'],
        { for: severalAtOnce, not: true, test: (asked) => ({ is: 'in', values: several(asked) }) },
      ],
      [['before (absolute)'], { for: temporal, test: absolute('until') }],
      [['after (absolute)'], { for: temporal, test: absolute('since') }],
      [['before (relative)'], { for: temporal, ofTime: true, test: relative('until', -1) }],
      [['after (relative)'], { for: temporal, ofTime: true, test: relative('since', 1) }],
      [['from (relative)'], { for: temporal, ofTime: true, test: relative('since', -1) }],
      [['till (relative)'], { for: temporal, ofTime: true, test: relative('until', 1) }],
      [
        ['within last (relative)'],
        { for: temporal, ofTime: true, test: (asked) => ({ is: 'between', first: shifted(asked, -1), last: present }) },
      ],
      [
        ['within next (relative)'],
        { for: temporal, ofTime: true, test: (asked) => ({ is: 'between', first: present, last: shifted(asked, 1) }) },
      ],
      [['today'], { for: temporal, ofTime: true, test: today }],
      [['is in working time'], { for: ['calendar'], ofTime: true, test: workingTime }],
      [['is not in working time'], { for: ['calendar'], ofTime: true, not: true, test: workingTime }],
      [['has changed'], { for: [...every], ofChange: true, test: () => ({ is: 'changed' }) }],
      [['is modified by', 'modified by'], { for: [...every], ofChange: true, test: changedBy }],
      [['is not modified by', 'not modified by'], { for: [...every], ofChange: true, not: true, test: changedBy }],
      [
        ['has reached'],
        { for: ['time'], ofChange: true, only: ['ticket.pending_time', 'ticket.escalation_at'], test: reached(false) },
      ],
      [['has reached warning'], { for: ['time'], ofChange: true, only: ['ticket.escalation_at'], test: reached(true) }],
    ] satisfies [string[], Operator][]
  ).flatMap(([names, operator]: [string[], Operator]) =>
    names.map((name, i): [string, Operator] => [name, { ...operator, old: i > 0 }]),
  ),
);

function operatorNamed(name: unknown): Operator | undefined {
  return typeof name === 'string' ? operators.get(name) : undefined;
}

function isUsable(
  { for: types, ofChange, ofTime, only }: Operator,
  field: Asked['field'],
  { clock, changes }: Asked['askable'],
): boolean {
  if (!types.includes(field.type)) return false;
  if (ofChange) return changes && field.name.startsWith('ticket.') && (!only || only.includes(field.name));
  return !ofTime || clock;
}

const viewers: Record<
  'current_user.id' | 'current_user.organization_id',
  { viewer: Viewer; types: readonly FieldType[] }
> = {
  'current_user.id': { viewer: 'user', types: ['user', 'users'] },
  'current_user.organization_id': { viewer: 'organizations', types: ['organization'] },
};

/** What to compare with: given values, or whoever looks. */
function operands(asked: Asked): { values: Value[]; viewer?: Viewer } {
  const { field, line, fail, askable } = asked;
  switch (line.pre_condition) {
    case 'not_set':
      return { values: [field.unset ?? null] };
    case undefined:
    case null:
    case '':
    case 'specific':
      return { values: listOf(line.value, fail).map((one) => operand(asked, one)) };
    case 'current_user.id':
    case 'current_user.organization_id': {
      if (!askable.viewer) throw fail(`there is no user here for ${quoted(line.pre_condition)}.`);
      const { viewer, types } = viewers[line.pre_condition];
      if (!types.includes(field.type)) throw fail(`${quoted(line.pre_condition)} is nothing that it could hold.`);
      return { values: [], viewer };
    }
    default:
      throw fail(`${quoted(line.pre_condition)} is no pre_condition.`);
  }
}

function operand({ field, fail }: Asked, value: unknown): Value {
  if (value === '' || value === null || value === undefined) return field.unset ?? null;
  switch (field.type) {
    case 'text':
    case 'action':
      if (typeof value !== 'string') throw fail(`${quoted(value)} is no text.`);
      return checkedText(value, fail);
    case 'boolean':
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      throw fail(`${quoted(value)} is neither true nor false.`);
    case 'number':
      return figure(value, fail);
    default:
      return idOf(value, fail);
  }
}

function listOf(value: unknown, fail: Asked['fail']): unknown[] {
  const given: unknown[] = Array.isArray(value) ? value : [value];
  if (given.length > MOST_VALUES) throw fail(`at most ${MOST_VALUES} values.`);
  return given;
}

function idOf(value: unknown, fail: Asked['fail']): number {
  const id = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= 2_147_483_647) return id;
  throw fail(`${quoted(value)} is no id.`);
}

function numberOf({ line, fail }: Asked): number {
  return figure(Array.isArray(line.value) ? line.value[0] : line.value, fail);
}

function figure(value: unknown, fail: Asked['fail']): number {
  const number = typeof value === 'string' && /^-?\d{1,9}(\.\d{1,6})?$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Math.abs(number) <= 2_147_483_647) return number;
  throw fail(`${quoted(value)} is no number.`);
}

function texts({ line, fail }: Asked): string[] {
  return listOf(line.value, fail).map((one) => {
    if (typeof one !== 'string' || one === '') throw fail(`${quoted(one)} is no text to look for.`);
    return fold(checkedText(one, fail));
  });
}

/** Tags or choices, as a list or as one text with commas, as existing clients write them. */
function several({ field, line, fail, askable }: Asked): string[] {
  const what = field.type === 'keys' ? 'tag' : 'value';
  const given = typeof line.value === 'string' ? line.value.split(',') : listOf(line.value, fail);
  const keys = listOf(given, fail).map((one) => {
    if (typeof one !== 'string') throw fail(`${quoted(one)} is no ${what}.`);
    const text = checkedText(one, fail);
    return field.type === 'keys' ? askable.keyOf(text) : text.trim();
  });
  const named = [...new Set(keys.filter((key) => key !== ''))];
  if (named.length === 0) throw fail(`a ${what} is needed.`);
  return named;
}

function checkedText(text: string, fail: Asked['fail']): string {
  if (text.length > LONGEST_TEXT) throw fail(`a text of a condition has at most ${LONGEST_TEXT} characters.`);
  if (text.includes('\0') || !text.isWellFormed()) throw fail('the text holds characters that no object can.');
  return text;
}

function instant({ field, line, fail }: Asked): Moment {
  const text = Array.isArray(line.value) ? line.value[0] : line.value;
  const at = typeof text === 'string' && /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at) || at < 0) throw fail(`${quoted(text)} is no time like 2026-12-24T18:00:00Z.`);
  return { at: epochMs(at), ...(field.type === 'day' && { on: String(text).slice(0, '2026-12-24'.length) }) };
}

/** By whose clock it is a day; where the desk is when nothing is said. */
function zoneOf(value: unknown, fail: Asked['fail']): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value as string }).resolvedOptions().timeZone;
  } catch {
    throw fail(`${quoted(value)} is no time zone.`);
  }
}

function shifted({ line, fail }: Asked, sign: 1 | -1): Moment {
  const { range } = line;
  if (!ranges.includes(range as Range)) throw fail(`the range is one of ${ranges.join(', ')}, not ${quoted(range)}.`);
  const value = Array.isArray(line.value) ? line.value[0] : line.value;
  const count = typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > MOST_SHIFTED) {
    throw fail(`${quoted(value)} is no number of ${String(range)}s.`);
  }
  return { shift: sign * count, range: range as Range };
}

function isObject(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Cut, because a selector may hold anything. */
function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}
