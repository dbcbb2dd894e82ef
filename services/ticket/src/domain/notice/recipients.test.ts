import { defaultNoticeMatrix, type NoticeEvent, type NoticeKind, noticeKinds } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choiceOf, eventOf } from './choice.ts';
import { type Agent, type Occasion, type Recipient, recipientsOf, replacements, waitsOnlyFor } from './recipients.ts';

const today = '2026-11-21';
const none = { owned_by_me: false, owned_by_nobody: false, subscribed: false, no: false };
const choosing = (criteria: Partial<typeof none>, over: { channel?: object; group_ids?: unknown[] } = {}) => {
  const row = { criteria: { ...none, ...criteria }, channel: over.channel ?? { email: true, online: true } };
  return choiceOf({
    matrix: { create: row, update: row, reminder_reached: row, escalation: row },
    group_ids: over.group_ids ?? [],
  });
};

const agent = (id: number, over: Partial<Agent> = {}): Agent => ({
  ...{ id, login: `agent${id}`, active: true, agent: true, fullGroupIds: [1], readGroupIds: [], away: null },
  choice: choiceOf(null),
  ...over,
});
const awayFor = (replacementId: number) => ({ from: '2026-11-20', until: today, replacementId });
const people = (...agents: Agent[]) => new Map(agents.map((one) => [one.id, one]));
const occasion = (
  over: Partial<Omit<Occasion, 'ticket'>> & { ticket?: Partial<Occasion['ticket']> } = {},
): Occasion => ({
  ...{ kind: 'update', by: 99, moved: false, subscriberIds: new Set(), mentionedIds: new Set() },
  ...over,
  ticket: { ...{ groupId: 1, customerId: 8, organizationId: null, ownerId: 1, stateType: 'open' }, ...over.ticket },
});
const ids = (told: Recipient[]) => told.map(({ userId }) => userId);

describe('who is asked at all', () => {
  const all = { choice: choosing({ no: true }) };
  it.each<[string, Agent, Partial<Occasion['ticket']>, number[], boolean]>([
    ['full access to the group', agent(4, all), {}, [], true],
    ['read access alone', agent(4, { ...all, fullGroupIds: [], readGroupIds: [1] }), {}, [], false],
    ['read access and a subscription', agent(4, { ...all, fullGroupIds: [], readGroupIds: [1] }), {}, [4], true],
    ['a subscription to what they cannot see', agent(4, { ...all, fullGroupIds: [2] }), {}, [4], false],
    ['the owner of what they cannot see any more', agent(4, { ...all, fullGroupIds: [2] }), { ownerId: 4 }, [], false],
    ['the owner', agent(4, { ...all, fullGroupIds: [], readGroupIds: [1] }), { ownerId: 4 }, [], true],
    ['an inactive account', agent(4, { ...all, active: false }), {}, [4], false],
    ['somebody who is no agent any more', agent(4, { ...all, agent: false }), {}, [4], false],
  ])('%s', (_, one, ticket, subscribers, asked) => {
    const told = recipientsOf(occasion({ ticket, subscriberIds: new Set(subscribers) }), people(one), today);
    expect(ids(told)).toEqual(asked ? [4] : []);
  });

  it('is not who did it', () => {
    expect(recipientsOf(occasion({ by: 4 }), people(agent(4, all)), today)).toEqual([]);
  });
});

describe('what is seeded', () => {
  const told = (kind: NoticeKind, ownerId: number, subscribed: boolean) =>
    recipientsOf(
      occasion({ kind, ticket: { ownerId }, subscriberIds: new Set(subscribed ? [4] : []) }),
      people(agent(4)),
      today,
    );

  it.each(noticeKinds.flatMap((kind) => [true, false].map((subscribed) => ({ kind, subscribed }))))(
    '$kind, subscribed: $subscribed',
    ({ kind, subscribed }) => {
      const closely = kind === 'create' || kind === 'update';
      expect(told(kind, 4, subscribed)).toMatchObject([{ email: true, online: true }]);
      expect(told(kind, 1, subscribed)).toHaveLength(closely ? 1 : 0);
      expect(told(kind, 5, subscribed)).toHaveLength(closely && subscribed ? 1 : 0);
    },
  );
});

describe('groups that somebody chose', () => {
  const chooser = agent(4, {
    fullGroupIds: [1, 2],
    choice: choosing({ no: true, owned_by_me: true }, { group_ids: ['2', '-'] }),
  });
  it.each<[string, Partial<Occasion['ticket']>, number[], boolean]>([
    ['silence the others', { groupId: 1 }, [], false],
    ['let their own through', { groupId: 2 }, [], true],
    ['do not silence what one owns', { groupId: 1, ownerId: 4 }, [], true],
    ['do not silence what one subscribed to', { groupId: 1 }, [4], true],
  ])('%s', (_, ticket, subscribers, heard) => {
    const told = recipientsOf(occasion({ ticket, subscriberIds: new Set(subscribers) }), people(chooser), today);
    expect(told).toHaveLength(heard ? 1 : 0);
  });
});

describe('somebody who is away', () => {
  it('is stood in for, also by who stands in for the one who stands in', () => {
    const team = people(
      agent(4, { away: awayFor(5) }),
      agent(5, { away: awayFor(6), choice: choosing({ owned_by_me: true }) }),
      agent(6),
    );
    const told = recipientsOf(occasion({ ticket: { ownerId: 4 } }), team, today);
    expect(told.map(({ userId, reason }) => [userId, reason])).toEqual([
      [4, 'owner'],
      [5, 'replacement'],
      [6, 'replacement'],
    ]);
  });

  it('hands nothing to who may not see the ticket', () => {
    const team = people(agent(4, { away: awayFor(5) }), agent(5, { fullGroupIds: [2] }));
    expect(ids(recipientsOf(occasion({ ticket: { ownerId: 4 } }), team, today))).toEqual([4]);
  });

  it.each([
    ['before the first day', '2026-11-19', []],
    ['on the first day', '2026-11-20', [5]],
    ['on the last day', '2026-11-21', [5]],
    ['after the last day', '2026-11-22', []],
  ])('%s', (_, day, expected) => {
    expect(replacements(4, people(agent(4, { away: awayFor(5) })), day)).toEqual(expected);
  });

  it('never names anybody twice, themselves not at all, and at most ten', () => {
    const arbitrary = fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 15, maxLength: 15 });
    fc.assert(
      fc.property(arbitrary, (stands) => {
        const team = people(...stands.map((to, i) => agent(i + 1, { away: awayFor(to) })));
        const chain = replacements(1, team, today);
        expect(new Set(chain).size).toBe(chain.length);
        expect(chain).not.toContain(1);
        expect(chain.length).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe('seen from the start', () => {
  const seen = (over: Parameters<typeof occasion>[0], id = 4) =>
    recipientsOf(occasion(over), people(agent(4, { choice: choosing({ no: true }) })), today).find(
      ({ userId }) => userId === id,
    )?.seen;

  it.each<[string, Parameters<typeof occasion>[0], boolean]>([
    ['a word on a closed ticket', { ticket: { stateType: 'closed' } }, false],
    ['closing it', { moved: true, ticket: { stateType: 'closed' } }, true],
    ['merging it', { moved: true, ticket: { stateType: 'merged', ownerId: 1 } }, true],
    ['reopening it', { moved: true, ticket: { stateType: 'open' } }, false],
    ['a reminder of somebody else', { moved: true, ticket: { stateType: 'pending reminder', ownerId: 5 } }, true],
    ['a reminder of their own', { moved: true, ticket: { stateType: 'pending reminder', ownerId: 4 } }, false],
    ['a reminder of nobody', { moved: true, ticket: { stateType: 'pending reminder', ownerId: 1 } }, false],
    ['a new ticket that is closed already', { kind: 'create', ticket: { stateType: 'closed' } }, true],
    ['an escalation, whatever the state', { kind: 'escalation', moved: true, ticket: { stateType: 'closed' } }, false],
    [
      'being mentioned, whatever the state',
      { moved: true, ticket: { stateType: 'closed' }, mentionedIds: new Set([4]) },
      false,
    ],
  ])('%s: %s', (_, over, expected) => {
    expect(seen(over)).toBe(expected);
  });

  it('is said of the same people whose older notices are settled', () => {
    expect(waitsOnlyFor({ stateType: 'open', ownerId: 4 })).toBeUndefined();
    expect(waitsOnlyFor({ stateType: 'closed', ownerId: 4 })).toEqual([]);
    expect(waitsOnlyFor({ stateType: 'pending reminder', ownerId: 4 })).toEqual([4]);
  });
});

/** The matrix once more, cell by cell as the page shows it. */
function naive(one: Agent, { kind, ticket, by, subscriberIds }: Occasion): { email: boolean; online: boolean } {
  const nothing = { email: false, online: false };
  if (one.id === by || !one.active || !one.agent) return nothing;
  const owner = ticket.ownerId === one.id && one.id !== 1;
  const subscriber = subscriberIds.has(one.id);
  const full = one.fullGroupIds.includes(ticket.groupId);
  if (!full && !(one.readGroupIds.includes(ticket.groupId) && (owner || subscriber))) return nothing;
  const { criteria, channel } = one.choice.matrix[eventOf(kind)];
  const cells = [
    criteria.no && true,
    criteria.owned_by_me && owner,
    criteria.owned_by_nobody && ticket.ownerId === 1,
    criteria.subscribed && subscriber,
  ];
  const { groupIds } = one.choice;
  if (groupIds && !groupIds.has(ticket.groupId) && !owner && !subscriber) return nothing;
  return cells.includes(true) ? channel : nothing;
}

describe('the matrix', () => {
  const flags = fc.record({
    owned_by_me: fc.boolean(),
    owned_by_nobody: fc.boolean(),
    subscribed: fc.boolean(),
    no: fc.boolean(),
  });
  const row = fc.record({ criteria: flags, channel: fc.record({ email: fc.boolean(), online: fc.boolean() }) });
  const config = fc.option(
    fc.record(
      {
        matrix: fc.record({ create: row, update: row, reminder_reached: row, escalation: row }, { requiredKeys: [] }),
        group_ids: fc.uniqueArray(fc.integer({ min: 1, max: 2 })),
      },
      { requiredKeys: [] },
    ),
    { nil: null },
  );
  const groups = fc.uniqueArray(fc.integer({ min: 1, max: 2 }));
  const one = fc.record({ full: groups, read: groups, config, active: fc.boolean(), isAgent: fc.boolean() }).map(
    ({ full, read, config: chosen, active, isAgent }) =>
      (id: number) =>
        agent(id, { fullGroupIds: full, readGroupIds: read, choice: choiceOf(chosen), active, agent: isAgent }),
  );

  it('is what it says, cell by cell', () => {
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 5 }),
        fc.constantFrom(...noticeKinds),
        fc.record({ ownerId: fc.integer({ min: 1, max: 5 }), groupId: fc.integer({ min: 1, max: 2 }) }),
        fc.integer({ min: 1, max: 6 }),
        fc.uniqueArray(fc.integer({ min: 2, max: 6 })),
        (made, kind, ticket, by, subscribers) => {
          const team = made.map((make, i) => make(i + 2));
          const what = occasion({ kind, by, ticket, subscriberIds: new Set(subscribers) });
          const told = recipientsOf(what, people(...team), today);
          for (const person of team) {
            const { email, online } = told.find(({ userId }) => userId === person.id) ?? {
              email: false,
              online: false,
            };
            expect({ email, online }).toEqual(naive(person, what));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes what clients of any kind wrote', () => {
    const events = Object.keys(defaultNoticeMatrix) as NoticeEvent[];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('matrix', 'group_ids', 'x'), fc.jsonValue()), (written) => {
        const { matrix } = choiceOf(written as Record<string, unknown>);
        for (const event of events) expect(Object.values(matrix[event].criteria)).toHaveLength(4);
      }),
      { examples: [[{ group_ids: [{ toString: 1 }, '2'] }]] },
    );
  });
});
