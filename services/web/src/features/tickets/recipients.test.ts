import { describe, expect, it } from 'vitest';
import type { Article } from './queries.ts';
import { everybodyElse, readersOf, withOthers } from './recipients.ts';

const aMail = (over: Partial<Article>) =>
  ({
    ...{ type: 'email', sender: 'Customer', internal: false, from: 'Anna <anna@b.example>', reply_to: null },
    ...{ to: 'desk@h.example', cc: null, bcc: null, ...over },
  }) as Article;

describe('an answer to everybody', () => {
  const ours = ['desk@h.example', 'amy@h.example'];
  const mail = { to: 'Desk <desk@h.example>, "Klein, Bob" <Bob@b.example>', cc: 'carl@c.example, AMY@h.example' };

  it.each<[string, Partial<Article>[], string[]]>([
    ['those who had the last mail, but neither the desk nor who answers', [mail], ['Bob@b.example', 'carl@c.example']],
    ['each of them once', [{ ...mail, cc: 'bob@b.example, anna@b.example' }], ['Bob@b.example']],
    ['nobody when there is nobody', [{}], []],
    ['nobody when there is no mail', [{ ...mail, type: 'web' }], []],
    ['nobody of what is internal', [{}, { ...mail, internal: true }], []],
    ['nobody of what the desk said by itself', [{}, { ...mail, sender: 'System' }], []],
    [
      'the readers of what an agent wrote last, but those who were copied in secret',
      [{}, { sender: 'Agent', from: 'old@h.example', to: 'anna@b.example', cc: 'bob@b.example', bcc: 'x@s.example' }],
      ['bob@b.example'],
    ],
    [
      'no address that agents have written from',
      [{ sender: 'Agent', from: 'Old <old@h.example>' }, { to: 'old@h.example' }],
      [],
    ],
    [
      'who wrote last, when the answer goes to somebody else',
      [{ from: 'Bob <bob@b.example>', reply_to: 'team@b.example' }],
      ['team@b.example'],
    ],
    ['nothing that is no address', [{ to: 'undisclosed-recipients:;', cc: 'nobody' }], []],
  ])('goes to %s', (_, articles, expected) => {
    expect(everybodyElse(articles.map(aMail), 'anna@b.example', ours)).toEqual(expected);
  });
});

it('is added to those who get it already, once', () => {
  const mail = { to: 'anna@b.example', cc: '"Klein, Bob" <Bob@b.example>', bcc: 'carl@c.example' };
  const all = withOthers(mail, ['bob@b.example', 'carl@c.example', 'dora@d.example']);
  expect(all).toEqual({ ...mail, cc: '"Klein, Bob" <Bob@b.example>, dora@d.example' });
  expect(withOthers(all, ['dora@d.example'])).toBe(all);
});

it('counts everybody who gets it, in secret or not, and each of them once', () => {
  expect(readersOf({ to: 'anna@b.example', cc: 'Bob <bob@b.example>, ANNA@b.example', bcc: 'carl@c.example' })).toBe(3);
});
