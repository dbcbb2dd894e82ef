import { readFileSync } from 'node:fs';
import { ticketCreated } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { type Agreement, checkDraft } from './agreement.ts';
import { decideRedirect, mailbox, type TicketCreated } from './redirect.ts';

const file = new URL('../../../../libs/contracts/samples/ticket.v1.created.1.json', import.meta.url);
const sample = ticketCreated.data.parse(JSON.parse(readFileSync(file, 'utf8')).data);
const at = new Date('2026-03-02T09:00:00Z');
const agreement: Agreement = {
  ...{
    id: 1,
    kind: 'redirect',
    name: 'EISCAT',
    groupId: 1,
    ...{
      peerId: null,
      disclosure: 'none',
      internalNotes: false,
      maxAttachmentBytes: 0,
      attachmentTypes: [],
      answerHours: 8,
    },
    listAddress: 'List@community.org',
    active: true,
  },
  ...{ status: 'accepted', pausedHere: false, pausedThere: false, reason: null, remoteId: null, tellError: null },
  ...{ version: 1, createdById: 3, updatedById: 3, createdAt: at, updatedAt: at },
};
const told = epochMs(new Date(sample.ticket.createdAt));
const own = new Set(['help@desk.org']);

function created(change: { article?: Partial<NonNullable<TicketCreated['article']>>; email?: string | null } = {}) {
  return {
    ...sample,
    article: sample.article && { ...sample.article, ...change.article },
    customer: { ...sample.customer, email: change.email === undefined ? 'zoe@example.org' : change.email },
  };
}

describe('a new ticket under an agreement', () => {
  it.each([
    ['email', 'Customer'],
    ['web', 'Customer'],
    ['phone', 'Customer'],
    ['phone', 'Agent'],
    ['note', 'Agent'],
  ] as const)('made by %s of a %s goes to the list', (type, sender) => {
    expect(decideRedirect(created({ article: { type, sender } }), told, agreement, own)).toMatchObject({
      redirect: true,
      requester: { name: 'Zoë Müller', address: 'zoe@example.org' },
    });
  });

  it.each([
    ['our own mail to the customer', { article: { type: 'email', sender: 'Agent' } }],
    ['an internal first article', { article: { internal: true } }],
    ['an automatic mail', { article: { isAutoResponse: true } }],
    ['a mail that came encrypted', { article: { encrypted: true } }],
    ['a requester without address', { email: null }],
    ['a request of the list itself', { email: 'list@COMMUNITY.org' }],
    ['a request of ourselves', { email: 'Help@desk.org' }],
  ] as const)('stays here: %s', (_what, change) => {
    expect(decideRedirect(created(change), told, agreement, own)).toMatchObject({ redirect: false });
  });

  it('stays here without an article, when the agreement ended, and when the list became an address of ours', () => {
    expect(decideRedirect({ ...created(), article: null }, told, agreement, own)).toMatchObject({ redirect: false });
    expect(decideRedirect(created(), told, { ...agreement, active: false }, own)).toMatchObject({ redirect: false });
    expect(decideRedirect(created(), told, agreement, new Set(['list@community.org']))).toMatchObject({
      redirect: false,
    });
  });

  it('stays here when it is an old one that an import tells of', () => {
    const later = epochMs(told + 24 * 3_600_000 + 1);
    expect(decideRedirect(created(), later, agreement, own)).toMatchObject({ redirect: false });
  });

  it.each([
    ['a short text without files', { excerpt: 'short', attachmentCount: 0 }, true],
    ['a text that may have been cut', { excerpt: 'x'.repeat(4_000), attachmentCount: 0 }, false],
    ['files', { excerpt: 'short', attachmentCount: 1 }, false],
  ])('knows from the event alone: %s', (_what, article, wholeText) => {
    expect(decideRedirect(created({ article }), told, agreement, own)).toMatchObject({ wholeText });
  });
});

it.each([
  [{ listAddress: 'HELP@desk.org' }, 'agreement.own-address'],
  [{ name: '  ' }, 'agreement.name-missing'],
])('an agreement with %j is refused', (change, code) => {
  expect(() => checkDraft({ ...agreement, ...change }, own)).toThrow(expect.objectContaining({ code }));
});

it('names a requester by name and address, or by address alone', () => {
  expect(mailbox({ name: 'Ada', address: 'ada@x.org' })).toBe('Ada <ada@x.org>');
  expect(mailbox({ name: '', address: 'ada@x.org' })).toBe('ada@x.org');
});
