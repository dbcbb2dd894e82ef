import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Ledger, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../e2e/desk.ts';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { confirmAll, deliver, inParallel, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

/** What a browser waits before it comes back, as the stream tells it, ms. */
const RETRY_MS = 2_000;
/** One person may have so many streams. */
const STREAMS_OF_ONE = 50;

let desk: TestPlatform;
beforeAll(async () => {
  desk = await testPlatform(confirmAll);
}, 120_000);
afterAll(() => desk?.platform.stop());
tellLogsOfFailures(() => desk);

/** An open page as a browser keeps it: comes back by itself, after the last event that it has seen. */
class Page {
  readonly tickets: number[] = [];
  resets = 0;
  private last = '';
  private closed = false;
  private stream: IncomingMessage | undefined;

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
  ) {}

  get placed(): boolean {
    return this.last !== '';
  }

  async stayOpen(): Promise<void> {
    while (!this.closed) {
      await this.listen().catch(() => undefined);
      if (!this.closed) await pause(RETRY_MS);
    }
  }

  close(): void {
    this.closed = true;
    this.stream?.destroy();
  }

  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { ...this.headers, ...(this.last && { 'last-event-id': this.last }) };
      const request = get(`${this.url}/api/v1/events`, { agent: false, headers }, (stream) => {
        this.stream = stream;
        if (stream.statusCode !== 200) {
          stream.destroy();
          reject(new Error(String(stream.statusCode)));
          return;
        }
        let rest = '';
        stream.setEncoding('utf8');
        stream.on('data', (chunk: string) => {
          const blocks = (rest + chunk).split('\n\n');
          rest = blocks.pop() ?? '';
          for (const block of blocks) this.hear(block);
        });
        stream.once('close', resolve);
      });
      request.once('error', reject);
    });
  }

  private hear(block: string): void {
    const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
    if (fields.id) this.last = fields.id;
    if (fields.event === 'reset') this.resets++;
    if (fields.event === 'ticket.v1.created') this.tickets.push(JSON.parse(fields.data).data.ticket.id);
  }
}

it(
  'F23: five hundred pages hear of every ticket once, in its order, while the gateway is killed five times',
  async () => {
    const { platform, admin, anyone } = desk;
    const pages: Page[] = [];
    const count = scaled({ short: 100, full: 500 });
    for (let n = 0; n * STREAMS_OF_ONE < count; n++) {
      const [email, password] = [`watcher${n}@desk.example`, 'A-password-to-watch-1'];
      const person = { firstname: 'Watcher', lastname: String(n), email, password };
      await admin.post('/api/v1/users', { ...person, roles: ['Agent'], groups: { Users: ['full'] } });
      const { authorization } = anyone.as({ basic: [email, password] });
      for (let i = 0; i < STREAMS_OF_ONE; i++)
        pages.push(new Page(platform.url, authorization as Record<string, string>));
    }
    const streams = pages.map((page) => page.stayOpen());
    try {
      await waitFor(() => pages.every(({ placed }) => placed), { what: 'all pages to listen', timeoutMs: 60_000 });
      const ledger = new Ledger();
      const mails = scaled({ short: 5, full: 20 });
      const send = () => inParallel(Array(mails).keys(), 4, () => deliver(platform.smtpPort, ledger));
      const { gateway } = platform.services;
      let slowest = 0;
      for (let round = 1; round <= 5; round++) {
        await send();
        const before = gateway.restarts;
        gateway.kill('SIGKILL');
        // Tickets come while nobody can be told.
        await send();
        await waitFor(() => gateway.restarts > before, { what: 'the gateway to be back', timeoutMs: 30_000 });
        const back = performance.now();
        const caughtUp = () => pages.every(({ tickets }) => tickets.length >= ledger.accepted);
        await waitFor(caughtUp, { what: `round ${round} on all pages`, timeoutMs: waitPatience });
        slowest = Math.max(slowest, performance.now() - back);
      }
      const { tickets } = await admin.get('/api/v1/ticket_list?view=all&limit=200&sort=created_at&query=ledger-*');
      const opened: number[] = tickets.map(({ id }: Json) => id).sort((a: number, b: number) => a - b);
      expect(opened).toHaveLength(ledger.accepted);
      const [first] = pages as [Page];
      expect([...first.tickets].sort((a, b) => a - b)).toEqual(opened);
      // All of them the same, in the order of the stream, and none twice.
      for (const page of pages) expect(page.tickets).toEqual(first.tickets);
      expect(pages.filter(({ resets }) => resets > 0)).toHaveLength(0);
      process.stdout.write(
        `F23: ${pages.length} pages, ${ledger.accepted} tickets, all caught up ${Math.round(slowest)} ms after the gateway was started again, 0 missed\n`,
      );
      expect(slowest).toBeLessThan(10_000);
    } finally {
      for (const page of pages) page.close();
      await Promise.all(streams);
    }
  },
  patience,
);
