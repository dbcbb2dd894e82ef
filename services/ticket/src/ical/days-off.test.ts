import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysOff, FeedError } from './days-off.ts';

const event = (...lines: string[]) => ['BEGIN:VEVENT', `UID:${lines.join()}`, ...lines, 'END:VEVENT'];
const feed = (...events: string[][]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//', ...events.flat(), 'END:VCALENDAR', ''].join('\r\n');
const read = (text: string) => daysOff(text, '2026-01-01', '2027-12-31').map(({ day, summary }) => [day, summary]);

describe('a feed of days off', () => {
  it.each([
    ['a day', event('DTSTART;VALUE=DATE:20261225', 'SUMMARY:Christmas'), [['2026-12-25', 'Christmas']]],
    [
      'several days, whose end is not one of them',
      event('DTSTART;VALUE=DATE:20261230', 'DTEND;VALUE=DATE:20270102', 'SUMMARY:Closed'),
      [
        ['2026-12-30', 'Closed'],
        ['2026-12-31', 'Closed'],
        ['2027-01-01', 'Closed'],
      ],
    ],
    [
      'a day of each year, from long ago',
      event('DTSTART;VALUE=DATE:19900501', 'RRULE:FREQ=YEARLY', 'SUMMARY:Labour Day'),
      [
        ['2026-05-01', 'Labour Day'],
        ['2027-05-01', 'Labour Day'],
      ],
    ],
    [
      'the fourth Thursday of November, but for one year',
      event('DTSTART;VALUE=DATE:20201126', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', 'EXDATE;VALUE=DATE:20271125'),
      [['2026-11-26', '']],
    ],
    ['nothing for an appointment', event('DTSTART:20260501T090000Z', 'DTEND:20260501T100000Z'), []],
    ['nothing for what was called off', event('DTSTART;VALUE=DATE:20260501', 'STATUS:CANCELLED'), []],
    ['nothing for what repeats each second', event('DTSTART;VALUE=DATE:19000101', 'RRULE:FREQ=SECONDLY'), []],
    ['nothing outside of the years that are asked for', event('DTSTART;VALUE=DATE:20251231'), []],
  ])('gives %s', (_what, lines, days) => {
    expect(read(feed(lines))).toEqual(days);
  });

  it('gives a day once, in their order, and unfolds what was folded', () => {
    const folded = event('DTSTART;VALUE=DATE:20260106', 'SUMMARY:Three Kings\\, as it', '  is called');
    const days = read(feed(event('DTSTART;VALUE=DATE:20260501'), folded, event('DTSTART;VALUE=DATE:20260106')));
    expect(days).toEqual([
      ['2026-01-06', 'Three Kings, as it is called'],
      ['2026-05-01', ''],
    ]);
  });

  it.each([
    ['a page', '<!DOCTYPE html>', /no calendar/],
    ['nothing', '', /no calendar|nothing/],
    ['half a calendar', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n', /no calendar/],
    [
      'a day of each day since the beginning',
      feed(event('DTSTART;VALUE=DATE:19000101', 'RRULE:FREQ=DAILY')),
      /too often/,
    ],
    ['thousands of events', feed(...Array.from({ length: 5_001 }, () => event('DTSTART;VALUE=DATE:20260101'))), /5000/],
  ])('is refused when it is %s', (_what, text, why) => {
    expect(() => read(text)).toThrow(FeedError);
    expect(() => read(text)).toThrow(why);
  });

  it('is read or refused, whatever it says', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'DTSTART;VALUE=DATE:20260101',
        'RRULE:FREQ=YEARLY;COUNT=3',
        'RRULE:FREQ=WEEKLY;BYDAY=99XX',
        'RRULE:x',
      ),
      fc.constantFrom('DTEND;VALUE=DATE:19990101', 'DTSTART;VALUE=DATE:99999999', 'DTSTART:', 'EXDATE:x', 'RDATE:x'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        try {
          for (const [day] of read(feed(['BEGIN:VEVENT', ...lines, 'END:VEVENT']))) expect(day).toMatch(/^202[67]-/);
        } catch (error) {
          expect(error).toBeInstanceOf(FeedError);
        }
      }),
    );
  });
});
