import { type EpochMs, epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BusinessHours, brokenTimeframes, calendarOf, type PublicHolidays, weekdays } from './calendar.ts';
import { type Interval, WorkingTime } from './working-time.ts';

const MINUTE = 60_000;
const utc = (text: string) => epochMs(Date.parse(`${text.replace(' ', 'T')}Z`));
const text = (at: EpochMs | null) => at && new Date(at).toISOString().slice(0, 16).replace('T', ' ');

const everyDay = (...timeframes: string[][]): BusinessHours =>
  Object.fromEntries(weekdays.map((day) => [day, { active: true, timeframes }]));
const on = (timezone: string, hours: BusinessHours, holidays: PublicHolidays = {}) =>
  new WorkingTime(calendarOf(timezone, hours, holidays));

const allDay = on('UTC', everyDay(['00:00', '23:59']));

describe('working time', () => {
  it.each([
    ['the night the clocks go forward is 23 hours', '2026-03-28 23:00', '2026-03-29 22:00', 23 * 60],
    ['the night they go back is 25 hours', '2026-10-24 22:00', '2026-10-25 23:00', 25 * 60],
    ['29 February is a day', '2028-02-28 23:00', '2028-03-01 23:00', 2 * 1440],
  ])('%s', (_, from, to, minutes) => {
    const days = on('Europe/Berlin', everyDay(['00:00', '24:00']));
    expect(days.between(utc(from), utc(to))).toBe(minutes);
    expect(days.after(utc(from), minutes)).toBe(utc(to));
    expect(days.before(utc(to), minutes)).toBe(utc(from));
  });

  it.each([
    ['begins where the skipped hour ends', [['02:30', '04:00']], '2026-03-29', '2026-03-29 01:00', 60],
    ['ends where the skipped hour begins', [['00:00', '02:30']], '2026-03-29', '2026-03-28 23:00', 120],
    ['is not there when it is skipped', [['02:10', '02:50']], '2026-03-29', '2026-03-30 00:10', 0],
    ['begins at the first of two hours of one name', [['02:30', '04:00']], '2026-10-25', '2026-10-25 00:30', 150],
    ['ends at the first of two hours of one name', [['00:00', '02:30']], '2026-10-25', '2026-10-24 22:00', 150],
  ])('a span %s', (_, timeframes, day, opens, minutes) => {
    const time = on('Europe/Berlin', everyDay(...timeframes));
    const from = utc(`${new Date(Date.parse(day) - 2 * 3_600_000).toISOString().slice(0, 16)}`);
    const start = epochMs(Math.max(from, utc(`${day} 00:00`) - 2 * 3_600_000));
    expect(time.between(start, epochMs(start + 24 * 3_600_000))).toBe(minutes);
    expect(text(time.after(start, 0))).toBe(opens);
  });

  it('a day that a place never had does not count', () => {
    const apia = on('Pacific/Apia', everyDay(['09:00', '17:00']));
    expect(apia.between(utc('2011-12-29 19:00'), utc('2011-12-31 03:00'))).toBe(2 * 480);
    expect(text(apia.after(utc('2011-12-29 19:00'), 480))).toBe('2011-12-30 19:00');
  });

  it('minutes that end when work ends are due when it begins again', () => {
    const office = on('UTC', everyDay(['09:00', '12:00'], ['13:00', '17:00']));
    expect(text(office.after(utc('2026-05-05 11:00'), 60))).toBe('2026-05-05 13:00');
    expect(text(office.after(utc('2026-05-05 16:00'), 60))).toBe('2026-05-06 09:00');
    expect(text(office.before(utc('2026-05-06 09:00'), 15))).toBe('2026-05-05 16:45');
    expect(text(office.before(utc('2026-05-05 13:10'), 15))).toBe('2026-05-05 11:55');
  });

  it('tells the next open times, the first from where it is asked', () => {
    const office = on('UTC', {
      fri: {
        active: true,
        timeframes: [
          ['09:00', '12:00'],
          ['13:00', '17:00'],
        ],
      },
    });
    const next = office
      .next(utc('2026-05-08 10:00'), 3)
      .map(({ from, to }) => [text(epochMs(from)), text(epochMs(to))]);
    expect(next).toEqual([
      ['2026-05-08 10:00', '2026-05-08 12:00'],
      ['2026-05-08 13:00', '2026-05-08 17:00'],
      ['2026-05-15 09:00', '2026-05-15 12:00'],
    ]);
    expect(on('UTC', {}).next(utc('2026-05-08 10:00'), 3)).toEqual([]);
  });

  it('a pause over midnight is cut out of both days', () => {
    const pause = [{ from: utc('2026-05-05 23:45'), to: utc('2026-05-06 00:45') }];
    expect(allDay.between(utc('2026-05-05 12:00'), utc('2026-05-06 12:00'), pause)).toBe(23 * 60);
    const long = [{ from: utc('2026-05-05 12:00'), to: utc('2026-05-10 12:00') }];
    expect(allDay.between(utc('2026-05-05 00:00'), utc('2026-05-11 00:00'), long)).toBe(1440);
    expect(text(allDay.after(utc('2026-05-05 11:00'), 60, long))).toBe('2026-05-10 12:00');
  });

  it('gives up on a calendar that never opens', () => {
    const closed = on('Europe/Berlin', { mon: { active: false, timeframes: [['09:00', '17:00']] } });
    expect(closed.after(utc('2026-05-05 11:00'), 0)).toBeNull();
    expect(closed.before(utc('2026-05-05 11:00'), 0)).toBeNull();
    expect(closed.between(utc('2026-05-05 11:00'), utc('2027-05-05 11:00'))).toBe(0);
  });

  it('refuses a zone that does not exist', () => {
    expect(() => on('Europe/Atlantis', everyDay())).toThrow(RangeError);
  });
});

it('time frames that are none are named', () => {
  expect(
    brokenTimeframes({
      mon: {
        active: true,
        timeframes: [
          ['09:00', '17:00'],
          ['17:00', '09:00'],
          ['25:00', '26:00'],
        ],
      },
      sun: { active: false, timeframes: [['09:00', '00:00'], ['09:00', '24:00'], ['9', '10'], ['09:00']] },
    }),
  ).toEqual(['mon 17:00-09:00', 'mon 25:00-26:00', 'sun 9-10', 'sun 09:00']);
});

/**
 * The same questions answered by walking through every minute and reading the clock on the wall; nothing of it is
 * shared with the code. A span opens at the first minute of a day that shows its beginning or a later time, and closes
 * alike. Formatting is slow, and no clock was ever changed between quarters of an hour, so one look lasts for a quarter.
 */
class Oracle {
  private readonly wall: Intl.DateTimeFormat;

  constructor(
    timezone: string,
    private readonly hours: BusinessHours,
    private readonly holidays: PublicHolidays,
  ) {
    this.wall = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', weekday: 'short' },
    });
  }

  /** Whether each minute of the window is worked. The window must begin well before the first asked one. */
  openMinutes(from: number, count: number, pauses: readonly Interval[]): boolean[] {
    let today = '';
    let latest = -1;
    let seen: Record<string, string> = {};
    return Array.from({ length: count }, (_, i) => {
      const at = from + i * MINUTE;
      if (i % 15 === 0) {
        seen = Object.fromEntries(this.wall.formatToParts(at).map(({ type, value }) => [type, value]));
      }
      const date = `${seen.year}-${seen.month}-${seen.day}`;
      if (date !== today) [today, latest] = [date, -1];
      latest = Math.max(latest, Number(seen.hour) * 60 + Number(seen.minute) + (i % 15));
      const plan = this.hours[(seen.weekday ?? '').toLowerCase() as keyof BusinessHours];
      if (!plan?.active || this.holidays[date]?.active) return false;
      const minutes = (clock = '') => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
      const open = plan.timeframes.some(
        ([a, b]) => minutes(a) <= latest && latest < (b === '23:59' ? 1440 : minutes(b)),
      );
      return open && !pauses.some((pause) => pause.from <= at && at < pause.to);
    });
  }
}

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC', 'America/Havana'];
/** Days around which clocks change in one of the zones, a leap day, the turn of a year. */
const days = [
  '2026-03-08',
  '2026-03-29',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
  '2028-02-29',
  '2025-12-31',
  '2026-04-05',
];
const clockTime = fc.integer({ min: 0, max: 1439 }).map((minute) => {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
});
const frame = fc
  .tuple(clockTime, clockTime)
  .filter(([a, b]) => a < b)
  .map((pair): string[] => pair);
const plan = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ active: fc.boolean(), timeframes: fc.array(frame, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ active: true, timeframes: [['00:00', '23:59']] }) },
);

it('agrees with a clock that is read every minute, in any zone, around any change of the clocks', () => {
  const scene = fc.record({
    zone: fc.constantFrom(...zones),
    hours: fc.record(
      Object.fromEntries(weekdays.map((day) => [day, plan])) as Record<(typeof weekdays)[number], typeof plan>,
    ),
    day: fc.constantFrom(...days),
    holiday: fc.option(fc.integer({ min: -1, max: 1 })),
    from: fc.integer({ min: 0, max: 2 * 1440 }),
    length: fc.integer({ min: 0, max: 2 * 1440 }),
    budget: fc.integer({ min: 0, max: 1500 }),
    pauses: fc.uniqueArray(fc.integer({ min: 0, max: 4 * 1440 }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(scene, ({ zone, hours, day, holiday, from, length, budget, pauses: edges }) => {
      const base = Date.parse(day) - 1440 * MINUTE;
      const holidays: PublicHolidays =
        holiday === null
          ? {}
          : { [new Date(Date.parse(day) + holiday * 1440 * MINUTE).toISOString().slice(0, 10)]: { active: true } };
      const sorted = [...edges].sort((a, b) => a - b).map((minute) => base + minute * MINUTE);
      const pauses: Interval[] = [];
      for (let i = 0; i + 1 < sorted.length; i += 2) {
        pauses.push({ from: sorted[i] as number, to: sorted[i + 1] as number });
      }
      const time = on(zone, hours, holidays);
      // Two days earlier, so that the first local day is seen from its first minute.
      const lead = 2 * 1440;
      const open = new Oracle(zone, hours, holidays).openMinutes(base - lead * MINUTE, lead + 6 * 1440, pauses);
      const [start, end] = [lead + from, lead + from + length];
      const at = (minute: number) => epochMs(base + (minute - lead) * MINUTE);

      expect(time.between(at(start), at(end), pauses)).toBe(open.slice(start, end).filter(Boolean).length);

      let left = budget;
      let due = start;
      while (due < open.length && !(open[due] && left === 0)) if (open[due++]) left--;
      const answer = time.after(at(start), budget, pauses);
      if (due < open.length) expect(answer).toBe(at(due));
      else expect(answer === null || answer >= at(open.length)).toBe(true);

      left = budget;
      let back = end;
      while (back > lead && left > 0) if (open[--back]) left--;
      if (budget > 0 && back > lead) expect(time.before(at(end), budget, pauses)).toBe(at(back));
    }),
    { numRuns: 60 },
  );
});
