import { expect, it } from 'vitest';
import { startingMatrix } from './levels.ts';

it('a matrix begins with the best priority in one corner and the worst in the other', () => {
  expect(startingMatrix([1, 2, 3])).toEqual({
    low: { low: 1, medium: 2, high: 2 },
    medium: { low: 2, medium: 2, high: 3 },
    high: { low: 2, medium: 3, high: 3 },
  });
  const only = { low: 7, medium: 7, high: 7 };
  expect(startingMatrix([7])).toEqual({ low: only, medium: only, high: only });
});
