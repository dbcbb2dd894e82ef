import { expect, it } from 'vitest';
import { steadyOrder } from './steady-order.ts';

const rows = (...ids: number[]) => ids.map((id) => ({ id }));

it.each([
  ['nothing is known', [], [3, 1, 2], [3, 1, 2]],
  ['one moved to the top', [1, 2, 3], [3, 1, 2], [1, 2, 3]],
  ['one left', [1, 2, 3], [3, 1], [1, 3]],
  ['one came in first', [1, 2], [9, 1, 2], [9, 1, 2]],
  ['more were fetched', [1, 2], [1, 2, 3, 4], [1, 2, 3, 4]],
  ['one came in behind one that moved', [1, 2, 3], [3, 9, 1, 2], [1, 2, 3, 9]],
  ['all are others', [1, 2], [7, 8], [7, 8]],
])('%s: %j, then %j, is shown as %j', (_what, known, now, shown) => {
  expect(steadyOrder(known, rows(...now))).toEqual(rows(...shown));
});
