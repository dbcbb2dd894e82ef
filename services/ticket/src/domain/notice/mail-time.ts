import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { Temporal } from 'temporal-polyfill';
import { isZone } from '../time/zone.ts';

/** When somebody takes mails about tickets. */
export interface MailHabits {
  /** Null: that of the desk. */
  timezone: string | null;
  /** When none are wanted; minutes of the day. */
  quiet: { from: number; until: number; weekends: boolean } | null;
  /** They come together: at each full hour, or once a day at a minute of the day. */
  digest: { every: 'hour' } | { every: 'day'; at: number } | null;
}

export const atOnce: MailHabits = { timezone: null, quiet: null, digest: null };

const MINUTES_A_DAY = 1440;
const DAILY_AT = 8 * 60;
/** Nights and the days of a weekend one after the other. */
const MOST_STEPS = 8;

/** Reads them from `notification_config`, which clients of all ages wrote. What makes no sense asks for nothing. */
export function habitsOf(config: Readonly<Record<string, unknown>> | null | undefined): MailHabits {
  if (!config) return atOnce;
  const { timezone, quiet, digest, digest_at: at } = config;
  return {
    timezone: typeof timezone === 'string' && isZone(timezone) ? timezone : null,
    quiet: quietOf(quiet),
    digest:
      digest === 'hourly'
        ? { every: 'hour' }
        : digest === 'daily'
          ? { every: 'day', at: minute(at) ?? DAILY_AT }
          : null,
  };
}

function quietOf(given: unknown): MailHabits['quiet'] {
  if (typeof given !== 'object' || given === null) return null;
  const { from, until, weekends } = given as Record<string, unknown>;
  const [start, end] = [minute(from), minute(until)];
  const allWeekend = weekends === true || weekends === 'true';
  if (start === null || end === null) return allWeekend ? { from: 0, until: 0, weekends: true } : null;
  return start === end && !allWeekend ? null : { from: start, until: end, weekends: allWeekend };
}

function minute(given: unknown): number | null {
  const [, hours, minutes] = typeof given === 'string' ? (/^(\d\d):(\d\d)$/.exec(given) ?? []) : [];
  const at = Number(hours) * 60 + Number(minutes);
  return hours !== undefined && at < MINUTES_A_DAY ? at : null;
}

/**
 * When a mail about what happens now is wanted.
 * @param zone  of the desk, for those who have none of their own
 * @returns null: at once
 */
export function mailedAt({ timezone, quiet, digest }: MailHabits, zone: string, now: EpochMs): EpochMs | null {
  if (quiet === null && digest === null) return null;
  const own = timezone ?? (isZone(zone) ? zone : 'UTC');
  const here = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(own);
  let at = digest === null ? here : together(digest, here);
  for (let steps = 0; quiet && steps < MOST_STEPS; steps++) {
    const end = endOfQuiet(quiet, at);
    if (end === null) break;
    at = end;
  }
  return at === here ? null : epochMs(at.epochMilliseconds);
}

/** The next time at which what came is sent. */
function together(digest: NonNullable<MailHabits['digest']>, here: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  if (digest.every === 'hour') {
    return here.add({ hours: 1 }).with({ minute: 0, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 });
  }
  const today = clock(here, digest.at);
  return Temporal.ZonedDateTime.compare(today, here) > 0 ? today : clock(here.add({ days: 1 }), digest.at);
}

/** When the quiet time that an instant lies in is over; null: it lies in none. */
function endOfQuiet(
  { from, until, weekends }: NonNullable<MailHabits['quiet']>,
  at: Temporal.ZonedDateTime,
): Temporal.ZonedDateTime | null {
  if (weekends && at.dayOfWeek >= 6) return at.add({ days: 8 - at.dayOfWeek }).startOfDay();
  const now = at.hour * 60 + at.minute;
  const inside = from < until ? from <= now && now < until : from > until && (now >= from || now < until);
  if (!inside) return null;
  const end = clock(now < until ? at : at.add({ days: 1 }), until);
  // Where the clocks are put back an hour comes twice, and its end may lie behind.
  return Temporal.ZonedDateTime.compare(end, at) > 0 ? end : at.add({ minutes: 60 - at.minute });
}

function clock(day: Temporal.ZonedDateTime, minutes: number): Temporal.ZonedDateTime {
  return day.toPlainDate().toZonedDateTime({
    timeZone: day.timeZoneId,
    plainTime: Temporal.PlainTime.from({ hour: Math.floor(minutes / 60), minute: minutes % 60 }),
  });
}
