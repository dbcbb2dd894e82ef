import type { PublicHolidays } from './calendar.ts';

type Holiday = PublicHolidays[string] & { feed?: unknown };

/**
 * Days off once a feed was read anew. What people wrote themselves stays, on the same day as well; so do days of the feed
 * that are over, for they count in what was promised then. Days of the feed that somebody switched off stay off.
 * @param feed   of which feed a day is
 * @param from   `YYYY-MM-DD`, the first day that the feed told about
 */
export function withFeed(
  present: PublicHolidays,
  days: readonly { day: string; summary: string }[],
  feed: string,
  from: string,
): PublicHolidays {
  const kept = Object.entries(present).filter(([day, { feed: of }]: [string, Holiday]) => {
    return of === undefined || (of === feed && day < from);
  });
  const next: Record<string, Holiday> = Object.fromEntries(kept);
  for (const { day, summary } of days) {
    if (next[day]) continue;
    const before: Holiday | undefined = present[day];
    next[day] = { active: before?.feed === feed ? before.active : true, summary, feed };
  }
  return Object.fromEntries(Object.entries(next).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Days off without those of any feed. */
export function withoutFeed(present: PublicHolidays): PublicHolidays {
  return Object.fromEntries(Object.entries(present).filter(([, { feed }]: [string, Holiday]) => feed === undefined));
}
