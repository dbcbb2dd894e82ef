import { type Dovecot, dovecot, dovecotMissing, Ledger, rawMail, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';

const missing = dovecotMissing();

describe('mail from a real Dovecot', () => {
  let imap: Dovecot;
  let desk: TestPlatform;

  beforeAll(async () => {
    if (missing) return;
    imap = await dovecot();
    const { port, user, password } = imap;
    const mailbox = { name: 'support', host: '127.0.0.1', port, tls: false, user, password, pollSeconds: 1 };
    desk = await testPlatform({ 'mail-ingest': { IMAP_MAILBOXES: JSON.stringify([mailbox]) } });
  }, 120_000);
  afterAll(async () => {
    await desk?.platform.stop();
    await imap?.close();
  });

  it('becomes tickets, each mail once, although the server crashes in between', async (context) => {
    context.skip(missing !== undefined, missing);
    const ledger = new Ledger();
    const deliver = async (count: number) => {
      for (let left = count; left > 0; left--) {
        const token = ledger.offer();
        await imap.append(rawMail({ from: 'Ivo <ivo@customer.example>', subject: token, text: 'Hello by IMAP' }));
        ledger.accept(token); // it is in the mailbox: from now on it must not be lost
      }
    };
    await deliver(10);
    await waitFor(async () => (await imap.messages()).some(({ flags }) => flags.includes('\\Seen')), {
      what: 'the first mail to be taken',
      timeoutMs: 30_000,
    });
    await imap.kill();
    await deliver(10);
    await imap.start();

    await waitFor(async () => (await imap.messages()).every(({ flags }) => flags.includes('\\Seen')), {
      what: 'all mails to be marked seen',
      timeoutMs: 90_000,
    });
    const titles = await waitFor(
      async () => {
        const tickets = (await desk.admin.get('/api/v1/tickets?per_page=100')) as { title: string }[];
        const found = tickets.map(({ title }) => title);
        return ledger.verify(found).lost.length === 0 && found;
      },
      { what: 'a ticket of each mail', timeoutMs: 30_000 },
    );
    expect(ledger.verify(titles)).toMatchObject({ lost: [], doubled: [], accepted: 20 });
  }, 180_000);
});
