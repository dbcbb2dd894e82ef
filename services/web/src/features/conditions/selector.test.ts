import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FieldName, fields, type Kind, type Line, linesOf, operators, ranges, selectorOf } from './selector.ts';

const anyLine: fc.Arbitrary<Line> = fc.constantFrom(...(Object.keys(fields) as FieldName[])).chain((name) =>
  fc.record({
    name: fc.constant(name),
    operator: fc.constantFrom(...operators[fields[name] as Kind]),
    values: fc.array(fc.stringMatching(/^[a-z0-9]{1,5}$/), { minLength: 1, maxLength: 3 }),
    who: fc.constantFrom('current_user.id' as const, 'not_set' as const),
    count: fc.nat({ max: 1000 }),
    range: fc.constantFrom(...ranges),
  }),
);

describe('a condition in the editor', () => {
  it('is stored so that the same lines come back', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 6 }), (lines) => {
        const selector = selectorOf(lines);
        const back = linesOf(JSON.parse(JSON.stringify(selector)));
        expect(back && selectorOf(back)).toEqual(selector);
        expect(back?.map(({ name, operator }) => [name, operator]).toSorted()).toEqual(
          lines.map(({ name, operator }) => [name, operator]).toSorted(),
        );
      }),
    );
  });

  it.each([
    ['other fields', { 'ticket.note': { operator: 'contains', value: 'x' } }],
    ['other operators', { 'ticket.title': { operator: 'matches regex', value: 'x' } }],
    ['people by id', { 'ticket.owner_id': { operator: 'is', value: [4] } }],
    ['any of several', { operator: 'OR', conditions: [] }],
    ['groups in groups', { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [] }] }],
    ['no lines', { 'ticket.title': 'x' }],
  ])('with %s is for its text', (_, selector) => {
    expect(linesOf(selector)).toBeNull();
  });

  it('with nothing in it is that of every ticket', () => {
    expect(linesOf({})).toEqual([]);
    expect(selectorOf([])).toEqual({});
  });
});
