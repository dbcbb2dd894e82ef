import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { history, type Step, seeded } from '../../test/history.ts';
import { pointOf, type TicketEvent } from '../domain/ticket-point.ts';
import { migrations } from './migrations.ts';
import { ProjectionStore } from './projection.store.ts';
import { ReportStore } from './report.store.ts';

let db: DataSource;
const projection = new ProjectionStore();

beforeAll(async () => {
  db = createDataSource({ url: await infra().database('projection'), migrations });
  await migrate(db);
  await connect(db);
});
afterAll(() => db.destroy());
beforeEach(() => sql(db, 'TRUNCATE ticket_point, ticket_fact, state_interval, group_name'));

const take = (events: TicketEvent[]) => db.transaction((tx) => projection.take(tx, events.map(pointOf)));

async function dump(): Promise<string> {
  const tables = ['ticket_point ORDER BY ticket_id, version', 'ticket_fact ORDER BY ticket_id'];
  const all = [...tables, 'state_interval ORDER BY ticket_id, from_at'].map((table) =>
    sql(db, `SELECT * FROM ${table}`),
  );
  return JSON.stringify(await Promise.all(all));
}

async function intervals(ticketId = 1) {
  const rows = await sql<{ f: Date; t: Date | null; g: number; s: string; o: boolean; c: boolean }>(
    db,
    `SELECT from_at AS f, to_at AS t, group_id AS g, state_type AS s, opening AS o, closing AS c
       FROM state_interval WHERE ticket_id = $1 ORDER BY from_at`,
    [ticketId],
  );
  const hour = (at: Date | null) => at?.toISOString().slice(11, 16) ?? 'now';
  const marks = (o: boolean, c: boolean) => `${o ? ' opening' : ''}${c ? ' closing' : ''}`;
  return rows.map(({ f, t, g, s, o, c }) => `${hour(f)}-${hour(t)} ${g} ${s}${marks(o, c)}`);
}

const at = (time: string) => `2026-03-02T${time}:00.000Z`;

describe('the intervals of a ticket', () => {
  it.each<[string, Step[], string[]]>([
    ['a ticket that only is', [{ at: at('09:00') }], ['09:00-now 1 new opening']],
    [
      'a life: taken up, moved, closed, reopened, closed',
      [
        { at: at('09:00') },
        { at: at('10:00'), stateType: 'open' },
        { at: at('11:00'), groupId: 2 },
        { at: at('12:00'), stateType: 'closed' },
        { at: at('13:00'), stateType: 'open' },
        { at: at('14:00'), stateType: 'closed' },
      ],
      [
        '09:00-10:00 1 new opening',
        '10:00-11:00 1 open',
        '11:00-12:00 2 open',
        '12:00-13:00 2 closed closing',
        '13:00-14:00 2 open',
        '14:00-now 2 closed closing',
      ],
    ],
    [
      'changes of other things make no interval',
      [{ at: at('09:00') }, { at: at('10:00') }, { at: at('11:00'), stateType: 'open' }, { at: at('12:00') }],
      ['09:00-11:00 1 new opening', '11:00-now 1 open'],
    ],
    [
      'from closed to redirected is no second closing',
      [{ at: at('09:00') }, { at: at('10:00'), stateType: 'closed' }, { at: at('11:00'), stateType: 'redirected' }],
      ['09:00-10:00 1 new opening', '10:00-11:00 1 closed closing', '11:00-now 1 redirected'],
    ],
    ['made closed', [{ at: at('09:00'), stateType: 'closed' }], ['09:00-now 1 closed opening closing']],
    [
      'deleted: the last interval ends',
      [{ at: at('09:00') }, { at: at('10:00'), deleted: true }],
      ['09:00-10:00 1 new opening'],
    ],
    [
      'of changes at one instant the last one stands',
      [{ at: at('09:00') }, { at: at('10:00'), stateType: 'open' }, { at: at('10:00'), stateType: 'closed' }],
      ['09:00-10:00 1 new opening', '10:00-now 1 closed closing'],
    ],
    [
      'a clock that goes back moves no border back',
      [{ at: at('09:00') }, { at: at('11:00'), stateType: 'open' }, { at: at('10:59'), stateType: 'closed' }],
      ['09:00-11:00 1 new opening', '11:00-now 1 closed closing'],
    ],
  ])('%s', async (_what, steps, expected) => {
    await take(history(1, steps));
    expect(await intervals()).toEqual(expected);
  });

  it('a ticket whose first events are lost counts from its creation', async () => {
    const [, , third] = history(1, [{ at: at('09:00') }, { at: at('10:00') }, { at: at('11:00'), stateType: 'open' }]);
    await take([third as TicketEvent]);
    expect(await intervals()).toEqual(['09:00-now 1 open opening']);
  });
});

/** Histories of 12 tickets over ten days, in the order of time. */
function world(random: () => number): TicketEvent[] {
  const types = ['new', 'open', 'pending reminder', 'closed', 'merged', 'redirected'];
  const events = Array.from({ length: 12 }, (_, i) => {
    let time = Date.UTC(2026, 2, 1) + Math.floor(random() * 86_400_000 * 5);
    const steps: Step[] = Array.from({ length: 1 + Math.floor(random() * 10) }, () => {
      time += Math.floor(random() * random() * 86_400_000) - 5;
      const groupId = 1 + Math.floor(random() * 3);
      return { at: time, stateType: types[Math.floor(random() * types.length)] ?? 'new', groupId };
    });
    if (random() < 0.2) steps.push({ at: time + 1_000, deleted: true });
    return history(i + 1, steps);
  }).flat();
  return events.sort((a, b) => a.time.localeCompare(b.time) || a.aggregateVersion - b.aggregateVersion);
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

async function inBatches(events: TicketEvent[], random: () => number): Promise<void> {
  for (let rest = events; rest.length > 0; ) {
    const size = 1 + Math.floor(random() * 40);
    await take(rest.slice(0, size));
    rest = rest.slice(size);
  }
}

describe('however the events come, the tables are the same to the byte', () => {
  it.each([1, 2, 3, 4, 5])(
    'once in order, and one to five times in any order and any batches (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const events = world(random);
      for (const event of events) await take([event]);
      const once = await dump();
      await sql(db, 'TRUNCATE ticket_point, ticket_fact, state_interval');
      const often = shuffled(
        events.flatMap((e) => Array(1 + Math.floor(random() * 5)).fill(e) as TicketEvent[]),
        random,
      );
      await inBatches(often, random);
      expect(await dump()).toBe(once);
      await db.transaction((tx) => projection.deriveAll(tx));
      expect(await dump()).toBe(once);
    },
  );

  it('also when several replicas take them at the same time', async () => {
    const random = seeded(99);
    const events = world(random);
    await take(events);
    const once = await dump();
    await sql(db, 'TRUNCATE ticket_point, ticket_fact, state_interval');
    const quarters = [0, 1, 2, 3].map((n) => shuffled(events, random).filter((_, i) => i % 4 !== n));
    await Promise.all(quarters.map((part) => inBatches(part, random)));
    expect(await dump()).toBe(once);
  });
});

describe('the report', () => {
  const report = (groups: number[] | null = null) =>
    new ReportStore().ticketReport(db, { from: '2026-03-01', until: '2026-03-04' }, groups, new Date(at('20:00')));

  beforeEach(async () => {
    await take([
      ...history(1, [{ at: '2026-02-28T12:00:00Z' }, { at: at('06:00'), stateType: 'closed' }]),
      ...history(2, [{ at: at('08:00') }, { at: at('09:00'), stateType: 'open' }]),
      ...history(3, [{ at: '2026-03-01T23:59:59.999Z', groupId: 2 }]),
      ...history(4, [{ at: at('10:00') }, { at: at('11:00'), deleted: true }]),
    ]);
  });

  it('counts what was made and closed on each day of the window, days without anything too', async () => {
    expect((await report()).days).toEqual([
      { date: '2026-03-01', created: 1, closed: 0 },
      { date: '2026-03-02', created: 2, closed: 1 },
      { date: '2026-03-03', created: 0, closed: 0 },
    ]);
  });

  it('counts what is open now by group and state, under the present name of the group', async () => {
    await db.transaction((tx) => projection.keepGroup(tx, 2, 'Storage', 3));
    await db.transaction((tx) => projection.keepGroup(tx, 2, 'Old name', 2));
    expect((await report()).open).toEqual([
      { group_id: 1, group: 'Group 1', state: 'open', count: 1 },
      { group_id: 2, group: 'Storage', state: 'new', count: 1 },
    ]);
  });

  it('sums the hours in each state within the window, running ones up to now', async () => {
    // new: 30 h of ticket 1 since midnight of the first, 1 h of 2, 20 h of 3 (and 1 ms), 1 h of 4.
    expect((await report()).time_in_state).toEqual([
      { state_type: 'closed', hours: 14 },
      { state_type: 'new', hours: 52 },
      { state_type: 'open', hours: 11 },
    ]);
  });

  it('of some groups counts nothing else', async () => {
    const { days, open, time_in_state } = await report([2]);
    expect(days.map(({ created, closed }) => [created, closed])).toEqual([
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(open.map(({ group_id }) => group_id)).toEqual([2]);
    expect(time_in_state).toEqual([{ state_type: 'new', hours: 20 }]);
  });
});
