import { expect, it } from 'vitest';
import { allFound, foundByKind } from './found-objects.ts';

const found = [
  ['Ticket', { record_ids: [7, 3], total_count: 9, assets: { Ticket: { 3: 'c', 7: 'g' }, User: { 2: 'name only' } } }],
  ['User', { record_ids: [2], total_count: 1, assets: { User: { 2: 'whole' }, Group: { 1: 'x' } } }],
] as never;

it('what was found stands in the order of kinds, and each object once, as its own search tells it', () => {
  const assets = { Ticket: { 3: 'c', 7: 'g' }, User: { 2: 'whole' }, Group: { 1: 'x' } };
  expect(allFound(found)).toEqual({
    assets,
    result: [
      { type: 'Ticket', id: 7 },
      { type: 'Ticket', id: 3 },
      { type: 'User', id: 2 },
    ],
  });
  expect(foundByKind(found)).toEqual({
    assets,
    result: { Ticket: { object_ids: [7, 3], total_count: 9 }, User: { object_ids: [2], total_count: 1 } },
  });
});
