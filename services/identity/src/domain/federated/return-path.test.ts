import fc from 'fast-check';
import { expect, it } from 'vitest';
import { returnPath } from './return-path.ts';

it.each([
  ['/tickets/7?view=open#last', '/tickets/7?view=open#last'],
  ['/tickets?q=ü', '/tickets?q=%C3%BC'],
  ['/a/../b', '/b'],
  [undefined, '/'],
  ['', '/'],
  ['tickets', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/x/..//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['/\r\nset-cookie: a=b', '/set-cookie:%20a=b'],
])('%j leads to %s', (wished, expected) => expect(returnPath(wished)).toBe(expected));

it('never leads elsewhere, and reads the same twice', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '@',
    ':',
    '?',
    '#',
    '\t',
    '\n',
    'evil.example',
    'http:',
    '%2f',
    'ä',
  );
  fc.assert(
    fc.property(
      fc.array(piece).map((list) => list.join('')),
      (wished) => {
        const path = returnPath(wished);
        expect(new URL(path, 'https://desk.example').origin).toBe('https://desk.example');
        expect(path).toMatch(/^\/(?!\/)[\x21-\x7e]*$/);
        expect(returnPath(path)).toBe(path);
      },
    ),
  );
});
