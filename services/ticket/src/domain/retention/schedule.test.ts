import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRunAt, quietBefore } from './schedule.ts';

const at = (iso: string) => epochMs(Date.parse(iso));

describe('the daily run', () => {
  it.each([
    ['2026-11-21T01:59:59.999Z', '2026-11-21T02:00:00.000Z'],
    ['2026-11-21T02:00:00.000Z', '2026-11-22T02:00:00.000Z'],
    ['2026-12-31T23:00:00.000Z', '2027-01-01T02:00:00.000Z'],
  ])('after %s is at %s', (now, next) => {
    expect(new Date(nextRunAt(at(now), 2)).toISOString()).toBe(next);
  });

  it('is within a day, at its hour, and never now', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4e12 }), fc.integer({ min: 0, max: 23 }), (now, hour) => {
        const next = nextRunAt(epochMs(now), hour);
        const date = new Date(next);
        expect([date.getUTCHours(), date.getUTCMinutes(), date.getUTCMilliseconds()]).toEqual([hour, 0, 0]);
        expect(next - now).toBeGreaterThan(0);
        expect(next - now).toBeLessThanOrEqual(86_400_000);
      }),
    );
  });
});

it('days are of 24 hours', () => {
  expect(new Date(quietBefore(at('2026-11-21T12:00:00Z'), 365)).toISOString()).toBe('2025-11-21T12:00:00.000Z');
});
