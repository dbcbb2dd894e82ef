import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, cutToBytes, oneLine } from './text.ts';

describe('cleanText', () => {
  it.each([
    ['a\0b', 'ab'],
    ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['tab\tstays', 'tab\tstays'],
    ['\u0007bell\u0085', 'bell'],
    ['half \ud83d pair', 'half \ufffd pair'],
    ['whole 😀', 'whole 😀'],
  ])('%j -> %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });
});

describe('oneLine', () => {
  it('takes text at the cap and cuts one over, never inside a character', () => {
    expect(oneLine('x'.repeat(10), 10)).toBe('x'.repeat(10));
    expect(oneLine('x'.repeat(11), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(oneLine('12345678😀xx', 10)).toBe('12345678…');
  });
  it('makes one header line of several', () => {
    expect(oneLine('Hi\r\nBcc: all@x.example\n\n there ', 99)).toBe('Hi Bcc: all@x.example there');
  });
});

it('cutToBytes keeps the longest beginning that fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(100), (text, max) => {
      const cut = cutToBytes(text, max);
      expect(text.startsWith(cut)).toBe(true);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
      const rest = [...text.slice(cut.length)];
      if (rest[0] !== undefined) expect(Buffer.byteLength(cut + rest[0])).toBeGreaterThan(max);
    }),
  );
});
