import { epochMs, isoTime } from '@helpmesh/kernel';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { edgesOf, type Span } from './span.ts';

const now = epochMs(Date.UTC(2026, 5, 15, 12));
const edges = (span: Span, zone = 'Europe/Berlin') => edgesOf(span, zone, now);

describe('what a report counts between', () => {
  it.each<[string, Span, number, string, string]>([
    ['the hours of a day', { range: 'day', year: 2026, month: 6, day: 1 }, 24, '2026-05-31T22:00', '2026-06-01T22:00'],
    ['a day of 23 hours', { range: 'day', year: 2026, month: 3, day: 29 }, 23, '2026-03-28T23:00', '2026-03-29T22:00'],
    ['a day of 25 hours', { range: 'day', year: 2026, month: 10, day: 25 }, 25, '2026-10-24T22:00', '2026-10-25T23:00'],
    ['the days of a week', { range: 'week', year: 2026, week: 1 }, 7, '2025-12-28T23:00', '2026-01-04T23:00'],
    ['a 53rd week', { range: 'week', year: 2026, week: 53 }, 7, '2026-12-27T23:00', '2027-01-03T23:00'],
    ['the days of a month', { range: 'month', year: 2026, month: 3 }, 31, '2026-02-28T23:00', '2026-03-31T22:00'],
    ['a leap month', { range: 'month', year: 2028, month: 2 }, 29, '2028-01-31T23:00', '2028-02-29T23:00'],
    ['the months of a year', { range: 'year', year: 2026 }, 12, '2025-12-31T23:00', '2026-12-31T23:00'],
    ['the minutes of an hour', { range: 'realtime' }, 60, '2026-06-15T11:00', '2026-06-15T12:00'],
  ])('%s', (_name, span, count, first, last) => {
    const found = edges(span);
    expect(found).toHaveLength(count + 1);
    expect([found[0], found.at(-1)].map((at) => at && isoTime(at).slice(0, 16))).toEqual([first, last]);
  });

  it.each<[string, Span, string?]>([
    ['a date that is none', { range: 'day', year: 2026, month: 2, day: 30 }],
    ['a week that the year has not', { range: 'week', year: 2025, week: 53 }],
    ['a zone that nobody knows', { range: 'year', year: 2026 }, 'Mars/Olympus'],
  ])('refuses %s', (_name, span, zone) => {
    expect(() => edges(span, zone)).toThrow(RangeError);
  });

  it('every instant lies between the two edges that its local date and hour say', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Asia/Kathmandu'];
    const instant = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2035, 0, 1) });
    fc.assert(
      fc.property(instant, fc.constantFrom(...zones), (at, zone) => {
        const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        const place = (span: Span) => edgesOf(span, zone, now).findLastIndex((edge) => edge <= at);
        const { year, month, day } = local;
        expect(place({ range: 'year', year })).toBe(month - 1);
        expect(place({ range: 'month', year, month })).toBe(day - 1);
        const week = { range: 'week', year: local.yearOfWeek as number, week: local.weekOfYear as number } as const;
        expect(place(week)).toBe(local.dayOfWeek - 1);
        const hour = local.since(local.startOfDay()).total('hours');
        expect(place({ range: 'day', year, month, day })).toBe(Math.floor(hour));
      }),
    );
  });
});
