import { AttributeSet } from '@helpmesh/attributes';
import type { Actor } from '@helpmesh/contracts';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { anyActor, infra, type ModelTicket, modelSees, modelSeesAsAgent } from '@helpmesh/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSearch } from '../domain/list/search-query.ts';
import { migrations } from '../service.ts';
import { ArticleStore } from './article.store.ts';
import { HistoryStore } from './history.store.ts';
import { ListStore } from './list.store.ts';
import type { ListFilter, ListOrder } from './list-statement.ts';
import { ReadStore } from './read.store.ts';
import { SearchStore } from './search.store.ts';
import { VisibleTickets } from './visible-tickets.ts';

const noAttributes = new AttributeSet('Ticket', 0, []);
const noBook = { of: () => noAttributes };

/** Deterministic tickets over few groups, people and organizations, so that scopes meet them in every way. */
const COUNT = 400;
interface Row extends ModelTicket {
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
  // Of each ticket a public article, which came by mail, and an internal one; each with a file, and an entry of history.
  await sql(
    ds,
    `INSERT INTO article (id, ticket_id, type_id, sender_id, content_type, body, internal, raw_sha256, raw_size,
       created_by_id, updated_by_id, created_at, updated_at)
     SELECT n, 1 + (n - 1) / 2, 1, 2, 'text/plain', 'body of a' || n, n % 2 = 0,
       CASE WHEN n % 2 = 1 THEN 'raw' || n END, CASE WHEN n % 2 = 1 THEN 1 END, 1, 1, now(), now()
     FROM generate_series(1, ${2 * COUNT}) AS n`,
  );
  await sql(
    ds,
    `INSERT INTO article_attachment (id, article_id, sha256, size, filename, content_type)
     SELECT id, id, 'file' || id, 1, 'f', 'text/plain' FROM article`,
  );
  await sql(
    ds,
    `INSERT INTO history (ticket_id, object, o_id, type, created_by_id, created_at)
     SELECT ticket_id, 'Ticket::Article', id, 'created', 1, now() FROM article`,
  );
  rows = await sql<Row>(
    ds,
    `SELECT id, group_id AS "groupId", customer_id AS "customerId", organization_id AS "organizationId",
       state_id AS "stateId", owner_id AS "ownerId" FROM ticket ORDER BY updated_at DESC, id DESC`,
  );
});
afterAll(() => ds.destroy());

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
  return rows
    .filter(
      (row) =>
        modelSees(actor, row) &&
        (!filter.stateIds || filter.stateIds.includes(row.stateId)) &&
        (!filter.unassigned || row.ownerId === 1) &&
        (filter.groupId === undefined || row.groupId === filter.groupId) &&
        (filter.ownerId === undefined || row.ownerId === filter.ownerId) &&
        (filter.customerId === undefined || row.customerId === filter.customerId) &&
        (!filter.organizationIds || filter.organizationIds.includes(row.organizationId ?? 0)),
    )
    .map(({ id }) => id);
}

describe('S15: what SQL shows is what the naive model allows', () => {
  it('for reads by id and plain pages', async () => {
    const reads = new ReadStore(noBook);
    const ids = rows.map(({ id }) => id);
    await fc.assert(
      fc.asyncProperty(anyActor, async (actor) => {
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
        anyActor,
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
      fc.asyncProperty(anyActor, async (actor) => {
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

  it.each(['secret', 'title:secret OR id:0 OR secret'])(
    'S16: for a search for %s, where words of internal articles are for agents of the group only',
    async (text) => {
      const searches = new SearchStore(noBook);
      const ask = { query: parseSearch(text), order: [], limit: COUNT, offset: 0 };
      await fc.assert(
        fc.asyncProperty(anyActor, async (actor) => {
          const visible = VisibleTickets.to(actor, 'read');
          const wanted = rows.filter(
            (row) => modelSees(actor, row) && (modelSeesAsAgent(actor, row) || row.id % 2 === 1),
          );
          const found = await searches.find(ds, visible, ask);
          expect(found.toSorted((a, b) => a - b)).toEqual(wanted.map(({ id }) => id).toSorted((a, b) => a - b));
          expect(await searches.count(ds, visible, ask)).toBe(wanted.length);
        }),
        { numRuns: 40 },
      );
    },
  );
});

/** Ids of the articles that the model shows: of each ticket the public one has the odd id before the even internal one. */
function expectedArticles(actor: Actor, of: readonly Row[] = rows): number[] {
  return of
    .flatMap((row) => [
      ...(modelSees(actor, row) ? [row.id * 2 - 1] : []),
      ...(modelSeesAsAgent(actor, row) ? [row.id * 2] : []),
    ])
    .toSorted((a, b) => a - b);
}

describe('S15, S16: what hangs on a ticket is shown with it, and what is internal to its agents only', () => {
  const some = fc.array(fc.nat({ max: COUNT - 1 }), { minLength: 1, maxLength: 6 });
  const sorted = (ids: Iterable<number>) => [...ids].toSorted((a, b) => a - b);
  interface Shown {
    id: number;
    internal: boolean;
  }

  it('threads and single articles', async () => {
    const reads = new ReadStore(noBook);
    const ids = rows.map(({ id }) => id);
    await fc.assert(
      fc.asyncProperty(anyActor, async (actor) => {
        const visible = VisibleTickets.to(actor, 'read');
        const threads = await reads.threads(ds, visible, ids);
        expect(sorted(threads.keys())).toEqual(sorted(expected(actor)));
        const read = [...threads.values()].flatMap((json) => JSON.parse(json) as Shown[]);
        expect(sorted(read.map(({ id }) => id))).toEqual(expectedArticles(actor));
        const single = await reads.articles(
          ds,
          visible,
          ids.flatMap((id) => [id * 2 - 1, id * 2]),
        );
        expect(sorted(single.keys())).toEqual(expectedArticles(actor));
      }),
      { numRuns: 20 },
    );
  });

  it('the articles named in each shape of a ticket', async () => {
    const reads = new ReadStore(noBook);
    await fc.assert(
      fc.asyncProperty(anyActor, some, fc.boolean(), async (actor, picks, agent) => {
        const visible = VisibleTickets.to(actor, 'read');
        const picked = [...new Set(picks)].map((n) => rows[n] as Row);
        const ids = picked.map(({ id }) => id);
        for (const shape of ['ids', 'ids-expanded', 'full', 'all'] as const) {
          const texts = await reads.tickets(ds, visible, ids, shape, agent);
          const named = [...texts.values()].flatMap((text) => {
            const { article_ids, ticket_article_ids, assets } = JSON.parse(text) as {
              article_ids?: number[];
              ticket_article_ids?: number[];
              assets?: { TicketArticle: Record<string, Shown>; Ticket: Record<string, { article_ids: number[] }> };
            };
            const inAssets = Object.keys(assets?.TicketArticle ?? {}).map(Number);
            const ofTicket = Object.values(assets?.Ticket ?? {}).flatMap((ticket) => ticket.article_ids);
            return [...(article_ids ?? []), ...(ticket_article_ids ?? []), ...inAssets, ...ofTicket];
          });
          expect(sorted(new Set(named))).toEqual(expectedArticles(actor, picked));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('facts for a change, files, raw mails and history; a file only under its own article and ticket', async () => {
    const [articles, histories] = [new ArticleStore(), new HistoryStore()];
    await fc.assert(
      fc.asyncProperty(anyActor, some, async (actor, picks) => {
        const visible = VisibleTickets.to(actor, 'read');
        for (const row of new Set(picks.map((n) => rows[n] as Row))) {
          const shown = expectedArticles(actor, [row]);
          for (const id of [row.id * 2 - 1, row.id * 2]) {
            const at = { ticketId: row.id, articleId: id, attachmentId: id };
            expect(await articles.facts(ds, visible, id)).toEqual(
              shown.includes(id) ? expect.objectContaining({ id }) : undefined,
            );
            expect((await articles.attachment(ds, visible, at))?.sha256).toBe(
              shown.includes(id) ? `file${id}` : undefined,
            );
            const other = rows.find((one) => one.id !== row.id && modelSeesAsAgent(actor, one));
            if (!other) continue;
            for (const wrong of [{ ticketId: other.id }, { articleId: other.id * 2 }, { attachmentId: other.id * 2 }]) {
              expect(await articles.attachment(ds, visible, { ...at, ...wrong })).toBeUndefined();
            }
          }
          const agent = modelSeesAsAgent(actor, row);
          const raw = row.id * 2 - 1;
          expect((await articles.rawMail(ds, visible, raw))?.sha256).toBe(agent ? `raw${raw}` : undefined);
          expect((await histories.of(ds, visible, row.id)) !== undefined).toBe(agent);
        }
      }),
      { numRuns: 30 },
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
