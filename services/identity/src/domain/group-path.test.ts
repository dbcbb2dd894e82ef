import { expect, it } from 'vitest';
import { isInside, splitGroupName } from './group-path.ts';

it.each([
  ['A', { ok: true, parent: null, last: 'A' }],
  ['A::B::C', { ok: true, parent: 'A::B', last: 'C' }],
  [' A :: B ', { ok: true, parent: 'A', last: 'B' }],
  ['A:B', { ok: true, parent: null, last: 'A:B' }],
  ['', { ok: false }],
  ['::A', { ok: false }],
  ['A::', { ok: false }],
  [Array(11).fill('A').join('::'), { ok: false }],
])('the group name %j', (name, expected) => {
  expect(splitGroupName(name)).toEqual(expected);
});

it.each([
  ['A', 'A', true],
  ['a::b', 'A', true],
  ['AB', 'A', false],
  ['B::A', 'A', false],
])('%s lies inside %s: %s', (parent, name, expected) => {
  expect(isInside(parent, name)).toBe(expected);
});
