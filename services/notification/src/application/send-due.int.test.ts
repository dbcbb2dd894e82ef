import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import { type Envelope, hooksIn } from '@helpmesh/contracts';
import { epochMs, uuidv7 } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { FakeClock, faultProxy, infra, type SmtpSink, smtpSink, waitFor } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aMail } from '../../test/a-mail.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import { MailEvents } from '../events.ts';
import { SmtpWire } from '../mail/smtp-wire.ts';
import { migrations } from '../persistence/migrations.ts';
import { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import { OutboundQueue } from './outbound-queue.ts';
import type { MailWire } from './ports.ts';
import { SendDue } from './send-due.ts';

const minute = 60_000;
const LEASE_MS = 5 * minute;
let db: DataSource;
let folder: string;
let blobs: BlobStore;
let sink: SmtpSink;
let clock: FakeClock;
const store = new OutboundMailStore();
const senders: SendDue[] = [];

beforeAll(async () => {
  db = createDataSource({ url: await infra().database('send_due'), migrations });
  await migrate(db);
  await connect(db);
  folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-send-'));
  blobs = openBlobStore({ BLOB_DIR: folder });
});
afterAll(async () => {
  await db.destroy();
  await blobs.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  clock = new FakeClock();
  sink = await smtpSink();
});
afterEach(async () => {
  for (const sender of senders.splice(0)) await sender.stop();
  await sink.close();
  await sql(db, 'TRUNCATE outbound_mail, outbox');
});

function smtp(url = sink.url): SmtpWire {
  return new SmtpWire(
    blobs,
    { url, connections: 3, silenceMs: 10_000, nullReturnPath: true },
    { sealingOf: async () => null },
  );
}

function sender(wire: MailWire = smtp(), { timeoutMs = 5_000, concurrency = 3, pollMs = 20 } = {}): SendDue {
  const schedule = { baseMs: minute, capMs: 240 * minute, totalMs: 48 * 60 * minute };
  const settings = { concurrency, timeoutMs, leaseMs: LEASE_MS, pollMs, stopGraceMs: 2_000, schedule };
  const made = new SendDue(db, store, new Outbox('notification', clock), wire, clock, settings, new MailEvents());
  senders.push(made);
  return made;
}

async function queue(overrides: Partial<OutboundMail> = {}): Promise<OutboundMail> {
  const mail = aMail({ createdAt: clock.now(), queuedAt: clock.now(), dueAt: clock.now(), ...overrides });
  await db.transaction((tx) => store.add(tx, [mail]));
  return mail;
}

async function row(id: string): Promise<OutboundMail> {
  const all = await store.list(db, { state: undefined, limit: 100, offset: 0 });
  const found = all.find((mail) => mail.id === id);
  if (!found) throw new Error(`no mail ${id}`);
  return found;
}

async function inState(id: string, state: OutboundMail['state'], attempts = 1): Promise<OutboundMail> {
  return waitFor(
    async () => {
      const mail = await row(id);
      return mail.state === state && mail.attempts >= attempts ? mail : null;
    },
    { what: `the mail to be ${state} after ${attempts} tries` },
  );
}

async function said(): Promise<Envelope[]> {
  const rows = await sql<{ payload: string }>(db, 'SELECT payload FROM outbox ORDER BY seq');
  return rows.map(({ payload }) => JSON.parse(payload) as Envelope);
}

describe('a mail that is due', () => {
  it('is sent once and told as sent in the same transaction', async () => {
    const mail = await queue();
    sender().start();
    await inState(mail.id, 'sent');
    expect(sink.mails).toHaveLength(1);
    expect(await said()).toMatchObject([
      {
        type: 'delivery.v1.sent',
        aggregateId: mail.id,
        aggregateVersion: 1,
        correlationId: mail.correlationId,
        causationId: mail.causationId,
        data: { mailId: mail.id, articleId: 40, messageId: mail.messageId, attempts: 1 },
      },
    ]);
  });

  it('is sent once by several senders that look at the same queue', async () => {
    const mails = await Promise.all(
      Array.from({ length: 40 }, (_, i) => queue({ subject: `[Ticket#${10_000 + i}] x` })),
    );
    for (let i = 0; i < 3; i++) sender().start();
    for (const { id } of mails) await inState(id, 'sent');
    const numbers = sink.mails.flatMap(({ parsed }) => hooksIn(parsed.subject ?? ''));
    expect(numbers).toHaveLength(40);
    expect(new Set(numbers).size).toBe(40);
  });

  it('waits for its time', async () => {
    const later = await queue({ dueAt: epochMs(clock.now() + minute) });
    const now = await queue();
    sender().start();
    await inState(now.id, 'sent');
    expect((await row(later.id)).state).toBe('queued');
    clock.advance(minute);
    await inState(later.id, 'sent');
  });
});

describe('a failure', () => {
  it('for now puts the mail off, a minute, then two, and the same message arrives in the end', async () => {
    sink.fail({ at: 'data', code: 451 }, { at: 'data', code: 451 });
    const mail = await queue();
    sender().start();
    expect((await inState(mail.id, 'deferred')).dueAt).toBe(clock.now() + minute);
    clock.advance(minute);
    expect((await inState(mail.id, 'deferred', 2)).dueAt).toBe(clock.now() + 2 * minute);
    clock.advance(2 * minute);
    await inState(mail.id, 'sent', 3);
    expect((await said()).map(({ type }) => type)).toEqual([
      'delivery.v1.deferred',
      'delivery.v1.deferred',
      'delivery.v1.sent',
    ]);
    expect(sink.mails[0]?.parsed.messageId).toBe(mail.messageId);
  });

  it('for good is told at once and not tried again', async () => {
    sink.fail({ at: 'rcpt', code: 550, text: 'no such user' });
    const mail = await queue();
    sender().start();
    expect(await inState(mail.id, 'failed')).toMatchObject({ dueAt: null, lastError: 'ada@x.org: 550 no such user' });
    expect(await said()).toMatchObject([{ type: 'delivery.v1.failed', data: { articleId: 40 } }]);
  });

  it('after 48 hours of trying is for good', async () => {
    await sink.close();
    const mail = await queue({ queuedAt: epochMs(clock.now() - 48 * 60 * minute) });
    sender().start();
    await inState(mail.id, 'failed');
    expect(await said()).toMatchObject([{ type: 'delivery.v1.failed' }]);
  });

  it('of one mail does not hold up the others', async () => {
    const proxy = await faultProxy({ port: sink.port });
    const stalled = smtp(proxy.through(sink.url));
    const direct = smtp();
    const split: MailWire = {
      send: (mail, signal) => (mail.kind === 'redirect' ? stalled : direct).send(mail, signal),
      close: () => [stalled, direct].forEach((wire) => void wire.close()),
    };
    proxy.stall();
    const stuck = await queue({ kind: 'redirect' });
    const others = await Promise.all(Array.from({ length: 10 }, () => queue()));
    sender(split, { timeoutMs: 3_000, concurrency: 2 }).start();
    for (const { id } of others) await inState(id, 'sent');
    expect((await row(stuck.id)).state).toBe('sending');
    await inState(stuck.id, 'deferred');
    await proxy.close();
  });

  it('in the dark after DATA sends the mail again under the same Message-ID', async () => {
    sink.fail({ at: 'after-data' });
    const mail = await queue();
    sender().start();
    await inState(mail.id, 'deferred');
    clock.advance(minute);
    await inState(mail.id, 'sent', 2);
    expect(sink.mails.map(({ answered }) => answered)).toEqual([false, true]);
    expect(new Set(sink.mails.map(({ raw }) => raw.toString())).size).toBe(1);
    expect(sink.mails[0]?.parsed.messageId).toBe(mail.messageId);
  });
});

describe('a sender that dies', () => {
  it('between claim and wire gives the mail back when its lease is over', async () => {
    const mail = await queue();
    await store.claim(db, clock.now(), LEASE_MS, 10);
    sender().start();
    await waitFor(async () => (await row(mail.id)).state === 'sending', { what: 'the lease to hold' });
    expect(sink.mails).toHaveLength(0);
    clock.advance(LEASE_MS);
    await inState(mail.id, 'sent', 2);
    expect(sink.mails).toHaveLength(1);
  });

  it('between wire and record sends the same message again, and only one outcome is told', async () => {
    const mail = await queue();
    const [claimed] = await store.claim(db, clock.now(), LEASE_MS, 10);
    const wire = smtp();
    await wire.send(claimed as OutboundMail, AbortSignal.timeout(5_000));
    wire.close();
    clock.advance(LEASE_MS);
    sender().start();
    await inState(mail.id, 'sent', 2);
    expect(new Set(sink.mails.map(({ parsed }) => parsed.messageId))).toEqual(new Set([mail.messageId]));
    expect(sink.mails).toHaveLength(2);
    expect(await said()).toHaveLength(1);
  });

  it('and wakes up after its lease is fenced off: its outcome is not recorded', async () => {
    const mail = await queue();
    const release = Promise.withResolvers<void>();
    const sleeping: MailWire = {
      send: async () => {
        await release.promise;
        return { permanent: true, reason: 'I slept' };
      },
      close: () => undefined,
    };
    try {
      // Asleep as a whole: it does not look for what is due either.
      sender(sleeping, { pollMs: 60 * minute }).start();
      await inState(mail.id, 'sending');
      clock.advance(LEASE_MS);
      sender().start();
      await inState(mail.id, 'sent', 2);
    } finally {
      release.resolve();
    }
    await Promise.all(senders.splice(0).map((one) => one.stop()));
    expect(await row(mail.id)).toMatchObject({ state: 'sent', attempts: 2 });
    expect((await said()).map(({ type }) => type)).toEqual(['delivery.v1.sent']);
  });
});

it('stop lets the mails on the wire finish and takes no new one', async () => {
  const first = await queue();
  const one = sender(smtp(), { concurrency: 1 });
  one.start();
  await inState(first.id, 'sending').catch(() => undefined);
  await one.stop();
  const second = await queue();
  expect((await row(first.id)).state).toBe('sent');
  expect((await row(second.id)).state).toBe('queued');
});

it('stop gives back what was taken ahead, as if it had never been', async () => {
  const release = Promise.withResolvers<void>();
  const begun: string[] = [];
  const slow: MailWire = {
    send: async ({ id, remaining }) => {
      begun.push(id);
      await release.promise;
      return { accepted: remaining, refusals: [], response: '250 ok' };
    },
    close: () => undefined,
  };
  const mails = [await queue(), await queue({ dueAt: epochMs(clock.now() - 1) })];
  const one = sender(slow, { concurrency: 1 });
  one.start();
  for (const { id } of mails) await inState(id, 'sending');
  const stopped = one.stop();
  const [other] = mails.filter(({ id }) => id !== begun[0]);
  expect(await inState(other?.id ?? '', 'queued', 0)).toMatchObject({ attempts: 0, dueAt: clock.now() });
  release.resolve();
  await stopped;
  expect(begun).toHaveLength(1);
  expect(await row(begun[0] ?? '')).toMatchObject({ state: 'sent' });
});

describe('a credential in a mail', () => {
  const secret = {
    kind: 'password-reset',
    secret: true,
    text: 'https://x.org/?token=T',
    html: '<a>T</a>',
    articleId: null,
  };

  it.each(['sent', 'failed'] as const)('is wiped once the mail is %s', async (end) => {
    if (end === 'failed') sink.fail({ at: 'data', code: 550 });
    const mail = await queue(secret);
    sender().start();
    expect(await inState(mail.id, end)).toMatchObject({ text: null, html: null });
    expect(JSON.stringify(await sql(db, 'SELECT * FROM outbound_mail'))).not.toContain('token=T');
    expect(JSON.stringify(await said())).not.toContain('token=T');
  });

  it('stays while the mail is only put off', async () => {
    sink.fail({ at: 'data', code: 450 });
    const mail = await queue(secret);
    sender().start();
    expect((await inState(mail.id, 'deferred')).text).toBe(secret.text);
  });
});

describe('the queue for administrators', () => {
  const admin = {
    kind: 'user' as const,
    userId: 3,
    login: 'admin',
    permissions: ['admin.channel_email'],
    groups: {},
    organizationIds: [],
    sharedOrganizationIds: [],
    locale: 'en',
    via: 'session' as const,
  };
  const page = { state: undefined, limit: 10, offset: 0 };
  const outboundQueue = () => new OutboundQueue(db, store, new Outbox('notification'), clock, () => undefined);

  it('is closed to everybody else', async () => {
    const agent = { ...admin, permissions: ['ticket.agent', 'admin.user'] };
    for (const actor of [undefined, agent]) {
      await expect(outboundQueue().list(actor, page)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(outboundQueue().retry(actor, uuidv7())).rejects.toMatchObject({ kind: 'forbidden' });
    }
  });

  it('starts a failed mail again, for those who do not have it', async () => {
    sink.fail({ at: 'rcpt', code: 550 });
    const to = [
      { name: '', address: 'bob@x.org' },
      { name: '', address: 'ada@x.org' },
    ];
    const mail = await queue({ to });
    sender().start();
    await inState(mail.id, 'failed');
    clock.advance(minute);
    expect(await outboundQueue().retry(admin, mail.id)).toMatchObject({ state: 'queued', remaining: ['bob@x.org'] });
    const [told] = await sql<{ data: object }>(
      db,
      "SELECT payload::json -> 'data' AS data FROM outbox WHERE subject LIKE '%record-audit'",
    );
    expect(told?.data).toMatchObject({ action: 'outbound-mail.retried', actorId: admin.userId, objectId: mail.id });
    await inState(mail.id, 'sent', 2);
    expect(sink.mails.map(({ envelope }) => envelope.to)).toEqual([['ada@x.org'], ['bob@x.org']]);
  });

  it.each([
    ['a sent mail', { state: 'sent', dueAt: null }, 'mail.not-retryable'],
    ['a failed mail whose link was wiped', { state: 'failed', dueAt: null, text: null }, 'mail.content-gone'],
  ] as const)('does not start %s again', async (_what, overrides, code) => {
    const { id } = await queue(overrides);
    await expect(outboundQueue().retry(admin, id)).rejects.toMatchObject({ code });
    expect(await sql(db, 'SELECT 1 FROM outbox')).toEqual([]);
  });

  it('does not know a mail that is not there', async () => {
    await expect(outboundQueue().retry(admin, uuidv7())).rejects.toMatchObject({ code: 'mail.not-found' });
  });

  it('forgets what went out long ago, and nothing else', async () => {
    const old = epochMs(clock.now() - 91 * 24 * 60 * minute);
    const sent = await queue({ state: 'sent', dueAt: null, createdAt: old });
    const failed = await queue({ state: 'failed', dueAt: null, createdAt: old });
    const fresh = await queue({ state: 'sent', dueAt: null });
    expect(await outboundQueue().forget(90)).toBe(1);
    const left = (await outboundQueue().list(admin, page)).map(({ id }) => id);
    expect(left).not.toContain(sent.id);
    expect(left).toEqual(expect.arrayContaining([failed.id, fresh.id]));
  });
});
