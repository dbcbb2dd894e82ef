import type { Actor } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doings, type Presence, PresenceBook } from './presence.ts';

const facts = { groupId: 1, customerId: 2, organizationId: null };
const agent = { kind: 'user', userId: 4, permissions: ['ticket.agent'], groups: { 1: ['read'] } } as unknown as Actor;
const customer = { ...agent, userId: 2, permissions: ['ticket.customer'], groups: {} } as Actor;
const elsewhere = { ...agent, userId: 6, groups: { 9: ['full'] } } as Actor;
const on = (id: number, over: Partial<Presence> = {}): Presence => ({
  ...{ userId: 4, page: 'page-one', ticket: { id, ...facts }, doing: 'viewing' },
  ...over,
});
const people = (book: PresenceBook, id: number, actor = agent) => {
  const text = book.shownTo(actor, id);
  return text === undefined ? undefined : JSON.parse(text).people;
};

describe('who is on a ticket', () => {
  it('is shown once for each person, with the most they do on any page', () => {
    const book = new PresenceBook();
    book.hear(on(7), 0);
    expect(book.hear(on(7, { page: 'page-two', doing: 'replying' }), 0)).toEqual([7]);
    book.hear(on(7, { userId: 5, doing: 'noting' }), 0);
    expect(people(book, 7)).toEqual([
      { id: 4, doing: 'replying' },
      { id: 5, doing: 'noting' },
    ]);
  });

  it('is shown to agents of its group, to no customer and to nobody elsewhere', () => {
    const book = new PresenceBook();
    book.hear(on(7), 0);
    expect(people(book, 7, customer)).toBeUndefined();
    expect(people(book, 7, elsewhere)).toBeUndefined();
    expect(book.move(7, { ...facts, groupId: 9 })).toBe(true);
    expect(people(book, 7)).toBeUndefined();
    expect(people(book, 7, elsewhere)).toEqual([{ id: 4, doing: 'viewing' }]);
    // A page that is behind does not move it back.
    book.hear(on(7, { userId: 5 }), 0);
    expect(people(book, 7)).toBeUndefined();
  });

  it('ends when the page leaves, moves on, or has not said so for 35 s; saying it again changes nothing', () => {
    const book = new PresenceBook();
    expect(book.hear(on(7), 0)).toEqual([7]);
    expect(book.hear(on(7), 15_000)).toEqual([]);
    expect(book.expire(49_999)).toEqual([]);
    expect(book.expire(50_000)).toEqual([7]);
    expect(people(book, 7)).toBeUndefined();
    book.hear(on(7), 0);
    expect(book.hear(on(8), 0)).toEqual([7, 8]);
    expect(book.hear(on(7, { doing: null }), 0)).toEqual([]);
    expect(book.hear(on(8, { ticket: null, doing: null }), 0)).toEqual([8]);
    expect(book.ticketIds()).toEqual([]);
  });

  it('has a bound for one person, who loses the oldest of their pages', () => {
    const book = new PresenceBook();
    for (let i = 0; i < 60; i++) book.hear(on(i + 1, { page: `page-${i}-made-up` }), i);
    expect(book.ticketIds()).toHaveLength(50);
    expect(book.factsOf(10)).toBeUndefined();
    expect(book.factsOf(11)).toEqual(facts);
  });

  it('is right after any run of words, and empty once all have gone quiet', () => {
    const said = fc.record({
      userId: fc.integer({ min: 4, max: 6 }),
      page: fc.constantFrom('page-one', 'page-two'),
      id: fc.integer({ min: 1, max: 3 }),
      doing: fc.option(fc.constantFrom(...doings), { nil: null }),
    });
    fc.assert(
      fc.property(fc.array(said), (words) => {
        const book = new PresenceBook();
        const where = new Map<string, { id: number; userId: number }>();
        for (const [now, { id, ...word }] of words.entries()) {
          const key = `${word.userId} ${word.page}`;
          const before = [1, 2, 3].map((ticket) => book.shownTo(agent, ticket));
          const told = book.hear(on(id, word), now);
          const after = [1, 2, 3].map((ticket) => book.shownTo(agent, ticket));
          for (const i of [0, 1, 2]) if (before[i] !== after[i]) expect(told).toContain(i + 1);
          if (word.doing !== null) where.set(key, { id, userId: word.userId });
          else if (where.get(key)?.id === id) where.delete(key);
        }
        for (const ticket of [1, 2, 3]) {
          const there = [...where.values()].filter(({ id }) => id === ticket).map(({ userId }) => userId);
          const shown = (people(book, ticket) ?? []).map(({ id }: { id: number }) => id);
          expect(shown).toEqual([...new Set(there)].sort());
        }
        book.expire(words.length + 40_000);
        expect(book.ticketIds()).toEqual([]);
      }),
    );
  });
});
