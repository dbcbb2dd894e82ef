import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bounceIn, type Report } from './bounce.ts';

const report = (over: Partial<Report>): Report => ({ status: null, original: null, failed: [], text: '', ...over });
const lines = (...all: string[]) => all.join('\r\n');
const original = 'Received: x\r\nMessage-ID:\r\n <42@desk.example>\r\nSubject: s\r\n\r\nMessage-ID: <no@x>';

const standard = (...fields: string[]) =>
  report({ original, status: lines('Reporting-MTA: dns; mx.x.example', 'Arrival-Date: today', '', ...fields) });

describe('a report (RFC 3464)', () => {
  it.each([
    [
      'of a mailbox that is not there',
      [
        'Final-Recipient: rfc822; Ada@X.example',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1',
        ' no such user',
      ],
      {
        kind: 'permanent',
        recipients: [{ address: 'ada@x.example', status: '5.1.1', reason: '550 5.1.1 no such user' }],
      },
    ],
    [
      'of a mail that was forwarded',
      [
        'Original-Recipient: rfc822;ada@x.example',
        'Final-Recipient: rfc822;a.l@y.example',
        'Action: failed',
        'Status: 5.2.2 (full)',
      ],
      { kind: 'permanent', recipients: [{ address: 'ada@x.example', status: '5.2.2', reason: '' }] },
    ],
    [
      'of a delay',
      ['Final-Recipient: rfc822; ada@x.example', 'Action: delayed', 'Status: 4.4.1', 'Will-Retry-Until: tomorrow'],
      { kind: 'temporary', recipients: [{ address: 'ada@x.example', status: '4.4.1', reason: '' }] },
    ],
    [
      'of a server that gave up on what it called temporary',
      ['Final-Recipient: rfc822; ada@x.example', 'Action: failed', 'Status: 4.4.7'],
      { kind: 'permanent', recipients: [{ address: 'ada@x.example', status: '4.4.7', reason: '' }] },
    ],
    [
      'of a failure and a delay: only who it failed for counts',
      [
        'Final-Recipient: rfc822; a@x.example',
        'Action: delayed',
        'Status: 4.0.0',
        '',
        'Final-Recipient: rfc822; b@x.example',
        'Action: failed',
        'Status: 5.0.0',
      ],
      { kind: 'permanent', recipients: [{ address: 'b@x.example', status: '5.0.0', reason: '' }] },
    ],
    [
      'without an action',
      ['Final-Recipient: rfc822; ada@x.example', 'Status: 5.7.1'],
      { kind: 'permanent', recipients: [{ address: 'ada@x.example', status: '5.7.1', reason: '' }] },
    ],
  ] as const)('%s', (_what, fields, bounce) => {
    expect(bounceIn(standard(...fields))).toEqual({ ...bounce, messageId: '<42@desk.example>' });
  });
});

describe('a report that is written for people', () => {
  it('of qmail', () => {
    const text = lines(
      'Hi. This is the qmail-send program at x.example.',
      "I'm afraid I wasn't able to deliver your message to the following addresses.",
      "This is a permanent error; I've given up. Sorry it didn't work out.",
      '',
      '<ada@x.example>:',
      '192.0.2.1 does not like recipient.',
      'Remote host said: 550 5.1.1 unknown user',
      '',
      '--- Below this line is a copy of the message.',
      '',
      'Return-Path: <help@desk.example>',
      'Message-ID: <7@desk.example>',
      '',
      '<eve@other.example>:',
    );
    const reason = '192.0.2.1 does not like recipient. Remote host said: 550 5.1.1 unknown user';
    const recipients = [{ address: 'ada@x.example', status: '5.1.1', reason }];
    expect(bounceIn(report({ text }))).toEqual({ kind: 'permanent', messageId: '<7@desk.example>', recipients });
  });

  it('of Exim, failed and delayed', () => {
    const failed = lines(
      'This message was created automatically by mail delivery software.',
      'A message that you sent could not be delivered to one or more of its recipients.',
      '',
      '  ada@x.example',
      '    host mx.x.example [192.0.2.1]',
      '    SMTP error: 550 unknown user',
      '',
      '------ This is a copy of the message, including all the headers. ------',
      'Message-Id: <8@desk.example>',
    );
    expect(bounceIn(report({ text: failed, failed: ['Ada@X.example, b@x.example'] }))).toEqual({
      kind: 'permanent',
      messageId: '<8@desk.example>',
      recipients: [
        {
          address: 'ada@x.example',
          status: null,
          reason: 'host mx.x.example [192.0.2.1] SMTP error: 550 unknown user',
        },
        { address: 'b@x.example', status: null, reason: '' },
      ],
    });
    const text =
      'A message that you sent has not yet been delivered to one or more of its recipients.\r\nNo action is required.';
    expect(bounceIn(report({ text }))).toMatchObject({ kind: 'temporary', recipients: [] });
  });

  it.each([
    'Delivery has failed to these recipients or groups:',
    'Your message did not reach some or all of the intended recipients.',
    'This is an automatically generated Delivery Status Notification. Delivery to the following recipients failed.',
    '** Address not found ** Your message wasn’t delivered: it could not be delivered to ada@x.example',
  ])('%s', (text) => {
    expect(bounceIn(report({ text }))).toMatchObject({ kind: 'permanent' });
  });
});

it('is none when nothing failed', () => {
  expect(bounceIn(standard('Final-Recipient: rfc822; ada@x.example', 'Action: delivered', 'Status: 2.0.0'))).toBeNull();
  expect(bounceIn(report({ text: 'Thank you, I will be back on Monday.' }))).toBeNull();
});

it('is read to an end, whatever stands in it', () => {
  const bait = fc.array(
    fc.constantFrom('<', 'a@b.c', ':', '\n', '\r\n ', 'Action:', 'Final-Recipient:', ';', '-'.repeat(90), 'x'),
    {
      maxLength: 400,
    },
  );
  fc.assert(
    fc.property(bait, bait, bait, (status, source, text) => {
      const bounce = bounceIn({ status: status.join(''), original: source.join(''), failed: [], text: text.join('') });
      expect(bounce === null || bounce.recipients.length <= 50).toBe(true);
    }),
  );
  for (const long of [
    'a.'.repeat(50_000),
    `${'<a@b'.repeat(20_000)}`,
    'message-id:'.repeat(9_000),
    ' \n'.repeat(60_000),
  ])
    expect(() => bounceIn({ status: long, original: long, failed: [long], text: long })).not.toThrow();
});
