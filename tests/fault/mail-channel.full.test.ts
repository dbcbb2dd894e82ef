import { readFileSync } from 'node:fs';
import { Ledger, rawMail, type SmtpSink, sendRaw, smtpSink, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileMail } from '../../services/mail-ingest/test/corpus/hostile.ts';
import type { Json } from '../e2e/desk.ts';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { confirmAll, deliver, inParallel, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

/** What happens to mails outside the desk; only `npm run test:faults` runs it, short forms are tests of the services. */
describe('the mail channel', () => {
  let desk: TestPlatform;
  let world: SmtpSink;
  beforeAll(async () => {
    world = await smtpSink();
    desk = await testPlatform({
      ...confirmAll,
      notification: {
        ...confirmAll.notification,
        SMTP_URL: world.url,
        // The minute, and all that follows from it, is half a second here.
        ...{ MAIL_RETRY_BASE_MS: '500', MAIL_RETRY_CAP_MS: '5000' },
      },
    });
  }, 120_000);
  afterAll(async () => {
    await desk?.platform.stop();
    await world?.close();
  });
  tellLogsOfFailures(() => desk);

  /** Nothing waits to be sent, and every mail of the ledger was told that it is there. */
  const told = (ledger: Ledger) =>
    waitFor(
      () =>
        ledger.verify(world.mails.flatMap(({ answered, envelope }) => (answered ? envelope.to : []))).lost.length === 0,
      { what: `${ledger.accepted} confirmations`, timeoutMs: waitPatience },
    );

  it(
    'F15: a server that refuses, says later and hangs up after the data: no mail is lost, and none comes twice but after such a cut',
    async () => {
      const ledger = new Ledger();
      const mails = scaled({ short: 60, full: 1_000 });
      const cuts = mails / 20;
      for (let n = 0; n < cuts; n++) {
        world.fail({ at: 'data', code: 451 }, { at: 'after-data' }, { at: 'rcpt', code: 450 });
      }
      await inParallel(Array(mails).keys(), 8, () => deliver(desk.platform.smtpPort, ledger));
      await told(ledger);
      const times = new Map<string, string[]>();
      for (const { parsed, envelope } of world.mails) {
        const to = envelope.to[0] ?? '';
        if (to.includes('ledger-')) times.set(to, [...(times.get(to) ?? []), parsed.messageId ?? '']);
      }
      const again = [...times.values()].filter((ids) => ids.length > 1);
      expect(times.size).toBe(mails);
      expect(again.every((ids) => new Set(ids).size === 1)).toBe(true);
      expect(again.reduce((sum, ids) => sum + ids.length - 1, 0)).toBeLessThanOrEqual(cuts);
      process.stdout.write(
        `F15: ${mails} mails, ${3 * cuts} failures, ${again.length} came again after a cut, 0 lost\n`,
      );
    },
    patience,
  );

  it(
    'F24: among hostile mails the others become tickets in time, and the memory of the reader stays within bounds',
    async () => {
      const ledger = new Ledger();
      const [hostile, ordinary] = scaled({ short: [20, 100], full: [1_000, 5_000] });
      let most = 0;
      const pid = () => desk.platform.services['mail-ingest'].pid ?? 0;
      const watching = setInterval(() => {
        most = Math.max(most, rssMiB(pid()));
      }, 500);
      let bombs = 0;
      await inParallel(Array(hostile + ordinary).keys(), 8, async () => {
        // One of six, evenly spread.
        if (bombs * (hostile + ordinary) < hostile * (bombs + ledger.offered)) {
          const raw = hostileMail(bombs++);
          await sendRaw({ port: desk.platform.smtpPort }, raw).catch(() => undefined);
        } else await deliver(desk.platform.smtpPort, ledger);
      });
      expect(await settled(desk.admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
      clearInterval(watching);
      const metrics = await (await fetch(`${desk.platform.services['mail-ingest'].healthUrl}/metrics`)).text();
      const p99 = p99Of(metrics, 'helpmesh_mail_processing_delay_seconds');
      expect(p99).toBeLessThan(60);
      expect(most).toBeLessThan(600);
      const told = `99 % of all read within ${p99} s, ${Math.round(most)} MiB at most`;
      process.stdout.write(`F24: ${hostile} hostile among ${ordinary} mails, 0 lost, ${told}\n`);
    },
    patience,
  );

  it(
    'F25: two machines that answer whatever they get are written to five times at most, and then held back',
    async () => {
      const robots = ['robot@one.example', 'robot@two.example'];
      const speak = (from: string, inReplyTo?: string) =>
        sendRaw(
          { port: desk.platform.smtpPort },
          rawMail({ from, subject: 'I am away', text: 'I am away.', ...(inReplyTo && { inReplyTo }) }),
          { from, to: 'helpdesk@localhost' },
        );
      const toRobot = (address: string) => world.mails.filter(({ envelope }) => envelope.to.includes(address));
      for (const robot of robots) await speak(robot);
      const answered = new Set<unknown>();
      const suppressed = await waitFor(
        async () => {
          for (const [n, robot] of robots.entries()) {
            for (const mail of toRobot(robot).filter((one) => !answered.has(one))) {
              answered.add(mail);
              // One answers the mail; the other begins anew each time.
              await speak(robot, n === 0 ? undefined : mail.parsed.messageId);
            }
          }
          const all: Json[] = await desk.admin.get('/api/v1/mail/outbound?state=suppressed');
          const held = all.filter((mail) => JSON.stringify(mail).includes('robot@one.example'));
          const quiet = robots.every(
            (robot) => toRobot(robot).length > 0 && toRobot(robot).every((one) => answered.has(one)),
          );
          return quiet && held.length > 0 && held;
        },
        { what: 'the brake', timeoutMs: waitPatience, everyMs: 500 },
      );
      const counts = robots.map((robot) => toRobot(robot).length);
      for (const count of counts) expect(count).toBeLessThanOrEqual(5);
      process.stdout.write(`F25: ${counts.join(' and ')} mails to two robots, ${suppressed.length} held back\n`);
    },
    patience,
  );
});

/** Upper bound of the bucket that holds all but the slowest of a hundred, s. */
function p99Of(metrics: string, name: string): number {
  const buckets = [...metrics.matchAll(new RegExp(`^${name}_bucket\\{[^}]*le="([^"]+)"[^}]*\\} (\\d+)`, 'gm'))];
  const all = Number(buckets.at(-1)?.[2] ?? 0);
  const found = buckets.find(([, , count]) => Number(count) >= all * 0.99)?.[1];
  return all === 0 || found === undefined || found === '+Inf' ? Number.POSITIVE_INFINITY : Number(found);
}

function rssMiB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it is being started again
  }
}
