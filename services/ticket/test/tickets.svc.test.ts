import { createTicket, getTicket, listArticles, listTickets, ticketCreated, ticketsReferTo } from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, type Desk, startDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const open = (over: object = {}, article: object = {}) => ({
  body: {
    title: 'Printer',
    group: 'Users',
    customer: 'user10@example.org',
    article: { body: 'It burns', ...article },
    ...over,
  },
});

describe('opening a ticket', () => {
  it('answers with what a later read answers, in every shape', async () => {
    const created = await desk.rest(cast.agent, createTicket, { ...open(), query: { expand: 'true' } });
    expect(created).toMatchObject({
      number: '10001',
      title: 'Printer',
      group: 'Users',
      state: 'new',
      priority: '2 normal',
      customer: 'user10@example.org',
      owner: '-',
      organization: 'Seven',
      article_count: 1,
    });
    const read = await desk.rest(cast.agent, getTicket, { id: created.id, query: { expand: 'true' } });
    expect(created).toMatchObject(read);
    expect(await desk.rest(cast.agent, listArticles, { id: created.id })).toMatchObject([
      { body: 'It burns', type: 'note', sender: 'Agent', from: 'Anton Agent', created_by: 'user4@example.org' },
    ]);
    expect(await desk.rest(cast.agent, listTickets)).toHaveLength(1);
    const [event] = await desk.told(ticketCreated);
    expect(event).toMatchObject({ aggregateVersion: 1, data: { ticket: { id: created.id, group: 'Users' } } });
  });

  it('refuses a body that is too long before cleaning it, whatever would be left of it', async () => {
    const body = `<p onclick="${'x'.repeat(1_500_000)}">It burns</p>`;
    await expect(
      desk.rest(cast.agent, createTicket, open({}, { body, content_type: 'text/html' })),
    ).rejects.toMatchObject({ kind: 'invalid', code: 'article.body-too-long' });
  });
});

describe('what tickets refer to', () => {
  const referred = async (kind: 'user' | 'group' | 'organization', id: number) =>
    (await desk.askAs('identity', ticketsReferTo, { kind, id })).referred;

  it('is their customer, their owner, who wrote or changed, their group and organization, and nobody else', async () => {
    const { id } = await desk.rest(cast.agent, createTicket, open({ owner_id: cast.agent.userId }));
    const ticket = await desk.rest(cast.agent, getTicket, { id });
    expect(await referred('user', ticket.customer_id)).toBe(true);
    expect(await referred('user', cast.agent.userId)).toBe(true);
    expect(await referred('group', ticket.group_id)).toBe(true);
    expect(await referred('organization', ticket.organization_id as number)).toBe(true);
    for (const kind of ['user', 'group', 'organization'] as const) {
      expect(await referred(kind, 9_999)).toBe(false);
      expect(await referred(kind, 99_999_999_999)).toBe(false);
    }
  });
});
