import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../e2e/desk.ts';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { inParallel, tellLogsOfFailures } from './load.ts';
import { full, patience, scaled, waitPatience } from './scale.ts';

let desk: TestPlatform;
beforeAll(async () => {
  // One caller looks at thousands of tickets.
  desk = await testPlatform({ gateway: { HELPMESH_RATE_LIMIT_PER_SECOND: '0' } });
}, 120_000);
afterAll(() => desk?.platform.stop());
tellLogsOfFailures(() => desk);

it(
  'F29: a change of many tickets whose service is killed again and again changes each once, and reports exactly',
  async () => {
    const { admin } = desk;
    const { ticket } = desk.platform.services;
    const [tickets, kills] = [scaled({ short: 400, full: 5_000 }), scaled({ short: 2, full: 5 })];
    const made: number[] = [];
    await inParallel(Array(tickets).keys(), 8, async () => {
      const body = { title: 'F29', group: 'Users', customer: 'guess:many@customer.example' };
      made.push((await admin.post('/api/v1/tickets', body)).id);
    });
    const tags = { operator: 'add', value: 'f29' };
    const start = performance.now();
    const order = { ticket_ids: made, perform: { 'ticket.priority_id': { value: 3 }, 'ticket.tags': tags } };
    const { id } = await admin.post('/api/v1/ticket_jobs', order);
    // While the service is away nobody answers.
    const job = (): Promise<Json> => admin.get(`/api/v1/ticket_jobs/${id}`).catch(() => undefined);
    for (let n = 1; n <= kills; n++) {
      const share = Math.floor((tickets * n) / (kills + 2));
      const began = async () => (await job())?.changed >= share;
      await waitFor(began, { what: `${share} changed tickets`, timeoutMs: waitPatience });
      const before = ticket.restarts;
      ticket.kill('SIGKILL');
      await waitFor(() => ticket.restarts > before, { what: 'the service to be back', timeoutMs: 30_000 });
    }
    const ended = async () => ((await job())?.status === 'finished' ? job() : undefined);
    const done = await waitFor(ended, { what: 'the job to end', timeoutMs: waitPatience });
    expect(done).toMatchObject({ total: tickets, changed: tickets, unchanged: 0, refused: 0, waiting: 0 });
    await inParallel(made, 8, async (ticketId) => {
      const { history } = await admin.get(`/api/v1/ticket_history/${ticketId}`);
      const changes = history.filter(({ attribute }: Json) => attribute === 'priority' || attribute === 'tag');
      expect(changes).toHaveLength(2);
      expect(await admin.get(`/api/v1/tickets/${ticketId}`)).toMatchObject({ priority_id: 3 });
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    process.stdout.write(
      `F29: ${tickets} tickets, ${kills} kills, each changed once and reported so, in ${seconds} s\n`,
    );
  },
  patience,
);

// Its short form is a test of the service (services/ticket/test/drafts.svc.test.ts).
if (full)
  it(
    'F28: what is taken back at the very moment of sending, while the service is killed, is sent or a draft, and never both',
    async () => {
      const { admin } = desk;
      const { ticket } = desk.platform.services;
      const [width, each, kills] = [50, 40, 10];
      await admin.put('/api/v1/desk_settings', { undo_send_seconds: 3 });
      // While the service is away a call is made again; what became of the first one shows in the end.
      const again = async (method: string, path: string, body?: unknown, terms = {}): Promise<Json> => {
        for (;;) {
          const answer = await admin.call(method, path, body, terms).catch(() => undefined);
          if (answer && answer.status < 500 && answer.status !== 429) return answer;
          await setTimeout(200);
        }
      };
      const tickets: number[] = [];
      const hurry = async () => {
        for (let n = 0; n < each; n++) {
          const opened = { title: 'F28', group: 'Users', customer_id: 2 };
          const { id } = (await again('POST', '/api/v1/tickets', opened, { 'Idempotency-Key': randomUUID() })).body;
          tickets.push(id);
          const order = { article: { type: 'note', body: '<p>The words.</p>', content_type: 'text/html' } };
          const once = { 'Idempotency-Key': randomUUID() };
          const ordered = await again('POST', `/api/v1/tickets/${id}/held_articles`, order, once);
          // 409: carried out, and the answer was lost in a kill (ADR 0022).
          const lost = ordered.status === 409;
          const held = lost ? (await again('GET', `/api/v1/tickets/${id}/held_articles`)).body[0] : ordered.body;
          if (!held) continue;
          // About when it is sent, before or after.
          await setTimeout(Math.max(0, Date.parse(held.send_at) - Date.now() + 60 * (Math.random() - 0.5)));
          const { status } = await again('DELETE', `/api/v1/held_articles/${held.id}`);
          expect([200, 404, 409]).toContain(status);
        }
      };
      const killing = (async () => {
        for (let n = 1; n <= kills; n++) {
          const share = Math.floor((width * each * n) / (kills + 1));
          await waitFor(async () => tickets.length >= share, { what: `${share} tries`, timeoutMs: waitPatience });
          const before = ticket.restarts;
          ticket.kill('SIGKILL');
          await waitFor(() => ticket.restarts > before, { what: 'the service to be back', timeoutMs: 30_000 });
        }
      })();
      await Promise.all([killing, ...Array.from({ length: width }, hurry)]);
      let sent = 0;
      await inParallel(tickets, 8, async (id) => {
        const left = async () => (await again('GET', `/api/v1/tickets/${id}/held_articles`)).body.length;
        await waitFor(async () => (await left()) === 0, { what: `nothing to wait on ticket ${id}` });
        const said = (await admin.articlesOf(id)).length;
        const { drafts } = (await again('GET', `/api/v1/tickets/${id}/drafts`)).body;
        expect([said, drafts.length], `ticket ${id}`).toEqual(said === 1 ? [1, 0] : [0, 1]);
        sent += said;
      });
      expect(sent).toBeGreaterThan(0);
      expect(sent).toBeLessThan(width * each);
      process.stdout.write(`F28: ${width * each} tries, ${kills} kills, ${sent} sent, the others drafts\n`);
    },
    patience,
  );
