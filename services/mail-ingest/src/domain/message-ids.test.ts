import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { messageIdOf, messageIdsIn } from './message-ids.ts';

describe('messageIdsIn', () => {
  it.each([
    ['nothing', undefined, []],
    ['one', '<a@b>', ['<a@b>']],
    ['several', '<a@b> <c@d>\r\n\t<e@f>', ['<a@b>', '<c@d>', '<e@f>']],
    ['no space between', '<a@b><c@d>,<e@f>', ['<a@b>', '<c@d>', '<e@f>']],
    ['repeats', '<a@b> <c@d> <a@b>', ['<a@b>', '<c@d>']],
    ['folded inside an id', '<long.part\r\n .rest@b>', ['<long.part.rest@b>']],
    ['without brackets', 'a@b c@d', ['<a@b>', '<c@d>']],
    ['prose around it', 'Your message of "Mon, 1 Jan" <a@b>', ['<a@b>']],
    ['only prose', 'Your message of Monday', []],
    ['empty brackets', '<> <a@b>', ['<a@b>']],
    ['unclosed', '<a@b', ['<a@b>']],
    ['NUL inside', '<a\0@b>', ['<a@b>']],
  ])('%s', (_name, value, ids) => {
    expect(messageIdsIn(value)).toEqual(ids);
  });

  it('keeps all at the cap; one over, the root and the newest stay', () => {
    const ids = Array.from({ length: limits.references + 1 }, (_, n) => `<${n}@b>`);
    expect(messageIdsIn(ids.slice(1).join(' '))).toEqual(ids.slice(1));
    expect(messageIdsIn(ids.join(' '))).toEqual(['<0@b>', ...ids.slice(2)]);
  });

  it('takes an id of 998 characters and leaves out a longer one', () => {
    const longest = `<${'x'.repeat(limits.messageIdLength - 4)}@b>`;
    expect(messageIdsIn(longest)).toEqual([longest]);
    expect(messageIdsIn(longest.replace('x', 'xx'))).toEqual([]);
  });

  it('finds every id however the list is spaced and folded', () => {
    const word = fc.stringMatching(/^[a-z0-9.+=_-]{1,30}$/);
    const id = fc.tuple(word, word).map(([left, right]) => `<${left}@${right}>`);
    const gap = fc.constantFrom('', ' ', '\r\n ', '\t', ', ', '\n\t');
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(id, gap), { selector: ([one]) => one, maxLength: 90 }), (parts) => {
        expect(messageIdsIn(parts.map((part) => part.join('')).join(''))).toEqual(parts.map(([one]) => one));
      }),
    );
  });

  it('never throws and never gives more than the cap, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), (value) => {
        const ids = messageIdsIn(value);
        expect(ids.length).toBeLessThanOrEqual(limits.references);
        for (const one of ids) expect(one).toMatch(/^<[^<>\s]+>$/);
      }),
    );
  });
});

it('messageIdOf takes the first id, or null', () => {
  expect(messageIdOf(' <a@b> <c@d>')).toBe('<a@b>');
  expect(messageIdOf('')).toBeNull();
});
