import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../e2e/desk.ts';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { titles } from './load.ts';
import { patience, scaled } from './scale.ts';

let desk: TestPlatform;
beforeAll(async () => {
  // The test is one caller.
  desk = await testPlatform({ gateway: { HELPMESH_RATE_LIMIT_PER_SECOND: '0' } });
}, 120_000);
afterAll(() => desk?.platform.stop());

it(
  'F27: of many who change one ticket, each for the version they read, none undoes what another did',
  async () => {
    const [writers, each] = scaled({ short: [4, 5], full: [50, 100] });
    const { id } = await desk.admin.post('/api/v1/tickets', { title: '0', group: 'Users', customer_id: 2 });
    const path = `/api/v1/tickets/${id}`;
    // Without an answer in time nobody knows what became of it.
    const met = { refused: 0, unanswered: 0 };
    const began = performance.now();
    // Everybody adds one to the number they have read: a lost update would leave it too low.
    const addOne = async (): Promise<void> => {
      for (let wait = 2; ; wait = Math.min(wait * 2, 256)) {
        const read = await desk.admin.call('GET', path);
        const next = { title: String(Number(read.body.title) + 1) };
        const { status } = await desk.admin.call('PUT', path, next, { 'If-Match': read.headers.get('etag') ?? '' });
        if (status === 200) return;
        expect([412, 429, 503]).toContain(status);
        if (status === 412) met.refused++;
        else met.unanswered++;
        // Writers that met once would meet again.
        await setTimeout(wait * Math.random());
      }
    };
    const write = async () => {
      for (let n = 0; n < each; n++) await addOne();
    };
    await Promise.all(Array.from({ length: writers }, write));
    const answered = writers * each;
    const updates = Number((await desk.admin.get(path)).title);
    expect(updates).toBeGreaterThanOrEqual(answered);
    expect(updates).toBeLessThanOrEqual(answered + met.unanswered);
    const { history } = await desk.admin.get(`/api/v1/ticket_history/${id}`);
    const steps = history.filter(({ attribute }: Json) => attribute === 'title');
    expect(steps.map(({ value_from, value_to }: Json) => [value_from, value_to])).toEqual(
      Array.from({ length: updates }, (_, n) => [String(n), String(n + 1)]),
    );
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stdout.write(
      `F27: ${writers} writers, ${updates} updates in ${seconds} s, ${met.refused} refused and made again, 0 lost\n`,
    );
  },
  patience,
);

describe('F26: a POST sent three times at once with one Idempotency-Key', () => {
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
