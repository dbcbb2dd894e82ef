import { fold, type Test } from '@helpmesh/conditions';
import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { Temporal } from 'temporal-polyfill';
import type { Condition } from '../condition/condition.ts';
import { type Field, fieldNamed, type Knowledge } from '../condition/fields.ts';
import { dayIn } from '../notice/day.ts';
import type { SearchTerm } from './search-syntax.ts';

/** What a query is read by. */
export interface SearchClock {
  now: EpochMs;
  /** Who asks. */
  me: number;
  /** Name of a time zone: by its clock a day is a day. */
  zone: string;
}

type Named = SearchTerm & { name: string };

/** Shorter names for what is asked for often. */
const aliases: Readonly<Record<string, string>> = {
  ...{ created: 'created_at', updated: 'updated_at', changed: 'updated_at', closed: 'close_at' },
  ...{ due: 'escalation_at', pending: 'pending_time', owner: 'owner_id', assignee: 'owner_id', tag: 'tags' },
};

/**
 * What a term about a field comes to: `created:>2026-01-01`, `article_count:[2 TO 5]`, `updated:>now-7d`,
 * `note:printer`, `_exists_:pending_time`. Days, months and years are whole ones: `>` one of them is after its end.
 * @returns undefined when there is no such field, or nothing of the kind can be asked of it
 */
export function searchCondition(term: Named, knowledge: Knowledge, clock: SearchClock): Condition | undefined {
  if (term.name === '_exists_' || term.name === 'has') {
    const field = term.compare || term.range ? undefined : fieldOf(term.value.toLowerCase(), knowledge);
    return field && isSet(field);
  }
  const field = fieldOf(term.name, knowledge);
  if (!field) return undefined;
  switch (field.type) {
    case 'time':
    case 'day':
      return ofTime(field, term, clock);
    case 'number':
      return ofNumber(field, term);
    case 'text':
      return ofText(field, term);
    case 'boolean':
      return plain(term) && /^(?:true|false)$/i.test(term.value)
        ? test(field, { is: 'in', values: [term.value.toLowerCase() === 'true'] })
        : undefined;
    case 'id':
    case 'user':
    case 'users':
    case 'organization':
      if (!plain(term)) return undefined;
      if (term.value.toLowerCase() === 'me' && (field.type === 'user' || field.type === 'users'))
        return test(field, { is: 'in', values: [clock.me] });
      return /^\d{1,9}$/.test(term.value) ? test(field, { is: 'in', values: [Number(term.value)] }) : undefined;
    default:
      return undefined;
  }
}

/** Whether the answer to a query may hang on where the desk is: asked before that is looked up. */
export const mayTellTime = (query: string): boolean => /:[<>[{]|:"?(?:\d{4}|now|today|yesterday|tomorrow)/i.test(query);

function fieldOf(name: string, knowledge: Knowledge): Field | undefined {
  const known = Object.hasOwn(aliases, name) ? aliases[name] : name;
  const field = fieldNamed(`ticket.${known}`, knowledge) ?? fieldNamed(name, knowledge);
  return field?.type === 'calendar' ? undefined : field;
}

const test = (field: Field, one: Test): Condition => ({ op: 'test', field, test: one });
const all = (...of: Condition[]): Condition => ({ op: 'all', of });
const plain = ({ compare, range }: SearchTerm) => compare === undefined && range === undefined;
/** A ticket always has an owner: user 1 stands for nobody. */
const isSet = (field: Field): Condition =>
  field.name === 'ticket.owner_id' ? none(field, { is: 'in', values: [1] }) : test(field, { is: 'set' });

function ofText(field: Field, term: Named): Condition | undefined {
  if (!plain(term)) return undefined;
  const text = fold(term.value.replaceAll('*', ''));
  if (text === '') return isSet(field);
  const [begins, ends] = [term.value.endsWith('*'), term.value.startsWith('*')];
  const is = begins === ends ? 'contains' : begins ? 'starts' : 'ends';
  return test(field, { is, texts: [text] });
}

function ofNumber(field: Field, { value, compare, range }: Named): Condition | undefined {
  const bounds = range
    ? [bound(value, range.withFirst ? '>=' : '>'), bound(range.until, range.withLast ? '<=' : '<')]
    : [bound(value, compare)];
  if (bounds.includes(undefined)) return undefined;
  const tests = bounds.flatMap((one) => (one ? [one] : []));
  // What is not set is neither more nor less.
  return all(isSet(field), ...tests.map((one) => (one.not ? none(field, one.test) : test(field, one.test))));
}

const none = (field: Field, one: Test): Condition => ({ op: 'none', of: [test(field, one)] });

/** Null: there is no bound. */
function bound(text: string, compare: SearchTerm['compare']): { test: Test; not: boolean } | null | undefined {
  if (text === '*') return null;
  if (!/^-?\d{1,9}(?:\.\d{1,6})?$/.test(text)) return undefined;
  const than = Number(text);
  if (compare === undefined) return { test: { is: 'in', values: [than] }, not: false };
  const is = compare === '<' || compare === '>=' ? 'less' : 'more';
  return { test: { is, than }, not: compare === '>=' || compare === '<=' };
}

function ofTime(field: Field, { value, compare, range }: Named, clock: SearchClock): Condition | undefined {
  const [from, to] = range ? [value, range.until] : [value, value];
  const isDay = field.type === 'day';
  const periodFor = (text: string) => {
    const period = text === '*' ? null : periodOf(text, clock);
    return period && isDay ? wholeDays(period, clock.zone) : period;
  };
  const [first, last] = [periodFor(from), periodFor(to)];
  if (first === undefined || last === undefined) return undefined;
  const moment = (at: EpochMs) => ({ at, ...(isDay && { on: dayIn(clock.zone, at) }) });
  const since = (period: Period | null, whole: boolean): Condition[] =>
    period ? [test(field, { is: 'since', moment: moment(whole ? period.first : within(period.last + 1)) })] : [];
  const until = (period: Period | null, whole: boolean): Condition[] =>
    period ? [test(field, { is: 'until', moment: moment(whole ? period.last : within(period.first - 1)) })] : [];
  if (range) return all(isSet(field), ...since(first, range.withFirst), ...until(last, range.withLast));
  if (compare === '>' || compare === '>=') return all(isSet(field), ...since(first, compare === '>='));
  if (compare === '<' || compare === '<=') return all(isSet(field), ...until(first, compare === '<='));
  return all(isSet(field), ...since(first, true), ...until(first, true));
}

/** From its first to its last millisecond. */
interface Period {
  first: EpochMs;
  last: EpochMs;
}

const units = { y: 'years', M: 'months', w: 'weeks', d: 'days', h: 'hours', H: 'hours', m: 'minutes', s: 'seconds' };
type Unit = keyof typeof units;

const date =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/i;
const reckoned = /^(now|today|yesterday|tomorrow)((?:[+-]\d{1,4}[yMwdhHms])*)(?:\/([yMwdhHms]))?$/;
/** Of the beginnings of days that are spoken of. */
const days: Readonly<Record<string, number>> = { today: 0, yesterday: -1, tomorrow: 1 };

/** `2026`, `2026-03`, `2026-03-29`, `2026-03-29T02:30`, an instant, or `now-7d/d` as Elasticsearch reckons. */
function periodOf(text: string, { now, zone }: SearchClock): Period | undefined {
  const present = () => Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  try {
    const [, word, steps = '', rounded] = reckoned.exec(text) ?? [];
    if (word !== undefined) {
      let at = present();
      const ofDay = word === 'now' ? undefined : days[word];
      if (ofDay !== undefined) at = at.add({ days: ofDay });
      for (const [, sign, count, unit] of steps.matchAll(/([+-])(\d+)(\w)/g)) {
        at = at.add({ [units[unit as Unit]]: Number(`${sign}${count}`) });
      }
      const unit = (rounded ?? (ofDay === undefined ? undefined : 'd')) as Unit | undefined;
      return unit ? lasting(beginOf(at, unit), unit) : { first: instant(at), last: instant(at) };
    }
    const [, year, month, day, hour, minute, second, offset] = date.exec(text) ?? [];
    if (year === undefined) return undefined;
    const unit: Unit = second ? 's' : minute ? 'm' : hour ? 'h' : day ? 'd' : month ? 'M' : 'y';
    const local = `${year}-${month ?? '01'}-${day ?? '01'}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}`;
    const at = offset
      ? Temporal.Instant.from(`${local}${offset}`).toZonedDateTimeISO(zone)
      : Temporal.PlainDateTime.from(local).toZonedDateTime(zone);
    return lasting(at, unit);
  } catch (error) {
    // The thirteenth month, or a time that no clock shows.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Of what holds days, "after now" is after today. */
function wholeDays({ first, last }: Period, zone: string): Period {
  const day = (at: EpochMs) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).startOfDay();
  return { first: instant(day(first)), last: lasting(day(last), 'd').last };
}

function beginOf(at: Temporal.ZonedDateTime, unit: Unit): Temporal.ZonedDateTime {
  switch (unit) {
    case 'y':
      return at.with({ month: 1, day: 1 }).startOfDay();
    case 'M':
      return at.with({ day: 1 }).startOfDay();
    case 'w':
      return at.subtract({ days: at.dayOfWeek - 1 }).startOfDay();
    case 'd':
      return at.startOfDay();
    default:
      return at.round({
        smallestUnit: unit === 's' ? 'second' : unit === 'm' ? 'minute' : 'hour',
        roundingMode: 'floor',
      });
  }
}

function lasting(at: Temporal.ZonedDateTime, unit: Unit): Period {
  const end = at.add({ [units[unit]]: 1 });
  return { first: instant(at), last: within(instant(end) - 1) };
}

const instant = ({ epochMilliseconds }: Temporal.ZonedDateTime) => within(epochMilliseconds);
/** As far as JavaScript and PostgreSQL both know years. */
const within = (at: number) => epochMs(Math.min(Math.max(at, 0), Date.UTC(9999, 0)));
