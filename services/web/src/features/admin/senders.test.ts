import { expect, it } from 'vitest';
import { filledSignature, mailboxOf } from './senders.ts';

it('a signature is filled with words that are no markup, and nothing is left of what is unknown', () => {
  const html = '<p>{{ user.name }} &amp; #{group.name}#{no.such}</p>{user.name}';
  expect(filledSignature(html, { 'user.name': 'Ada <b>', 'group.name': '{{user.name}}' })).toBe(
    '<p>Ada &lt;b&gt; &amp; {{user.name}}</p>{user.name}',
  );
});

it('an address without a name is shown by itself', () => {
  expect(mailboxOf({ name: '', email: 'a@example.org' })).toBe('a@example.org');
  expect(mailboxOf({ name: 'Desk', email: 'a@example.org' })).toBe('Desk <a@example.org>');
});
