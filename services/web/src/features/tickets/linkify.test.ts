import fc from 'fast-check';
import { expect, it } from 'vitest';
import { linkify } from './linkify.ts';

it('keeps every character', () => {
  const words = fc.constantFrom(
    'see',
    'https://a.example/x?y=1',
    '(https://b.example)',
    'ana@c.example',
    '.',
    ' ',
    '\n',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((parts) => parts.join(' ')),
      ),
      (text) => {
        expect(
          linkify(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      },
    ),
  );
});

it.each([
  ['go to https://a.example/x.', 'https://a.example/x'],
  ['(see https://a.example/x)', 'https://a.example/x'],
  ['https://a.example/x_(y)', 'https://a.example/x_(y)'],
  ['write to ana@b.example, please', 'mailto:ana@b.example'],
])('links in %j', (text, href) => {
  expect(linkify(text).find((part) => part.href)?.href).toBe(href);
});

it.each([
  ['words with dots', 'a.'.repeat(100_000)],
  ['addresses that never come', 'a-b+c@'.repeat(30_000)],
  ['dots in an address', `http://${'.'.repeat(200_000)}a`],
])('S06: reads a long text of %s in no time', (_, text) => {
  const start = performance.now();
  linkify(text);
  // Reading the rest again from each letter took minutes.
  expect(performance.now() - start).toBeLessThan(1_500);
});

it('makes no link of other schemes', () => {
  expect(linkify('javascript:alert(1) data:text/html,x').every((part) => !part.href)).toBe(true);
});
