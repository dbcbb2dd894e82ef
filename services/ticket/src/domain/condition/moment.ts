import { type EpochMs, epochMs } from '@helpmesh/kernel';

export const ranges = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Range = (typeof ranges)[number];

/** An instant, or so much before (negative) or after whenever it is asked for. */
export type Moment = { at: EpochMs } | { shift: number; range: Range };

const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/** The last instant of which JavaScript and PostgreSQL both know, with room for a year's arithmetic. */
const LAST = Date.UTC(9999, 0);

/** Months and years go by the calendar of UTC: a month after January 31 is the last day of February. */
export function instantOf(moment: Moment, now: EpochMs): EpochMs {
  if ('at' in moment) return moment.at;
  const { shift, range } = moment;
  const at = range === 'month' || range === 'year' ? shiftMonths(now, shift, range) : now + shift * lengths[range];
  return epochMs(Math.min(Math.max(at, 0), LAST));
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
