import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch } from './search-query.ts';
import { isView } from './views.ts';

describe('a search query', () => {
  it.each([
    ['printer', { words: 'printer', parts: ['printer'] }],
    ['printer "paper jam" -toner', { words: 'printer "paper jam" -toner', parts: [] }],
    ['state.name:open printer', { words: 'printer', fields: { state: ['open'] }, parts: [] }],
    ['state:"pending reminder" state:open', { words: '', fields: { state: ['pending reminder', 'open'] } }],
    ['print*', { words: '', prefixes: ['print'], parts: ['print'] }],
    ['*', { words: '', prefixes: [] }],
    ['a AND b OR c NOT d', { words: 'a b or c -d' }],
    ['owner_id:4', { fields: { owner_id: ['4'] } }],
    ['owner_id:99999999999', { words: 'owner_id 99999999999', fields: {} }],
    ['error: disk full', { words: 'error: disk full' }],
    ['unknown:field', { words: 'unknown field' }],
    ['constructor:x __proto__:y', { words: 'constructor x __proto__ y', fields: {} }],
    ['stray " quote', { words: 'stray quote' }],
  ])('%j', (text, expected) => {
    expect(parseSearch(text)).toMatchObject(expected);
  });

  it('of any text is read without failing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const { words, prefixes, parts } = parseSearch(text);
        for (const one of [words, ...prefixes, ...parts]) expect(one).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

it('a view has one of the names that are listed', () => {
  expect(isView('my-open')).toBe(true);
  for (const name of ['constructor', '__proto__', 'toString']) expect(isView(name)).toBe(false);
});
