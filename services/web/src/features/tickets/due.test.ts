import { expect, it } from 'vitest';
import { dueTone } from './due.ts';

const due = '2026-05-05T10:00:00.000Z';

it.each([
  ['2026-05-05T08:59:59.999Z', 'ahead'],
  ['2026-05-05T09:00:00.000Z', 'soon'],
  ['2026-05-05T09:59:59.999Z', 'soon'],
  ['2026-05-05T10:00:00.000Z', 'late'],
  ['2026-05-06T10:00:00.000Z', 'late'],
] as const)('at %s it is %s', (now, tone) => {
  expect(dueTone(due, Date.parse(now))).toBe(tone);
});
