import ICAL from 'ical.js';

export interface DayOff {
  /** `YYYY-MM-DD` */
  day: string;
  summary: string;
}

/** More is no calendar of days off. */
const MOST_EVENTS = 5_000;
/** Occurrences of repeated events that are looked at, all together. */
const MOST_STEPS = 5_000;
/** Of one event: school holidays are long, a year is a mistake. */
const MOST_DAYS = 62;
const LONGEST_SUMMARY = 250;
/** What repeats more often than that has a time of day, and is no day off. */
const repeats = new Set(['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY']);

/** Why a text cannot be read; the message is for whoever configured the feed. */
export class FeedError extends Error {}

/**
 * The whole days of a calendar in iCalendar (RFC 5545): its all-day events, also repeated ones, that were not called off.
 * @param first  `YYYY-MM-DD`; what was before is left out
 * @param last   as `first`
 * @returns each day once, in their order
 * @throws FeedError
 */
export function daysOff(text: string, first: string, last: string): DayOff[] {
  try {
    return read(text, first, last);
  } catch (error) {
    if (error instanceof FeedError) throw error;
    throw new FeedError('The answer is no calendar in iCalendar.', { cause: error });
  }
}

function read(text: string, first: string, last: string): DayOff[] {
  const found = new Map<string, string>();
  let steps = 0;
  for (const event of eventsOf(text)) {
    const summary = (event.summary ?? '').slice(0, LONGEST_SUMMARY);
    const length = lengthOf(event);
    for (const start of startsOf(event)) {
      if (++steps > MOST_STEPS) throw new FeedError('The feed has events that repeat too often.');
      if (start.toString() > last) break;
      const day = start.clone();
      for (let n = 0; n < length; n++) {
        const name = day.toString();
        if (name >= first && name <= last && !found.has(name)) found.set(name, summary);
        day.adjust(1, 0, 0, 0);
      }
    }
  }
  return [...found].map(([day, summary]) => ({ day, summary })).sort((a, b) => (a.day < b.day ? -1 : 1));
}

function eventsOf(text: string): ICAL.Event[] {
  const parsed: unknown[] = ICAL.parse(text);
  // One calendar is an array that begins with its name; several are an array of such.
  const calendars = typeof parsed[0] === 'string' ? [parsed] : parsed;
  const events = calendars.flatMap((one) => new ICAL.Component(one as unknown[]).getAllSubcomponents('vevent'));
  if (calendars.length === 0) throw new FeedError('The address answers with nothing.');
  if (events.length > MOST_EVENTS) throw new FeedError(`The feed has more than ${MOST_EVENTS} events.`);
  return events.map((one) => new ICAL.Event(one)).filter((event) => event.startDate?.isDate && !isCalledOff(event));
}

function isCalledOff({ component }: ICAL.Event): boolean {
  return String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED';
}

/** Its end is the first day that is not part of it. */
function lengthOf({ startDate, endDate }: ICAL.Event): number {
  const days = endDate ? Math.round(endDate.subtractDateTz(startDate).toSeconds() / 86_400) : 1;
  return Math.min(Math.max(days, 1), MOST_DAYS);
}

function* startsOf(event: ICAL.Event): Generator<ICAL.Time> {
  if (!event.isRecurring()) {
    yield event.startDate;
    return;
  }
  const rules = event.component.getAllProperties('rrule').map((one) => one.getFirstValue() as unknown as ICAL.Recur);
  if (rules.some(({ freq }) => !repeats.has(freq))) return;
  const occurrences = event.iterator();
  for (let next = occurrences.next(); next; next = occurrences.next()) yield next;
}
