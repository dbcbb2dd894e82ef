import fc from 'fast-check';
import { expect, it } from 'vitest';
import { helpIdIn, helpPath } from './help-path.ts';

it.each([
  ['Wie ändere ich mein Paßwort?', '/help/de/answers/wie-andere-ich-mein-passwort-7'],
  ['Łączność & sieć', '/help/de/answers/lacznosc-siec-7'],
  ['日本語', '/help/de/answers/7'],
  ['<script>', '/help/de/answers/script-7'],
])('%s is at %s', (title, path) => {
  expect(helpPath('answer', 'de', 7, title)).toBe(path);
});

it('the id can always be read again, and the address needs no escapes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 999_999_999 }), (title, id) => {
      const path = helpPath('category', 'en', id, title);
      expect(path).toMatch(/^\/help\/en\/[a-z0-9-]+$/);
      expect(helpIdIn(path.split('/').at(-1) as string)).toBe(id);
    }),
  );
  for (const name of ['', 'words', '0', 'x-0', '12x', '-', '1e5x']) expect(helpIdIn(name)).toBeUndefined();
});
