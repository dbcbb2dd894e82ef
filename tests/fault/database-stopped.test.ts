import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Ledger, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { confirmAll, confirmations, create, deliver, inParallel, settled, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

let desk: TestPlatform;
beforeAll(async () => {
  desk = await testPlatform(confirmAll, 'durable');
}, 120_000);
afterAll(() => desk?.platform.stop());
tellLogsOfFailures(() => desk);

/** The last line the server says to one mail, spoken by hand so that nothing is retried. */
async function smtpVerdict(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').setTimeout(30_000, () => socket.destroy());
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const reply = async (): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('the server hung up');
      if (value[3] === ' ') return value;
    }
  };
  await reply();
  let last = '';
  for (const line of [
    'EHLO test',
    'MAIL FROM:<a@customer.example>',
    'RCPT TO:<helpdesk@localhost>',
    'DATA',
    'Subject: x\r\n\r\nx\r\n.',
  ]) {
    socket.write(`${line}\r\n`);
    last = await reply();
    if (/^[45]/.test(last)) break;
  }
  socket.destroy();
  return last;
}

it(
  'F04: PostgreSQL stops at once; SMTP says 451, the API 503 with Retry-After, and nothing accepted is lost',
  async () => {
    const ledger = new Ledger();
    const mailed = new Ledger();
    const { platform, admin } = desk;
    for (let round = 0; round < scaled({ short: 1, full: 5 }); round++) {
      const mails = inParallel(Array(100).keys(), 4, () => deliver(platform.smtpPort, mailed));
      const tickets = inParallel(Array(50).keys(), 4, async () => void (await create(admin, ledger)));
      await waitFor(() => ledger.accepted + mailed.accepted > 30 + 150 * round, {
        what: 'some of the load',
        timeoutMs: 30_000,
      });

      const restarts = platform.postgres?.restarts ?? 0;
      platform.postgres?.kill('SIGQUIT'); // immediate shutdown: no farewell to its clients
      await platform.postgres?.stop();
      expect(await smtpVerdict(platform.smtpPort)).toMatch(/^451 /);
      const refused = await admin.call('GET', '/api/v1/tickets/1');
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(refused.body).toHaveProperty('error');
      for (const service of Object.values(platform.services)) expect(service.restarts, 'no service dies of it').toBe(0);

      await platform.postgres?.start();
      expect(platform.postgres?.restarts ?? 0).toBeGreaterThanOrEqual(restarts);
      await waitFor(async () => (await admin.call('GET', '/api/v1/tickets/1')).status === 200, {
        what: 'the API to answer again',
        timeoutMs: 20_000,
      });
      await Promise.all([mails, tickets]);
    }
    expect(await settled(admin, ledger, waitPatience)).toMatchObject({ lost: [], doubled: [] });
    expect(await settled(admin, mailed, waitPatience)).toMatchObject({ lost: [], doubled: [] });
    expect(await confirmations(desk, mailed, waitPatience)).toMatchObject({ lost: [], doubled: [] });
  },
  patience,
);
