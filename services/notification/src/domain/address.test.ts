import { isDeliverable, isMachine } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { headerText, messageIdOf, parseMailbox } from './address.ts';

it.each([
  ...['MAILER-DAEMON@x.org', 'postmaster@x.org', 'noreply@x.org', 'no-reply@x.org', 'no.reply+7@x.org', 'abuse@x.org'],
  ...['do-not-reply@x.org', 'donotreply@x.org', 'bounce-123@x.org', 'bounces@x.org', 'Root@x.org', 'no_reply@x.org'],
])('%s is read by nobody', (address) => {
  expect(isMachine(address)).toBe(true);
});

it.each(['ada@x.org', 'roots@x.org', 'reply@x.org', 'nora.reply@x.org', 'post@x.org', 'noor@x.org', 'rooter@x.org'])(
  '%s is read by somebody',
  (address) => expect(isMachine(address)).toBe(false),
);

it.each([
  ['ada@example.org', true],
  ['zoë@exämple.org', true],
  ['a b@example.org', false],
  ['a@b@example.org', false],
  ['ada@example.org\r\nRCPT TO:<x@y.org>', false],
  ['ada@example.org, eve@example.org', false],
  ['<ada@example.org>', false],
  [`${'a'.repeat(250)}@x.org`, false],
  ['', false],
])('%j can be sent to: %s', (address, deliverable) => {
  expect(isDeliverable(address)).toBe(deliverable);
});

describe('header text', () => {
  it.each([
    ['Hi\r\nBcc: eve@example.org', 'Hi Bcc: eve@example.org'],
    ['a\u0000b\u0085c\u2028d\u2029e', 'a b c d e'],
    ['  plain  ', 'plain'],
  ])('turns %j into one line', (value, line) => expect(headerText(value)).toBe(line));

  it('is cut at its length', () => expect(headerText('x'.repeat(300), 250)).toHaveLength(250));
});

it.each([
  ['Helpmesh <help@example.org>', { name: 'Helpmesh', address: 'help@example.org' }],
  ['"Desk, EU" <help@example.org>', { name: 'Desk, EU', address: 'help@example.org' }],
  ['help@example.org', { name: '', address: 'help@example.org' }],
  ['Helpmesh', null],
  ['A <b@c.org> <d@e.org>', null],
])('reads the mailbox %j', (value, mailbox) => expect(parseMailbox(value)).toEqual(mailbox));

it.each([
  ['<a@b>', '<a@b>'],
  ['a@b', '<a@b>'],
  ['<a@b> <c@d>', null],
  ['<a@b\r\nX: y>', null],
  [null, null],
])('reads the message id %j', (value, id) => expect(messageIdOf(value)).toBe(id));
