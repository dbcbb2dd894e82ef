import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentViews,
  customerViews,
  formatListState,
  homeViews,
  type ListState,
  parseListState,
  sorts,
} from './list-state.ts';

const anyState: fc.Arbitrary<ListState> = fc.record({
  view: fc.constantFrom(...agentViews, ...customerViews, ...homeViews),
  overview: fc.option(fc.stringMatching(/^[a-z0-9_]{1,20}$/), { nil: null }),
  sort: fc.constantFrom(...sorts, 'custom.impact' as const),
  order: fc.constantFrom('asc', 'desc'),
  q: fc.string({ maxLength: 500 }),
  group: fc.option(fc.integer({ min: 1 }), { nil: null }),
});

describe('list state in the address', () => {
  it('comes back unchanged through a query string', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const text = new URLSearchParams(formatListState(state)).toString();
        expect(parseListState(Object.fromEntries(new URLSearchParams(text)), state.view)).toEqual(state);
      }),
    );
  });

  it('survives any address', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (search) => {
        expect(() => parseListState(search, 'my-open')).not.toThrow();
      }),
    );
  });

  it.each([
    [{ view: 'nonsense' }, { view: 'my-open' }],
    [
      { sort: 'body', order: 'sideways' },
      { sort: 'updated_at', order: 'desc' },
    ],
    [{ sort: "custom.Robert'); --" }, { sort: 'updated_at' }],
    [{ group: '-3' }, { group: null }],
    [{ group: '' }, { group: null }],
    [{ group: '12' }, { group: 12 }],
  ])('reads %j as %j', (search, expected) => {
    expect(parseListState(search, 'my-open')).toMatchObject(expected);
  });

  it('leaves defaults out', () => {
    expect(formatListState(parseListState({}, 'my-open'))).toEqual({ view: 'my-open' });
  });
});
