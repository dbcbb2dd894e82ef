import { type EpochMs, epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { Recurrence } from './recurrence.ts';

const at = (text: string) => epochMs(Date.parse(text));
const iso = (instant: EpochMs | null) => (instant === null ? null : new Date(instant).toISOString());

/** Occurrences from the start on. */
function times(recurrence: Recurrence, after: string, count: number): (string | null)[] {
  const found: (string | null)[] = [];
  let from = at(after);
  for (let i = 0; i < count; i++) {
    const next = recurrence.next(from);
    found.push(iso(next));
    if (next === null) break;
    from = next;
  }
  return found;
}

describe('what recurs', () => {
  it.each([
    [
      'every Monday at eight, winter and summer',
      'FREQ=WEEKLY;BYDAY=MO',
      '2026-03-16T08:00',
      'Europe/Berlin',
      ['2026-03-16T07:00:00.000Z', '2026-03-23T07:00:00.000Z', '2026-03-30T06:00:00.000Z'],
    ],
    [
      'a time that the clock skips is an hour later that day',
      'FREQ=DAILY',
      '2026-03-28T02:30',
      'Europe/Berlin',
      ['2026-03-28T01:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z'],
    ],
    [
      'a time that the clock shows twice is the first of both',
      'FREQ=DAILY',
      '2026-10-24T02:30',
      'Europe/Berlin',
      ['2026-10-24T00:30:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
    [
      'the last working day of a month',
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
      '2026-01-01T09:00',
      'UTC',
      ['2026-01-30T09:00:00.000Z', '2026-02-27T09:00:00.000Z', '2026-03-31T09:00:00.000Z'],
    ],
    [
      'the 31st leaves short months out',
      'FREQ=MONTHLY;BYMONTHDAY=31',
      '2026-01-01T00:00',
      'UTC',
      ['2026-01-31T00:00:00.000Z', '2026-03-31T00:00:00.000Z'],
    ],
    [
      'a leap day',
      'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
      '2026-01-01T12:00',
      'UTC',
      ['2028-02-29T12:00:00.000Z', '2032-02-29T12:00:00.000Z'],
    ],
    [
      'two times and no more',
      'FREQ=DAILY;COUNT=2',
      '2026-01-01T12:00',
      'UTC',
      ['2026-01-01T12:00:00.000Z', '2026-01-02T12:00:00.000Z', null],
    ],
    [
      'to the end of a day',
      'FREQ=DAILY;UNTIL=20260102T000000Z',
      '2026-01-01T12:00',
      'America/New_York',
      ['2026-01-01T17:00:00.000Z', '2026-01-02T17:00:00.000Z', null],
    ],
    ['a day that never comes', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01T12:00', 'UTC', [null]],
  ])('%s', (_, rule, start, zone, expected) => {
    expect(times(new Recurrence(rule, start, zone), '2025-12-31T00:00:00Z', expected.length)).toEqual(expected);
  });

  it.each([
    ['FREQ=HOURLY', '2026-01-01T12:00', 'UTC', /once a day/],
    ['FREQ=DAILY;BYHOUR=1,2', '2026-01-01T12:00', 'UTC', /time of day/],
    ['FREQ=DAILY;INTERVAL=0', '2026-01-01T12:00', 'UTC', /INTERVAL/],
    ['FREQ=OFTEN', '2026-01-01T12:00', 'UTC', /rule/],
    ['', '2026-01-01T12:00', 'UTC', /rule/],
    ['FREQ=DAILY', '2026-01-01T12:00Z', 'UTC', /start/],
    ['FREQ=DAILY', '2026-02-30T12:00', 'UTC', /./],
    ['FREQ=DAILY', '2026-01-01T12:00', 'Mars/Crater', /./],
    ['FREQ=DAILY', '2026-01-01T08:00', '2026-01-31T09:00:00Z', 'no time zone'],
  ])('refuses %s from %s in %s', (rule, start, zone, why) => {
    expect(() => new Recurrence(rule, start, zone)).toThrow(why);
  });
});

describe('every so many days', () => {
  it('is, by the clock of any zone, what counting days comes to', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(
        ...([zones, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 1439 })] as const),
        fc.integer({ min: 0, max: 700 * 1440 }),
        (zone, interval, minute, later) => {
          const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
          const start = Temporal.PlainDateTime.from(`2026-01-01T${clock}`);
          const after = epochMs(at('2025-12-30T00:00:00Z') + later * 60_000);
          const instant = (days: number) => start.add({ days }).toZonedDateTime(zone).epochMilliseconds;
          let days = 0;
          while (instant(days) <= after) days += interval;
          const found = new Recurrence(`FREQ=DAILY;INTERVAL=${interval}`, `2026-01-01T${clock}`, zone).next(after);
          expect(found).toBe(instant(days));
        },
      ),
    );
  });
});

describe('what was missed', () => {
  const daily = new Recurrence('FREQ=DAILY', '2026-01-01T08:00', 'UTC');
  const due = at('2026-01-01T08:00:00Z');
  const by = (now: string, policy: 'each' | 'once' | 'skip', most = 100) => {
    const { make, next } = daily.dueBy(due, at(now), policy, most);
    return [make.map(iso).map((time) => time?.slice(8, 10)), iso(next)?.slice(8, 10)];
  };
  it.each([
    ['2026-01-01T08:00:02Z', 'each', 100, [['01'], '02']],
    ['2026-01-04T09:30:00Z', 'each', 100, [['01', '02', '03', '04'], '05']],
    ['2026-01-04T09:30:00Z', 'each', 2, [['01', '02'], '03']],
    ['2026-01-04T09:30:00Z', 'once', 100, [['01'], '05']],
    ['2026-01-01T08:59:00Z', 'skip', 100, [['01'], '02']],
    ['2026-01-01T09:01:00Z', 'skip', 100, [[], '02']],
    ['2026-01-04T08:20:00Z', 'skip', 100, [['04'], '05']],
    ['2026-01-04T09:30:00Z', 'skip', 100, [[], '05']],
  ] as const)('at %s with %s (%d at once)', (now, policy, most, expected) => {
    expect(by(now, policy, most)).toEqual(expected);
  });
});
