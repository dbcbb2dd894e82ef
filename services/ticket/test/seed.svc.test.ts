import { createTicket, getTicket, listArticles, sendMail, ticketCreated, updateTicket } from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, type Desk, startDesk } from './desk.ts';

it('an empty system has the welcome ticket, once, and nobody is written to about it', async () => {
  const desk = await startDesk({ seed: 'zammad' });
  try {
    await desk.service.migrate();
    expect(await desk.query('SELECT id FROM ticket')).toEqual([{ id: 1 }]);
    expect(await desk.rest(cast.agent, getTicket, { id: 1 })).toMatchObject({
      number: '10001',
      title: 'Welcome to Zammad!',
      group_id: 1,
      state_id: 1,
      customer_id: 2,
      created_by_id: 2,
      article_count: 1,
    });
    expect(await desk.rest(cast.agent, listArticles, { id: 1 })).toMatchObject([{ type: 'phone', sender: 'Customer' }]);
    const told = await desk.told(ticketCreated);
    expect(told).toHaveLength(1);
    expect(told[0]?.data.article).toMatchObject({ isAutoResponse: true });
  } finally {
    await desk.stop();
  }
});

it('a blank system has none', async () => {
  const desk = await startDesk();
  try {
    expect(await desk.query('SELECT id FROM ticket')).toEqual([]);
    const health = await fetch(`${desk.service.url}/readyz`);
    expect(health.status).toBe(200);
  } finally {
    await desk.stop();
  }
});

describe('in import mode', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk({ env: { HELPMESH_IMPORT_MODE: 'true' } });
  });
  afterAll(() => desk.stop());

  const past = '2025-01-02T03:04:05.000Z';
  const body = {
    title: 'Old',
    group: 'Users',
    customer: 'user10@example.org',
    created_at: past,
    article: { body: 'x', type: 'email', sender: 'Customer' },
  };

  it('administrators say when things happened, and nobody is mailed', async () => {
    const { id } = await desk.rest(cast.admin, createTicket, { body });
    const answer = { body: 'done', type: 'email', created_at: '2025-01-03T00:00:00.000Z' };
    await desk.rest(cast.admin, updateTicket, { id, body: { state: 'closed', article: answer } });
    expect(await desk.rest(cast.agent, getTicket, { id })).toMatchObject({
      created_at: past,
      updated_at: answer.created_at,
      close_at: answer.created_at,
      first_response_at: answer.created_at,
    });
    expect(await desk.told(sendMail)).toEqual([]);
    expect((await desk.told(ticketCreated)).at(-1)?.data.article).toMatchObject({ isAutoResponse: true });
  });

  it('others do not', async () => {
    const { created_at } = await desk.rest(cast.agent, createTicket, { body });
    expect(created_at).toBe(new Date(desk.clock.now()).toISOString());
  });
});
