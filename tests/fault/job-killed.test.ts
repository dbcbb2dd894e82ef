import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../e2e/desk.ts';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { inParallel, tellLogsOfFailures } from './load.ts';
import { patience, scaled, waitPatience } from './scale.ts';

let desk: TestPlatform;
beforeAll(async () => {
  desk = await testPlatform();
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
  },
  patience,
);
