import { describe, expect, it } from 'vitest';
import {
  arrivedSince,
  contentIdOf,
  contentIdOfUrl,
  deliveryOf,
  firstUnread,
  kindOf,
  parseAddress,
  provenSenderOf,
  replyRecipient,
  securityOf,
  senderProofOf,
  splitAddresses,
} from './article.ts';
import type { Article } from './queries.ts';

const anArticle = (overrides: Partial<Article> = {}): Article => ({
  id: 1,
  ticket_id: 1,
  type_id: 1,
  sender_id: 2,
  from: 'Anna Bauer <anna@b.example>',
  to: 'desk@h.example',
  cc: null,
  bcc: null,
  subject: 'Help',
  reply_to: null,
  message_id: null,
  in_reply_to: null,
  references: null,
  time_unit: null,
  content_type: 'text/plain',
  body: 'Hello',
  internal: false,
  origin_by_id: null,
  preferences: {},
  attachments: [],
  type: 'email',
  sender: 'Customer',
  created_by: 'anna@b.example',
  updated_by: 'anna@b.example',
  created_by_id: 2,
  updated_by_id: 2,
  created_at: '2026-05-01T10:00:00.000Z',
  updated_at: '2026-05-01T10:00:00.000Z',
  ...overrides,
});

it.each([
  [{ sender: 'Customer' }, 'customer'],
  [{ sender: 'Agent' }, 'agent'],
  [{ sender: 'Agent', internal: true }, 'note'],
  [{ sender: 'System', internal: true }, 'system'],
])('an article with %j is of kind %s', (facts, kind) => {
  expect(kindOf(anArticle(facts))).toBe(kind);
});

describe('delivery', () => {
  it.each([
    [
      'a mail of ours that waits',
      { sender: 'Agent', preferences: { delivery: { state: 'queued', mail_id: 'x' } } },
      { state: 'queued' },
    ],
    [
      'one whose large file went as a link',
      {
        sender: 'Agent',
        preferences: {
          delivery: {
            state: 'sent',
            links: [{ filename: 'film.mp4', size: 9, until: '2026-12-22T00:00:00.000Z' }, 'x'],
          },
        },
      },
      { state: 'sent', links: [{ filename: 'film.mp4', size: 9 }] },
    ],
    ['a sent one', { sender: 'Agent', preferences: { delivery: { state: 'sent' } } }, { state: 'sent' }],
    [
      'one that came back',
      {
        sender: 'Agent',
        preferences: { delivery: { state: 'sent', bounce: { kind: 'permanent', reason: 'no such user' } } },
      },
      { state: 'returned', reason: 'no such user' },
    ],
    [
      'one that is late',
      { sender: 'Agent', preferences: { delivery: { state: 'sent', bounce: { kind: 'temporary' } } } },
      { state: 'slow', reason: null },
    ],
    [
      'a failed one with its reason',
      { sender: 'System', preferences: { delivery: { state: 'failed', error: '550 no such user' } } },
      { state: 'failed', reason: '550 no such user' },
    ],
  ])('tells about %s', (_, facts, expected) => {
    expect(deliveryOf(anArticle(facts))).toMatchObject(expected);
  });

  it.each([
    ['a customer mail', {}],
    ['a phone call', { type: 'phone', sender: 'Agent' }],
    ['an internal note', { sender: 'Agent', internal: true }],
    ['a mail that an import brought', { sender: 'Agent', preferences: {} }],
  ])('says nothing about %s', (_, facts) => {
    expect(deliveryOf(anArticle(facts))).toBeNull();
  });
});

it.each([
  [
    { authentication: { result: 'fail', domain: 'x.example', by: 'mx.h.example' } },
    { result: 'fail', by: 'mx.h.example' },
  ],
  [{ authentication: { result: 'none', domain: 'x.example', by: null, released: true } }, { released: true, by: null }],
  [{ authentication: { result: 'pass' } }, null],
  [{}, null],
])('of %j the sender is %j', (preferences, proof) => {
  const read = senderProofOf(anArticle({ preferences }));
  if (proof === null) expect(read).toBeNull();
  else expect(read).toMatchObject({ domain: 'x.example', ...proof });
});

describe('who gets the answer', () => {
  it.each([
    ['the sender of the last customer mail', [anArticle()], 'anna@b.example'],
    ['the address it asks for', [anArticle({ reply_to: 'team@b.example' })], 'team@b.example'],
    [
      'not somebody who was asked beside the ticket',
      [anArticle({ from: 'anna@b.example' }), anArticle({ from: 'sam@s.example', internal: true })],
      'anna@b.example',
    ],
    ['the customer when there is no mail', [anArticle({ type: 'phone' })], 'c@d.example'],
    ['the customer when the sender has no address', [anArticle({ from: 'Anna' })], 'c@d.example'],
  ])('is %s', (_, articles, expected) => {
    expect(replyRecipient(articles, 'c@d.example')).toBe(expected);
  });

  it('is nobody when no address is known', () => {
    expect(replyRecipient([], '')).toBe('');
  });
});

it.each([
  ['"Bauer, Anna" <anna@b.example>', { name: 'Bauer, Anna', address: 'anna@b.example' }],
  ['anna@b.example', { name: '', address: 'anna@b.example' }],
])('reads the address %s', (value, expected) => {
  expect(parseAddress(value)).toEqual(expected);
});

it('splits a recipient line at commas outside quotes', () => {
  expect(splitAddresses('"Bauer, Anna" <a@b.example>, c@d.example')).toEqual([
    '"Bauer, Anna" <a@b.example>',
    'c@d.example',
  ]);
  expect(splitAddresses(null)).toEqual([]);
});

it('takes the brackets off a content id', () => {
  expect(contentIdOf({ preferences: { 'Content-ID': '<a@b>' } })).toBe('a@b');
  expect(contentIdOf({ preferences: {} })).toBeNull();
});

it('counts as arrived only what is public, later and from somebody else', () => {
  const thread = [
    anArticle({ id: 1 }),
    anArticle({ id: 2 }),
    anArticle({ id: 3, sender: 'Agent', created_by_id: 9 }),
    anArticle({ id: 4, sender: 'Agent', internal: true, created_by_id: 5 }),
    anArticle({ id: 5, sender: 'System', created_by_id: 1 }),
    anArticle({ id: 6, sender: 'Agent', created_by_id: 5 }),
  ];
  expect(arrivedSince(thread, 1, 9).map(({ id }) => id)).toEqual([2, 6]);
});

it.each([
  ['cid:logo@b.example', 'logo@b.example'],
  ['CID:a%40b', 'a@b'],
  ['cid:%', '%'],
  ['cid:100%@b', '100%@b'],
  ['https://a.example/x.png', null],
])('reads %j as the Content-ID %j', (url, id) => {
  expect(contentIdOfUrl(url)).toBe(id);
});

describe('protection of a mail', () => {
  const part = { success: false, comment: null, reason: null };

  it('names who has signed by name and address, and says why not', () => {
    const signer = { name: 'Anna', addresses: ['anna@b.example'], fingerprint: 'ab' };
    const sign = { success: true, comment: 'Anna', reason: null, signer };
    expect(securityOf({ preferences: { security: { type: 'S/MIME', sign, encryption: part } } })).toEqual({
      sign: { success: true, comment: 'Anna', reason: null },
      encryption: part,
      signer: 'Anna <anna@b.example>',
    });
    const refused = { ...part, comment: 'No', reason: 'untrusted', signer: null };
    expect(securityOf({ preferences: { security: { sign: refused, encryption: part } } })?.sign.reason).toBe(
      'untrusted',
    );
  });

  it('is none where nothing is said, and survives what others wrote there', () => {
    expect(securityOf({ preferences: {} })).toBeNull();
    expect(securityOf({ preferences: { security: 'yes' } })).toBeNull();
    expect(securityOf({ preferences: { security: { sign: 1, encryption: null } } })).toEqual({
      ...{ sign: part, encryption: part, signer: null },
    });
  });
});

it.each([
  ['pass', 'b.example', null, 'anna@b.example'],
  ['pass', 'example', null, 'anna@b.example'],
  ['pass', 'other.example', null, undefined],
  ['pass', 'xample', null, undefined],
  ['fail', 'b.example', null, undefined],
  ['pass', 'b.example', 'form@site.example', undefined],
])('%s of %s, sent by %j, proves %j', (result, domain, origin_from, expected) => {
  const preferences = { authentication: { result, domain }, ...(origin_from && { origin_from }) };
  expect(provenSenderOf(anArticle({ preferences }))).toBe(expected);
});

it('the first new message is the first of somebody else since one was there', () => {
  const at = (id: number, created_at: string, created_by_id: number, sender: Article['sender'] = 'Customer') =>
    anArticle({ id, created_at, created_by_id, sender });
  const thread = [
    at(1, '2026-03-01T08:00:00.000Z', 5),
    at(2, '2026-03-02T08:00:00.000Z', 3, 'Agent'),
    at(3, '2026-03-02T08:00:01.000Z', 1, 'System'),
    at(4, '2026-03-02T09:00:00.000Z', 5),
    at(5, '2026-03-03T09:00:00.000Z', 5),
  ];
  expect(firstUnread(thread, '2026-03-01T08:00:00.000Z', 3)).toBe(4);
  expect(firstUnread(thread, '2026-03-03T09:00:00.000Z', 3)).toBeUndefined();
  expect(firstUnread(thread, '2026-02-01T08:00:00.000Z', 3)).toBeUndefined();
  expect(firstUnread(thread, undefined, 3)).toBeUndefined();
});
