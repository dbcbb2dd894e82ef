import { describe, expect, it } from 'vitest';
import { isDeeperThan } from './json-depth.ts';

const lists = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const objects = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);

describe('isDeeperThan', () => {
  it.each([
    [3, 'x', false],
    [3, null, false],
    [3, lists(3), false],
    [3, lists(4), true],
    [3, objects(3), false],
    [3, objects(4), true],
    [3, { title: 'x', article: { tags: [['a']] } }, true],
    [64, lists(100_000), true],
  ])('with %i levels allowed', (max, value, deeper) => expect(isDeeperThan(max, value)).toBe(deeper));
});
