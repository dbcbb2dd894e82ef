import { expect, it } from 'vitest';
import { asHtml, splitSource } from './split.ts';

it.each([
  ['12.34', { ticketId: 12, articleId: 34 }],
  ['12', null],
  ['12.34.5', null],
  ['a.b', null],
  [undefined, null],
])('%s names %j', (from, source) => {
  expect(splitSource(from)).toEqual(source);
});

it('a plain text keeps its lines and is no markup', () => {
  expect(asHtml({ body: 'a < b\nc', content_type: 'text/plain' })).toBe('<p>a &lt; b<br>c</p>');
  expect(asHtml({ body: '<p>x</p>', content_type: 'text/html' })).toBe('<p>x</p>');
});
