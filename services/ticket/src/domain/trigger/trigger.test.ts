import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runChain } from './trigger.ts';

/** A trigger of a small world: at one number it makes another. */
const rule = fc.record({
  at: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
  to: fc.integer({ min: 0, max: 5 }),
});

it('any set of triggers comes to an end, each having run once at most', async () => {
  const rules = fc.array(rule, { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(rules, fc.boolean(), fc.integer({ min: 1, max: 10 }), async (all, recursive, deepest) => {
      const ran: object[] = [];
      let looks = 0;
      await runChain(
        all,
        0,
        async (one, event, depth) => {
          looks++;
          expect(depth).toBeLessThanOrEqual(recursive ? deepest : 1);
          if (one.at !== null && one.at !== event) return null;
          ran.push(one);
          return { event: one.to, idle: one.to === event };
        },
        { recursive, deepest },
      );
      expect(new Set(ran).size).toBe(ran.length);
      expect(looks).toBeLessThanOrEqual(all.length * (recursive ? deepest : 1));
    }),
  );
});

it('each sees what those before it did; those that stand earlier look again only where that is wanted', async () => {
  const all = [
    { name: 'last', at: 2 },
    { name: 'first', at: 0 },
    { name: 'second', at: 1 },
  ];
  const run = async (recursive: boolean) => {
    const ran: string[] = [];
    const step = async (one: (typeof all)[number], event: number) => {
      if (one.at !== event) return null;
      ran.push(one.name);
      return { event: event + 1 };
    };
    await runChain(all, 0, step, { recursive, deepest: 10 });
    return ran;
  };
  expect(await run(false)).toEqual(['first', 'second']);
  expect(await run(true)).toEqual(['first', 'second', 'last']);
});
