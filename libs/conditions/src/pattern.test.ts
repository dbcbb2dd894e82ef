import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_PATTERN, parsePattern, SEEN } from './pattern.ts';

/** Expressions that mean the same to JavaScript, as text. */
const expressions = fc.letrec<{ row: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'é', '.', '\\d', '\\W', '[ab]', '[^a-c]', '\\b', '^', '$', '\\.', '😀', '[\\]\\-x]'),
    tie('row').map((row) => `(${row})`),
    fc
      .tuple(tie('row'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,3}', '*?'))
      .map(([row, times]) => `(?:${row})${times}`),
    fc.tuple(tie('row'), tie('row')).map(([a, b]) => `(?:${a}|${b})`),
  ),
  row: fc.array(tie('piece'), { maxLength: 3 }).map((pieces) => pieces.join('')),
})).row;
const texts = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'A', '1', '.', ' ', '\n', 'é', '😀', ']', '_'),
  maxLength: 8,
});

/** Repetitions within repetitions are refused from some size on, and chance finds that size. */
function isTooLarge(expression: string): boolean {
  try {
    parsePattern(expression);
    return false;
  } catch (error) {
    if (error instanceof SyntaxError && error.message.includes('too large')) return true;
    throw error;
  }
}

describe('a regular expression', () => {
  it('matches what it matches in JavaScript', () => {
    fc.assert(
      fc.property(expressions, texts, (expression, text) => {
        fc.pre(!isTooLarge(expression));
        expect(parsePattern(expression).matches(text)).toBe(new RegExp(expression, 'u').test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['(?i)drucker', 'Der DRUCKER', true],
    ['(?i)[A-C]x', 'bX', true],
    ['drucker', 'DRUCKER', false],
    ['(?i)ÄRGER', 'ärger', true],
    ['^\\[JIRA-\\d+\\]', '[JIRA-12] x', true],
    ['', 'anything', true],
  ])('%s in %s: %s', (expression, text, found) => {
    expect(parsePattern(expression).matches(text)).toBe(found);
  });

  it.each([
    ['(a', /"\)" is missing/],
    ['a)', /closes nothing/],
    ['[a', /"\]" is missing/],
    ['[]', /empty/],
    ['[b-a]', /wrong way round/],
    ['*a', /nothing before/],
    ['a**', /repeated/],
    ['^*', /place cannot be repeated/],
    ['a{101}', /at most 100/],
    ['a{2,1}', /smaller number first/],
    ['a{x', /begins no repetition/],
    ['(a)\\1', /\\1 cannot be used/],
    ['(?=a)', /groups are written/],
    ['\\pL', /\\p cannot be used/],
    ['a\\', /ends it/],
    ['(((a{100}){100}){100}){100}', /too large/],
    ['((((((){100}){100}){100}){100}){100}){100}', /too large/],
    ['('.repeat(25), /levels deep/],
    ['a'.repeat(LONGEST_PATTERN + 1), /longer than/],
  ])('%s is refused', (expression, why) => {
    expect(() => parsePattern(expression)).toThrow(why);
  });

  it('takes no longer for what brings others down', () => {
    const text = `${'a'.repeat(5_000)}!`;
    for (const expression of ['(a+)+$', '(a|a)+$', '(a|aa)+$', '(.*a){20}$', '(a*)*b']) {
      expect(parsePattern(expression).matches(text)).toBe(false);
    }
  });

  it('looks at the beginning of a long text', () => {
    const text = `${'x'.repeat(SEEN - 1)}ab`;
    expect(parsePattern('a$').matches(text)).toBe(true);
    expect(parsePattern('b').matches(text)).toBe(false);
  });
});
