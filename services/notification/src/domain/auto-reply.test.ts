import { readFileSync } from 'node:fs';
import { ticketCreated } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { replyToNewTicket, type TicketCreated } from './auto-reply.ts';

const sample = ticketCreated.data.parse(
  JSON.parse(
    readFileSync(new URL('../../../../libs/contracts/samples/ticket.v1.created.1.json', import.meta.url), 'utf8'),
  ).data,
);
const told = epochMs(new Date(sample.ticket.createdAt));
const own = new Set(['help@example.org']);

function created(change: { article?: Partial<NonNullable<TicketCreated['article']>>; email?: string | null } = {}) {
  const article = sample.article ? { ...sample.article, type: 'email', sender: 'Customer' as const } : null;
  return {
    ...sample,
    article: article && {
      ...article,
      internal: false,
      isAutoResponse: false,
      messageId: '<m1@x.org>',
      ...change.article,
    },
    customer: { ...sample.customer, email: change.email === undefined ? 'ada@x.org' : change.email },
  };
}

it.each([
  ['email', 'Customer', 'auto-reply-new-ticket', '<m1@x.org>'],
  ['web', 'Customer', 'auto-reply-new-ticket', null],
  ['phone', 'Customer', 'call-received', null],
  ['phone', 'Agent', 'call-made', null],
] as const)('a new %s ticket by %s is confirmed with %s', (type, sender, template, inReplyTo) => {
  expect(replyToNewTicket(created({ article: { type, sender } }), told, own)).toMatchObject({
    reply: true,
    template,
    inReplyTo,
    to: { address: 'ada@x.org' },
  });
});

it.each([
  ['an e-mail by an agent, which is on its way itself', { article: { type: 'email', sender: 'Agent' } }],
  ['a note', { article: { type: 'note', sender: 'Customer' } }],
  ['an article by the system', { article: { sender: 'System' } }],
  ['an internal article', { article: { internal: true } }],
  ['an automatic mail', { article: { isAutoResponse: true } }],
  ['a customer without address', { email: null }],
  ['a customer with a broken address', { email: 'ada@x.org\r\nBcc: eve@x.org' }],
  ['one of our own addresses', { email: 'Help@Example.ORG' }],
  ['a machine', { email: 'mailer-daemon@x.org' }],
] as const)('S11: %s gets no confirmation', (_what, change) => {
  expect(replyToNewTicket(created(change), told, own)).toMatchObject({ reply: false });
});

it('a ticket without article gets none', () => {
  expect(replyToNewTicket({ ...created(), article: null }, told, own)).toMatchObject({ reply: false });
});

it('a mangled Message-ID of the customer is left out rather than sent on', () => {
  expect(replyToNewTicket(created({ article: { messageId: '<a@b>\r\nX: y' } }), told, own)).toMatchObject({
    reply: true,
    inReplyTo: null,
  });
});

it('an old ticket that an import tells of gets none', () => {
  const day = 24 * 3_600_000;
  expect(replyToNewTicket(created(), epochMs(told + day), own)).toMatchObject({ reply: true });
  expect(replyToNewTicket(created(), epochMs(told + day + 1), own)).toMatchObject({ reply: false });
});
