import { epochMs } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { FormStamp } from './form-stamp.ts';

const noon = epochMs(Date.UTC(2026, 5, 1, 12));
const stamps = new FormStamp('a secret');

it.each([
  [0, 'too-fast'],
  [1_999, 'too-fast'],
  [2_000, 'good'],
  [86_400_000, 'good'],
  [86_400_001, 'too-old'],
  [-1, 'too-fast'],
])('a form sent %i ms after it was shown is %s', (later, verdict) => {
  expect(stamps.check(stamps.at(noon), epochMs(noon + later))).toBe(verdict);
});

it('a stamp that is not ours is worth nothing', () => {
  const later = epochMs(noon + 60_000);
  const forged = stamps.at(noon).replace(/^\d+/, String(noon - 5_000));
  for (const stamp of ['', 'x', forged, new FormStamp('another').at(noon), `${noon}.`, `${noon}`]) {
    expect(stamps.check(stamp, later)).toBe('too-old');
  }
});
