import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from './desk.ts';
import { type TestPlatform, testPlatform } from './platform.ts';

describe('the audit log of a whole desk', () => {
  let desk: TestPlatform;
  beforeAll(async () => {
    desk = await testPlatform();
  }, 120_000);
  afterAll(() => desk?.platform.stop());

  const entries = async (query: string): Promise<Json[]> => (await desk.admin.get(`/api/v1/audit?${query}`)).entries;

  it("S28: a ticket in an agent's name is that agent's; the log names both, and the request", async () => {
    const from = { from: 'Agent1@Example.com' };
    const ticket = { title: 'By proxy', group: 'Users', customer_id: 2, article: { body: 'Hello', type: 'note' } };
    const made = await desk.admin.call('POST', '/api/v1/tickets', ticket, from);
    expect(made).toMatchObject({ status: 201, body: { created_by_id: 4, updated_by_id: 4 } });
    const { history } = await desk.admin.get(`/api/v1/ticket_history/${made.body.id}`);
    expect(new Set(history.map(({ created_by_id }: Json) => created_by_id))).toEqual(new Set([4]));
    expect(await entries('action=acting-for')).toMatchObject([
      {
        service: 'gateway',
        action: 'acting-for.request',
        actor: 'admin@example.com',
        on_behalf_of: 'agent1@example.com',
        object_label: 'POST /api/v1/tickets',
        ip: expect.stringContaining('127.0.0.1'),
      },
    ]);
    const refused = await desk.admin.call('GET', '/api/v1/audit', undefined, from);
    expect(refused).toMatchObject({ status: 403, body: { error: 'Not authorized' } });
    const unknown = await desk.admin.call('GET', '/api/v1/users/me', undefined, { 'x-on-behalf-of': 'ghost' });
    expect(unknown).toMatchObject({ status: 403, body: { error: "No such user 'ghost'" } });
  });

  it('hears of changes in every service, with who asked from where', async () => {
    await desk.admin.post('/api/v1/ticket_states', { name: 'waiting', state_type: 'open' });
    await desk.admin.post('/api/v1/groups', { name: 'Audited' });
    const group = (await entries('action=group.created'))[0];
    expect(group).toMatchObject({ service: 'identity', actor: 'admin@example.com', object_label: 'Audited' });
    const state = await waitFor(async () => (await entries('service=ticket'))[0], {
      what: 'the entry of the ticket service',
    });
    expect(state).toMatchObject({
      action: 'ticket-state.created',
      actor: 'admin@example.com',
      object_type: 'Ticket::State',
      object_label: 'waiting',
      ip: expect.stringContaining('127.0.0.1'),
      request_id: expect.stringMatching(/./),
    });
  });

  it('S37: verifies, and is had as a file that says the same', async () => {
    const { ok, entries: count, head } = await desk.admin.get('/api/v1/audit/verify');
    expect({ ok, some: count > 0 }).toEqual({ ok: true, some: true });
    const file: Json[] = await desk.admin.get('/api/v1/audit/export?format=json');
    expect(file.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, n) => count - n));
    expect(file[0].hash).toBe(head);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'POST']) {
      const answer = await desk.admin.call(method, `/api/v1/audit/${count}`, method === 'DELETE' ? undefined : {});
      expect(answer.status, method).toBe(404);
    }
  });
});
