import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@helpmesh/deploy/local';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { type Dovecot, dovecot, dovecotMissing, Ledger, rawMail, waitFor } from '@helpmesh/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMailIngestService, MailIngestConfig } from '../../services/mail-ingest/src/service.ts';
import { createNotificationService, NotificationConfig } from '../../services/notification/src/service.ts';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { confirmAll, deliver, inParallel, mailOf, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';
import { type SlowSink, slowSink } from './slow-sink.ts';

const missing = dovecotMissing();
/** Longer than any lease of these services is here. */
const PAUSE_MS = scaled({ short: 25_000, full: 60_000 });

/**
 * Who holds a lease is stopped as a whole (SIGSTOP), another replica takes over, and the first goes on as if nothing
 * had been. Short forms are tests of the services: a lease that is over, an outcome that comes late.
 */
describe('F19: a replica that is stopped for a while', () => {
  let sink: SlowSink;
  let imap: Dovecot | undefined;
  let desk: TestPlatform;
  const dbs: pg.Client[] = [];
  beforeAll(async () => {
    sink = await slowSink();
    imap = missing === undefined ? await dovecot() : undefined;
    const mailbox = imap && {
      ...{ name: 'support', host: '127.0.0.1', port: imap.port, tls: false, user: imap.user, password: imap.password },
      ...{ pollSeconds: 1, address: 'helpdesk@localhost', afterwards: { move: 'Archive' } },
    };
    desk = await testPlatform({
      // What they refuse they say as a warning.
      notification: { ...confirmAll.notification, SMTP_URL: sink.slowUrl, LOG_LEVEL: 'warn' },
      'mail-ingest': { LOG_LEVEL: 'warn', IMAP_MAILBOXES: JSON.stringify(mailbox ? [mailbox] : []) },
    });
  }, 120_000);
  afterAll(async () => {
    for (const db of dbs) await db.end();
    await desk?.platform.stop();
    await sink?.close();
    await imap?.close();
  });
  tellLogsOfFailures(() => desk);

  const rowsOf = async (service: ServiceName): Promise<(text: string) => Promise<Record<string, unknown>[]>> => {
    const db = new pg.Client(desk.platform.databaseUrl(service));
    dbs.push(db);
    await db.connect();
    return async (text) => (await db.query(text)).rows;
  };
  /** A second replica in this process, beside the one that is stopped. */
  const replica = async (
    create: (env: NodeJS.ProcessEnv) => RunningService,
    service: ServiceName,
    over: Record<string, string>,
  ): Promise<RunningService> => {
    const env = { ...desk.platform.services[service].env, HEALTH_PORT: '0', LOG_LEVEL: 'silent', ...over };
    const second = create(env);
    await second.start();
    return second;
  };
  const anotherSender = (env: NodeJS.ProcessEnv) => createNotificationService(loadConfig(NotificationConfig, env));
  const anotherFetcher = (env: NodeJS.ProcessEnv) => createMailIngestService(loadConfig(MailIngestConfig, env));

  it.each(['RCPT', 'DATA'] as const)(
    'sends no mail that another has sent meanwhile, when it waited for the answer to %s',
    async (command) => {
      const notification = desk.platform.services.notification;
      const queue = await rowsOf('notification');
      const before = sink.mails.length;
      const ledger = new Ledger();
      const mails = scaled({ short: 20, full: 200 });
      const late = () => readFileSync(notification.logFile, 'utf8').split('came after its lease').length - 1;
      const earlier = late();
      sink.hold(command);
      await inParallel(Array(mails).keys(), 4, () => deliver(desk.platform.smtpPort, ledger));
      // As many as it has connections stand at the very word.
      await waitFor(() => sink.waiting === 5, { what: 'five mails on the wire', timeoutMs: 30_000 });
      notification.kill('SIGSTOP');
      const stopped = performance.now();
      const second = await replica(anotherSender, 'notification', { SMTP_URL: sink.url });
      const confirmed = () => ledger.verify(sink.mails.map(({ to }) => to));
      await waitFor(() => confirmed().lost.length === 0, { what: `${mails} confirmations`, timeoutMs: waitPatience });
      await pause(Math.max(0, PAUSE_MS - (performance.now() - stopped)));
      // What the server says now is what the sleeper finds first.
      sink.letGo();
      notification.kill('SIGCONT');
      await second.stop();
      await waitFor(() => late() >= earlier + 5, { what: 'the late outcomes to be refused', timeoutMs: 60_000 });
      // It works again, and what it does shows that it has done with what it held.
      const after = new Ledger();
      await inParallel(Array(10).keys(), 2, () => deliver(desk.platform.smtpPort, after));
      const shown = () => after.verify(sink.mails.map(({ to }) => to)).lost.length === 0;
      await waitFor(shown, { what: 'mails of the one that was stopped', timeoutMs: waitPatience });
      const waiting = "SELECT 1 FROM outbound_mail WHERE state NOT IN ('sent', 'suppressed')";
      await waitFor(async () => (await queue(waiting)).length === 0, { what: 'an empty queue', timeoutMs: 60_000 });
      expect(confirmed()).toMatchObject({ lost: [], doubled: [] });
      // Nor did anything else come twice: agents are told of each ticket as well.
      const ids = sink.mails.slice(before).map(({ to, messageId }) => `${messageId} ${to}`);
      expect(ids.filter((id, n) => ids.indexOf(id) !== n)).toEqual([]);
      const seconds = Math.round(PAUSE_MS / 1_000);
      process.stdout.write(
        `F19: ${mails} mails, their sender stopped ${seconds} s at ${command} with 5 on the wire: ${late() - earlier} late outcomes refused, 0 double sends\n`,
      );
    },
    patience,
  );

  it(
    'writes nothing more about a mailbox, nor about mails, that another has taken over',
    async (context) => {
      if (!imap) return context.skip(missing);
      const server = imap;
      const ingest = desk.platform.services['mail-ingest'];
      const rows = await rowsOf('mail-ingest');
      const ledger = new Ledger();
      const mails = scaled({ short: 200, full: 2_000 });
      const put = async (count: number) => {
        for (let n = 0; n < count; n++) {
          const token = ledger.offer();
          await server.append(rawMail(mailOf(token)));
          ledger.accept(token);
        }
      };
      const fenceOf = async () => Number((await rows('SELECT fence FROM mailbox'))[0]?.fence ?? 0);
      await waitFor(async () => (await fenceOf()) > 0, { what: 'a holder of the mailbox', timeoutMs: 60_000 });
      const fence = await fenceOf();
      await put(mails);
      const stored = async () => Number((await rows('SELECT count(*) AS count FROM inbound_mail'))[0]?.count);
      const begun = await stored();
      await waitFor(async () => (await stored()) > begun + 20, {
        what: 'the fetching to begin',
        timeoutMs: 60_000,
        everyMs: 2,
      });
      ingest.kill('SIGSTOP');
      const stopped = performance.now();
      const second = await replica(anotherFetcher, 'mail-ingest', { SMTP_PORT: '0' });
      const archived = async () => (await server.messages('Archive')).length;
      await waitFor(async () => (await archived()) === mails, {
        what: 'the mailbox to be emptied',
        timeoutMs: waitPatience,
      });
      await pause(Math.max(0, PAUSE_MS - (performance.now() - stopped)));
      expect(await fenceOf()).toBeGreaterThan(fence);
      ingest.kill('SIGCONT');
      await waitFor(() => readFileSync(ingest.logFile, 'utf8').includes('the mailbox cannot be fetched now'), {
        // Its lease is another's, or the database has given up its question meanwhile: it ends either way.
        what: 'the late holder to end',
        timeoutMs: 60_000,
      });
      await put(20);
      await waitFor(async () => (await archived()) === mails + 20, { what: 'the last mails', timeoutMs: 60_000 });
      expect(await settled(desk.admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
      await second.stop();
      const seconds = Math.round(PAUSE_MS / 1_000);
      process.stdout.write(
        `F19: ${mails} mails, the holder of their mailbox stopped ${seconds} s in the middle: refused when it came back, 0 lost, 0 doubled\n`,
      );
    },
    patience,
  );
});
