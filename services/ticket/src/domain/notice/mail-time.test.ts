import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { atOnce, habitsOf, mailedAt } from './mail-time.ts';

const berlin = 'Europe/Berlin';
/** `2026-11-20 23:10` in Berlin. */
const instant = (local: string) =>
  epochMs(Temporal.PlainDateTime.from(local.replace(' ', 'T')).toZonedDateTime(berlin).epochMilliseconds);
const shown = (at: number | null) =>
  at === null
    ? 'at once'
    : Temporal.Instant.fromEpochMilliseconds(at)
        .toZonedDateTimeISO(berlin)
        .toPlainDateTime()
        .toString()
        .replace('T', ' ')
        .slice(0, 16);

const night = { from: '20:00', until: '07:00' };
const lunch = { from: '12:00', until: '13:00' };

describe('a mail about a ticket', () => {
  it.each([
    ['nothing is chosen', {}, '2026-11-20 23:10', 'at once'],
    ['it is day', { quiet: night }, '2026-11-20 19:59', 'at once'],
    ['the night begins', { quiet: night }, '2026-11-20 20:00', '2026-11-21 07:00'],
    ['it is after midnight', { quiet: night }, '2026-11-20 03:00', '2026-11-20 07:00'],
    ['the night ends', { quiet: night }, '2026-11-20 07:00', 'at once'],
    ['it is noon', { quiet: lunch }, '2026-11-20 12:30', '2026-11-20 13:00'],
    ['a weekend comes', { quiet: { ...night, weekends: true } }, '2026-11-20 23:00', '2026-11-23 07:00'],
    ['it is Sunday', { quiet: { weekends: true } }, '2026-11-22 12:00', '2026-11-23 00:00'],
    ['it is Monday', { quiet: { weekends: true } }, '2026-11-23 00:00', 'at once'],
    ['they come hourly', { digest: 'hourly' }, '2026-11-20 10:20', '2026-11-20 11:00'],
    ['they come hourly, on the hour', { digest: 'hourly' }, '2026-11-20 10:00', '2026-11-20 11:00'],
    ['they come daily, before that', { digest: 'daily', digest_at: '16:30' }, '2026-11-20 10:20', '2026-11-20 16:30'],
    ['they come daily, after that', { digest: 'daily' }, '2026-11-20 08:00', '2026-11-21 08:00'],
    ['they come hourly, but not by night', { digest: 'hourly', quiet: night }, '2026-11-20 19:20', '2026-11-21 07:00'],
    [
      'they come daily at a quiet time',
      { digest: 'daily', digest_at: '06:00', quiet: night },
      '2026-11-20 12:00',
      '2026-11-21 07:00',
    ],
    [
      'the clocks are put forward',
      { quiet: { from: '01:00', until: '02:30' } },
      '2026-03-29 01:30',
      '2026-03-29 03:30',
    ],
    ['the clocks are put back', { digest: 'hourly' }, '2026-10-25 01:59', '2026-10-25 02:00'],
  ])('when %s', (_, config, now, expected) => {
    expect(shown(mailedAt(habitsOf({ ...config, timezone: berlin }), 'UTC', instant(now)))).toBe(expected);
  });

  it('is timed where its reader is, else where the desk is', () => {
    const now = epochMs(Date.UTC(2026, 10, 20, 19, 30));
    const config = { quiet: night };
    expect(mailedAt(habitsOf({ ...config, timezone: 'Asia/Tokyo' }), berlin, now)).toBe(Date.UTC(2026, 10, 20, 22));
    expect(mailedAt(habitsOf(config), berlin, now)).toBe(Date.UTC(2026, 10, 21, 6));
    expect(mailedAt(habitsOf({ ...config, timezone: 'Nowhere/Nohow' }), 'Nowhere', now)).toBeNull();
  });

  it.each([
    null,
    {},
    { quiet: { from: '25:00', until: '07:00' } },
    { quiet: { from: '07:00', until: '07:00' } },
    { quiet: 'always' },
    { digest: 'yearly' },
  ])('comes at once where %j asks for nothing', (config) => {
    expect(habitsOf(config)).toMatchObject({ ...atOnce });
  });

  const time = fc
    .integer({ min: 0, max: 1439 })
    .map((n) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`);
  const config = fc.record({
    quiet: fc.option(fc.record({ from: time, until: time, weekends: fc.boolean() })),
    digest: fc.constantFrom(null, 'hourly', 'daily'),
    digest_at: time,
    timezone: fc.constantFrom(berlin, 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
  });
  it('is never early, never forgotten, and never comes at a quiet time', () => {
    const year = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) });
    fc.assert(
      fc.property(config, year, (given, now) => {
        const habits = habitsOf(given);
        const at = mailedAt(habits, 'UTC', epochMs(now)) ?? now;
        expect(at).toBeGreaterThanOrEqual(now);
        expect(at - now).toBeLessThan(5 * 86_400_000);
        // What comes at that very time waits for no quiet time to end.
        expect(mailedAt({ ...habits, digest: null }, 'UTC', epochMs(at))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});
