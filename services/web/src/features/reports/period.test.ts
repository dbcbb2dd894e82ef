import { describe, expect, it } from 'vitest';
import { askedOf, csvOf, moved, periodName, type Range, spanName, stepNames, stepOf, weekOf } from './period.ts';

const day = (text: string) => new Date(`${text}T12:00:00`);

describe('periods of reports', () => {
  it.each([
    ['2026-01-01', 2026, 1],
    ['2027-01-01', 2026, 53],
    ['2024-12-30', 2025, 1],
    ['2026-12-31', 2026, 53],
    ['2026-03-30', 2026, 14],
    ['2026-10-26', 2026, 44],
  ])('%s is in week %i/%i', (text, year, week) => {
    expect(weekOf(day(text))).toEqual({ year, week });
  });

  it('are asked for by what they are', () => {
    const at = day('2026-03-09');
    expect(askedOf('realtime', at)).toEqual({ timeRange: 'realtime' });
    expect(askedOf('day', at)).toEqual({ timeRange: 'day', year: 2026, month: 3, day: 9 });
    expect(askedOf('week', at)).toEqual({ timeRange: 'week', year: 2026, week: 11 });
    expect(askedOf('month', at)).toEqual({ timeRange: 'month', year: 2026, month: 3 });
    expect(askedOf('year', at)).toEqual({ timeRange: 'year', year: 2026 });
  });

  it('follow each other, also from the end of a long month', () => {
    expect(askedOf('month', moved('month', day('2026-03-31'), -1))).toMatchObject({ month: 2 });
    expect(askedOf('month', moved('month', day('2026-12-31'), 1))).toMatchObject({ year: 2027, month: 1 });
    expect(askedOf('week', moved('week', day('2026-12-31'), 1))).toMatchObject({ year: 2027, week: 1 });
    expect(askedOf('day', moved('day', day('2026-02-28'), 1))).toMatchObject({ month: 3, day: 1 });
    expect(askedOf('year', moved('year', day('2024-02-29'), -1))).toMatchObject({ year: 2023 });
  });

  it('have a name, and so has each of their numbers', () => {
    const at = day('2026-03-11');
    expect(periodName('en', 'week', at).replaceAll(/\s/g, ' ')).toBe('Mar 9 – 15, 2026');
    expect(periodName('de', 'month', at)).toBe('März 2026');
    expect(stepNames('en', 'year', at, 12).slice(0, 2)).toEqual(['Jan', 'Feb']);
    expect(stepNames('en', 'month', at, 31).at(-1)).toBe('Mar 31');
    expect(stepNames('en', 'week', at, 7)[0]).toBe('Mon, Mar 9');
    expect(stepNames('en', 'day', at, 24)).toHaveLength(24);
    expect(stepNames('en', 'realtime', at, 60, new Date(2026, 2, 11, 9, 30))[0]).toBe('8:30 AM');
  });

  it('are made of periods that have names of their own, down to days', () => {
    const at = day('2026-03-11');
    const asked = (range: Range, i: number) => {
      const step = stepOf(range, at, i);
      return step && askedOf(step.range, step.day);
    };
    expect(asked('year', 11)).toEqual({ timeRange: 'month', year: 2026, month: 12 });
    expect(asked('month', 30)).toEqual({ timeRange: 'day', year: 2026, month: 3, day: 31 });
    expect(asked('week', 6)).toEqual({ timeRange: 'day', year: 2026, month: 3, day: 15 });
    expect([asked('day', 3), asked('realtime', 3)]).toEqual([null, null]);
  });

  it('become a file', () => {
    expect(
      csvOf([
        ['Time', 'A "new" one, or two'],
        ['Mar 1', -2],
      ]),
    ).toBe('Time,"A ""new"" one, or two"\r\nMar 1,-2\r\n');
  });
});

describe('durations', () => {
  it.each([
    [0, '0 min'],
    [59.4, '59 min'],
    [90, '1.5 hr'],
    [2_879, '48 hr'],
    [2_880, '2 days'],
    [100_000, '69.4 days'],
  ])('of %s minutes are said so that they are understood', (minutes, said) => {
    expect(spanName('en', minutes)).toBe(said);
  });
});
