import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { titles } from './load.ts';
import { scaled } from './scale.ts';

describe('F26: a POST sent three times at once with one Idempotency-Key', () => {
  let desk: TestPlatform;
  beforeAll(async () => {
    desk = await testPlatform();
  }, 120_000);
  afterAll(() => desk?.platform.stop());

  const thrice = async (path: string, body: unknown) => {
    const key = randomUUID();
    const send = () => desk.admin.call('POST', path, body, { 'Idempotency-Key': key });
    const answers = await Promise.all([send(), send(), send()]);
    // A caller that meets its own unfinished request is told so and asks again.
    return Promise.all(answers.map((answer) => (answer.status === 409 ? send() : answer)));
  };

  it('opens one ticket and answers the same three times', async () => {
    const count = scaled({ short: 20, full: 500 });
    for (let i = 0; i < count; i++) {
      const title = `Once ${i} ${randomUUID()}`;
      const body = { title, group: 'Users', customer_id: 2, article: { type: 'note', body: 'once' } };
      const answers = await thrice('/api/v1/tickets', body);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
      expect((await titles(desk.admin)).filter((found) => found === title)).toHaveLength(1);
    }
  });

  it('adds one article and sends one mail', async () => {
    const { id } = await desk.admin.post('/api/v1/tickets', {
      title: 'Answer me once',
      group: 'Users',
      customer: 'guess:once@customer.example',
      article: { type: 'note', body: 'x' },
    });
    const body = { ticket_id: id, type: 'email', body: 'Only once.', content_type: 'text/plain' };
    const answers = await thrice('/api/v1/ticket_articles', body);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect((await desk.admin.articlesOf(id)).filter((article) => article.body.includes('Only once'))).toHaveLength(1);
    await desk.mailbox.mail('once@customer.example');
    expect(await desk.mailbox.to('once@customer.example')).toHaveLength(1);
  });

  it('refuses the key for another wish', async () => {
    const key = randomUUID();
    const wish = (title: string) =>
      desk.admin.call('POST', '/api/v1/tickets', { title, group: 'Users', customer_id: 2 }, { 'Idempotency-Key': key });
    expect((await wish('first')).status).toBe(201);
    expect((await wish('second')).status).toBe(422);
  });
});
