import { isZone } from '../time/zone.ts';

/** To make one costs a hundred times what it does; there are as many as calendars have zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The calendar day of an instant where the desk is, `YYYY-MM-DD`; by UTC where the zone is no more, for people are to be
 * told all the same. @param at  epoch ms
 */
export function dayIn(timeZone: string, at: number): string {
  const known = formats.get(timeZone);
  if (known) return known.format(at);
  const zone = isZone(timeZone) ? timeZone : 'UTC';
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  formats.set(timeZone, format);
  return format.format(at);
}
