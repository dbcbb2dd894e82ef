import { isZone } from '../time/zone.ts';

/**
 * The calendar day of an instant where the desk is, `YYYY-MM-DD`; by UTC where the zone is no more, for people are to be
 * told all the same. @param at  epoch ms
 */
export function dayIn(timeZone: string, at: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: isZone(timeZone) ? timeZone : 'UTC', dateStyle: 'short' }).format(
    at,
  );
}
