import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Absence, leadsBack } from './absence.ts';

const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}`;
const away = (userId: number, replacementId: number, from: number, until: number): Absence => ({
  ...{ userId, replacementId, from: day(from), until: day(until) },
});

/** Day by day, from hand to hand. */
function leadsBackSomeDay(absence: Absence, others: readonly Absence[]): boolean {
  for (let n = 1; n <= 28; n++) {
    const on = (one: Absence) => one.from <= day(n) && day(n) <= one.until;
    if (!on(absence)) continue;
    let at = absence.replacementId;
    for (let steps = 0; steps <= others.length + 1; steps++) {
      if (at === absence.userId) return true;
      const next = others.find((one) => one.userId === at && on(one));
      if (!next) break;
      at = next.replacementId;
    }
  }
  return false;
}

describe('standing in for each other', () => {
  it.each([
    ['oneself', away(1, 1, 1, 5), [], true],
    ['somebody who is there', away(1, 2, 1, 5), [], false],
    ['each other at the same time', away(1, 2, 1, 5), [away(2, 1, 5, 9)], true],
    ['each other one after the other', away(1, 2, 1, 5), [away(2, 1, 6, 9)], false],
    ['three in a circle', away(1, 2, 1, 9), [away(2, 3, 1, 9), away(3, 1, 4, 4)], true],
    ['three who are never all away', away(1, 2, 1, 9), [away(2, 3, 1, 4), away(3, 1, 5, 9)], false],
    ['two others who name each other', away(1, 2, 1, 9), [away(2, 3, 1, 9), away(3, 2, 1, 9)], false],
  ])('%s', (_what, absence, others, back) => {
    expect(leadsBack(absence, others)).toBe(back);
  });

  it('comes back exactly when it does on some day', () => {
    const absenceOf = (userId: number) =>
      fc
        .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 8 }))
        .map(([replacementId, from, days]) => away(userId, replacementId, from, from + days));
    const rest = fc
      .subarray([2, 3, 4, 5])
      .chain((ids) => (ids.length === 0 ? fc.constant<Absence[]>([]) : fc.tuple(...ids.map(absenceOf))));
    fc.assert(
      fc.property(absenceOf(1), rest, (absence, others) => {
        expect(leadsBack(absence, others)).toBe(leadsBackSomeDay(absence, others));
      }),
      { numRuns: 1000 },
    );
  });
});
