import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCondition } from '../domain/condition/parse.ts';
import { type Counted, metrics } from '../domain/report/metrics.ts';
import { edgesOf, type Span } from '../domain/report/span.ts';
import { migrations } from '../service.ts';
import { type Profile, ReportStore } from './report.store.ts';
import { VisibleTickets } from './visible-tickets.ts';

const COUNT = 400;
const MERGED = 5;
const finished = [4, 5, 7];
const start = Date.UTC(2026, 0, 1);

interface Row {
  id: number;
  group_id: number;
  priority_id: number;
  state_id: number;
  created_at: Date;
  close_at: Date | null;
  close_diff_in_min: number | null;
  first_response_at: Date | null;
  first_response_diff_in_min: number | null;
  create_article_type_id: number;
  create_article_sender_id: number;
}
interface Entry {
  ticket_id: number;
  type: string;
  attribute: string;
  id_from: number | null;
  id_to: number;
  created_at: Date;
}
interface Article {
  ticket_id: number;
  type_id: number;
  sender_id: number;
  created_at: Date;
}

let ds: DataSource;
let tickets: Row[];
let entries: Entry[];
let articles: Article[];
let ratings: { ticket_id: number; score: number | null; asked_at: Date | null; rated_at: Date | null }[];

beforeAll(async () => {
  ds = createDataSource({ url: await infra().database('reports'), migrations });
  await migrate(ds);
  await connect(ds);
  const at = isoTime(epochMs(start));
  await sql(
    ds,
    `INSERT INTO ticket (group_id, priority_id, state_id, number, title, owner_id, customer_id, article_count,
       create_article_type_id, create_article_sender_id, close_at, created_by_id, updated_by_id, created_at, updated_at,
       version)
     SELECT 1 + n % 3, 1 + n % 2, 1 + n * 5 % 7, (10000 + n)::text, 'T', 1, 10, 1, (ARRAY[1, 5, 11, 6, 10])[1 + n % 5],
       1 + n % 2, CASE WHEN n % 3 > 0 THEN at + make_interval(mins => n * 7 % 40) END, 1, 1, at, at, 1
     FROM (SELECT n, $1::timestamptz + make_interval(mins => n * 3001 % 525600) AS at FROM generate_series(1, ${COUNT}) AS n)
       AS made`,
    [at],
  );
  const past = (attribute: string, ids: number) => `
    INSERT INTO history (ticket_id, object, o_id, type, attribute, id_from, id_to, created_by_id, created_at)
    SELECT 1 + n * 7 % ${COUNT}, 'Ticket', 1, 'updated', '${attribute}', 1 + n % ${ids}, 1 + n * 3 % ${ids}, 1,
      $1::timestamptz + make_interval(mins => n * 1777 % 525600) FROM generate_series(1, ${COUNT}) AS n`;
  await sql(ds, past('state', 7), [at]);
  await sql(ds, past('group', 3), [at]);
  await sql(ds, past('priority', 3), [at]);
  await sql(
    ds,
    `INSERT INTO history (ticket_id, object, o_id, type, attribute, id_to, created_by_id, created_at)
     SELECT n, 'Ticket', n, CASE WHEN n % 2 = 0 THEN 'merged_into' ELSE 'received_merge' END, 'merge', 1, 1,
       $1::timestamptz + make_interval(hours => n * 23 % 8760) FROM generate_series(1, ${COUNT}) AS n`,
    [at],
  );
  await sql(
    ds,
    `INSERT INTO article (ticket_id, type_id, sender_id, content_type, body, internal, created_by_id, updated_by_id,
       created_at, updated_at)
     SELECT 1 + n * 7 % ${COUNT}, (ARRAY[1, 5, 11, 7, 10])[1 + n % 5], 1 + n % 3, 'text/plain', 'x', n % 4 = 0, 1, 1, at, at
     FROM (SELECT n, $1::timestamptz + make_interval(mins => n * 1777 % 525600) AS at FROM generate_series(1, ${COUNT}) AS n)
       AS made`,
    [at],
  );
  await sql(
    ds,
    `INSERT INTO ticket_rating (ticket_id, asked_at, score, rated_at)
     SELECT id, CASE WHEN id % 4 > 0 THEN created_at + interval '2 days' END, CASE WHEN id % 2 = 0 THEN 1 + id % 5 END,
       CASE WHEN id % 2 = 0 THEN created_at + interval '50 hours' END FROM ticket WHERE id % 4 < 3`,
  );
  // Half of them were promised something: some of it was kept, some came late.
  await sql(
    ds,
    `UPDATE ticket SET first_response_at = created_at + interval '3 hours', first_response_diff_in_min = id % 5 - 2,
       close_diff_in_min = CASE WHEN close_at IS NOT NULL THEN id % 7 - 3 END WHERE id % 2 = 0`,
  );
  tickets = await sql<Row>(ds, 'SELECT * FROM ticket');
  entries = await sql<Entry>(ds, "SELECT * FROM history WHERE object = 'Ticket'");
  articles = await sql<Article>(ds, 'SELECT * FROM article');
  ratings = await sql(ds, 'SELECT ticket_id, score, asked_at, rated_at FROM ticket_rating');
});
afterAll(() => ds?.destroy());

/** Profiles, and what they mean of a ticket in a group. */
type Meant = (ticket: Row, group: number) => boolean;
const profiles: readonly (readonly [selector: object, means: Meant, ofGroups: boolean])[] = [
  [{}, () => true, false],
  [{ 'ticket.priority_id': { operator: 'is', value: ['1'] } }, ({ priority_id }) => priority_id === 1, false],
  [{ 'ticket.group_id': { operator: 'is', value: ['1', '3'] } }, (_, group) => group !== 2, true],
  [
    {
      'ticket.group_id': { operator: 'is not', value: ['1'] },
      'ticket.priority_id': { operator: 'is', value: ['2'] },
    },
    ({ priority_id }, group) => group !== 1 && priority_id === 2,
    true,
  ],
];
const profileOf = (selector: object): Profile => ({
  condition: parseCondition(selector, { scope: 'tickets' }),
  circumstances: { now: epochMs(start) },
});

/** What a person with a pencil would count: the instants of it, with the ticket of each. */
function naive(counted: Counted, [, holds, ofGroups]: (typeof profiles)[number], groups: number[] | null) {
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const meant = (id: number) => {
    const ticket = byId.get(id) as Row;
    return (groups === null || groups.includes(ticket.group_id)) && holds(ticket, ticket.group_id);
  };
  const own = tickets.filter(({ id, state_id }) => meant(id) && state_id !== MERGED);
  const soon = ({ close_at, created_at }: Row) => (close_at?.getTime() ?? 0) - created_at.getTime() < 15 * 60_000;
  const closed = own.flatMap((row) => (row.close_at ? [{ id: row.id, at: row.close_at, soon: soon(row) }] : []));
  const of = (found: Entry[]) => found.map(({ ticket_id: id, created_at: at }) => ({ id, at }));
  switch (counted.what) {
    case 'created': {
      const types = counted.by?.types.map(
        (type) => ({ email: 1, phone: 5, 'twitter status': 6, web: 11 })[type as 'web'],
      );
      const sender = counted.by && { Agent: 1, Customer: 2, System: 3 }[counted.by.sender];
      return own
        .filter(
          (row) => !types || (types.includes(row.create_article_type_id) && row.create_article_sender_id === sender),
        )
        .map(({ id, created_at: at }) => ({ id, at }));
    }
    case 'answered':
      return own.flatMap(({ id, first_response_at: at }) => (at ? [{ id, at }] : []));
    case 'still-open':
    case 'open':
      return own.filter(({ state_id }) => !finished.includes(state_id)).map(({ id, created_at: at }) => ({ id, at }));
    case 'closed':
    case 'first_solution':
      return closed.filter((row) => counted.what === 'closed' || row.soon);
    case 'reopened':
      return of(
        entries.filter(
          ({ ticket_id, attribute, id_from, id_to }) =>
            attribute === 'state' &&
            finished.includes(id_from as number) &&
            !finished.includes(id_to) &&
            meant(ticket_id),
        ),
      );
    case 'merged':
      return of(entries.filter(({ ticket_id, type }) => type === 'merged_into' && meant(ticket_id)));
    case 'moved':
      return of(
        entries.filter(({ ticket_id, attribute, id_from, id_to }) => {
          if (attribute !== 'group') return false;
          const ticket = byId.get(ticket_id) as Row;
          if (groups !== null && !groups.includes(ticket.group_id)) return false;
          const [there, elsewhere] = counted.way === 'in' ? [id_to, id_from as number] : [id_from as number, id_to];
          return holds(ticket, there) && (!ofGroups || !holds(ticket, elsewhere));
        }),
      );
    case 'said': {
      const types = counted.by.types.map(
        (type) => ({ email: 1, phone: 5, 'twitter status': 6, 'twitter direct-message': 7, web: 11 })[type as 'web'],
      );
      const sender = { Agent: 1, Customer: 2, System: 3 }[counted.by.sender];
      return articles
        .filter(
          ({ ticket_id, type_id, sender_id }) => types.includes(type_id) && sender_id === sender && meant(ticket_id),
        )
        .map(({ ticket_id: id, created_at: at }) => ({ id, at }));
    }
    case 'asked':
      return ratings.flatMap(({ ticket_id: id, asked_at: at }) => (at && meant(id) ? [{ id, at }] : []));
    case 'rated': {
      const { least, most } = counted;
      return ratings.flatMap(({ ticket_id: id, score, rated_at: at }) =>
        at && score !== null && score >= least && score <= most && meant(id) ? [{ id, at }] : [],
      );
    }
    case 'promise': {
      const { of: clock, kept } = counted;
      return own.flatMap((row) => {
        const answered = clock === 'first_response';
        const at = answered ? row.first_response_at : row.close_at;
        const left = answered ? row.first_response_diff_in_min : row.close_diff_in_min;
        return at && left !== null && left >= 0 === kept ? [{ id: row.id, at }] : [];
      });
    }
    case 'backlog':
      throw new Error('a difference');
  }
}

describe('what is counted of what happened', () => {
  const all = metrics.flatMap(({ backends }) => backends);
  const span: fc.Arbitrary<Span> = fc.oneof(
    fc.record({ range: fc.constant('year' as const), year: fc.constant(2026) }),
    fc.record({
      range: fc.constant('month' as const),
      year: fc.constant(2026),
      month: fc.integer({ min: 1, max: 12 }),
    }),
    fc.record({ range: fc.constant('week' as const), year: fc.constant(2026), week: fc.integer({ min: 1, max: 53 }) }),
  );
  const agent = { kind: 'user' as const, userId: 4, login: '', permissions: ['ticket.agent'], groups: { 1: ['full'] } };
  const who = {
    ...agent,
    ...{ organizationIds: [], sharedOrganizationIds: [], locale: 'en', via: 'session' as const },
  };
  const seen: readonly [VisibleTickets, number[] | null][] = [
    [VisibleTickets.toTheService(), null],
    [VisibleTickets.to(who as never, 'read'), [1]],
  ];

  it('is what one finds who looks at every ticket, for any backend, profile, span and zone', async () => {
    const store = new ReportStore();
    let most = 0;
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Apia');
    const cases = [
      fc.constantFrom(...all),
      fc.constantFrom(...profiles),
      span,
      zones,
      fc.constantFrom(...seen),
    ] as const;
    await fc.assert(
      fc.asyncProperty(...cases, async ({ counted }, profile, what, zone, [visible, groups]) => {
        const edges = edgesOf(what, zone, epochMs(start));
        const between = (facts: { at: Date }[]) =>
          edges
            .slice(1)
            .map((until, i) => facts.filter(({ at }) => +at >= (edges[i] as EpochMs) && +at < until).length);
        const of = (one: Counted) => between(naive(one, profile, groups));
        const [created, closed] = [of({ what: 'created' }), of({ what: 'closed' })];
        const expected = counted.what === 'backlog' ? created.map((n, i) => n - (closed[i] as number)) : of(counted);
        const found = await store.counts(ds, visible, counted, profileOf(profile[0]), edges);
        expect(found).toEqual(expected);
        most = Math.max(most, ...found);
        const behind = naive(counted.what === 'backlog' ? { what: 'created' } : counted, profile, groups);
        const within = behind.filter(
          ({ at }) => counted.what === 'open' || (+at >= (edges[0] as EpochMs) && +at < (edges.at(-1) as EpochMs)),
        );
        const ids = [...new Set(within.map(({ id }) => id))].sort((a, b) => a - b);
        const told = await store.ids(ds, visible, counted, profileOf(profile[0]), edges, 20);
        expect(told).toEqual({ ids: ids.slice(0, 20), count: ids.length });
      }),
      { numRuns: 150 },
    );
    expect(most).toBeGreaterThan(5);
  });

  it('of groups is what one finds who looks at every ticket, altogether and in each group, with the times between', async () => {
    const store = new ReportStore();
    const now = epochMs(Date.UTC(2027, 0, 1));
    const part = (sorted: readonly number[], share: number) => {
      if (sorted.length === 0) return null;
      const at = share * (sorted.length - 1);
      const [low, high] = [Math.floor(at), Math.ceil(at)].map((i) => sorted[i] as number) as [number, number];
      return low + (high - low) * (at - Math.floor(at));
    };
    const close = (n: number | null) => (n === null ? null : expect.closeTo(n, 3));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...profiles),
        span,
        fc.constantFrom(...seen),
        async (profile, what, [visible, groups]) => {
          const edges = edgesOf(what, 'Europe/Berlin', epochMs(start));
          const [first, last] = [edges[0] as EpochMs, edges.at(-1) as EpochMs];
          const figures = (within: readonly number[]) => {
            const of = (counted: Counted) =>
              naive(counted, profile, groups).filter(({ id }) =>
                within.includes(tickets.find((row) => row.id === id)?.group_id as number),
              );
            const during = (counted: Counted) => of(counted).filter(({ at }) => +at >= first && +at < last);
            const waits = (counted: Counted) =>
              during(counted)
                .map(({ id, at }) => (+at - +(tickets.find((row) => row.id === id) as Row).created_at) / 60_000)
                .sort((a, b) => a - b);
            const [answers, solutions] = [waits({ what: 'answered' }), waits({ what: 'closed' })];
            const open = of({ what: 'open' });
            const ages = open.map(({ at }) => (now - +at) / 60_000).sort((a, b) => a - b);
            const kept = (clock: 'first_response' | 'close', is: boolean) =>
              during({ what: 'promise', of: clock, kept: is }).length;
            const scores = during({ what: 'rated', least: 1, most: 5 }).map(
              ({ id }) => ratings.find((one) => one.ticket_id === id)?.score as number,
            );
            return {
              created: during({ what: 'created' }).length,
              ...{ closed: solutions.length, answered: answers.length, open: open.length },
              open_median_min: close(part(ages, 0.5)),
              response_median_min: close(part(answers, 0.5)),
              response_p90_min: close(part(answers, 0.9)),
              solution_median_min: close(part(solutions, 0.5)),
              solution_p90_min: close(part(solutions, 0.9)),
              ...{ response_kept: kept('first_response', true), response_late: kept('first_response', false) },
              ...{ solution_kept: kept('close', true), solution_late: kept('close', false) },
              ...{ rated: scores.length, satisfied: scores.filter((score) => score >= 4).length },
              score: close(scores.length > 0 ? scores.reduce((a, b) => a + b) / scores.length : null),
            };
          };
          const found = await store.groups(ds, visible, profileOf(profile[0]), edges, now);
          expect(found.total).toEqual(figures([1, 2, 3]));
          for (const { group_id, group: _, ...row } of found.groups) expect(row).toEqual(figures([group_id]));
          // A group may be of several sets, and sets of nothing are not told of.
          const sets = [[1, 3], [99], [2], [3, 2]];
          const told = await store.sets(ds, visible, profileOf(profile[0]), edges, now, sets);
          expect(told.has(1)).toBe(false);
          for (const [place, row] of told) expect(row).toEqual(figures(sets[place] as number[]));
          for (const { group_id } of found.groups) expect(told.has(group_id === 2 ? 2 : 0)).toBe(true);
          const sum = found.groups.reduce((n, { created, open }) => n + created + open, 0);
          expect(sum).toBe(found.total.created + found.total.open);
          const [one] = found.groups;
          if (!one) return;
          const answered = { what: 'answered' } as const;
          const behind = await store.ids(ds, visible, answered, profileOf(profile[0]), edges, 20, [one.group_id]);
          expect(behind.count).toBe(one.answered);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a file has the visible ones among the tickets, with names', async () => {
    const [, [visible]] = seen as [unknown, [VisibleTickets, unknown]];
    const rows = await new ReportStore().rows(ds, visible, [1, 2, 3]);
    expect(rows).toMatchObject([{ id: 3, number: '10003', priority: '2 normal', article_count: 1 }]);
  });
});
