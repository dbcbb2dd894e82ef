import { describe, expect, it } from 'vitest';
import { classify, headersRead } from './classify.ts';
import type { Automatic, MailFacts } from './facts.ts';

type Case = { headers?: Record<string, string>; facts?: Partial<MailFacts>; is: Automatic };

const asked = new Set<string>();

function facts(headers: Record<string, string> = {}, overrides: Partial<MailFacts> = {}): MailFacts {
  return {
    header: (name) => {
      asked.add(name);
      return headers[name] === undefined ? [] : [headers[name]];
    },
    envelopeFrom: 'ada@customer.example',
    from: 'ada@customer.example',
    messageId: '<1@customer.example>',
    isOurMessageId: (id) => id === '<ours@desk.example>',
    isOurAddress: (address) => address === 'support@desk.example',
    ...overrides,
  };
}

const cases: [string, Case][] = [
  ['an ordinary mail', { is: 'no' }],
  ['Auto-Submitted: no', { headers: { 'auto-submitted': 'no' }, is: 'no' }],
  ['Auto-Submitted: No (a comment)', { headers: { 'auto-submitted': 'No (really)' }, is: 'no' }],
  ['Auto-Submitted: auto-replied', { headers: { 'auto-submitted': 'auto-replied' }, is: 'auto-reply' }],
  ['with a parameter', { headers: { 'auto-submitted': 'Auto-Replied; owner-email="a@b"' }, is: 'auto-reply' }],
  ['Auto-Submitted: auto-generated', { headers: { 'auto-submitted': 'auto-generated' }, is: 'auto-reply' }],
  ['X-Auto-Response-Suppress: All', { headers: { 'x-auto-response-suppress': 'All' }, is: 'auto-reply' }],
  ['X-Auto-Response-Suppress: DR, OOF', { headers: { 'x-auto-response-suppress': 'DR, OOF' }, is: 'auto-reply' }],
  ['suppressed receipts only', { headers: { 'x-auto-response-suppress': 'DR, RN, NRN' }, is: 'no' }],
  ['Precedence: bulk', { headers: { precedence: 'bulk' }, is: 'bulk' }],
  ['Precedence: List', { headers: { precedence: ' List' }, is: 'bulk' }],
  ['Precedence: junk', { headers: { precedence: 'junk' }, is: 'bulk' }],
  ['Precedence: first-class', { headers: { precedence: 'first-class' }, is: 'no' }],
  ['Precedence: auto_reply', { headers: { precedence: 'auto_reply' }, is: 'auto-reply' }],
  ['List-Id', { headers: { 'list-id': 'Users <users.example.org>' }, is: 'bulk' }],
  ['List-Unsubscribe', { headers: { 'list-unsubscribe': '<mailto:x@y.example>' }, is: 'bulk' }],
  ['X-Autoreply: yes', { headers: { 'x-autoreply': 'yes' }, is: 'auto-reply' }],
  ['X-Autoreply: no', { headers: { 'x-autoreply': 'no' }, is: 'no' }],
  ['X-Loop: yes', { headers: { 'x-loop': 'yes' }, is: 'auto-reply' }],
  ['X-Loop: no', { headers: { 'x-loop': 'no' }, is: 'no' }],
  ['X-Loop with our address', { headers: { 'x-loop': 'support@desk.example' }, is: 'own' }],
  ['a null return path', { facts: { envelopeFrom: '' }, is: 'bounce' }],
  ['an unknown return path', { facts: { envelopeFrom: null }, is: 'no' }],
  ['Return-Path: <>', { headers: { 'return-path': '<>' }, facts: { envelopeFrom: null }, is: 'bounce' }],
  ['a delivery report', { headers: { 'content-type': 'multipart/report; report-type=delivery-status' }, is: 'bounce' }],
  [
    'a read receipt',
    { headers: { 'content-type': 'Multipart/Report; report-type="disposition-notification"' }, is: 'auto-reply' },
  ],
  [
    'a report that is auto-replied too',
    {
      headers: { 'content-type': 'multipart/report; boundary=x', 'auto-submitted': 'auto-replied' },
      facts: { envelopeFrom: '' },
      is: 'bounce',
    },
  ],
  [
    'an out-of-office reply with a null return path',
    {
      headers: { 'auto-submitted': 'auto-replied' },
      facts: { envelopeFrom: '' },
      is: 'auto-reply',
    },
  ],
  ['Exim’s failure notice', { headers: { 'x-failed-recipients': 'a@b.example' }, is: 'bounce' }],
  ['MAILER-DAEMON', { facts: { from: 'MAILER-DAEMON@mx.example' }, is: 'bounce' }],
  ['a person named mailer-daemonic', { facts: { from: 'mailer-daemonic@mx.example' }, is: 'no' }],
  ['our own Message-ID', { facts: { messageId: '<ours@desk.example>' }, is: 'own' }],
  ['our own address', { facts: { from: 'support@desk.example' }, is: 'own' }],
  [
    'another helpdesk that confirms',
    { headers: { 'auto-submitted': 'auto-replied', precedence: 'bulk', 'x-loop': 'yes' }, is: 'auto-reply' },
  ],
  [
    'a report that our confirmation did not arrive',
    {
      headers: { 'content-type': 'multipart/report; report-type=delivery-status', 'auto-submitted': 'auto-replied' },
      facts: { envelopeFrom: '', from: 'MAILER-DAEMON@mx.example' },
      is: 'bounce',
    },
  ],
  ['no sender and no id', { facts: { from: null, messageId: null }, is: 'no' }],
];

describe('S11: classify', () => {
  it.each(cases)('%s', (_name, { headers, facts: overrides, is }) => {
    const judged = classify(facts(headers, overrides));
    expect(judged.automatic).toBe(is);
    if (is === 'no') expect(judged.reason).toBeNull();
    else expect(judged.reason).toMatch(/\w/);
  });

  it('reads only the headers that are kept for it', () => {
    classify(facts());
    expect([...asked].sort()).toEqual([...headersRead].sort());
  });
});
