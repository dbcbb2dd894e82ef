import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemText, numberNamed, progressOf, reordered } from './checklist.ts';

describe('the ticket that an item names', () => {
  it.each([
    ['Ticket#10001', '10001'],
    ['wait for ticket# 10001 first', '10001'],
    ['#10001', '10001'],
    ['see #10001', undefined],
    ['call 10001', undefined],
    ['NoTicket#10001', undefined],
    ['Ticket#', undefined],
  ])('%s', (text, number) => {
    expect(numberNamed(text)).toBe(number);
  });
});

describe('a checklist', () => {
  it('takes any order of its own items, and no other', () => {
    const items = fc.uniqueArray(fc.integer({ min: 1 }), { minLength: 1, maxLength: 20 });
    const shuffled = items.chain((held) => fc.tuple(fc.constant(held), fc.shuffledSubarray(held)));
    fc.assert(
      fc.property(shuffled, ([held, asked]) => {
        if (asked.length === held.length) expect(reordered(held, asked)).toEqual(asked);
        else expect(() => reordered(held, asked)).toThrow(/each of its items once/);
        expect(() => reordered(held, [...held.slice(1), held.at(-1) as number, 0])).toThrow();
      }),
    );
    expect(() => reordered([1, 2], [1, 1])).toThrow();
  });

  it('tells how much of it is left', () => {
    expect(progressOf([{ done: true }, { done: false }, { done: false }])).toEqual({ open: 2, total: 3 });
    expect(progressOf([])).toEqual({ open: 0, total: 0 });
  });

  it('has no item without words', () => {
    expect(itemText('  call \n back ')).toBe('call back');
    expect(() => itemText(' \n ')).toThrow(/needs a text/);
  });
});
