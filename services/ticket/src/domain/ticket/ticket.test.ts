import { type EpochMs, epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.ts';
import { followUpChanges, mayFollowUp } from './follow-up.ts';
import { schemeOf, standardScheme, ticketNumber } from './number.ts';
import { States, type StateType } from './state.ts';
import { beginsWork, changeTicket, countArticle, openTicket, type Ticket, type TicketFields } from './ticket.ts';

const noon = epochMs(Date.UTC(2026, 2, 2, 12));
const later = (ms: number) => epochMs(noon + ms);

const state = (id: number, name: string, type: StateType, over: object = {}) => ({
  ...{ id, name, type, nextStateId: null, defaultCreate: false, defaultFollowUp: false },
  ...{ ignoreEscalation: false, terminal: false, active: true },
  ...over,
});
const states = new States([
  state(1, 'new', 'new', { defaultCreate: true }),
  state(2, 'open', 'open', { defaultFollowUp: true }),
  state(3, 'pending reminder', 'pending reminder'),
  state(4, 'closed', 'closed'),
  state(5, 'merged', 'merged'),
  state(6, 'pending close', 'pending action', { nextStateId: 4 }),
  state(7, 'redirected', 'closed', { terminal: true }),
]);
const row = { low: 1, medium: 2, high: 3 };
const matrix = { low: row, medium: row, high: row };
/** User 4 may own in group 1, user 5 has left. */
const world = {
  states,
  defaultPriority: { id: 2 },
  matrixOf: (groupId: number) => (groupId === 1 ? matrix : null),
  ownerOf: (id: number) =>
    id === 4 ? { active: true, fullGroupIds: [1] } : id === 5 ? { active: false, fullGroupIds: [1, 2] } : undefined,
};
const draft = { id: 1, number: '10001', title: 'T', groupId: 1, customerId: 10 };
const aTicket = (fields: TicketFields = {}): Ticket => openTicket({ ...draft, ...fields }, 4, world, noon);
const change = (ticket: Ticket, fields: TicketFields, now: EpochMs = later(1000)) =>
  changeTicket(ticket, fields, 4, world, now);

describe('numbers', () => {
  it('start at 10001, grow by one and never meet', () => {
    const number = (systemId: number, n: number) => ticketNumber(standardScheme, systemId, n, '');
    expect([1, 2, 9999, 10_000].map((n) => number(1, n))).toEqual(['10001', '10002', '19999', '110000']);
    expect(number(42, 7)).toBe('42007');
    const counter = fc.integer({ min: 1, max: 5_000_000 });
    fc.assert(
      fc.property(counter, counter, (a, b) => {
        expect(number(1, a) === number(1, b)).toBe(a === b);
        expect(number(1, a)).toMatch(/^1\d{4,}$/);
      }),
    );
  });

  it.each([
    [{}, '10007'],
    [{ ticket_number_increment: { min_size: 8, checksum: false } }, '10000007'],
    // 1 + 0 + 0 + 0 + 7 * 2: five lack to the next ten.
    [{ ticket_number_increment: { min_size: 5, checksum: true } }, '100075'],
    [{ ticket_number: 'Ticket::Number::Date' }, '2026112210007'],
    // 2 + 0 + 6 + 6 + 2 + 3 + 2 + 4 + 3 + 0 + 0 + 0 + 0 + 7: 35.
    [{ ticket_number: 'Ticket::Number::Date', ticket_number_date: { checksum: true } }, '20261122100075'],
    [{ ticket_number: 'Ticket::Number::Other', ticket_number_increment: null }, '10007'],
  ])('follow the settings %o', (settings, expected) => {
    expect(ticketNumber(schemeOf(settings), 1, 7, '2026-11-22')).toBe(expected);
  });

  it('have one digit for the sum, also where nothing lacks to the next ten', () => {
    const scheme = { generator: 'Ticket::Number::Increment', minSize: 3, checksum: true } as const;
    // 1 + 0 + 3 * 3 is 10.
    expect(ticketNumber(scheme, 1, 3, '')).toBe('1031');
  });
});

describe('an owner', () => {
  it.each([
    ['may own', 1, 4, 2, 4],
    ['has no access to the group', 2, 4, 2, 1],
    ['has left', 1, 5, 2, 1],
    ['is unknown', 1, 99, 2, 1],
    ['stays with a closed ticket', 2, 5, 4, 5],
  ])('who %s', (_, groupId, ownerId, stateId, expected) => {
    expect(change(aTicket(), { groupId, ownerId, stateId }).ownerId).toBe(expected);
  });

  it('is left alone by a change of something else', () => {
    const owned = { ...aTicket(), ownerId: 5 };
    expect(change(owned, { title: 'x' }).ownerId).toBe(5);
    expect(change(owned, { stateId: 2 }).ownerId).toBe(1);
  });
});

describe('a group with a matrix', () => {
  it('gives a new ticket the priority that follows, unless one was chosen', () => {
    expect(aTicket()).toMatchObject({ priorityId: 2, assessment: null });
    const assessed = { impact: 'low', urgency: 'high' } as const;
    expect(aTicket(assessed)).toMatchObject({ priorityId: 3, assessment: { priorityId: 3, overridden: false } });
    const chosen = aTicket({ ...assessed, priorityId: 2 });
    expect(chosen).toMatchObject({ priorityId: 2, assessment: { priorityId: 3, overridden: true } });
  });

  it('says what changed, and nothing when nothing did', () => {
    const ticket = aTicket({ impact: 'low', urgency: 'high' });
    const calmer = change(ticket, { urgency: 'low' });
    expect(changesBetween(ticket, calmer)).toEqual({
      ...{ urgency: { from: 'high', to: 'low' }, original_priority_id: { from: 3, to: 1 } },
      priority_id: { from: 3, to: 1 },
    });
    const retitled = change(calmer, { title: 'x', groupId: 2, urgency: 'low' });
    expect(retitled.assessment).toBe(calmer.assessment);
    expect(Object.keys(changesBetween(calmer, retitled))).toEqual(['title', 'group_id']);
  });
});

describe('closing', () => {
  it('remembers the first and the latest time', () => {
    const closed = change(aTicket(), { stateId: 4 }, later(1));
    const again = change(change(closed, { stateId: 2 }, later(2)), { stateId: 4 }, later(3));
    expect([closed.closeAt, closed.lastCloseAt]).toEqual([later(1), later(1)]);
    expect([again.closeAt, again.lastCloseAt]).toEqual([later(1), later(3)]);
    expect(change(again, { title: 'x' }, later(4)).lastCloseAt).toBe(later(3));
  });

  it('is for ever in a terminal state', () => {
    const gone = change(aTicket(), { stateId: 7 });
    expect(() => change(gone, { stateId: 2 })).toThrow(/cannot change its state/);
    expect(change(gone, { title: 'x' }).stateId).toBe(7);
  });
});

it('a pending time is whole minutes and ends with the pending state', () => {
  const pending = change(aTicket(), { stateId: 3, pendingTime: later(61_500) });
  expect(pending.pendingTime).toBe(later(60_000));
  expect(change(pending, { stateId: 2 }).pendingTime).toBeNull();
  expect(change(aTicket(), { pendingTime: later(60_000) }).pendingTime).toBeNull();
});

describe('the machine of states', () => {
  const all = states.all.map(({ id }) => id);
  const terminal = 7;
  const closed = [4, 5, terminal];
  const waits = [3, 6];
  const pairs = all.flatMap((from) => all.map((to) => ({ from, to })));

  it.each(pairs)('$from to $to', ({ from, to }) => {
    const before = aTicket({ stateId: from, pendingTime: later(60_000), ownerId: 4 });
    const move = () => change(before, { stateId: to }, later(5_000));
    if (from === terminal && to !== terminal) return expect(move).toThrow(/cannot change its state/);
    const after = move();
    const first = closed.includes(from) ? noon : closed.includes(to) ? later(5_000) : null;
    expect(after).toMatchObject({
      ...{ stateId: to, ownerId: 4, closeAt: first },
      lastCloseAt: from !== to && closed.includes(to) ? later(5_000) : closed.includes(from) ? noon : null,
      pendingTime: waits.includes(from) && waits.includes(to) ? later(60_000) : null,
    });
  });

  it('holds its rules on any way through it', () => {
    const step = fc.record(
      {
        stateId: fc.constantFrom(...all),
        pendingTime: fc.constantFrom(null, later(60_000), later(3_600_001)),
        ...{ ownerId: fc.constantFrom(1, 4, 5), groupId: fc.constantFrom(1, 2) },
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let ticket = aTicket();
        let firstClosed: EpochMs | null = null;
        let lastClosed: EpochMs | null = null;
        for (const [n, fields] of steps.entries()) {
          const now = later(n + 1);
          const leavesTerminal = ticket.stateId === terminal && (fields.stateId ?? terminal) !== terminal;
          if (leavesTerminal) {
            expect(() => change(ticket, fields, now)).toThrow(/cannot change its state/);
            continue;
          }
          const next = change(ticket, fields, now);
          if (next.stateId !== ticket.stateId && closed.includes(next.stateId)) {
            firstClosed ??= now;
            lastClosed = now;
          }
          expect([next.closeAt, next.lastCloseAt]).toEqual([firstClosed, lastClosed]);
          if (!waits.includes(next.stateId)) expect(next.pendingTime).toBeNull();
          else if (fields.pendingTime)
            expect(next.pendingTime).toBe(fields.pendingTime - (fields.pendingTime % 60_000));
          const moved = [
            next.ownerId !== ticket.ownerId,
            next.groupId !== ticket.groupId,
            next.stateId !== ticket.stateId,
          ];
          if (moved.includes(true) && !closed.includes(next.stateId)) {
            expect(next.ownerId === 1 || (next.ownerId === 4 && next.groupId === 1)).toBe(true);
          }
          ticket = next;
        }
      }),
    );
  });
});

it('every write raises the version by one', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ title: fc.string(), stateId: fc.constantFrom(1, 2, 3, 4) })), (steps) => {
      const end = steps.reduce((ticket, fields) => change(ticket, fields), aTicket());
      expect(end.version).toBe(1 + steps.length);
    }),
  );
});

describe('an article', () => {
  it.each([
    ['a public call by an agent', { type: 'phone', sender: 'Agent', internal: false }, 1, true, true, false],
    ['an internal call by an agent', { type: 'phone', sender: 'Agent', internal: true }, 1, false, false, false],
    ['a note by an agent', { type: 'note', sender: 'Agent', internal: false }, 1, false, false, false],
    ['a mail by the customer', { type: 'email', sender: 'Customer', internal: false }, 1, false, false, true],
    ['a mail by the system', { type: 'email', sender: 'System', internal: false }, null, false, false, false],
  ] as const)('%s', (_, article, count, begins, agent, customer) => {
    const before = aTicket();
    const after = countArticle(before, article, later(5));
    expect(after.articleCount).toBe(count);
    expect(beginsWork(before, article, states)).toBe(begins);
    expect(after.firstResponseAt).toBe(agent ? later(5) : null);
    expect(after.lastContactAgentAt).toBe(agent ? later(5) : null);
    expect(after.lastContactCustomerAt).toBe(customer ? later(5) : null);
    expect(after.createArticleTypeId).not.toBeNull();
  });

  it('sets the first response once', () => {
    const call = { type: 'phone', sender: 'Agent', internal: false } as const;
    expect(countArticle(countArticle(aTicket(), call, later(1)), call, later(2)).firstResponseAt).toBe(later(1));
  });
});

it('a customer waits from their first unanswered words on', () => {
  const mail = { type: 'email', sender: 'Customer', internal: false } as const;
  const waiting = countArticle(countArticle(aTicket(), mail, later(1)), mail, later(2));
  expect([waiting.lastContactCustomerAt, waiting.lastContactAt]).toEqual([later(1), later(2)]);
  // As some desks want it.
  expect(countArticle(waiting, mail, later(3), true).lastContactCustomerAt).toBe(later(3));
  const answered = countArticle(waiting, { ...mail, sender: 'Agent' }, later(3));
  expect(countArticle(answered, mail, later(4)).lastContactCustomerAt).toBe(later(4));
});

describe('a follow-up', () => {
  const policy = { followUpPossible: 'yes' as const, followUpAssignment: true, reopenTimeInDays: 3 };
  const day = 86_400_000;
  const closed = change(aTicket({ ownerId: 4 }), { stateId: 4 }, noon);

  it.each([
    ['yes', 100 * day, true],
    ['new_ticket', 1, false],
    ['new_ticket_after_certain_time', 3 * day, true],
    ['new_ticket_after_certain_time', 3 * day + 1, false],
  ] as const)('of policy %s, %i ms after the close: %s', (followUpPossible, after, expected) => {
    expect(mayFollowUp(closed, { ...policy, followUpPossible }, states, later(after))).toBe(expected);
  });

  it('is always possible while open and never on a terminal ticket', () => {
    expect(mayFollowUp(aTicket(), { ...policy, followUpPossible: 'new_ticket' }, states, noon)).toBe(true);
    expect(mayFollowUp(change(aTicket(), { stateId: 7 }), policy, states, noon)).toBe(false);
  });

  it.each([
    [1, {}],
    [2, {}],
    [3, { stateId: 2 }],
    [4, { stateId: 2 }],
    [7, {}],
  ])('moves state %i by %j', (stateId, expected) => {
    expect(followUpChanges(change(aTicket(), { stateId }), policy, states)).toEqual(expected);
  });

  it('takes a reopened ticket from its owner when the group says so', () => {
    expect(followUpChanges(closed, { ...policy, followUpAssignment: false }, states)).toEqual({
      stateId: 2,
      ownerId: 1,
    });
  });
});

it('changes name what differs, by REST name', () => {
  const before = aTicket();
  const after = change(before, { title: 'x', ownerId: 4, stateId: 3, pendingTime: later(60_000) });
  expect(changesBetween(before, after)).toEqual({
    title: { from: 'T', to: 'x' },
    owner_id: { from: 1, to: 4 },
    state_id: { from: 1, to: 3 },
    pending_time: { from: null, to: '2026-03-02T12:01:00.000Z' },
  });
  expect(changesBetween(after, after)).toEqual({});
});
