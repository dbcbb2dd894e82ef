import { levels } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tagName } from '../tag/tag.ts';
import { States, type StateType } from '../ticket/state.ts';
import { changeTicket, openTicket, type Ticket, type TicketFields } from '../ticket/ticket.ts';
import { isNothing, recordOf, takeBack } from './take-back.ts';

const noon = epochMs(Date.UTC(2026, 2, 2, 12));
const types: StateType[] = ['new', 'open', 'pending reminder', 'closed'];
const states = new States(
  types.map((type, i) => ({
    ...{ id: i + 1, name: type, type, nextStateId: null, ignoreEscalation: false, terminal: false, active: true },
    ...{ defaultCreate: i === 0, defaultFollowUp: i === 1 },
  })),
);
const row = { low: 1, medium: 2, high: 3 };
const matrix = { low: row, medium: { ...row, low: 2 }, high: { low: 3, medium: 3, high: 3 } };
const world = {
  states,
  ownerOf: () => ({ active: true, fullGroupIds: [1, 2] }),
  matrixOf: (groupId: number) => (groupId === 1 ? matrix : { ...matrix, high: row }),
  defaultPriority: { id: 2 },
};
const level = fc.constantFrom(null, ...levels);
const fields: fc.Arbitrary<TicketFields> = fc.record(
  {
    title: fc.constantFrom('A', 'B'),
    groupId: fc.constantFrom(1, 2),
    stateId: fc.constantFrom(1, 2, 3, 4),
    priorityId: fc.constantFrom(1, 2, 3),
    impact: level,
    urgency: level,
    ownerId: fc.constantFrom(1, 4, 5),
    pendingTime: fc.constantFrom(null, epochMs(noon + 60_000), epochMs(noon + 120_000)),
  },
  { requiredKeys: [] },
);
const base = { id: 1, number: '10001', title: 'T', groupId: 1, customerId: 10 };
const opened = (first: TicketFields) => openTicket({ ...base, ...first }, 4, world, noon);
const change = (ticket: Ticket, wanted: TicketFields, at: number) =>
  changeTicket(ticket, wanted, 4, world, epochMs(noon + at));
const shown = ({ version: _, updatedAt: _at, updatedById: _by, ...rest }: Ticket) => rest;

it('of a change that nobody touched since leaves the ticket as it was', () => {
  fc.assert(
    fc.property(fields, fields, (first, second) => {
      const before = opened(first);
      const after = change(before, second, 1_000);
      const back = takeBack(recordOf(before, after), after, []);
      expect(back.kept).toEqual([]);
      expect(shown({ ...change(after, back.fields, 2_000), ...back.facts })).toEqual(shown(before));
    }),
  );
});

it('leaves what somebody changed since, and says so', () => {
  fc.assert(
    fc.property(fields, fields, fields, (first, second, third) => {
      const before = opened(first);
      const after = change(before, second, 1_000);
      const later = change(after, third, 2_000);
      const { fields: back, kept } = takeBack(recordOf(before, after), later, []);
      const { original_priority_id, priority_overridden, ...record } = recordOf(before, after).fields;
      const since = recordOf(after, later).fields;
      expect(kept.sort()).toEqual(
        Object.keys(record)
          .filter((name) => name in since)
          .sort(),
      );
      expect(Object.keys(back)).toHaveLength(Object.keys(record).length - kept.length);
    }),
  );
});

it('takes away the tags that came and gives back those that went', () => {
  const ticket = opened({});
  const record = recordOf(ticket, ticket, { from: ['old', 'both'], to: ['both', 'new'] });
  expect(isNothing(record)).toBe(false);
  expect(takeBack(record, ticket, [tagName('both'), tagName('New')])).toMatchObject({
    tags: { add: [{ key: 'old' }], remove: [{ key: 'new' }] },
    kept: [],
  });
  expect(takeBack(record, ticket, [tagName('old')])).toMatchObject({ tags: { add: [], remove: [] }, kept: ['tags'] });
});
