import { uuidv7 } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { loadConfig } from '@helpmesh/service-kit';
import { type FaultProxy, faultProxy, type ImapServer, imapServer, rawMail, waitFor } from '@helpmesh/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MailboxStore } from '../src/persistence/mailbox.store.ts';
import { createMailIngestService, MailIngestConfig } from '../src/service.ts';
import { type TestDesk, testDesk } from './desk.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `Mail ${String(n).padStart(2, '0')}`);

describe('mail from an IMAP mailbox', { timeout: 90_000 }, () => {
  let imap: ImapServer;
  let proxy: FaultProxy;
  let desk: TestDesk | undefined;

  beforeEach(async () => {
    imap = await imapServer();
    proxy = await faultProxy({ port: imap.port });
  });
  afterEach(async () => {
    await desk?.stop();
    desk = undefined;
    await proxy.close();
    await imap.close();
  });

  const mailboxes = (overrides = {}) =>
    JSON.stringify([
      {
        name: 'support',
        host: '127.0.0.1',
        port: proxy.port,
        tls: false,
        user: imap.user,
        password: imap.password,
        address: 'support@desk.example',
        pollSeconds: 1,
        ...overrides,
      },
    ]);
  const start = async (overrides = {}) => {
    desk = await testDesk({ SMTP_PORT: '-1', IMAP_MAILBOXES: mailboxes(overrides) });
    return desk;
  };
  const filed = async () => (await (desk as TestDesk).filed()).map(({ data }) => data.subject).sort();
  const untilFiled = (subjects: string[]) =>
    waitFor(async () => (await filed()).length >= subjects.length, {
      what: `${subjects.length} mails`,
      timeoutMs: 30_000,
    });
  const allSeen = () =>
    waitFor(() => imap.messages().every(({ flags }) => flags.includes('\\Seen')), {
      what: 'all mails to be flagged',
      timeoutMs: 20_000,
    });

  it('is handed on with the mailbox as channel, and flagged when it is stored', async () => {
    await start();
    imap.append(rawMail({ subject: 'By IMAP' }));
    const { data } = await (desk as TestDesk).filedWith('By IMAP');
    expect(data).toMatchObject({ channel: 'imap:support', recipients: ['support@desk.example'] });
    await allSeen();
    expect(await desk?.rows()).toMatchObject([{ state: 'parsed', envelope_from: null, uid: imap.messages()[0]?.uid }]);
  });

  it('says itself what becomes of it where the mailbox is trusted, and else nothing', async () => {
    const headers = { 'X-Zammad-Ticket-Group': 'Second', 'X-Zammad-Ticket-Tags': 'alarm', 'X-Zammad-Foo': 'x' };
    await start({ trusted: true });
    imap.append(rawMail({ subject: 'Trusted', headers }));
    const { data } = await (desk as TestDesk).filedWith('Trusted');
    expect(data.filtered).toEqual({ by: [], group: 'Second', tags: ['alarm'] });
    await desk?.stop();
    await start();
    imap.append(rawMail({ subject: 'Not trusted', headers }));
    expect((await (desk as TestDesk).filedWith('Not trusted')).data).not.toHaveProperty('filtered');
  });

  it('of before is taken when unseen, and left alone when a person saw it', async () => {
    imap.append(rawMail({ subject: 'Read long ago' }), { flags: ['\\Seen'] });
    for (const subject of numbered(30)) imap.append(rawMail({ subject }));
    await start();
    await untilFiled(numbered(30));
    await allSeen();
    expect(await filed()).toEqual(numbered(30));
  });

  it('is deleted where that is wished, after it was stored', async () => {
    for (const subject of numbered(3)) imap.append(rawMail({ subject }));
    await start({ afterwards: 'delete' });
    await untilFiled(numbered(3));
    await waitFor(() => imap.messages().length === 0, { what: 'an empty mailbox' });
    expect(await filed()).toEqual(numbered(3));
  });

  it('is moved where that is wished', async () => {
    for (const subject of numbered(3)) imap.append(rawMail({ subject }));
    await start({ afterwards: { move: 'Archive' } });
    await untilFiled(numbered(3));
    await waitFor(() => imap.messages('Archive').length === 3, { what: 'three mails in the archive' });
    expect(imap.messages()).toEqual([]);
  });

  it('is fetched once each while the connection is cut again and again', async () => {
    const subjects = numbered(40);
    for (const subject of subjects.slice(0, 20)) imap.append(rawMail({ subject }));
    await start();
    for (const [n, subject] of subjects.slice(20).entries()) {
      await waitFor(async () => (await filed()).length > n, { what: 'the next mail', timeoutMs: 30_000 });
      imap.append(rawMail({ subject }));
      if (n % 4 === 0) proxy.cut();
    }
    await untilFiled(subjects);
    await allSeen();
    expect(await filed()).toEqual(subjects);
  });

  it('comes again under new numbers without being filed again', async () => {
    for (const subject of numbered(5)) imap.append(rawMail({ subject }));
    await start();
    await untilFiled(numbered(5));
    await allSeen();
    await desk?.service.stop();
    // What a change of UIDVALIDITY is to us: all that was remembered is about other numbers.
    await sql(desk?.db as never, 'UPDATE inbound_mail SET uid_validity = uid_validity + 1000');
    await sql(desk?.db as never, 'UPDATE mailbox SET uid_validity = uid_validity + 1000');
    imap.append(rawMail({ subject: 'Mail 05' }), { flags: ['\\Seen'] });
    await desk?.service.start();
    await untilFiled(numbered(6));
    await desk?.settled();
    expect(await filed()).toEqual(numbered(6));
    const states = (await desk?.rows())?.map(({ state }) => state);
    expect(states?.filter((state) => state === 'duplicate')).toHaveLength(5);
  });

  it('is taken by one of two replicas, and by the other when that one ends', async () => {
    await start();
    const second = createMailIngestService(loadConfig(MailIngestConfig, desk?.env ?? {}));
    await second.start();
    imap.append(rawMail({ subject: 'Mail 00' }));
    await untilFiled(['Mail 00']);
    await allSeen();
    await desk?.service.stop();
    imap.append(rawMail({ subject: 'Mail 01' }));
    await untilFiled(numbered(2));
    expect(await filed()).toEqual(numbered(2));
    await second.stop();
  });

  it('F19: is not written about by a holder that another has followed', async () => {
    const { db, service } = await start();
    const row = async () => (await sql<Record<string, unknown>>(db, 'SELECT * FROM mailbox'))[0];
    const held = await waitFor(row, { what: 'a holder' });
    await service.stop();
    const store = new MailboxStore(db);
    const lease = { name: 'support', uidValidity: null, lastUid: 0, lookedAt: null, fence: Number(held.fence) };
    const next = await store.acquire('support', uuidv7(), 60_000);
    expect(next?.fence).toBeGreaterThan(lease.fence);
    const after = await row();
    const refused = { code: 'mailbox.lease-lost' };
    await expect(store.renew(lease, 60_000)).rejects.toMatchObject(refused);
    await expect(store.advance(lease, 1, 99)).rejects.toMatchObject(refused);
    await store.release(lease);
    expect(await row()).toEqual(after);
  });

  it('waits, and is not flagged, while the database is away', async () => {
    await start();
    await desk?.service.stop();
    imap.append(rawMail({ subject: 'Patient' }));
    await sql(desk?.db as never, 'ALTER TABLE inbound_mail RENAME TO away');
    const service = createMailIngestService(loadConfig(MailIngestConfig, desk?.env ?? {}));
    await service.start();
    await waitFor(async () => (await sql(desk?.db as never, 'SELECT FROM mailbox WHERE fence > 1')).length > 0, {
      what: 'the mailbox to be tried',
    });
    expect(imap.messages()[0]?.flags).not.toContain('\\Seen');
    await sql(desk?.db as never, 'ALTER TABLE away RENAME TO inbound_mail');
    await untilFiled(['Patient']);
    await allSeen();
    await service.stop();
  });
});
