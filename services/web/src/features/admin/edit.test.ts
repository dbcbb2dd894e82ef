import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedFields, changesBetween, rebased, same } from './edit.ts';

describe('what was changed', () => {
  const base = { name: 'Ada', role_ids: [1, 2], group_ids: { 1: ['full'] } as Record<string, string[]>, note: '' };

  it('is told by field, whatever the order of keys', () => {
    expect(changedFields(base, { ...base, name: 'Bea', group_ids: { 1: ['full'] } })).toEqual(['name']);
    expect(changedFields(base, { ...base, role_ids: [2, 1] })).toEqual(['role_ids']);
    expect(same({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 })).toBe(true);
    expect(same({ a: undefined }, { b: 1 })).toBe(false);
    expect(same([], {})).toBe(false);
  });

  it('alone is written', () => {
    expect(changesBetween(base, { ...base, note: 'x' })).toEqual({ note: 'x' });
    expect(changesBetween(base, { ...base })).toEqual({});
  });

  it('stays on top of what somebody else stored', () => {
    const stored = { ...base, name: 'Cleo', note: 'theirs' };
    expect(rebased(base, { ...base, note: 'mine' }, stored)).toEqual({ ...stored, note: 'mine' });
  });

  it('is nothing between a value and its copy', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        // JSON knows no -0.
        const plain = JSON.parse(JSON.stringify(value)) as object;
        expect(changedFields(plain, structuredClone(plain))).toEqual([]);
      }),
    );
  });
});
