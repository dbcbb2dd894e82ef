import { type Actor, isInScope, type TicketFacts, ticketScope } from '@helpmesh/contracts';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../service.ts';
import { ListStore } from './list.store.ts';
import type { ListFilter, ListOrder } from './list-statement.ts';
import { ReadStore } from './read.store.ts';
import { SearchStore } from './search.store.ts';
import { VisibleTickets } from './visible-tickets.ts';

/** Deterministic tickets over few groups, people and organizations, so that scopes meet them in every way. */
const COUNT = 400;
interface Row extends TicketFacts {
  id: number;
  stateId: number;
  ownerId: number;
}

let ds: DataSource;
let rows: Row[];
const lists = new ListStore();

beforeAll(async () => {
  ds = createDataSource({ url: await infra().database('visible'), migrations });
  await migrate(ds);
  await connect(ds);
  await sql(
    ds,
    `INSERT INTO ticket (group_id, priority_id, state_id, organization_id, number, title, owner_id, customer_id,
       created_by_id, updated_by_id, created_at, updated_at, version)
     SELECT 1 + n % 4, 2, 1 + n % 5, CASE WHEN n % 3 = 0 THEN NULL ELSE 1 + n % 2 END, (10000 + n)::text, 'word t' || n,
       CASE WHEN n % 2 = 0 THEN 1 ELSE 20 + n % 3 END, 10 + n * 7 % 5, 1, 1, now(),
       -- Several tickets share an instant: the id decides.
       now() - make_interval(mins => n / 3), 1
     FROM generate_series(1, ${COUNT}) AS n`,
  );
  await sql(
    ds,
    `INSERT INTO search_doc SELECT id, group_id, customer_id, organization_id, number, title,
       to_tsvector('helpmesh', title || ' secret'), CASE WHEN id % 2 = 0 THEN to_tsvector('helpmesh', title) END FROM ticket`,
  );
  rows = await sql<Row>(
    ds,
    `SELECT id, group_id AS "groupId", customer_id AS "customerId", organization_id AS "organizationId",
       state_id AS "stateId", owner_id AS "ownerId" FROM ticket ORDER BY updated_at DESC, id DESC`,
  );
});
afterAll(() => ds.destroy());

const level = fc.constantFrom('read', 'create', 'change', 'full');
const actors: fc.Arbitrary<Actor> = fc.record({
  kind: fc.constant('user' as const),
  userId: fc.integer({ min: 9, max: 15 }),
  login: fc.constant('x'),
  permissions: fc.subarray(['ticket.agent', 'ticket.customer', 'admin', 'ticket']),
  groups: fc.dictionary(fc.constantFrom('1', '2', '3', '4', '9'), fc.array(level, { maxLength: 2 })),
  organizationIds: fc.subarray([1, 2, 3]),
  sharedOrganizationIds: fc.subarray([1, 2, 3]),
  locale: fc.constant('en'),
  via: fc.constant('session' as const),
});
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const filters: fc.Arbitrary<ListFilter> = fc.record({
  stateIds: optional(fc.subarray([1, 2, 3, 4, 5])),
  unassigned: optional(fc.boolean()),
  groupId: optional(fc.integer({ min: 1, max: 5 })),
  ownerId: optional(fc.constantFrom(20, 21, 22)),
  customerId: optional(fc.integer({ min: 10, max: 15 })),
  organizationIds: optional(fc.subarray([1, 2])),
});

function expected(actor: Actor, filter: ListFilter = {}): number[] {
  const scope = ticketScope(actor, 'read');
  return rows
    .filter(
      (row) =>
        isInScope(scope, row) &&
        (!filter.stateIds || filter.stateIds.includes(row.stateId)) &&
        (!filter.unassigned || row.ownerId === 1) &&
        (filter.groupId === undefined || row.groupId === filter.groupId) &&
        (filter.ownerId === undefined || row.ownerId === filter.ownerId) &&
        (filter.customerId === undefined || row.customerId === filter.customerId) &&
        (!filter.organizationIds || filter.organizationIds.includes(row.organizationId ?? 0)),
    )
    .map(({ id }) => id);
}

describe('what SQL shows is what the rule in memory allows', () => {
  it('for reads by id and plain pages', async () => {
    const reads = new ReadStore();
    const ids = rows.map(({ id }) => id);
    await fc.assert(
      fc.asyncProperty(actors, async (actor) => {
        const visible = VisibleTickets.to(actor, 'read');
        const sorted = expected(actor).toSorted((a, b) => a - b);
        const shown = await reads.tickets(ds, visible, ids, 'bare', true);
        expect([...shown.keys()].toSorted((a, b) => a - b)).toEqual(sorted);
        expect(await reads.page(ds, visible, [], COUNT, 0)).toEqual(sorted);
      }),
      { numRuns: 40 },
    );
  });

  it('for lists: every page in order, nothing twice, nothing left out, the total exact', async () => {
    await fc.assert(
      fc.asyncProperty(
        actors,
        filters,
        fc.integer({ min: 1, max: 120 }),
        fc.boolean(),
        async (actor, filter, limit, descending) => {
          const visible = VisibleTickets.to(actor, 'read');
          const wanted = expected(actor, filter);
          const walked: number[] = [];
          const order: ListOrder = { key: 'updated_at', descending, limit };
          for (;;) {
            const page = await lists.page(ds, visible, filter, order);
            expect(page.total).toBe(wanted.length);
            const ids = (JSON.parse(page.tickets) as { id: number }[]).map(({ id }) => id);
            expect(page.count).toBe(ids.length);
            walked.push(...ids);
            if (ids.length < limit || page.lastKey === null || page.lastId === null) break;
            order.after = { key: page.lastKey, id: page.lastId };
          }
          expect(walked).toEqual(descending ? wanted : wanted.toReversed());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('for counts', async () => {
    await fc.assert(
      fc.asyncProperty(actors, async (actor) => {
        const tally = await lists.tally(ds, VisibleTickets.to(actor, 'read'));
        for (const [stateId, stateType] of [
          [1, 'new'],
          [2, 'open'],
          [3, 'pending reminder'],
          [4, 'closed'],
          [5, 'merged'],
        ] as const) {
          const sum = tally.filter((row) => row.stateType === stateType).reduce((all, row) => all + row.n, 0);
          expect(sum).toBe(expected(actor, { stateIds: [stateId] }).length);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('for search, where words of internal articles are for agents of the group only', async () => {
    const searches = new SearchStore();
    const ask = {
      query: { words: 'secret', prefixes: [], parts: ['secret'], fields: {} },
      order: [],
      limit: COUNT,
      offset: 0,
    };
    await fc.assert(
      fc.asyncProperty(actors, async (actor) => {
        const visible = VisibleTickets.to(actor, 'read');
        const { groupIds } = visible.scope;
        const seen = new Set(expected(actor));
        const wanted = rows.filter((row) => seen.has(row.id) && (groupIds.includes(row.groupId) || row.id % 2 === 1));
        const found = await searches.find(ds, visible, ask);
        expect(found.toSorted((a, b) => a - b)).toEqual(wanted.map(({ id }) => id).toSorted((a, b) => a - b));
        expect(await searches.count(ds, visible, ask)).toBe(wanted.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe('exact totals', () => {
  const total = async () => {
    const [row] = await sql<{ tallied: number; counted: number; rows: number }>(
      ds,
      `SELECT (SELECT sum(n) FROM ticket_tally WHERE state_id = 4 AND unassigned)::int AS tallied,
         (SELECT count(*) FROM ticket WHERE state_id = 4 AND owner_id = 1)::int AS counted,
         (SELECT count(*) FROM ticket_tally)::int AS rows`,
    );
    return row as { tallied: number; counted: number; rows: number };
  };

  it('hold through changes, deletions, rollbacks and folding at the same time', async () => {
    await Promise.all([
      ...Array.from({ length: 30 }, (_, i) =>
        sql(ds, 'UPDATE ticket SET state_id = 4, owner_id = 1 WHERE id = $1', [i * 5 + 1]),
      ),
      ...Array.from({ length: 5 }, () => lists.foldTally(ds)),
      ds
        .transaction(async (tx) => {
          await sql(tx, 'DELETE FROM ticket WHERE id > 350');
          throw new Error('rolled back');
        })
        .catch(() => undefined),
    ]);
    await sql(ds, 'DELETE FROM ticket WHERE id > 390');
    rows = rows.filter(({ id }) => id <= 390);
    const before = await total();
    expect(before.tallied).toBe(before.counted);
    await lists.foldTally(ds);
    const after = await total();
    expect(after.tallied).toBe(before.counted);
    expect(after.rows).toBeLessThanOrEqual(4 * 5 * 2);
  });
});
