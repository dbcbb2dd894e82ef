import { expect, it } from 'vitest';
import { moved } from './row-order.ts';

const rows = [{ id: 1 }, { id: 2 }, { id: 3 }];
const order = (id: number, by: -1 | 1) => moved(rows, id, by).map((row) => row.id);

it('an item moves by one place and stays at the ends', () => {
  expect(order(2, -1)).toEqual([2, 1, 3]);
  expect(order(2, 1)).toEqual([1, 3, 2]);
  expect(order(1, -1)).toEqual([1, 2, 3]);
  expect(order(3, 1)).toEqual([1, 2, 3]);
  expect(order(9, 1)).toEqual([1, 2, 3]);
});
