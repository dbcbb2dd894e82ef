import { expect, it } from 'vitest';
import { writesPlainly } from './html.ts';

it.each([
  ['', true],
  ['Dear #{ticket.customer.firstname}, 1 < 2', true],
  ['<p>Hello <b>you</b><br/><a href="https://a.example">there</a></p><ul><li>one</li></ul>', true],
  ['<table><tr><td>1</td></tr></table>', false],
  ['<p><img src="cid:1"></p>', false],
  ['<P STYLE="color: red">red</P>', false],
  ['<h2>Head</h2>', false],
])('%j is shown whole: %j', (html, whole) => {
  expect(writesPlainly(html)).toBe(whole);
});
