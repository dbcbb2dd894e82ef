import { rawMail, sendRaw } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';

describe('a mail over SMTP', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await testDesk();
  });
  afterAll(() => desk?.stop());

  it('is answered 250 with its queue id, stored raw, and handed to the ticket service', async () => {
    const raw = rawMail({
      from: 'Ada Lovelace <ada@customer.example>',
      to: 'support@desk.example',
      subject: 'Grüße',
      text: 'It is broken.\n',
      html: '<p>It is <b>broken</b>.</p><script>alert(1)</script>',
      inReplyTo: '<1@desk.example>',
      references: ['<0@desk.example>', '<1@desk.example>'],
      messageId: '<first@customer.example>',
      attachments: [{ name: '../../log.txt', type: 'text/plain', content: 'lines' }],
    });
    const reply = await sendRaw({ port: desk.smtpPort }, raw, {
      from: 'ada@customer.example',
      to: ['support@desk.example', 'sales@desk.example'],
    });
    const { data } = await desk.filedWith('Grüße');
    const [row] = await desk.rows();
    expect(reply).toMatch(new RegExp(`^250 .*queued as ${row?.queue_id}`));
    expect(row).toMatchObject({ state: 'parsed', envelope_from: 'ada@customer.example', automatic: 'no' });
    expect(data).toMatchObject({
      inboundId: row?.id,
      channel: 'smtp',
      recipients: ['support@desk.example', 'sales@desk.example'],
      unreadable: null,
      from: { name: 'Ada Lovelace', address: 'ada@customer.example' },
      to: [{ name: '', address: 'support@desk.example' }],
      messageId: '<first@customer.example>',
      inReplyTo: ['<1@desk.example>'],
      references: ['<0@desk.example>', '<1@desk.example>'],
      text: 'It is broken.',
      html: '<p>It is <b>broken</b>.</p>',
      attachments: [{ filename: 'log.txt', size: 5, contentType: 'text/plain', inline: false }],
      automatic: 'no',
      raw: { sha256: row?.sha256, size: row?.size },
    });
  });
});
