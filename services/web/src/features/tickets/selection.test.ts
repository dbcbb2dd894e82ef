import { expect, it } from 'vitest';
import { choose, nothing, type Selection } from './selection.ts';

const shown = [5, 3, 9, 1];
const ids = ({ ids: chosen }: Selection) => [...chosen].sort();

it('takes one in and out', () => {
  const one = choose(nothing, 3, shown, false);
  expect(ids(one)).toEqual([3]);
  expect(ids(choose(one, 3, shown, false))).toEqual([]);
});

it('takes a range in the order that is shown, either way', () => {
  expect(ids(choose(choose(nothing, 9, shown, false), 5, shown, true))).toEqual([3, 5, 9]);
  expect(ids(choose(choose(nothing, 3, shown, false), 1, shown, true))).toEqual([1, 3, 9]);
  expect(ids(choose(nothing, 1, shown, true))).toEqual([1]);
});

it('of all leaves what is shown but the one', () => {
  expect(choose({ ...nothing, all: true }, 9, shown, false)).toMatchObject({ all: false });
  expect(ids(choose({ ...nothing, all: true }, 9, shown, false))).toEqual([1, 3, 5]);
});
