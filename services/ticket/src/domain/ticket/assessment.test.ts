import { type Level, levels } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Assessment, assess, type Matrix, type Wish } from './assessment.ts';

const matrix: Matrix = {
  low: { low: 1, medium: 1, high: 2 },
  medium: { low: 1, medium: 2, high: 3 },
  high: { low: 2, medium: 3, high: 4 },
};
const turned: Matrix = { low: matrix.high, medium: matrix.medium, high: matrix.low };
const of = (
  impact: Level | null,
  urgency: Level | null,
  priorityId: number | null,
  overridden = false,
): Assessment => ({
  ...{ impact, urgency, priorityId, overridden },
});

describe('the priority that follows from impact and urgency', () => {
  const mild = of('low', 'low', 1);
  const bad = of('high', 'high', 4);
  it.each<
    [string, Assessment | null, number | undefined, Wish, Matrix | null, boolean, Assessment | null, number | undefined]
  >([
    ['nobody says anything', null, 2, {}, matrix, false, null, undefined],
    ['nobody says anything, and a priority is chosen', null, 2, { priorityId: 3 }, matrix, false, null, 3],
    ['both are said', null, 2, { impact: 'high', urgency: 'high' }, matrix, false, bad, 4],
    ['one is said', null, 2, { impact: 'high' }, matrix, false, of('high', null, null), undefined],
    ['the other follows', of('high', null, null), 2, { urgency: 'high' }, matrix, false, bad, 4],
    [
      'a new ticket with another priority',
      null,
      undefined,
      { impact: 'high', urgency: 'high', priorityId: 2 },
      matrix,
      false,
      of('high', 'high', 4, true),
      2,
    ],
    ['somebody chooses another priority', bad, 4, { priorityId: 2 }, matrix, false, of('high', 'high', 4, true), 2],
    [
      'an override meets a new impact',
      of('high', 'high', 4, true),
      2,
      { impact: 'low' },
      matrix,
      false,
      of('low', 'high', 2, true),
      undefined,
    ],
    [
      'an override that the matrix came to agree with stays one',
      of('low', 'high', 2, true),
      2,
      { impact: 'high' },
      matrix,
      false,
      of('high', 'high', 4, true),
      undefined,
    ],
    ['an override is taken back', of('high', 'high', 4, true), 2, { priorityId: 4 }, matrix, false, bad, 4],
    [
      'a client sends back what it read',
      bad,
      4,
      { impact: 'low', urgency: 'low', priorityId: 4 },
      matrix,
      false,
      mild,
      1,
    ],
    ['the group changes', bad, 4, {}, turned, true, of('high', 'high', 2), 2],
    [
      'the group changes under an override',
      of('high', 'high', 4, true),
      3,
      {},
      turned,
      true,
      of('high', 'high', 2, true),
      undefined,
    ],
    ['the new group has no matrix', bad, 4, {}, null, true, bad, undefined],
    ['a group without a matrix is told an impact', null, 2, { impact: 'high' }, null, false, null, undefined],
    ['one is taken away', bad, 4, { impact: null }, matrix, false, of(null, 'high', null), undefined],
    [
      'both are taken away',
      of('high', 'high', 4, true),
      2,
      { impact: null, urgency: null },
      matrix,
      false,
      null,
      undefined,
    ],
    ['the matrix was edited since', of('high', 'high', 1), 1, {}, matrix, false, of('high', 'high', 1), undefined],
  ])('%s', (_, assessment, priorityId, wish, of, moved, after, priority) => {
    expect(assess({ assessment, priorityId }, wish, of, moved)).toEqual({ assessment: after, priorityId: priority });
  });

  it('follows the matrix step by step, except while somebody has chosen otherwise', () => {
    const level = fc.option(fc.constantFrom(...levels), { nil: null });
    const wish = fc.record(
      { impact: level, urgency: level, priorityId: fc.integer({ min: 1, max: 4 }) },
      { requiredKeys: [] },
    );
    const step = fc.record({ wish, group: fc.constantFrom<Matrix>(matrix, turned) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let assessment: Assessment | null = null;
        let priority = 2;
        let group = matrix;
        // The same, told as an administrator would: what is said, what was chosen, and what follows.
        const said = { impact: null as Level | null, urgency: null as Level | null };
        let chosen = false;
        for (const { wish, group: next } of steps) {
          const before: number = priority;
          const found = assess({ assessment, priorityId: priority }, wish, next, next !== group);
          const [impact, urgency] = [wish.impact ?? null, wish.urgency ?? null];
          if ('impact' in wish) said.impact = impact;
          if ('urgency' in wish) said.urgency = urgency;
          const reckoned = said.impact && said.urgency && next[said.impact][said.urgency];
          if (!reckoned) {
            chosen = false;
            priority = wish.priorityId ?? priority;
          } else {
            if (wish.priorityId === reckoned) chosen = false;
            else if (wish.priorityId !== undefined && wish.priorityId !== priority) chosen = true;
            priority = chosen ? (wish.priorityId ?? priority) : reckoned;
          }
          expect(found.priorityId ?? before).toBe(priority);
          expect(found.assessment?.overridden ?? false).toBe(chosen);
          expect(found.assessment?.priorityId ?? null).toBe(reckoned || null);
          assessment = found.assessment;
          group = next;
        }
      }),
    );
  });
});
