import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { Temporal } from 'temporal-polyfill';

export const ranges = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Range = (typeof ranges)[number];

/**
 * An instant, with the day `YYYY-MM-DD` that it is by the clock of whoever named it; so much before (negative) or after
 * whenever it is asked for; or where the day of that begins or ends, by the clock of a zone if one is named.
 */
export type Moment =
  | { at: EpochMs; on?: string }
  | { shift: number; range: Range }
  | { day: 'first' | 'last'; zone?: string | undefined };

const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/** The last instant of which JavaScript and PostgreSQL both know, with room for a year's arithmetic. */
const LAST = Date.UTC(9999, 0);

/** What a moment is reckoned by. */
interface Reckoning {
  now: EpochMs;
  /** By whose clock a day is a day where the moment names none; that of UTC without one. */
  zone?: string | undefined;
}

/** Months and years go by the calendar of UTC: a month after January 31 is the last day of February. */
export function instantOf(moment: Moment, { now, zone = 'UTC' }: Reckoning): EpochMs {
  if ('at' in moment) return moment.at;
  if ('day' in moment) return edgeOf(moment.day, moment.zone ?? zone, now);
  const { shift, range } = moment;
  const at = range === 'month' || range === 'year' ? shiftMonths(now, shift, range) : now + shift * lengths[range];
  return epochMs(Math.min(Math.max(at, 0), LAST));
}

let known = { now: -1, zone: '', first: 0, last: 0 };

/** The first or the last millisecond of the day by the clock of the zone; where clocks change it has not 24 hours. */
function edgeOf(day: 'first' | 'last', zone: string, now: EpochMs): EpochMs {
  // One now is asked for once for each ticket of many, and Temporal takes its time (80 µs).
  if (known.now !== now || known.zone !== zone) {
    const begin = clockIn(zone, now).startOfDay();
    const last = begin.add({ days: 1 }).startOfDay().epochMilliseconds - 1;
    known = { now, zone, first: begin.epochMilliseconds, last };
  }
  return epochMs(known[day]);
}

/** What was reckoned last: of many objects each is asked the same. */
const days = new WeakMap<Moment, { now: EpochMs; zone: string; day: string }>();

/** The day of a moment, `YYYY-MM-DD`, for what holds days and no times. Days, months and years go by the calendar. */
export function dayOf(moment: Moment, { now, zone = 'UTC' }: Reckoning): string {
  const known = days.get(moment);
  if (known?.now === now && known.zone === zone) return known.day;
  const day = reckonedDay(moment, now, zone);
  days.set(moment, { now, zone, day });
  return day;
}

function reckonedDay(moment: Moment, now: EpochMs, zone: string): string {
  if ('at' in moment) return moment.on ?? dateIn(zone, moment.at).toString();
  if ('day' in moment) return dateIn(moment.zone ?? zone, now).toString();
  const { shift, range } = moment;
  if (range === 'minute' || range === 'hour') return dateIn(zone, instantOf(moment, { now })).toString();
  // Further than ten thousand years dates end.
  const most = range === 'year' ? 10_000 : range === 'month' ? 120_000 : Number.POSITIVE_INFINITY;
  const date = dateIn(zone, now).add({ [`${range}s`]: Math.max(-most, Math.min(most, shift)) });
  return date.year < 1 ? '0001-01-01' : date.year > 9998 ? '9999-01-01' : date.toString();
}

const dateIn = (zone: string, at: EpochMs): Temporal.PlainDate => clockIn(zone, at).toPlainDate();

/** By UTC where the zone is no more: what somebody asks for is to be answered all the same. */
function clockIn(zone: string, at: EpochMs): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  } catch (error) {
    if (!(error instanceof RangeError) || zone === 'UTC') throw error;
    return clockIn('UTC', at);
  }
}

function shiftMonths(now: EpochMs, shift: number, range: 'month' | 'year'): number {
  const date = new Date(now);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  // Further than ten thousand years dates end.
  const months = Math.max(-120_000, Math.min(120_000, shift * (range === 'year' ? 12 : 1)));
  date.setUTCMonth(date.getUTCMonth() + months);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.setUTCDate(Math.min(day, days));
}
