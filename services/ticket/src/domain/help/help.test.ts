import type { AnswerState } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueMoves, moves, requireMove, requireSchedule, scheduleAfter } from './answer-life.ts';
import {
  type CategoryPlace,
  type HelpTree,
  openCategories,
  type Reader,
  standings,
  statesFor,
  wouldLoop,
} from './reader.ts';
import { beginning, HIT_BEGINS, HIT_ENDS, piecesOf, withoutSigns } from './words.ts';

const roles = fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
const access = fc.constantFrom('none' as const, 'reader' as const, 'editor' as const);
const permissions = fc.dictionary(fc.constantFrom('1', '2', '3'), access, { maxKeys: 3 });
/** A forest: each stands below one that came before it. */
const places = fc
  .array(fc.record({ parent: fc.option(fc.nat(20)), internal: fc.boolean(), roleIds: roles, permissions }), {
    maxLength: 12,
  })
  .map((rows) =>
    rows.map(
      ({ parent, ...rest }, i): CategoryPlace => ({
        ...rest,
        id: i + 1,
        parentId: parent === null || i === 0 ? null : 1 + (parent % i),
      }),
    ),
  );
const trees: fc.Arbitrary<HelpTree> = fc.record({ permissions, categories: places });
const readers: fc.Arbitrary<Reader> = fc.oneof(
  fc.constant('public' as const),
  fc.record({
    ...{ editor: fc.boolean(), admin: fc.boolean(), roleIds: roles },
    roles: fc.dictionary(fc.constantFrom('1', '2', '3'), fc.constantFrom('reader' as const, 'editor' as const)),
  }),
);
/** The places on the way to it from the top. */
const wayTo = ({ categories }: HelpTree, place: CategoryPlace): CategoryPlace[] => {
  const above = categories.find(({ id }) => id === place.parentId);
  return above ? [...wayTo({ permissions: {}, categories }, above), place] : [place];
};
const isPublic = ({ internal, roleIds }: CategoryPlace) => !internal && roleIds.length === 0;

describe('who may see a category', () => {
  it('is everybody, where nothing on the way to it closes it to the public', () => {
    fc.assert(
      fc.property(trees, readers, (tree, reader) => {
        const open = tree.categories.filter((place) => wayTo(tree, place).every(isPublic)).map(({ id }) => id);
        const seen = openCategories(tree, 'public');
        expect([...seen].toSorted((a, b) => a - b)).toEqual(open);
        // Whoever is of the desk sees no less than everybody.
        for (const id of open) expect(openCategories(tree, reader).has(id)).toBe(true);
      }),
    );
  });

  it('is at most what its roles may on each step of the way, by the best of them, and what its holder may', () => {
    const rank = ['none', 'reader', 'editor'];
    fc.assert(
      fc.property(trees, readers, (tree, reader) => {
        const known = standings(tree, reader);
        for (const place of tree.categories) {
          const way = wayTo(tree, place);
          const standing = known.get(place.id);
          if (reader === 'public' || standing === undefined || standing === 'public') continue;
          if (reader.admin) {
            expect(standing).toBe('editor');
            continue;
          }
          for (const { roleIds } of way) {
            expect(roleIds.length === 0 || roleIds.some((id) => reader.roleIds.includes(id))).toBe(true);
          }
          const steps = [tree.permissions, ...way.map((one) => one.permissions)];
          const said = Object.entries(reader.roles).flatMap(([id, most]) => {
            const of = steps.flatMap((step) =>
              Object.keys(step).length === 0 ? [] : [rank.indexOf(step[id] ?? 'none')],
            );
            return of.length === 0 ? [] : [Math.min(rank.indexOf(most), ...of)];
          });
          const base = rank.indexOf(reader.editor ? 'editor' : 'reader');
          const limit = said.length === 0 ? base : Math.min(base, Math.max(...said));
          expect(rank.indexOf(standing)).toBeLessThanOrEqual(limit);
          // Below, it is never more.
          for (const child of tree.categories.filter(({ parentId }) => parentId === place.id)) {
            const below = known.get(child.id);
            if (below && below !== 'public') expect(rank.indexOf(below)).toBeLessThanOrEqual(rank.indexOf(standing));
          }
        }
      }),
    );
  });

  it.each([
    ['an editor, where nothing is said', { editor: true, roles: { 1: 'editor' } }, {}, {}, 'editor'],
    ['a reader, where nothing is said', { editor: false, roles: { 1: 'reader' } }, {}, {}, 'reader'],
    [
      'an editor whose role reads in all of it',
      { editor: true, roles: { 1: 'editor' } },
      { 1: 'reader' },
      {},
      'reader',
    ],
    ['one who may less below', { editor: true, roles: { 1: 'editor' } }, { 1: 'editor' }, { 1: 'reader' }, 'reader'],
    [
      'one to whom more is promised below',
      { editor: true, roles: { 1: 'editor' } },
      { 1: 'reader' },
      { 1: 'editor' },
      'reader',
    ],
    [
      'the best of two roles',
      { editor: true, roles: { 1: 'editor', 2: 'editor' } },
      {},
      { 1: 'none', 2: 'reader' },
      'reader',
    ],
    ['a reader whose role may write there', { editor: false, roles: { 1: 'reader' } }, {}, { 1: 'editor' }, 'reader'],
    ['one who is nobody there: as everybody', { editor: true, roles: { 1: 'editor' } }, {}, { 1: 'none' }, 'public'],
    ['a role that was made later', { editor: true, roles: { 3: 'editor' } }, {}, { 1: 'none', 2: 'editor' }, 'public'],
    ['somebody without a role', { editor: false, roles: {} }, {}, { 1: 'reader' }, 'public'],
    [
      'an administrator, whatever is said',
      { editor: true, admin: true, roles: { 1: 'editor' } },
      { 1: 'none' },
      {},
      'editor',
    ],
    [
      'a role that no longer has a part here',
      { editor: true, roles: { 2: 'editor' } },
      {},
      { 1: 'editor', 2: 'reader' },
      'reader',
    ],
    [
      'a role that only reads by now',
      { editor: true, roles: { 1: 'reader', 2: 'editor' } },
      {},
      { 1: 'editor', 2: 'none' },
      'reader',
    ],
  ] as const)('%s', (_, who, ofAll, ofOne, standing) => {
    const place = { id: 1, parentId: null, internal: false, roleIds: [], permissions: ofOne };
    const tree: HelpTree = { permissions: ofAll, categories: [place] };
    const reader: Reader = { admin: false, roleIds: [], ...who };
    expect(standings(tree, reader).get(1)).toBe(standing);
    const closed: HelpTree = { permissions: ofAll, categories: [{ ...place, internal: true }] };
    expect(standings(closed, reader).get(1)).toBe(standing === 'public' ? undefined : standing);
  });

  it('everybody sees published answers, the desk internal ones too, and editors all', () => {
    expect(statesFor('public')).toEqual(['published']);
    expect(statesFor('reader')).toEqual(['internal', 'published']);
    expect(statesFor('editor')).toHaveLength(4);
    expect(statesFor(undefined)).toEqual([]);
  });

  it('a category comes to stand below itself only where it is on the way up', () => {
    fc.assert(
      fc.property(places, fc.nat(20), fc.nat(20), (tree, one, other) => {
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
