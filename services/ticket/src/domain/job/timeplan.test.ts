import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextRun, type Timeplan, timeplanOf } from './timeplan.ts';

const at = (text: string) => epochMs(Date.parse(text));
const plan = (days: string[], hours: number[], minutes: number[]) =>
  timeplanOf({
    days: Object.fromEntries(days.map((day) => [day, true])),
    hours: Object.fromEntries(hours.map((hour) => [hour, true])),
    minutes: Object.fromEntries(minutes.map((minute) => [minute, true])),
  }) as Timeplan;
const daily = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const all = [0, 10, 20, 30, 40, 50];

it.each([
  ['the next slot', plan(daily, [9], [0, 30]), 'UTC', '2026-03-02T09:00:00Z', '2026-03-02T09:30:00Z'],
  ['the next day', plan(daily, [9], [0]), 'UTC', '2026-03-02T09:00:00Z', '2026-03-03T09:00:00Z'],
  ['the next week', plan(['Mon'], [9], [0]), 'UTC', '2026-03-02T09:00:00Z', '2026-03-09T09:00:00Z'],
  ['the clock of the zone', plan(daily, [9], [0]), 'Europe/Berlin', '2026-07-01T00:00:00Z', '2026-07-01T07:00:00Z'],
  ['a zone off the hour', plan(daily, [9], [0]), 'Asia/Kathmandu', '2026-07-01T00:00:00Z', '2026-07-01T03:15:00Z'],
  ['an hour that is skipped', plan(daily, [2], [30]), 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00Z'],
  ['an hour that comes twice', plan(daily, [2], [30]), 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
])('knows %s', (_, given, zone, after, next) => {
  expect(nextRun(given, zone, at(after))).toBe(at(next));
});

it('never runs when nothing is chosen, and refuses what is no plan', () => {
  expect(nextRun(plan([], [1], [0]), 'UTC', at('2026-01-01T00:00:00Z'))).toBeNull();
  expect(timeplanOf({ hours: { 24: true } })).toBeUndefined();
  expect(timeplanOf({ days: { Mon: false, Tue: 'true' } })?.days).toEqual(new Set(['Tue']));
});

it('is the first minute after that shows one of the times', () => {
  const some = <T>(of: T[]) => fc.subarray(of, { minLength: 1 });
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const from = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 20) });
  fc.assert(
    fc.property(some(daily), some(hours), some(all), from, (days, on, minutes, after) => {
      const next = nextRun(plan(days, on, minutes), 'UTC', epochMs(after));
      let naive = after - (after % 60_000) + 60_000;
      for (; ; naive += 60_000) {
        const time = new Date(naive);
        const day = daily[(time.getUTCDay() + 6) % 7] as string;
        if (days.includes(day) && on.includes(time.getUTCHours()) && minutes.includes(time.getUTCMinutes())) break;
      }
      expect(next).toBe(naive);
    }),
    { numRuns: 50 },
  );
});
