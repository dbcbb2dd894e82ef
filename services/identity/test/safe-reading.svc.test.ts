import { endpoints } from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());

/** Everything in the database, in a form that can be compared. */
async function everything(): Promise<Map<string, string>> {
  const tables = await desk.rows<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       -- What the bus notes about itself is no answer to anybody.
       AND c.relname NOT IN ('bus_stream', 'delivery')`,
  );
  const content = new Map<string, string>();
  for (const { name } of tables) {
    const [row] = await desk.rows<{ digest: string }>(
      `SELECT count(*) || ':' || COALESCE(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') AS digest
       FROM "${name}" AS t`,
    );
    content.set(name, row?.digest ?? '');
  }
  return content;
}

const asked = endpoints.filter(({ method, subject }) => method === 'GET' && subject.startsWith('rpc.identity.'));

it('S21: no GET changes anything, whatever it asks for', async () => {
  // What the seed had to say is on its way for a moment.
  const unsaid = async () => (await desk.rows<{ n: number }>('SELECT count(*)::int AS n FROM outbox'))[0]?.n;
  await waitFor(async () => (await unsaid()) === 0, { what: 'an empty outbox' });
  const before = await everything();
  expect(before.size).toBeGreaterThan(20);
  const answered: string[] = [];
  for (const endpoint of asked) {
    for (const [id, provider] of [
      [ids.admin, 'none'],
      [1, 'none'],
      [999_999, 'none'],
    ] as const) {
      const input = { params: { id, provider }, query: {}, body: undefined };
      const answer = await desk.ask(endpoint, input as never, ids.admin).catch(() => undefined);
      if (answer !== undefined) answered.push(endpoint.id);
    }
  }
  expect(new Set(answered).size, 'questions that were answered').toBeGreaterThan(12);
  expect(await everything()).toEqual(before);
});
