import { expect, it } from 'vitest';
import type { Article } from './queries.ts';
import { forwarded, partnersOf, sideThreadOf } from './side-thread.ts';

const said = (facts: Partial<Article>): Article =>
  ({ sender: 'Agent', preferences: { side_thread: 7 }, ...facts }) as Article;
const first = said({ id: 7, to: 'Sam <sam@supplier.example>, lee@supplier.example' });

it.each([
  [{ side_thread: 7 }, 7],
  [{ side_thread: '7' }, null],
  [{}, null],
])('an article with %j is of the conversation %s', (preferences, id) => {
  expect(sideThreadOf({ preferences })).toBe(id);
});

it.each([
  ['whom its first message went to', [first], ['sam@supplier.example', 'lee@supplier.example']],
  [
    'whoever answered last',
    [first, said({ sender: 'Customer', from: 'Lee <lee@supplier.example>', reply_to: null })],
    ['lee@supplier.example'],
  ],
  [
    'where an answer wants its answers',
    [first, said({ sender: 'Customer', from: 'lee@supplier.example', reply_to: 'parts@supplier.example' })],
    ['parts@supplier.example'],
  ],
  [
    'nobody of another conversation',
    [first, said({ sender: 'Customer', from: 'anna@b.example', preferences: {} })],
    ['sam@supplier.example', 'lee@supplier.example'],
  ],
])('a conversation is with %s', (_, articles, expected) => {
  expect(partnersOf(articles, 7)).toEqual(expected);
});

it('a message is passed on below who wrote it, whose name is text', () => {
  const html = forwarded('<p>Help</p>', [
    ['From', 'Anna <anna@b.example>'],
    ['To', null],
  ]);
  expect(html).toBe('<p></p><p><b>From:</b> Anna &lt;anna@b.example&gt;</p><blockquote><p>Help</p></blockquote>');
});
