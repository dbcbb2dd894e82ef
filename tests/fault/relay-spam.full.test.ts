import { Ledger, rawMail, type SmtpSink, sendRaw, smtpSink, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { inParallel, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

/** Somebody has the desk write to strangers; only `npm run test:faults` runs it, short forms are tests of the services. */
describe('relay spam', () => {
  let desk: TestPlatform;
  let world: SmtpSink;
  beforeAll(async () => {
    world = await smtpSink();
    desk = await testPlatform({ notification: { SMTP_URL: world.url } });
  }, 120_000);
  afterAll(async () => {
    await desk?.platform.stop();
    await world?.close();
  }, 180_000);
  tellLogsOfFailures(() => desk);

  it(
    'S12: mails in the names of strangers are all kept, few of them are confirmed, and no word of theirs is sent to anybody',
    async () => {
      const ledger = new Ledger();
      const mails = scaled({ short: 200, full: 10_000 });
      // A hundred mailboxes of each domain, each of them once: no address is written to too often by itself.
      const domainOf = (n: number) => `victims${Math.floor(n / 100)}.example`;
      await inParallel(Array(mails).keys(), 8, async (n) => {
        const token = ledger.offer();
        const from = `victim${n}@${domainOf(n)}`;
        const raw = rawMail({ from: `Casino Bonus <${from}>`, subject: `Casino ${token}`, text: `Casino ${token}` });
        await sendRaw({ port: desk.platform.smtpPort }, raw, { from, to: 'helpdesk@localhost' });
        ledger.accept(token);
      });
      expect(await settled(desk.admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
      const decided = async () => {
        const metrics = await (await fetch(`${desk.platform.services.notification.healthUrl}/metrics`)).text();
        const lines = [...metrics.matchAll(/^helpmesh_mail_suppressed_total(?:\{[^}]*\})? (\d+)$/gm)];
        return { held: lines.reduce((sum, [, count]) => sum + Number(count), 0), sent: confirmed().length };
      };
      const confirmed = () => world.mails.filter(({ envelope }) => envelope.to.some((to) => to.startsWith('victim')));
      const { held, sent } = await waitFor(
        async () => {
          const counts = await decided();
          return counts.held + counts.sent === mails && counts;
        },
        { what: `a decision about ${mails} confirmations`, timeoutMs: waitPatience, everyMs: 500 },
      );
      const perDomain = new Map<string, number>();
      for (const { envelope } of confirmed()) {
        const domain = envelope.to[0]?.split('@')[1] ?? '';
        perDomain.set(domain, (perDomain.get(domain) ?? 0) + 1);
      }
      const most = Math.max(...perDomain.values());
      expect(sent).toBeGreaterThan(0);
      expect(sent).toBeLessThanOrEqual(2_000);
      expect(most).toBeLessThanOrEqual(30);
      // Agents of the desk are told what was said; nobody else is.
      const quoting = confirmed().filter(({ raw }) => /casino|bonus/i.test(raw.toString()));
      expect(quoting.length).toBe(0);
      process.stdout.write(
        `S12: ${mails} mails, ${sent} confirmed, at most ${most} of a domain, ${held} held back, 0 lost\n`,
      );
    },
    patience,
  );
});
