import { describe, expect, it } from 'vitest';
import { MAX_NAME, tagKey, tagName, tagNames } from './tag.ts';

describe('the name of a tag', () => {
  it.each([
    ['  paper   jam ', 'paper jam'],
    ['a\u0000b\tc', 'a b c'],
    ['Dru\u0308ckerei', 'Drückerei'],
    ['zero\u200bwidth', 'zero width'],
    ['half\ud800', 'half\ufffd'],
  ])('%j is shown as %j', (text, name) => {
    expect(tagName(text).name).toBe(name);
  });

  it.each([
    ['VIP', 'vip'],
    ['Drücker', 'DRÜCKER'],
    ['ﬁle', 'File'],
    ['paper  jam', ' Paper Jam'],
  ])('%j and %j are one tag', (one, other) => {
    expect(tagKey(one)).toBe(tagKey(other));
  });

  it('has a length, no comma, and at least one character', () => {
    expect(tagName('x'.repeat(MAX_NAME)).name).toHaveLength(MAX_NAME);
    expect(() => tagName('x'.repeat(MAX_NAME + 1))).toThrow(expect.objectContaining({ code: 'tag.name-too-long' }));
    expect(() => tagName('a,b')).toThrow(expect.objectContaining({ code: 'tag.name-comma' }));
    expect(() => tagName(' \u0000 ')).toThrow(expect.objectContaining({ code: 'tag.name-blank' }));
  });

  it('comes in lists: each once, in order, as it was spelled first', () => {
    expect(tagNames(' VIP, paper jam ,,vip ').map(({ name }) => name)).toEqual(['VIP', 'paper jam']);
    expect(tagNames(['a', 'b,c', 'A']).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(tagNames(' , ')).toEqual([]);
  });
});
