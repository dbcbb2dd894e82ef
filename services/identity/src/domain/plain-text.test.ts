import { expect, it } from 'vitest';
import { plainText } from './plain-text.ts';

it.each([
  ['<p>Yours,<br>{{user.name}}</p><p>The <b>desk</b></p>', 'Yours,\n{{user.name}}\nThe desk'],
  ['Ada &amp; Bob &lt;desk&gt;', 'Ada & Bob <desk>'],
  ['&amp;lt;', '&lt;'],
  ['one\n  two<br >\n three', 'one two\nthree'],
  ['', ''],
])('%j is read as %j', (html, text) => {
  expect(plainText(html)).toBe(text);
});

it('a body made to keep the service busy is done with at once', () => {
  const started = performance.now();
  for (const hostile of ['<', '<br ', ' ', ' \n', '&', '<p>']) plainText(hostile.repeat(20_000 / hostile.length));
  expect(performance.now() - started).toBeLessThan(2_000);
});
