import { type EpochMs, epochMs } from '@helpmesh/kernel';
import rrule, { type Options } from 'rrule';
import { Temporal } from 'temporal-polyfill';
import { isZone } from '../time/zone.ts';

const { RRule } = rrule;

/** What becomes of occurrences that nobody was there for: each is made up for, one for all of them, none. */
export const catchUps = ['each', 'once', 'skip'] as const;
export type CatchUp = (typeof catchUps)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** An occurrence that is this late was missed. */
const MISSED_AFTER_MS = HOUR_MS;
/** Looked ahead for the next one; what does not happen within is taken to be over. */
const HORIZON_YEARS = 30;
const MOST_INTERVAL = 1_000;

/**
 * Days that recur, by the rule of a calendar entry (RFC 5545 3.3.10), at a time of day by the clock of a zone. The rule
 * knows days without a zone; the zone says which instant each is. A time that the clock skips is an hour later then, one
 * that it shows twice is the first of both.
 */
export class Recurrence {
  private readonly options: Partial<Options>;

  /**
   * @param text      `FREQ=WEEKLY;BYDAY=MO`; once a day at most
   * @param startsAt  the first day and the time of day: `2026-03-02T08:00`
   * @throws RangeError with a sentence for whoever wrote it
   */
  constructor(
    text: string,
    startsAt: string,
    private readonly timezone: string,
  ) {
    const first = plainTime(startsAt);
    if (!isZone(timezone)) throw new RangeError(`There is no time zone "${timezone.slice(0, 50)}".`);
    zoned(first, timezone);
    this.options = { ...rule(text), dtstart: floating(first) };
    // A rule ends with a day, whatever time of day stands there.
    const { until } = this.options;
    if (until) this.options.until = new Date(until.getTime() - (until.getTime() % DAY_MS) + DAY_MS - 1);
  }

  /** The first occurrence after this instant; null: there is none any more. */
  next(after: EpochMs): EpochMs | null {
    const local = Temporal.Instant.fromEpochMilliseconds(after).toZonedDateTimeISO(this.timezone).toPlainDateTime();
    const from = new Date(Math.max(floating(local).getTime() - DAY_MS, (this.options.dtstart as Date).getTime()));
    const horizon = new Date(from.getTime() + HORIZON_YEARS * 366 * DAY_MS);
    const { until } = this.options;
    // The end makes a rule that never fits stop looking.
    const found = new RRule({ ...this.options, until: until && until < horizon ? until : horizon });
    for (let at = found.after(from, true); at; at = found.after(at, false)) {
      const instant = zoned(plainOf(at), this.timezone);
      if (instant > after) return instant;
    }
    return null;
  }

  /**
   * What is to be done by now.
   * @param due  the occurrence that is waited for
   * @param now  not before it
   * @returns    occurrences to make now, oldest first and at most `most`, and the one to wait for then
   */
  dueBy(due: EpochMs, now: EpochMs, policy: CatchUp, most: number): { make: EpochMs[]; next: EpochMs | null } {
    if (policy === 'each') {
      const make = [due];
      let next = this.next(due);
      while (next !== null && next <= now && make.length < most) {
        make.push(next);
        next = this.next(next);
      }
      return { make, next };
    }
    const next = this.next(now);
    if (policy === 'once') return { make: [due], next };
    const latest = this.latest(due, now);
    return { make: now - latest < MISSED_AFTER_MS ? [latest] : [], next };
  }

  /** The last occurrence up to now. @param due  one that is not after it */
  private latest(due: EpochMs, now: EpochMs): EpochMs {
    const begin = epochMs(Math.max(due, now - 2 * MISSED_AFTER_MS));
    let latest = due;
    for (let at = this.next(epochMs(begin - 1)); at !== null && at <= now; at = this.next(at)) latest = at;
    return latest;
  }
}

function rule(text: string): Partial<Options> {
  let options: Partial<Options>;
  try {
    options = RRule.parseString(text.replace(/^RRULE:/i, ''));
  } catch (error) {
    throw new RangeError(`The rule cannot be read: ${error instanceof Error ? error.message : 'no rule'}.`);
  }
  const { freq, interval = 1, byhour, byminute, bysecond } = options;
  if (freq === undefined) throw new RangeError('The rule needs FREQ: DAILY, WEEKLY, MONTHLY or YEARLY.');
  const tooOften: number[] = [RRule.HOURLY, RRule.MINUTELY, RRule.SECONDLY];
  if (tooOften.includes(freq)) throw new RangeError('A rule may fall due once a day at most.');
  if (byhour || byminute || bysecond) throw new RangeError('The time of day is that of the start, not of the rule.');
  if (!(interval >= 1 && interval <= MOST_INTERVAL)) throw new RangeError(`INTERVAL may be 1 to ${MOST_INTERVAL}.`);
  const { dtstart: _, tzid: __, ...days } = options;
  return days;
}

/** @throws RangeError */
function plainTime(text: string): Temporal.PlainDateTime {
  const known = /^(20\d\d)-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text);
  if (!known) throw new RangeError('The start is a day and a time without a zone: 2026-03-02T08:00.');
  return Temporal.PlainDateTime.from(text).with({ second: 0, millisecond: 0 });
}

function zoned(plain: Temporal.PlainDateTime, timezone: string): EpochMs {
  return epochMs(plain.toZonedDateTime(timezone, { disambiguation: 'compatible' }).epochMilliseconds);
}

/** The library knows no days without a zone: they are days of UTC there. */
function floating(plain: Temporal.PlainDateTime): Date {
  return new Date(plain.toZonedDateTime('UTC').epochMilliseconds);
}

function plainOf(at: Date): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO('UTC').toPlainDateTime();
}
