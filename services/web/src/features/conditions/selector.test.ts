import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fieldNames,
  fields,
  type Line,
  linesOf,
  operatorsOf,
  ranges,
  type Scope,
  selectorOf,
  whoOf,
} from './selector.ts';

const anyLine = (scope: Scope): fc.Arbitrary<Line> =>
  fc.constantFrom(...fieldNames(scope)).chain((name) =>
    fc.record({
      name: fc.constant(name),
      operator: fc.constantFrom(...operatorsOf(name, scope)),
      values: fc.array(fc.constantFrom('1', '22', 'vpn', 'true'), { minLength: 1, maxLength: 3 }),
      who: fc.constantFrom(...whoOf(fields[name])),
      count: fc.nat({ max: 1000 }),
      range: fc.constantFrom(...ranges),
      at: fc.constantFrom('2026-12-24T18:00:00.000Z', '2027-01-01T00:30:00.000Z'),
    }),
  );

describe('a condition in the editor', () => {
  it.each(['tickets', 'changes'] as const)('of %s is stored so that the same lines come back', (scope) => {
    fc.assert(
      fc.property(
        fc.constantFrom('AND' as const, 'OR' as const, 'NOT' as const),
        fc.array(anyLine(scope), { minLength: 1, maxLength: 6 }),
        (joint, lines) => {
          const selector = selectorOf({ joint, lines });
          const back = linesOf(JSON.parse(JSON.stringify(selector)), scope);
          expect(back && selectorOf(back)).toEqual(selector);
          expect(back?.joint).toBe(joint);
          expect(back?.lines.map(({ name, operator }) => [name, operator]).toSorted()).toEqual(
            lines.map(({ name, operator }) => [name, operator]).toSorted(),
          );
        },
      ),
    );
  });

  it.each([
    ['other fields', { 'ticket.note': { operator: 'contains', value: 'x' } }],
    ['other operators', { 'ticket.title': { operator: 'sounds like', value: 'x' } }],
    ['what has just happened', { 'ticket.action': { operator: 'is', value: 'create' } }],
    ['people who are nobody by their value', { 'ticket.owner_id': { operator: 'is', value: '' } }],
    ['groups in groups', { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [] }] }],
    ['no lines', { 'ticket.title': 'x' }],
  ])('with %s is for its text', (_, selector) => {
    expect(linesOf(selector, 'tickets')).toBeNull();
  });

  it('reads what clients write as one value', () => {
    const selector = {
      'ticket.action': { operator: 'is', value: 'create' },
      'ticket.owner_id': { operator: 'is', pre_condition: 'specific', value: 4 },
      'ticket.tags': { operator: 'contains one', value: 'vpn, network' },
    };
    expect(linesOf(selector, 'changes')?.lines.map(({ values }) => values)).toEqual([
      ['create'],
      ['4'],
      ['vpn', 'network'],
    ]);
  });

  it('with nothing in it is that of every ticket', () => {
    expect(linesOf({}, 'tickets')).toEqual({ joint: 'AND', lines: [] });
    expect(selectorOf({ joint: 'AND', lines: [] })).toEqual({});
    expect(selectorOf({ joint: 'NOT', lines: [] })).toEqual({});
  });
});
