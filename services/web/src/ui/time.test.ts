import { describe, expect, it } from 'vitest';
import { absoluteTime, fileSize, relativeParts, relativeTime } from './time.ts';

const now = Date.UTC(2026, 4, 10, 12);
const minute = 60_000;
const day = 86_400_000;

describe('relative time', () => {
  it.each([
    [now, { value: 0, unit: 'minute' }],
    [now - 59_999, { value: 0, unit: 'minute' }],
    [now - minute, { value: -1, unit: 'minute' }],
    [now - 59 * minute, { value: -59, unit: 'minute' }],
    [now - 60 * minute, { value: -1, unit: 'hour' }],
    [now - 6 * day, { value: -6, unit: 'day' }],
    [now - 13 * day, { value: -1, unit: 'week' }],
    [now + 45 * day, { value: 1, unit: 'month' }],
    [now - 800 * day, { value: -2, unit: 'year' }],
  ])('%d is %j', (at, parts) => {
    expect(relativeParts(at, now)).toEqual(parts);
  });

  it('speaks the language', () => {
    expect(relativeTime('en', now - 30_000, now)).toBe('now');
    expect(relativeTime('de', now - day, now)).toBe('gestern');
    expect(absoluteTime('de', now)).toMatch(/2026/);
  });
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [1_440_000, '1.4 MB'],
  [250_000_000, '250 MB'],
  [5e12, '5,000 GB'],
])('%d bytes read as %s', (bytes, text) => {
  expect(fileSize('en', bytes)).toBe(text);
});
