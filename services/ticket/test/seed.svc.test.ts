import { getTicket, listArticles, ticketCreated } from '@helpmesh/contracts';
import { expect, it } from 'vitest';
import { cast, startDesk } from './desk.ts';

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
