import type { AnswerState } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueMoves, moves, requireMove, requireSchedule, scheduleAfter } from './answer-life.ts';
import { type CategoryPlace, openCategories, type Reader, statesFor, wouldLoop } from './reader.ts';
import { beginning, HIT_BEGINS, HIT_ENDS, piecesOf, withoutSigns } from './words.ts';

const roles = fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
/** A forest: each stands below one that came before it. */
const trees = fc
  .array(fc.record({ parent: fc.option(fc.nat(20)), internal: fc.boolean(), roleIds: roles }), { maxLength: 12 })
  .map((rows) =>
    rows.map(
      ({ parent, internal, roleIds }, i): CategoryPlace => ({
        id: i + 1,
        parentId: parent === null || i === 0 ? null : 1 + (parent % i),
        internal,
        roleIds,
      }),
    ),
  );
const readers: fc.Arbitrary<Reader> = fc.oneof(
  fc.constant('public' as const),
  fc.record({ editor: fc.boolean(), admin: fc.boolean(), roleIds: roles }),
);

describe('who may see a category', () => {
  it('is who may see each on the way to it from the top', () => {
    fc.assert(
      fc.property(trees, readers, (tree, reader) => {
        const may = ({ internal, roleIds }: CategoryPlace): boolean => {
          if (reader === 'public') return !internal && roleIds.length === 0;
          return reader.admin || roleIds.length === 0 || roleIds.some((id) => reader.roleIds.includes(id));
        };
        const way = (place: CategoryPlace): CategoryPlace[] => {
          const above = tree.find(({ id }) => id === place.parentId);
          return above ? [place, ...way(above)] : [place];
        };
        const open = tree.filter((place) => way(place).every(may)).map(({ id }) => id);
        expect([...openCategories(tree, reader)].toSorted((a, b) => a - b)).toEqual(open);
      }),
    );
  });

  it('everybody sees published answers, the desk internal ones too, and editors all', () => {
    expect(statesFor('public')).toEqual(['published']);
    expect(statesFor({ editor: false, admin: false, roleIds: [] })).toEqual(['internal', 'published']);
    expect(statesFor({ editor: true, admin: false, roleIds: [] })).toHaveLength(4);
  });

  it('a category comes to stand below itself only where it is on the way up', () => {
    fc.assert(
      fc.property(trees, fc.nat(20), fc.nat(20), (tree, one, other) => {
        const place = tree[one % Math.max(tree.length, 1)];
        const target = tree[other % Math.max(tree.length, 1)];
        if (!place || !target) return;
        const below = (id: number): number[] => [
          id,
          ...tree.filter(({ parentId }) => parentId === id).flatMap((child) => below(child.id)),
        ];
        expect(wouldLoop(tree, place.id, target.id)).toBe(below(place.id).includes(target.id));
        expect(wouldLoop(tree, place.id, null)).toBe(false);
      }),
    );
  });
});

describe('the life of an answer', () => {
  const states = Object.keys(moves) as AnswerState[];
  const pairs = states.flatMap((from) => states.map((to) => ({ from, to })));

  it.each(pairs)('$from -> $to is allowed exactly when the table has the arrow', ({ from, to }) => {
    const allowed: readonly AnswerState[] = moves[from];
    const act = () => requireMove(from, to);
    if (allowed.includes(to)) expect(act).not.toThrow();
    else expect(act).toThrow(/cannot become/);
  });

  const noon = epochMs(Date.UTC(2026, 5, 1, 12));
  const at = (minutes: number) => epochMs(noon + minutes * 60_000);

  it.each([
    ['is published when its time has come', 'draft', 0, null, ['published']],
    ['waits until then', 'draft', 1, null, []],
    ['is archived', 'published', null, -1, ['archived']],
    ['is published and archived where nobody looked for long', 'internal', -9, -1, ['published', 'archived']],
    ['is not archived twice', 'archived', null, -1, []],
  ] as const)('an answer %s', (_, state, publish, archive, due) => {
    const schedule = {
      publishAt: publish === null ? null : at(publish),
      archiveAt: archive === null ? null : at(archive),
    };
    expect(dueMoves(state, schedule, noon)).toEqual(due);
  });

  it('is archived after it is published, and each where it makes sense', () => {
    expect(() => requireSchedule('draft', { publishAt: at(1), archiveAt: at(1) })).toThrow(/archived after/);
    expect(() => requireSchedule('published', { publishAt: at(1), archiveAt: null })).toThrow(/published again/);
    expect(() => requireSchedule('archived', { publishAt: null, archiveAt: at(1) })).toThrow(/already/);
    expect(() => requireSchedule('internal', { publishAt: at(1), archiveAt: at(2) })).not.toThrow();
    expect(scheduleAfter({ publishAt: at(1), archiveAt: at(2) }, 'published')).toEqual({
      publishAt: null,
      archiveAt: at(2),
    });
    expect(scheduleAfter({ publishAt: null, archiveAt: at(2) }, 'archived').archiveAt).toBeNull();
  });
});

describe('what was found', () => {
  it('comes in pieces that together are the text', () => {
    const texts = fc.string().map(withoutSigns);
    fc.assert(
      fc.property(fc.array(fc.tuple(texts, fc.boolean())), (parts) => {
        const marked = parts.map(([text, hit]) => (hit ? `${HIT_BEGINS}${text}${HIT_ENDS}` : text)).join('');
        const pieces = piecesOf(marked);
        expect(pieces.map(({ text }) => text).join('')).toBe(parts.map(([text]) => text).join(''));
        const hits = parts.filter(([text, hit]) => hit && text !== '').map(([text]) => text);
        expect(pieces.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(hits);
      }),
    );
  });

  it.each([
    ['print', 'print'],
    ['my print', 'print'],
    ['Drücker', 'Drücker'],
    ["x' | y:*", undefined],
    ['a', undefined],
    ['done. ', undefined],
  ])('the word still typed in %j is %j', (query, word) => {
    expect(beginning(query)).toBe(word);
  });
});
