import { AttributeSet } from '@helpmesh/attributes';
import type { FieldType } from '@helpmesh/conditions';
import type { Actor } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import { connect, createDataSource, migrate, sql, transaction } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexTickets } from '../application/index-tickets.ts';
import type { Condition } from '../domain/condition/condition.ts';
import { parseCondition } from '../domain/condition/parse.ts';
import { plainFilterOf } from '../domain/list/overview.ts';
import { parseSearch } from '../domain/list/search-query.ts';
import { databaseSettings, migrations } from '../service.ts';
import { IndexStore } from './index.store.ts';
import { countsStatement, type ListFilter, pageStatement } from './list-statement.ts';
import { ReplicaStore } from './replica.store.ts';
import { countStatement, findStatement, SearchStore } from './search.store.ts';
import { ThreadStore } from './thread.store.ts';
import { TicketStore } from './ticket.store.ts';
import { articlesById, threadsById, ticketsById } from './ticket-json.ts';
import { isVisible, VisibleTickets } from './visible-tickets.ts';

const noAttributes = new AttributeSet('Ticket', 0, []);
const noBook = { of: () => noAttributes };

/** Enough that a plan which reads a whole table shows; what an agent sees is a small part. */
const TICKETS = 20_000;
const GROUPS = 40;

let ds: DataSource;
beforeAll(async () => {
  ds = createDataSource({ url: await infra().database('plans'), migrations, poolSize: 1, settings: databaseSettings });
  await migrate(ds);
  await connect(ds);
  await sql(
    ds,
    `INSERT INTO ticket (group_id, priority_id, state_id, organization_id, number, title, owner_id, customer_id,
       created_by_id, updated_by_id, created_at, updated_at, version, custom)
     SELECT 1 + n % ${GROUPS}, 2, CASE WHEN n % 10 = 0 THEN 2 ELSE 4 END, 1 + n % 500, (10000 + n)::text, 'title ' || n,
       CASE WHEN n % 3 = 0 THEN 1 ELSE 100 + n % 50 END, 1000 + n % 2000, 1, 1,
       now() - make_interval(mins => n), now() - make_interval(mins => n), 1,
       CASE WHEN n % 20 = 0 THEN jsonb_build_object('affected', 'i' || n % 7, 'seats', n % 90, 'sites', jsonb_build_array('s' || n % 3)) END
     FROM generate_series(1, ${TICKETS}) AS n`,
  );
  await sql(
    ds,
    `INSERT INTO article (ticket_id, type_id, sender_id, content_type, body, internal, created_by_id, updated_by_id, created_at,
       updated_at, message_id, message_id_md5, excerpt)
     SELECT id, 1, 2, 'text/plain', 'body', false, 1, 1, now(), now(), '<' || id || '>', md5('<' || id || '>'), 'body' FROM ticket`,
  );
  await sql(
    ds,
    `INSERT INTO article_attachment (article_id, sha256, size, filename, content_type)
     SELECT id, md5(id::text), 1, 'a', 'text/plain' FROM article WHERE id % 3 = 0`,
  );
  await sql(
    ds,
    `INSERT INTO search_doc SELECT id, group_id, customer_id, organization_id, number, title,
    to_tsvector('helpmesh', title || ' common' || CASE WHEN id % 200 = 0 THEN ' rare' ELSE '' END
      || CASE WHEN id % 12 = 0 THEN ' twelfth' ELSE '' END || CASE WHEN id % 30 = 0 THEN ' thirtieth' ELSE '' END),
    CASE WHEN id % 3 = 0 THEN to_tsvector('helpmesh', title || ' common') END FROM ticket`,
  );
  await sql(
    ds,
    `INSERT INTO replica_user
     SELECT n, 'u' || n, 'u' || n || '@x', 'A', 'B', 1 + n % 5000, true, 'en', false, '{}', false, 1
     FROM generate_series(1, 20000) AS n`,
  );
  await sql(
    ds,
    `INSERT INTO replica_organization SELECT n, 'o' || n, true, true, false, 1 FROM generate_series(1, 5000) AS n`,
  );
  await sql(ds, 'VACUUM ANALYZE');
}, 120_000);
afterAll(() => ds.destroy());

const base: Omit<Actor, 'permissions' | 'groups'> = {
  kind: 'user',
  userId: 1001,
  login: 'x',
  organizationIds: [3],
  sharedOrganizationIds: [3],
  locale: 'en',
  via: 'session',
};
const agent = VisibleTickets.to(
  { ...base, permissions: ['ticket.agent'], groups: { 1: ['full'], 2: ['read'] } },
  'read',
);
const customer = VisibleTickets.to({ ...base, permissions: ['ticket.customer'], groups: {} }, 'read');

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  Plans?: Plan[];
}
type Explained = { 'QUERY PLAN': { Plan: Plan }[] };

const large = ['ticket', 'article', 'article_attachment', 'search_doc', 'replica_user', 'replica_organization'];

/** Tables that the statement reads from end to end, once as planned for its values and once as prepared for any. */
async function scanned(text: string, params: unknown[]): Promise<string[]> {
  const found = new Set<string>();
  const walk = (plan: Plan): void => {
    if (plan['Node Type'] === 'Seq Scan' && plan['Relation Name']) found.add(plan['Relation Name']);
    for (const child of plan.Plans ?? []) walk(child);
  };
  const plans = [
    await sql<Explained>(ds, `EXPLAIN (FORMAT JSON) ${text}`, params),
    await sql<Explained>(ds, `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`),
  ];
  for (const [row] of plans) walk((row as Explained)['QUERY PLAN'][0]?.Plan as Plan);
  return [...found].filter((table) => large.includes(table));
}

const order = (over: object = {}) => ({ key: 'updated_at' as const, descending: true, limit: 50, ...over });
const after = { key: '2026-01-01T00:00:00Z', id: 5 };

describe('no statement of a hot path reads a whole table', () => {
  it.each([
    ...(['bare', 'ids-expanded', 'full', 'all'] as const).map((shape) => [
      `get ticket, ${shape}`,
      ticketsById(shape, noAttributes),
      [true, [5, 6]],
    ]),
    ['thread', threadsById, [[5]]],
    ['article', articlesById, [[5]]],
    ['plain page', `SELECT t.id FROM ticket t WHERE ${isVisible()} ORDER BY t.id LIMIT $5 OFFSET $6`, [100, 0]],
  ] as [string, string, unknown[]][])('%s', async (_, text, params) => {
    expect(await scanned(text, [...agent.params, ...params])).toEqual([]);
  });

  const filters: [string, ListFilter][] = [
    ['all', {}],
    ['open', { stateTypes: ['new', 'open'] }],
    ['unassigned', { stateTypes: ['new', 'open'], unassigned: true }],
    ['one group', { groupId: 1 }],
    ['my open', { stateIds: [1, 2], ownerId: 101 }],
    ['of a customer', { customerId: 1500 }],
    ['of an organization', { organizationIds: [3] }],
  ];
  it.each(
    filters.flatMap(
      ([name, filter]) =>
        [
          [`${name}, first page`, filter, order()],
          [`${name}, next page`, filter, order({ after })],
          [`${name}, with what was said last`, filter, order({ preview: agent })],
        ] as const,
    ),
  )('list %s', async (_, filter, by) => {
    for (const visible of [agent, customer]) {
      const { text, params } = pageStatement(visible, filter, by);
      expect(await scanned(text, params)).toEqual([]);
    }
  });
});

describe('an overview', () => {
  const circumstances = { now: epochMs(Date.now()), viewer: { userId: 101, organizationIds: [3] } };
  const filterOf = (selector: unknown): ListFilter => {
    const condition = parseCondition(selector, { scope: 'tickets' });
    return (
      plainFilterOf(condition, circumstances) ?? { condition: { condition: condition as Condition, circumstances } }
    );
  };
  const me = { operator: 'is', pre_condition: 'current_user.id' };
  const selectors: [string, object][] = [
    ['of states', { 'ticket.state_id': { operator: 'is', value: ['1', '2'] } }],
    ['of nobody', { 'ticket.owner_id': { operator: 'is', pre_condition: 'not_set' } }],
    ['of my own', { 'ticket.owner_id': me, 'ticket.state_id': { operator: 'is', value: [1, 2] } }],
    ['of what I follow', { 'ticket.mention_user_ids': me }],
    ['of a tag', { 'ticket.tags': { operator: 'contains all', value: 'a, b' } }],
    ['of what is due', { 'ticket.escalation_at': { operator: 'till (relative)', value: 10, range: 'minute' } }],
    ['of an address', { 'customer.email': { operator: 'is', value: 'u1500@x' }, 'ticket.owner_id': me }],
  ];
  it.each(selectors)(
    '%s reads its indexes, for its pages and in the one statement of all numbers',
    async (_, selector) => {
      const filter = filterOf(selector);
      for (const { text, params } of [
        pageStatement(agent, filter, order()),
        countsStatement(agent, [filter, filter]),
      ]) {
        expect(await scanned(text, params)).toEqual([]);
      }
    },
  );
});

describe('a search by a custom attribute', () => {
  const attribute = (type: FieldType) => ({ type, fallback: null, ofAgents: false });
  const attributes = new Map([
    ['affected', attribute('text')],
    ['seats', attribute('number')],
    ['sites', attribute('choices')],
  ]);
  const circumstances = { now: epochMs(Date.now()) };
  const conditionOf = (selector: object) => ({
    condition: parseCondition(selector, { scope: 'tickets', attributes }) as Condition,
    circumstances,
  });
  const term = { name: 'affected', parts: [], unset: false, agentsOnly: false };
  const searches: [string, object][] = [
    ['a value', { condition: conditionOf({ 'ticket.affected': { operator: 'is', value: ['i1', 'i2'] } }) }],
    [
      'a part of a text',
      { condition: conditionOf({ 'ticket.affected': { operator: 'starts with one of', value: 'I' } }) },
    ],
    ['a number', { condition: conditionOf({ 'ticket.seats': { operator: 'greater than', value: 80 } }) }],
    ['one of several', { condition: conditionOf({ 'ticket.sites': { operator: 'contains one', value: 's1, s2' } }) }],
    ['all of several', { condition: conditionOf({ 'ticket.sites': { operator: 'contains all', value: ['s1'] } }) }],
    ['what is set', { condition: conditionOf({ 'ticket.sites': { operator: 'is set' } }) }],
    ['a word of a query', { query: { ...parseSearch(''), custom: [{ ...term, anyOf: ['i3'] }] } }],
  ];
  it.each(searches)('for %s reads its index and not the tickets, whoever asks', async (_, asked) => {
    for (const visible of [agent, customer, VisibleTickets.toTheService()]) {
      const request = { query: parseSearch(''), order: [], limit: 50, offset: 0, ...asked };
      for (const one of [findStatement(visible, request), countStatement(visible, request)]) {
        expect(await scanned(one.text, one.params)).toEqual([]);
      }
    }
    const { text, params } = countStatement(VisibleTickets.toTheService(), { query: parseSearch(''), ...asked });
    expect(JSON.stringify(await sql(ds, `EXPLAIN ${text}`, params))).toContain('ticket_custom');
  });
});

it('a ticket with everything about it reads its articles once', async () => {
  const text = ticketsById('all', noAttributes);
  const plan = await sql(ds, `EXPLAIN (FORMAT JSON) ${text}`, [...agent.params, true, [7]]);
  expect(JSON.stringify(plan).match(/"Relation Name":"article"/g)).toHaveLength(1);
});

describe('a search', () => {
  it.each([
    ...['rare', '"title 41"', 'common', '10041', 'titl* -rare', 'state.name:open common'],
    ...['title:rare', '(rare OR thirtieth) common', 'rare from:ann', 'rare (state.name:open OR thirtieth)'],
  ])('for %s reads the index', async (text) => {
    for (const visible of [agent, customer]) {
      const request = { query: parseSearch(text), order: [], limit: 50, offset: 0 };
      for (const one of [findStatement(visible, request), countStatement(visible, request)]) {
        expect(await scanned(one.text, one.params)).toEqual([]);
      }
    }
  });
});

describe('the newest matches', () => {
  const everything = VisibleTickets.toTheService();
  const search = (word: string) => ({ query: parseSearch(word), order: [], limit: 1_000, offset: 0 });
  const newest = (matches: (id: number) => boolean) =>
    Array.from({ length: TICKETS }, (_, i) => TICKETS - i)
      .filter(matches)
      .slice(0, 500);

  it.each([
    ['common', 1],
    ['twelfth', 12],
    ['thirtieth', 30],
    ['rare', 200],
  ])('of %s are those that are ranked, wherever they are', async (word, every) => {
    const found = await new SearchStore(noBook).find(ds, everything, search(word));
    expect(found).toEqual(newest((id) => id % every === 0));
    const mine = await new SearchStore(noBook).find(ds, agent, search(word));
    expect(mine).toEqual(newest((id) => id % every === 0 && [1, 2].includes(1 + (id % GROUPS))));
  });

  it('of a common word are found without reading the older ones', async () => {
    const { text, params } = findStatement(everything, search('common'));
    const [row] = await sql<Explained>(ds, `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, params);
    let read = 0;
    const walk = (plan: Plan): void => {
      if (plan['Relation Name'] === 'search_doc') read += plan['Actual Rows'] ?? 0;
      for (const child of plan.Plans ?? []) walk(child);
    };
    walk((row as Explained)['QUERY PLAN'][0]?.Plan as Plan);
    expect(read).toBeGreaterThan(500);
    expect(read).toBeLessThan(TICKETS / 2);
  });
});

describe('a list of what has a word', () => {
  const half = VisibleTickets.to(
    {
      ...base,
      permissions: ['ticket.agent'],
      groups: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i + 1, ['read']])),
    },
    'read',
  );
  const lists: [string, ListFilter][] = [
    ['common', {}],
    ['common', { stateTypes: ['new', 'open'], unassigned: true }],
    ['common', { ownerId: 101 }],
    ['twelfth', { stateTypes: ['closed'] }],
    ['rare', {}],
    ['title', { groupId: 1 }],
  ];
  it.each(lists)(
    'shows, for %s and %j, every ticket of it once, in order, and how many there are',
    async (word, filter) => {
      const every = { common: 1, title: 1, twelfth: 12, rare: 200 }[word] ?? 0;
      const of = (id: number) => ({
        group: 1 + (id % GROUPS),
        closed: id % 10 !== 0,
        owner: id % 3 === 0 ? 1 : 100 + (id % 50),
      });
      for (const [visible, sees] of [
        [VisibleTickets.toTheService(), () => true],
        [half, (id: number) => of(id).group <= 20],
        [agent, (id: number) => of(id).group <= 2],
      ] as const) {
        const wanted = Array.from({ length: TICKETS }, (_, i) => i + 1).filter((id) => {
          const { group, closed, owner } = of(id);
          if (id % every !== 0 || !sees(id) || (filter.unassigned && owner !== 1)) return false;
          if (filter.stateTypes && filter.stateTypes.includes('closed') !== closed) return false;
          return (filter.ownerId ?? owner) === owner && (filter.groupId ?? group) === group;
        });
        const shown: number[] = [];
        let last: { key: string; id: number } | undefined;
        for (let n = 0; n < 3; n++) {
          const { text, params } = pageStatement(
            visible,
            { ...filter, search: parseSearch(word) },
            order({ after: last }),
          );
          const [page] = await sql<{ tickets: string; total: number; lastKey: string | null; lastId: number }>(
            ds,
            text,
            params,
          );
          expect(Number(page?.total)).toBe(wanted.length);
          shown.push(...(JSON.parse(page?.tickets ?? '') as { id: number }[]).map(({ id }) => id));
          if (!page || page.lastKey === null) break;
          last = { key: page.lastKey, id: page.lastId };
        }
        // The newest has the lowest id.
        expect(shown).toEqual(wanted.slice(0, 150));
      }
    },
  );

  it('reads indexes, and of a word in every ticket few tickets', async () => {
    for (const visible of [agent, half, customer]) {
      const { text, params } = pageStatement(visible, { search: parseSearch('common') }, order());
      expect(await scanned(text, params)).toEqual([]);
    }
    const { text, params } = pageStatement(VisibleTickets.toTheService(), { search: parseSearch('common') }, order());
    const [row] = await sql<Explained>(ds, `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, params);
    let read = 0;
    const walk = (plan: Plan & { 'Actual Loops'?: number }): void => {
      if (plan['Relation Name'] === 'ticket') read += (plan['Actual Rows'] ?? 0) * (plan['Actual Loops'] ?? 1);
      for (const child of plan.Plans ?? []) walk(child);
    };
    walk((row as Explained)['QUERY PLAN'][0]?.Plan as Plan);
    expect(read).toBeGreaterThanOrEqual(50);
    expect(read).toBeLessThan(TICKETS / 4);
  });
});

describe('what a write reads', () => {
  /** Whole reads of the large tables since the statistics began. */
  const wholeReads = async () => {
    await sql(ds, 'SELECT pg_stat_force_next_flush()');
    return sql(ds, `SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY ($1) ORDER BY relname`, [
      ['ticket', 'article', 'search_doc', 'replica_user', 'replica_organization', 'history'],
    ]);
  };
  const index = (whole: boolean) =>
    transaction(ds, (tx) => {
      const dirty = [5, 6].map((ticketId) => ({ ticketId, whole }));
      return new IndexTickets(new IndexStore(), noBook).run(tx, dirty);
    });
  const addArticles = () =>
    sql(
      ds,
      `INSERT INTO article (ticket_id, type_id, sender_id, content_type, body, internal, created_by_id, updated_by_id,
         created_at, updated_at)
       SELECT id, 10, 1, 'text/plain', 'more', false, 1, 1, now(), now() FROM unnest('{5,6}'::int[]) AS t (id)`,
    );
  const tickets = new TicketStore();
  const threads = new ThreadStore();
  const mail = { inboundId: 1, messageId: '<5>', answers: ['<6>', '<7>'], numbers: ['10009'], signed: [5] };
  const needs = {
    ...{ userIds: [1, 7], logins: ['u9', 'u10@x'], groupIds: [1], groupNames: ['x'] },
    ...{ organizationIds: [4], organizationNames: ['o9'] },
  };

  it.each([
    ['people and groups', () => new ReplicaStore().find(ds, needs)],
    ['the tickets to change', () => transaction(ds, (tx) => tickets.lock(tx, agent, [5, 6]))],
    ['the facts of a mail', () => threads.factsOf(ds, [mail, mail])],
    [
      'who wrote before',
      () =>
        threads.linesNaming(
          ds,
          [5, 6].map((ticketId) => ({ ticketId, address: 'a@b' })),
        ),
    ],
    ['the latest mail', () => threads.latest(ds, [5, 6])],
    [
      'the tickets that are saved',
      () =>
        transaction(ds, async (tx) => {
          const found = await tickets.lock(tx, VisibleTickets.toTheService(), [5, 6]);
          const changed = [...found.values()].map((one) => ({ ...one, version: one.version + 1 }));
          await tickets.save(tx, { opened: [], changed, articles: [], history: [], outbox: [] });
        }),
    ],
    ['the index of search, made anew', () => index(true)],
    ['the index of search, grown', () => addArticles().then(() => index(false))],
  ] as [string, () => Promise<unknown>][])('%s, by index', async (_, work) => {
    await work();
    const before = await wholeReads();
    for (let i = 0; i < 3; i++) await work();
    expect(await wholeReads()).toEqual(before);
  });
});

it('a page of a small desk is joined by key too, though its tables are soon read', async () => {
  const small = createDataSource({
    url: await infra().database('plans-small'),
    migrations,
    poolSize: 1,
    settings: databaseSettings,
  });
  await migrate(small);
  await connect(small);
  await sql(
    small,
    `INSERT INTO ticket (group_id, priority_id, state_id, number, title, owner_id, customer_id, created_by_id,
       updated_by_id, created_at, updated_at, version)
     SELECT 1, 2, 2, n::text, 'title', 1, 1 + n % 100, 1, 1, now(), now(), 1 FROM generate_series(1, 2000) AS n`,
  );
  await sql(small, 'VACUUM ANALYZE');
  const { text } = pageStatement(agent, { stateTypes: ['open'] }, order());
  const plan = await sql(small, `EXPLAIN (GENERIC_PLAN) ${text}`);
  await small.destroy();
  expect(JSON.stringify(plan)).toMatch(/ticket_group_state_updated/);
  expect(JSON.stringify(plan)).not.toMatch(/Seq Scan on ticket t/);
});

it('who is no customer has no ticket read as one, though all tickets be those of one customer', async () => {
  const settings = databaseSettings;
  const one = createDataSource({ url: await infra().database('plans-one'), migrations, poolSize: 1, settings });
  await migrate(one);
  await connect(one);
  await sql(
    one,
    `INSERT INTO ticket (group_id, priority_id, state_id, number, title, owner_id, customer_id, created_by_id,
       updated_by_id, created_at, updated_at, version)
     SELECT 1, 2, 2, n::text, 'title', 1, 7, 1, 1, now(), now(), 1 FROM generate_series(1, 2000) AS n`,
  );
  await sql(one, 'VACUUM ANALYZE');
  const { permissions, groups } = { permissions: ['ticket.agent'], groups: { 1: ['full' as const] } };
  const nobodysCustomer = { ...base, organizationIds: [], sharedOrganizationIds: [], permissions, groups };
  const visible = VisibleTickets.to(nobodysCustomer, 'read');
  const { text, params } = pageStatement(visible, { stateTypes: ['open'] }, order());
  // Executed with the plan that is kept for all values, as the service does.
  await sql(one, `PREPARE page AS ${text}`);
  const literal = (value: unknown) => (value === null ? 'NULL' : `'${Array.isArray(value) ? `{${value}}` : value}'`);
  const execute = `EXECUTE page (${params.map(literal).join(', ')})`;
  const plan = await sql<{ 'QUERY PLAN': string }>(one, `EXPLAIN (ANALYZE, TIMING OFF) ${execute}`);
  await one.destroy();
  const scans = plan.map((line) => line['QUERY PLAN']).filter((line) => /Seq Scan on ticket t/.test(line));
  expect(scans.filter((line) => !line.includes('never executed'))).toEqual([]);
});

it.each([
  ['a page', order()],
  ['a page with what was said last', order({ preview: VisibleTickets.toTheService() })],
])('%s of an agent touches as many tickets as it shows from each group, not as many as there are', async (_, by) => {
  const { text, params } = pageStatement(agent, {}, by);
  const [row] = await sql<{ 'QUERY PLAN': { Plan: Plan }[] }>(
    ds,
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
    params,
  );
  const top = (
    row as { 'QUERY PLAN': { Plan: Plan & { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } }[] }
  )['QUERY PLAN'][0]?.Plan;
  expect((top?.['Shared Hit Blocks'] ?? 0) + (top?.['Shared Read Blocks'] ?? 0)).toBeLessThan(1_500);
});
