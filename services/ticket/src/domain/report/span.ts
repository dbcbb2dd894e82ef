import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { Temporal } from 'temporal-polyfill';

/** What a report is about; months and days count from 1, weeks as ISO 8601 does. */
export type Span =
  | { range: 'realtime' }
  | { range: 'day'; year: number; month: number; day: number }
  | { range: 'week'; year: number; week: number }
  | { range: 'month'; year: number; month: number }
  | { range: 'year'; year: number };

/**
 * The instants between which is counted, one more than there are counts: of a day its hours, of a week or month its days,
 * of a year its months, as the clocks of the zone show them, and of real time the minutes of the last hour. A day on
 * which clocks change has 23 or 25 hours.
 * @throws RangeError for a zone or a date that there is not
 */
export function edgesOf(span: Span, timeZone: string, now: EpochMs): EpochMs[] {
  if (span.range === 'realtime') {
    return Array.from({ length: 61 }, (_, i) => epochMs(now - (60 - i) * 60_000));
  }
  if (span.range === 'day') {
    const from = new Temporal.PlainDate(span.year, span.month, span.day).toZonedDateTime({ timeZone });
    return between(from, from.add({ days: 1 }), (start, i) => start.add({ hours: i }));
  }
  if (span.range === 'year') {
    const from = new Temporal.PlainDate(span.year, 1, 1);
    return days(from, from.add({ years: 1 }), timeZone, (start, i) => start.add({ months: i }));
  }
  if (span.range === 'month') {
    const from = new Temporal.PlainDate(span.year, span.month, 1);
    return days(from, from.add({ months: 1 }), timeZone, (start, i) => start.add({ days: i }));
  }
  // The week with the fourth of January is the first one.
  const first = new Temporal.PlainDate(span.year, 1, 4);
  const from = first.add({ days: 1 - first.dayOfWeek + (span.week - 1) * 7 });
  if (from.add({ days: 3 }).year !== span.year) throw new RangeError(`${span.year} has no week ${span.week}`);
  return days(from, from.add({ days: 7 }), timeZone, (start, i) => start.add({ days: i }));
}

function days(
  from: Temporal.PlainDate,
  until: Temporal.PlainDate,
  timeZone: string,
  step: (start: Temporal.PlainDate, i: number) => Temporal.PlainDate,
): EpochMs[] {
  const edges: EpochMs[] = [];
  for (let i = 0; ; i++) {
    const day = step(from, i);
    edges.push(epochMs(day.toZonedDateTime({ timeZone }).epochMilliseconds));
    if (Temporal.PlainDate.compare(day, until) >= 0) return edges;
  }
}

function between(
  from: Temporal.ZonedDateTime,
  until: Temporal.ZonedDateTime,
  step: (start: Temporal.ZonedDateTime, i: number) => Temporal.ZonedDateTime,
): EpochMs[] {
  const edges: EpochMs[] = [];
  for (let i = 0; ; i++) {
    const at = step(from, i);
    if (at.epochMilliseconds >= until.epochMilliseconds) return [...edges, epochMs(until.epochMilliseconds)];
    edges.push(epochMs(at.epochMilliseconds));
  }
}
