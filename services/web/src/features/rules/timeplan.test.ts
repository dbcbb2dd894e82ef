import { expect, it } from 'vitest';
import { choosing, chosen, neverRuns } from './timeplan.ts';

const plan = { days: { Sun: true, Mon: 'true', Tue: false }, hours: { 9: 1, 25: true }, minutes: { 0: true } };

it('reads what is chosen in the order of the week, however it is written', () => {
  expect(chosen(plan, 'days')).toEqual(['Mon', 'Sun']);
  expect(chosen(plan, 'hours')).toEqual(['9']);
  expect(chosen({}, 'minutes')).toEqual([]);
});

it('writes one part and keeps the others', () => {
  const next = choosing(plan, 'hours', ['17', '9']);
  expect(next).toEqual({ ...plan, hours: { 9: true, 17: true } });
  expect(chosen(next, 'hours')).toEqual(['9', '17']);
});

it('never runs while a part has nothing chosen', () => {
  expect(neverRuns(plan)).toBe(false);
  expect(neverRuns(choosing(plan, 'minutes', []))).toBe(true);
});
