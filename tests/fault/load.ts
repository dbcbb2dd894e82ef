import { readFileSync } from 'node:fs';
import { type Ledger, type RawMail, rawMail, waitFor } from '@helpmesh/testing';
import { createTransport } from 'nodemailer';
import { afterEach } from 'vitest';
import type { Desk, Json } from '../e2e/desk.ts';
import type { TestPlatform } from '../e2e/platform.ts';
import { scaled } from './scale.ts';

/** For tests in which hundreds of mails come from one domain within a minute: nothing holds their confirmations back. */
export const confirmAll = {
  notification: {
    ...{ AUTO_REPLIES_PER_DOMAIN_PER_HOUR: '0', AUTO_REPLIES_PER_HOUR_TOTAL: '0' },
    // A mail that was on the wire when its sender died waits for the end of the lease: minutes, as it is otherwise.
    ...{ MAIL_TIMEOUT_MS: '10000', MAIL_LEASE_MS: '15000' },
  },
};

const LAST_LINES = 15;

/** What the services said last, when a test has failed: a fault leaves no other trace once the platform is gone. */
export function tellLogsOfFailures(desk: () => TestPlatform | undefined): void {
  afterEach(({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [name, { logFile, restarts }] of Object.entries(desk()?.platform.services ?? {})) {
      const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES);
      process.stdout.write(`\n${name}, started again ${restarts} times, said last:\n${lines.join('\n')}\n`);
    }
  });
}

/** Runs `work` for each item with at most `width` at a time. */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** The mail of a token, from a customer of its own. */
export const mailOf = (token: string): RawMail => ({
  from: `Ledger <${token}@customer.example>`,
  subject: token,
  text: `Mail ${token}`,
});

/**
 * Sends one mail the way a mail server would: until it is told 250, or told that it will never be taken. The same
 * bytes each time, as a queue does; the Message-ID tells a repetition from a second mail.
 */
export async function deliver(
  port: number,
  ledger: Ledger,
  { timeoutMs = 60_000, attachments }: { timeoutMs?: number } & Pick<RawMail, 'attachments'> = {},
): Promise<void> {
  const token = ledger.offer();
  const from = `${token}@customer.example`;
  const raw = rawMail({ ...mailOf(token), ...(attachments && { attachments }) });
  const end = performance.now() + timeoutMs;
  for (;;) {
    const transport = createTransport({
      host: '127.0.0.1',
      port,
      ignoreTLS: true,
      connectionTimeout: 5_000,
      socketTimeout: 20_000,
    });
    try {
      await transport.sendMail({ raw, envelope: { from, to: 'helpdesk@localhost' } });
      ledger.accept(token);
      return;
    } catch (error) {
      const code = (error as { responseCode?: number }).responseCode ?? 0;
      if (code >= 500) throw error;
      if (performance.now() > end) throw new Error(`${token} was not taken within ${timeoutMs} ms`, { cause: error });
      await new Promise((retry) => setTimeout(retry, 100));
    } finally {
      transport.close();
    }
  }
}

/** Creates a ticket until it is answered; one Idempotency-Key for all tries of one wish. */
export async function create(desk: Desk, ledger: Ledger, timeoutMs = 60_000): Promise<Json> {
  const token = ledger.offer();
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await desk
      .call(
        'POST',
        '/api/v1/tickets',
        { title: token, group: 'Users', customer_id: 2, article: { type: 'note', body: `Note ${token}` } },
        { 'Idempotency-Key': token },
      )
      .catch((error: Error) => ({ status: 599, body: error.message }));
    if (answer.status === 201) {
      ledger.accept(token);
      return answer.body;
    }
    if (answer.status < 500 && answer.status !== 409)
      throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    if (performance.now() > end) throw new Error(`${token} was not created within ${timeoutMs} ms: ${answer.status}`);
    await new Promise((retry) => setTimeout(retry, 100));
  }
}

/** The titles of all tickets, read page by page as a script would. */
export async function titles(desk: Desk): Promise<string[]> {
  const found: string[] = [];
  for (let page = 1; ; page++) {
    const tickets: Json[] = await desk.get(`/api/v1/tickets?page=${page}&per_page=100`);
    if (tickets.length === 0) return found;
    found.push(...tickets.map(({ title }) => title));
  }
}

/** Waits until everything the ledger was promised is there, then holds it against what the system shows. */
export async function settled(desk: Desk, ledger: Ledger, timeoutMs = 120_000) {
  await waitFor(async () => ledger.verify(await titles(desk)).lost.length === 0, {
    what: `${ledger.accepted} accepted tickets to be shown`,
    timeoutMs,
    everyMs: 500,
  });
  return ledger.verify(await titles(desk));
}

/**
 * How often each customer of the ledger was mailed: once each, or somebody was told twice or never. What has the same
 * Message-ID is one mail: a sender that dies before it has written down what the server said sends it once more.
 */
export async function confirmations({ mailbox }: TestPlatform, ledger: Ledger, timeoutMs = 120_000) {
  const recipients = async () => {
    const mails = new Map((await mailbox.all()).map((mail) => [mail.MessageID as string, mail]));
    return [...mails.values()].map((mail) => mail.To.map((to: Json) => to.Address as string).join(' '));
  };
  await waitFor(async () => ledger.verify(await recipients()).lost.length === 0, {
    what: `${ledger.accepted} confirmations`,
    timeoutMs,
    // A list of ten thousand mails and more is work by itself.
    everyMs: scaled({ short: 500, full: 5_000 }),
  });
  return ledger.verify(await recipients());
}
