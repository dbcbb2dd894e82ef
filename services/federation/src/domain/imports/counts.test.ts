import { describe, expect, it } from 'vitest';
import { countWord, withoutAddresses } from './counts.ts';

describe('what an import keeps of what it saw', () => {
  it('counts each word, and no more than five hundred of them', () => {
    const words: Record<string, number> = {};
    for (const word of ['open', 'closed', 'open']) countWord(words, word);
    expect(words).toEqual({ open: 2, closed: 1 });
    for (let i = 0; i < 600; i++) countWord(words, `state ${i}`);
    expect(Object.keys(words)).toHaveLength(500);
    countWord(words, 'open');
    expect(words.open).toBe(3);
  });

  it('keeps no address of anybody in a reason', () => {
    expect(withoutAddresses("'ada.l+x@customer.example' is taken by <b@c.example>.")).toBe("'…' is taken by <…>.");
  });
});
