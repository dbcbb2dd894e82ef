import { type ImapServer, imapServer, rawMail, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from './platform.ts';

describe('mail from an IMAP mailbox', () => {
  let imap: ImapServer;
  let desk: TestPlatform;

  beforeAll(async () => {
    imap = await imapServer();
    const mailbox = {
      name: 'support',
      host: '127.0.0.1',
      port: imap.port,
      tls: false,
      user: imap.user,
      password: imap.password,
      folder: 'INBOX',
      pollSeconds: 1,
    };
    desk = await testPlatform({ 'mail-ingest': { IMAP_MAILBOXES: JSON.stringify([mailbox]) } });
  }, 120_000);
  afterAll(async () => {
    await desk?.platform.stop();
    await imap?.close();
  });

  it('becomes a ticket with a confirmation, and is marked seen', async () => {
    imap.append(rawMail({ from: 'Ivo <ivo@customer.example>', subject: 'From the mailbox', text: 'Hello by IMAP' }));
    const ticket = await desk.admin.ticketTitled('From the mailbox', 30_000);
    expect((await desk.admin.articlesOf(ticket.id))[0].body).toContain('Hello by IMAP');
    await desk.mailbox.mail('ivo@customer.example');
    await waitFor(() => imap.messages().every(({ flags }) => flags.includes('\\Seen')), {
      what: 'the mail to be marked seen',
      timeoutMs: 15_000,
    });
  });
});
