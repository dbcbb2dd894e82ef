import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { Temporal } from 'temporal-polyfill';
import { isZone } from '../time/zone.ts';

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const EPOCH_DAY = Temporal.PlainDate.from('1970-01-01');

/** Days of which every one has this distance to UTC from its first to its last minute. */
interface Steady {
  from: number;
  /** The first day that is not one of them. */
  until: number;
  offsetMs: number;
}

/**
 * Where the local days of a zone lie in time. Days are numbers, counted from 1970-01-01 by the local date. Asks
 * Temporal (measured: 80 µs a question) only where the clocks change; what lies between is arithmetic.
 */
export class LocalDays {
  private readonly steady: Steady[] = [];

  /** @throws RangeError for a zone that nobody knows */
  constructor(private readonly timezone: string) {
    if (!isZone(timezone)) throw new RangeError(`There is no time zone ${timezone}.`);
  }

  /**
   * The first instant of the day whose clock shows this minute or a later one, which has an answer on days whose clock
   * skips the minute, and one answer on days whose clock shows it twice.
   * @param minute  0 to 1440; 1440 is the beginning of the next day
   */
  at(day: number, minute: number): EpochMs {
    const steady = this.steadyAround(day);
    if (steady) return epochMs(day * DAY_MS + minute * MINUTE_MS - steady.offsetMs);
    return minute === 1440 ? this.asked(day + 1, 0) : this.asked(day, minute);
  }

  private asked(day: number, minute: number): EpochMs {
    const plainTime = new Temporal.PlainTime(Math.floor(minute / 60), minute % 60);
    const local = dateOf(day).toPlainDateTime(plainTime);
    // Of a minute that comes twice, the first. Of one that is skipped, an instant before the clocks go forward.
    const found = local.toZonedDateTime(this.timezone, { disambiguation: 'earlier' });
    if (found.toPlainDateTime().equals(local)) return epochMs(found.epochMilliseconds);
    return epochMs((found.getTimeZoneTransition('next') as Temporal.ZonedDateTime).epochMilliseconds);
  }

  private steadyAround(day: number): Steady | undefined {
    const known = this.steady.find(({ from, until }) => from <= day && day < until);
    if (known) return known;
    const start = dateOf(day).toZonedDateTime({ timeZone: this.timezone });
    const offsetMs = start.offsetNanoseconds / 1_000_000;
    const change = start.getTimeZoneTransition('next');
    const until = change ? Math.floor((change.epochMilliseconds + offsetMs) / DAY_MS) : Number.POSITIVE_INFINITY;
    // A day may also begin where the clocks change, and so not at its midnight.
    if (until <= day || start.epochMilliseconds !== day * DAY_MS - offsetMs) return undefined;
    const found = { from: day, until, offsetMs };
    this.steady.push(found);
    return found;
  }
}

/** `2026-12-25` */
export function isoDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekdayOf(day: number): number {
  // 1970-01-01 was a Thursday.
  return (((day + 3) % 7) + 7) % 7;
}

function dateOf(day: number): Temporal.PlainDate {
  return EPOCH_DAY.add({ days: day });
}
