import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { Temporal } from 'temporal-polyfill';

export const ranges = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Range = (typeof ranges)[number];

/** An instant; so much before (negative) or after whenever it is asked for; or where the day of that begins or ends. */
export type Moment = { at: EpochMs } | { shift: number; range: Range } | { day: 'first' | 'last'; zone: string };

const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/** The last instant of which JavaScript and PostgreSQL both know, with room for a year's arithmetic. */
const LAST = Date.UTC(9999, 0);

/** Months and years go by the calendar of UTC: a month after January 31 is the last day of February. */
export function instantOf(moment: Moment, now: EpochMs): EpochMs {
  if ('at' in moment) return moment.at;
  if ('day' in moment) return dayOf(moment, now);
  const { shift, range } = moment;
  const at = range === 'month' || range === 'year' ? shiftMonths(now, shift, range) : now + shift * lengths[range];
  return epochMs(Math.min(Math.max(at, 0), LAST));
}

let known = { now: -1, zone: '', first: 0, last: 0 };

/** The first or the last millisecond of the day by the clock of the zone; where clocks change it has not 24 hours. */
function dayOf({ day, zone }: { day: 'first' | 'last'; zone: string }, now: EpochMs): EpochMs {
  // One now is asked for once for each ticket of many, and Temporal takes its time (80 µs).
  if (known.now !== now || known.zone !== zone) {
    const begin = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).startOfDay();
    const last = begin.add({ days: 1 }).startOfDay().epochMilliseconds - 1;
    known = { now, zone, first: begin.epochMilliseconds, last };
  }
  return epochMs(known[day]);
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
