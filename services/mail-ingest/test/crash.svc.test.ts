import { sql } from '@helpmesh/persistence';
import { loadConfig } from '@helpmesh/service-kit';
import { faultProxy, rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InboundMailStore } from '../src/persistence/inbound-mail.store.ts';
import { createMailIngestService, MailIngestConfig, MailIntake } from '../src/service.ts';
import { type TestDesk, testDesk } from './desk.ts';

/** What a process leaves behind that ended in the middle, and what the next one makes of it. */
describe('after a crash', { timeout: 90_000 }, () => {
  let desk: TestDesk;
  beforeEach(async () => {
    desk = await testDesk({ MAIL_ACCEPT: 'any' });
  });
  afterEach(() => desk?.stop());

  const subjects = async () => (await desk.filed()).map(({ data }) => data.subject).sort();

  it('between commit and publish: each mail that got a 250 is published exactly once', async () => {
    const broker = await faultProxy({ port: Number(new URL(desk.env.NATS_URL ?? '').port) });
    const cutOff = { ...desk.env, NATS_URL: broker.through(desk.env.NATS_URL ?? '') };
    await desk.service.stop();
    const first = createMailIngestService(loadConfig(MailIngestConfig, cutOff));
    await first.start();
    await broker.refuse();
    const { smtpPort } = first.get(MailIntake);
    const sent = Array.from({ length: 20 }, (_, n) => `Crash ${String(n).padStart(2, '0')}`);
    await Promise.all(sent.map((subject) => sendRaw({ port: smtpPort ?? 0 }, rawMail({ subject }))));
    await waitFor(async () => (await desk.rows()).every(({ state }) => state === 'parsed'), { what: 'all parsed' });
    expect(await subjects()).toEqual([]);
    await first.stop();
    await broker.close();

    await desk.service.start();
    await desk.settled();
    expect(await subjects()).toEqual(sent);
  });

  it('in the middle of the work: the mail is taken over when the lease is out, and filed once', async () => {
    await sendRaw({ port: desk.smtpPort }, rawMail({ subject: 'Taken over' }));
    await desk.settled();
    await desk.service.stop();
    // As it was when its worker had claimed it and ended: nothing filed, the lease running.
    await sql(desk.db, 'DELETE FROM filed_mail');
    await sql(
      desk.db,
      `UPDATE inbound_mail SET state = 'received', attempts = 1, due_at = now() + interval '1 second'`,
    );
    await desk.service.start();
    await desk.settled();
    expect(await subjects()).toEqual(['Taken over', 'Taken over']);
    expect(await desk.rows()).toMatchObject([{ state: 'parsed', attempts: 2 }]);
  });

  it('three times by the same mail: it is set aside and shown, and its neighbour is not', async () => {
    for (const subject of ['Killer', 'Neighbour']) await sendRaw({ port: desk.smtpPort }, rawMail({ subject }));
    await desk.settled();
    await desk.service.stop();
    await sql(desk.db, 'DELETE FROM filed_mail');
    await sql(
      desk.db,
      `UPDATE inbound_mail SET state = 'received', attempts = CASE id WHEN (SELECT min(id) FROM inbound_mail) THEN 3
       ELSE 1 END, due_at = now()`,
    );
    await desk.service.start();
    await desk.settled();
    expect(await desk.rows()).toMatchObject([
      { state: 'quarantined', cause: 'Working on it failed 3 times.' },
      { state: 'parsed', attempts: 2 },
    ]);
    const [, , killer] = await desk.filed();
    expect(killer?.data).toMatchObject({ subject: 'Killer', unreadable: 'Working on it failed 3 times.' });
  });

  it('a worker that comes back late cannot finish what another took over', async () => {
    await sendRaw({ port: desk.smtpPort }, rawMail({ subject: 'Late' }));
    await desk.settled();
    const store = desk.service.get(InboundMailStore);
    const [row] = await desk.rows();
    await sql(desk.db, `UPDATE inbound_mail SET state = 'received', attempts = 2, due_at = now() + interval '1 hour'`);
    const finish = (attempt: number) =>
      store.finish([
        {
          id: row?.id ?? 0,
          attempt,
          state: 'parsed',
          cause: null,
          key: 'other',
          messageId: null,
          from: null,
          automatic: null,
          proof: null,
          messages: [],
        },
      ]);
    expect([...(await finish(1)).values()]).toEqual([]);
    expect([...(await finish(2)).values()]).toEqual(['parsed']);
  });

  it('before the 250: the sender comes again with the same bytes, and one copy is filed', async () => {
    const raw = rawMail({ subject: 'Twice', messageId: '<twice@customer.example>' });
    const replies = [await sendRaw({ port: desk.smtpPort }, raw), await sendRaw({ port: desk.smtpPort }, raw)];
    await desk.settled();
    expect(new Set(replies).size).toBe(2);
    expect((await desk.rows()).map(({ state }) => state)).toEqual(['parsed', 'duplicate']);
    expect(await subjects()).toEqual(['Twice']);
  });

  it.each([
    ['the same bytes without a Message-ID', { messageId: '', headers: { 'Message-ID': '' } }, {}],
    ['the same mail to another recipient', {}, { to: 'sales@desk.example' }],
    ['the same mail from another sender', {}, { from: 'bob@customer.example' }],
  ])('%s are two mails', async (_name, overrides, envelope) => {
    const raw = rawMail({ subject: 'Two', messageId: '<two@customer.example>', ...overrides });
    const usual = { from: 'ada@customer.example', to: 'support@desk.example' };
    await sendRaw({ port: desk.smtpPort }, raw, usual);
    await sendRaw({ port: desk.smtpPort }, raw, { ...usual, ...envelope });
    await desk.settled();
    expect(await subjects()).toEqual(['Two', 'Two']);
  });

  it('two replicas share the work and file each mail once', async () => {
    const second = createMailIngestService(loadConfig(MailIngestConfig, desk.env));
    await second.start();
    const ports = [desk.smtpPort, second.get(MailIntake).smtpPort ?? 0];
    const sent = Array.from({ length: 100 }, (_, n) => `Shared ${String(n).padStart(3, '0')}`);
    await Promise.all(sent.map((subject, n) => sendRaw({ port: ports[n % 2] ?? 0 }, rawMail({ subject }))));
    await desk.settled();
    expect(await subjects()).toEqual(sent);
    await second.stop();
  });
});
