import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changed, kindOf, termsOf, withTerm, written } from './search-terms.ts';

const told = (text: string) => termsOf(text).map(written);

describe('the conditions of a search', () => {
  it.each([
    ['printer state:open -group:"Data Mgmt" jam', ['state:open', '-group:"Data Mgmt"']],
    [
      'assignee:me tag:later created:>now-7d has:attachment',
      ['assignee:me', 'tag:later', 'created:>now-7d', 'has:attachment'],
    ],
    ['"she said state:open to me" owner:none', ['owner:none']],
    ['error:404 number:10001', []],
    ['(state:open OR tags:x)', []],
    ['state:open OR state:new', []],
    ['NOT state:open', []],
    ['group:"Ask (us) OR leave" state:new', ['group:"Ask (us) OR leave"', 'state:new']],
    ['constructor:x state:', []],
    ['', []],
  ])('of %j are %j', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it('are changed and taken out where they stand', () => {
    const text = 'printer state:open jam';
    const [state] = termsOf(text);
    if (!state) throw new Error('no term');
    expect(changed(text, state)).toBe('printer jam');
    expect(changed(text, state, { name: 'state', value: 'pending reminder', without: true })).toBe(
      'printer -state:"pending reminder" jam',
    );
  });

  it('are put in once', () => {
    expect(withTerm('printer', 'state', 'open')).toBe('printer state:open');
    expect(withTerm('state.name:Open', 'state', 'open')).toBe('state.name:Open');
    expect(withTerm('-state:open', 'state', 'open')).toBe('-state:open state:open');
    expect(withTerm('', 'group', 'Data "Mgmt"')).toBe('group:"Data Mgmt"');
  });

  it('of any text are read, and what is written of them is read as them again', () => {
    const piece = fc.constantFrom('state:', 'open', '"', ' ', '-', 'group:"a b"', '(', 'OR', 'tags:x', ':', 'owner:me');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        for (const one of termsOf(text)) {
          const [again] = termsOf(written(one));
          expect({ ...again, from: 0, to: 0 }).toEqual({ ...one, from: 0, to: 0 });
          expect(termsOf(changed(text, one)).length).toBeLessThanOrEqual(termsOf(text).length);
          expect(kindOf(one)).toBeDefined();
        }
      }),
    );
  });
});
