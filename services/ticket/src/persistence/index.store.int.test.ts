import { AttributeSet } from '@helpmesh/attributes';
import { connect, createDataSource, migrate, sql, transaction } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IndexStems } from '../application/index-stems.ts';
import { IndexTickets } from '../application/index-tickets.ts';
import { databaseSettings, migrations } from '../service.ts';
import { IndexStore } from './index.store.ts';

const noAttributes = new AttributeSet('Ticket', 0, []);
const noBook = { of: () => noAttributes };

let ds: DataSource;
const store = new IndexStore();
const indexing = new IndexTickets(store, noBook);

beforeAll(async () => {
  ds = createDataSource({ url: await infra().database('index'), migrations, settings: databaseSettings });
  await migrate(ds);
  await connect(ds);
});
afterAll(() => ds.destroy());

async function aTicket(): Promise<number> {
  const [row] = await sql<{ id: number }>(
    ds,
    `INSERT INTO ticket (group_id, priority_id, state_id, number, title, owner_id, customer_id, created_by_id,
       updated_by_id, created_at, updated_at, version)
     VALUES (1, 2, 1, gen_random_uuid(), 'Kettle broken', 1, 2, 1, 1, now(), now(), 1) RETURNING id`,
  );
  return (row as { id: number }).id;
}

async function say(ticketId: number, body: string, { from = 'Ada', internal = false } = {}): Promise<number> {
  const [row] = await sql<{ id: number }>(
    ds,
    `WITH told AS (UPDATE ticket SET version = version + 1 WHERE id = $1)
     INSERT INTO article (ticket_id, type_id, sender_id, "from", content_type, body, internal, created_by_id,
       updated_by_id, created_at, updated_at)
     VALUES ($1, 10, 1, $2, 'text/plain', $3, $4, 1, 1, now(), now()) RETURNING id`,
    [ticketId, from, body, internal],
  );
  return (row as { id: number }).id;
}

const index = (ticketId: number, whole = false) => transaction(ds, (tx) => indexing.run(tx, [{ ticketId, whole }]));
const grows = async (ticketId: number) =>
  (await transaction(ds, (tx) => store.sources(tx, [{ ticketId, whole: false }], 1_000)))[0]?.grows;

/**
 * The words of a document with the weights they have; for agents and for customers. Without stems: the more is said, the
 * better it tells its language.
 */
async function words(ticketId: number): Promise<unknown> {
  const of = (column: string) => `(SELECT array_agg(lexeme || ' ' || array_to_string(ARRAY(
    SELECT DISTINCT weight FROM unnest(weights) AS weight ORDER BY 1), '') ORDER BY lexeme) FROM unnest(${column})
    WHERE lexeme !~ '^ [a-z]')`;
  const [row] = await sql(
    ds,
    `SELECT ${of('tsv')} AS agents, ${of('public_tsv')} AS customers, articles, newest_article
     FROM search_doc WHERE ticket_id = $1`,
    [ticketId],
  );
  return row;
}

it.each<[string, [string, { from?: string; internal?: boolean }?][]]>([
  ['public articles', [['hello'], ['the lid is stuck'], ['hello again', { from: 'Bob' }]]],
  ['a first internal article', [['hello'], ['secret', { internal: true }], ['answer', { from: 'Bob' }]]],
  [
    'people who spoke inside before they spoke outside',
    [
      ['hello'],
      ['hm', { internal: true, from: 'Eve' }],
      ['hi', { from: 'Eve' }],
      ['no', { internal: true, from: 'Eve' }],
    ],
  ],
])('a document that grew with %s has the words of one made anew', async (_, said) => {
  const ticketId = await aTicket();
  for (const [body, how] of said) {
    await say(ticketId, body, how);
    await index(ticketId);
  }
  const grown = await words(ticketId);
  await index(ticketId, true);
  expect(grown).toEqual(await words(ticketId));
});

it('grows by what was added and is made anew when something else happened', async () => {
  const ticketId = await aTicket();
  const first = await say(ticketId, 'hello');
  expect(await grows(ticketId)).toBe(false);
  await index(ticketId);
  await say(ticketId, 'more');
  expect(await grows(ticketId)).toBe(true);
  await sql(ds, 'DELETE FROM article WHERE id = $1', [first]);
  expect(await grows(ticketId)).toBe(false);
  await index(ticketId);
  expect(JSON.stringify(await words(ticketId))).not.toContain('hello');
  await say(ticketId, 'inside', { internal: true });
  expect(await grows(ticketId)).toBe(false);
});

it('an article that commits after a later one was indexed is not forgotten', async () => {
  const ticketId = await aTicket();
  await say(ticketId, 'hello');
  await index(ticketId);
  const late = await say(ticketId, 'late');
  await sql(ds, 'UPDATE article SET ticket_id = $2 WHERE id = $1', [late, await aTicket()]);
  await say(ticketId, 'later');
  await index(ticketId);
  await sql(ds, 'UPDATE article SET ticket_id = $2 WHERE id = $1', [late, ticketId]);
  await index(ticketId);
  expect(JSON.stringify(await words(ticketId))).toContain('late ');
});

it('two replicas that saw the same article add it once', async () => {
  const ticketId = await aTicket();
  await say(ticketId, 'hello');
  await index(ticketId);
  await say(ticketId, 'twice');
  const sources = () => transaction(ds, (tx) => store.sources(tx, [{ ticketId, whole: false }], 1_000));
  const seen = [await sources(), await sources()].map(([source]) => ({
    ...{ ticket_id: ticketId, version: source?.version ?? 0, held_version: source?.heldVersion ?? 0 },
    ...{ articles: source?.count ?? 0, newest_article: source?.articles[0]?.id ?? 0 },
    ...{ lines: '', body: source?.articles[0]?.body ?? '', public_lines: '', public_body: '', languages: null },
  }));
  const grown = [];
  for (const growth of seen) grown.push(await transaction(ds, (tx) => store.grow(tx, [growth])));
  expect(grown).toEqual([[ticketId], []]);
  expect(JSON.stringify(await words(ticketId))).toContain('twice ');
});

it('makes documents of before there were stems anew, each once, whoever goes on with it', async () => {
  const ticketIds: number[] = [];
  for (let n = 0; n < 60; n++) {
    const ticketId = await aTicket();
    await say(ticketId, 'Bitte prüfen Sie die Rechnungen, ich kann sie nicht öffnen.');
    await index(ticketId);
    ticketIds.push(ticketId);
  }
  await sql(ds, `UPDATE search_doc SET languages = NULL, tsv = to_tsvector('helpmesh', 'rechnungen')`);
  const found = async () =>
    (
      await sql<{ id: number }>(
        ds,
        `SELECT ticket_id AS id FROM search_doc WHERE tsv @@ search_forms('Rechnung') ORDER BY ticket_id`,
      )
    ).map(({ id }) => id);
  expect(await found()).toEqual([]);
  const stems = () => new IndexStems(ds, store, indexing);
  // Another replica, which goes on where the first one stopped, and knows when nothing is left.
  expect(await stems().step()).toBeGreaterThan(0);
  const half = await found();
  expect(half.length).toBeGreaterThan(0);
  expect(half.length).toBeLessThan(ticketIds.length);
  const other = stems();
  for (let next = await other.step(); next !== undefined; next = await other.step());
  expect(await found()).toEqual(ticketIds);
  expect(await stems().step()).toBeUndefined();
});
