import { mailChannels } from '@helpmesh/contracts';
import { type Dovecot, dovecot, dovecotMissing, rawMail, tokenServer, waitFor } from '@helpmesh/testing';
import { ImapFlow } from 'imapflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asking } from './asking.ts';
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

  describe('over POP3', () => {
    const create = (options = {}) =>
      asking(desk as TestDesk)(mailChannels.create, {
        body: {
          name: 'By POP3',
          email: 'help@desk.example',
          options: {
            inbound: {
              adapter: 'pop3',
              options: {
                ...{ host: '127.0.0.1', port: imap.pop3Port, ssl: 'off', user: imap.user, password: imap.password },
                ...{ poll_seconds: 5, ...options },
              },
            },
          },
        },
      });

    beforeEach(async (context) => {
      context.skip(imap.pop3Port === undefined, 'dovecot-pop3d is not installed');
      desk = await testDesk({ SMTP_PORT: '-1' });
    });

    it('is emptied when its mails are stored', async () => {
      for (const raw of mails) await imap.append(raw);
      await create({ keep_on_server: false });
      await untilFiled(subjects);
      await untilCounted('INBOX', { messages: 0 });
      expect(await filed()).toEqual(subjects);
      expect((await desk?.filed())?.[0]?.data.recipients).toEqual(['help@desk.example']);
    });

    it('gives each mail once where they stay, byte for byte', async () => {
      const dotted = rawMail({ subject: 'Mail 00', text: '.\r\n..two\r\n.\r\nend\r\n' });
      await imap.append(dotted);
      const { id } = await create({ keep_on_server: true });
      await untilFiled(['Mail 00']);
      await imap.append(mails[1] as Buffer);
      await untilFiled(subjects.slice(0, 2));
      await untilCounted('INBOX', { messages: 2 });
      expect(await filed()).toEqual(subjects.slice(0, 2));
      expect((await desk?.rows())?.[0]?.size).toBe(dotted.length);
      const steps = await asking(desk as TestDesk)(mailChannels.get, { params: { id } });
      expect(steps.status_in).toBe('ok');
    });
  });

  it('lets in by a token of the provider, over IMAP and POP3, and nobody with another', async () => {
    await imap.close();
    const provider = await tokenServer('testuser');
    imap = await dovecot({ tokenInfoUrl: provider.tokenInfoUrl });
    desk = await testDesk({ SMTP_PORT: '-1', HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' });
    const tried = async (adapter: 'imap' | 'pop3', port: number) => {
      const place = { host: '127.0.0.1', port, ssl: 'off', user: imap.user };
      const auth = {
        ...{ provider: 'other', client_id: provider.clientId, client_secret: provider.clientSecret, scope: 'mail' },
        ...{ authorize_url: provider.authorizeUrl, token_url: provider.tokenUrl },
      };
      const body = { options: { inbound: { adapter, options: place }, auth } };
      const { steps } = await asking(desk as TestDesk)(mailChannels.test, { body });
      return steps.map(({ step, ok }) => `${step} ${ok}`);
    };
    const good = ['permission true', 'connect true', 'sign-in true', 'folder true'];
    expect(await tried('imap', imap.port)).toEqual(good);
    if (imap.pop3Port !== undefined) expect(await tried('pop3', imap.pop3Port)).toEqual(good);
    const remember = provider.good.add.bind(provider.good);
    provider.good.add = () => provider.good;
    expect(await tried('imap', imap.port)).toEqual(['permission true', 'connect true', 'sign-in false']);
    if (imap.pop3Port !== undefined) {
      expect(await tried('pop3', imap.pop3Port)).toEqual(['permission true', 'connect true', 'sign-in false']);
    }
    provider.good.add = remember;
    await provider.close();
  });
});
