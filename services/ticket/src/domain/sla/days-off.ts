import type { PublicHolidays } from './calendar.ts';

export interface DayOff {
  /** `2026-12-25` */
  day: string;
  summary: string;
}

/**
 * Days off with others added to them. A day that is there stays as it is, whoever wrote it, and so does one that somebody
 * switched off.
 */
export function withDays(
  present: PublicHolidays,
  days: readonly DayOff[],
): { next: PublicHolidays; added: DayOff[]; kept: DayOff[] } {
  const added = days.filter(({ day }) => present[day] === undefined);
  const kept = days.filter(({ day }) => present[day] !== undefined);
  const more = added.map(({ day, summary }): [string, PublicHolidays[string]] => [day, { active: true, summary }]);
  const next = [...Object.entries(present), ...more].sort(([a], [b]) => (a < b ? -1 : 1));
  return { next: Object.fromEntries(next), added, kept };
}
