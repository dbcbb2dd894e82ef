import { expect, it } from 'vitest';
import { mentionedIn } from './mentioned.ts';

it.each([
  ['<p>Hi <a href="#" data-mention-user-id="4">Anton</a></p>', [4]],
  ['ask @@anton.', ['anton']],
  ['@@Anton@Example.org, please', ['anton@example.org']],
  ['<p>@@a</p><p>(@@b)</p>&nbsp;@@c', ['a', 'b', 'c']],
  ['<a data-mention-user-id="4">x</a> <a data-mention-user-id="4">y</a>', [4]],
  ['mail me at a@@b or anton@example.org', []],
  ['<a data-mention-user-id="4x">x</a> @@', []],
])('%s calls %j', (body, called) => {
  expect(mentionedIn(body)).toEqual(called);
});

it('calls twenty at most', () => {
  const all = Array.from({ length: 30 }, (_, i) => `@@u${i}`).join(' ');
  expect(mentionedIn(all)).toHaveLength(20);
});
