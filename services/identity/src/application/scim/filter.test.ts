import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Filter } from '../../domain/scim/query.ts';
import { readFilter } from './filter.ts';

type Tree =
  | { is: 'leaf'; attribute: string; value: string }
  | { is: 'not'; of: Tree }
  | { is: 'and' | 'or'; of: Tree[] };

/** Texts that look like parts of a filter. */
const value = fc.constantFrom('x', 'y', 'x or y', ') and (', ']', 'a eq "x', '\\', 'not (a eq "x")', '#0');
const leaf = fc.record({ is: fc.constant('leaf' as const), attribute: fc.constantFrom('a', 'b', 'c', 'd'), value });
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ is: fc.constant('not' as const), of: tie('tree') }),
    fc.record({
      is: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

/** With brackets only where the grammar needs them. */
function write(it: Tree, within: 'or' | 'and' | 'not'): string {
  switch (it.is) {
    case 'leaf':
      return within === 'not' ? `(${write(it, 'or')})` : `${it.attribute} eq ${JSON.stringify(it.value)}`;
    case 'not':
      return `not ${write(it.of, 'not')}`;
    default: {
      const text = it.of.map((one) => write(one, it.is)).join(` ${it.is} `);
      return within === 'not' || (within === 'and' && it.is === 'or') ? `(${text})` : text;
    }
  }
}

type Values = Record<string, string>;

function holds(it: Tree, values: Values): boolean {
  if (it.is === 'leaf') return values[it.attribute] === it.value;
  if (it.is === 'not') return !holds(it.of, values);
  return it.is === 'and' ? it.of.every((one) => holds(one, values)) : it.of.some((one) => holds(one, values));
}

function matches(filter: Filter, values: Values): boolean {
  return filter.some((all) => all.every((one) => (values[one.attribute] === one.value) !== one.not));
}

it('is read as it is meant, or refused', async () => {
  const values = fc.record({ a: value, b: value, c: value, d: value });
  let read = 0;
  await fc.assert(
    fc.asyncProperty(tree, fc.array(values, { minLength: 1, maxLength: 20 }), async (meant, people) => {
      const text = write(meant, 'or');
      const filter = await readFilter(text).catch((error: unknown) => {
        expect(error).toMatchObject({ kind: 'unreadable', code: 'scim.invalid-filter' });
        return undefined;
      });
      if (!filter) return;
      read += 1;
      for (const person of people) expect(matches(filter, person), text).toBe(holds(meant, person));
    }),
    { numRuns: 1_000 },
  );
  expect(read).toBeGreaterThan(250);
});

// In exponential time it would not end.
it('comes to an end, whatever it is', async () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    'eq',
    '"',
    '\\',
    '(',
    ')',
    '[',
    ']',
    '.',
    ' and ',
    ' or ',
    'not ',
    '#',
    '1',
    '\n',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 400 }), async (pieces) => {
      await readFilter(pieces.join('')).catch((error: unknown) => {
        expect(error).toMatchObject({ kind: 'unreadable', code: 'scim.invalid-filter' });
      });
    }),
  );
});
