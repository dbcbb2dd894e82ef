import { type Dovecot, dovecot, dovecotMissing, rawMail, waitFor } from '@helpmesh/testing';
import { ImapFlow } from 'imapflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';

const missing = dovecotMissing();
const subjects = Array.from({ length: 12 }, (_, n) => `Mail ${String(n).padStart(2, '0')}`);
const mails = subjects.map((subject) => rawMail({ subject }));

/** What only a real server shows: MOVE, EXPUNGE, IDLE, new UIDVALIDITY, an end in the middle. */
describe('a mailbox of a real Dovecot', { timeout: 90_000 }, () => {
  let imap: Dovecot;
  let client: ImapFlow;
  let desk: TestDesk | undefined;

  beforeEach(async (context) => {
    context.skip(missing !== undefined, missing);
    imap = await dovecot();
    client = await signedIn();
    await client.mailboxCreate('Support');
    await client.mailboxCreate('Done');
  });
  afterEach(async () => {
    await desk?.stop();
    desk = undefined;
    client?.close();
    await imap?.close();
  });

  async function signedIn(): Promise<ImapFlow> {
    const { port, user, password: pass } = imap;
    const one = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth: { user, pass }, logger: false });
    one.on('error', () => undefined);
    await one.connect();
    return one;
  }
  async function start(overrides = {}): Promise<TestDesk> {
    const { port, user, password } = imap;
    const mailbox = { name: 'support', host: '127.0.0.1', port, tls: false, user, password, folder: 'Support' };
    desk = await testDesk({
      SMTP_PORT: '-1',
      // Long: what comes sooner comes by IDLE.
      IMAP_MAILBOXES: JSON.stringify([{ ...mailbox, pollSeconds: 600, ...overrides }]),
    });
    return desk;
  }
  async function deliver(raws: Buffer[], flags: string[] = []): Promise<void> {
    for (const raw of raws) await client.append('Support', raw, flags);
  }
  const filed = async () => ((await desk?.filed()) ?? []).map(({ data }) => data.subject).sort();
  const untilFiled = (expected: string[]) =>
    waitFor(async () => (await filed()).length >= expected.length, { what: 'the mails', timeoutMs: 60_000 });
  const untilCounted = (folder: string, wanted: { messages?: number; unseen?: number }) =>
    waitFor(
      async () => {
        const status = await client.status(folder, { messages: true, unseen: true });
        return status && Object.entries(wanted).every(([name, count]) => status[name as 'messages'] === count);
      },
      { what: `${folder} to hold ${JSON.stringify(wanted)}`, timeoutMs: 60_000 },
    );

  it('is fetched at once when the server tells of a mail, and mails are flagged', async () => {
    await deliver(mails.slice(0, 6));
    await start();
    await untilFiled(subjects.slice(0, 6));
    await deliver(mails.slice(6));
    await untilFiled(subjects);
    await untilCounted('Support', { messages: 12, unseen: 0 });
    expect(await filed()).toEqual(subjects);
  });

  it('is emptied into another folder where that is wished', async () => {
    await deliver(mails);
    await start({ afterwards: { move: 'Done' } });
    await untilCounted('Done', { messages: 12 });
    await untilCounted('Support', { messages: 0 });
    await untilFiled(subjects);
    expect(await filed()).toEqual(subjects);
  });

  it('is emptied where mails are to be deleted', async () => {
    await deliver(mails);
    await start({ afterwards: 'delete' });
    await untilCounted('Support', { messages: 0 });
    await untilFiled(subjects);
    expect(await filed()).toEqual(subjects);
  });

  it('that was made anew gives its mails new numbers, and none is filed twice', async () => {
    await deliver(mails.slice(0, 8));
    await start({ pollSeconds: 1 });
    await untilFiled(subjects.slice(0, 8));
    await untilCounted('Support', { unseen: 0 });
    await desk?.service.stop();
    await client.mailboxDelete('Support');
    await client.mailboxCreate('Support');
    await deliver(mails.slice(0, 8), ['\\Seen']);
    await deliver(mails.slice(8));
    await desk?.service.start();
    await untilFiled(subjects);
    await desk?.settled();
    expect(await filed()).toEqual(subjects);
  });

  it('is fetched to the end, each mail once, although the server is killed in between', async () => {
    await deliver(mails.slice(0, 6));
    await start();
    await waitFor(async () => (await filed()).length > 0, { what: 'the first mail', timeoutMs: 30_000 });
    await imap.kill();
    await imap.start();
    client = await signedIn();
    await deliver(mails.slice(6));
    await untilFiled(subjects);
    await untilCounted('Support', { unseen: 0 });
    expect(await filed()).toEqual(subjects);
  });
});
