import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  customsOf,
  type Line,
  lineFor,
  linesOf,
  offeredNames,
  operatorsOf,
  ranges,
  type Scope,
  selectorOf,
  whoOf,
} from './selector.ts';

const types = [
  ...['input', 'textarea', 'integer', 'boolean', 'date', 'datetime'],
  ...['select', 'multiselect', 'tree_select', 'multi_tree_select'],
];
const customs = customsOf(
  types.map((data_type) => ({ name: `of_${data_type}`, data_type })),
  'tickets',
);

const anyLine = (scope: Scope): fc.Arbitrary<Line> =>
  fc.constantFrom(...offeredNames(scope, customs)).chain((name) => {
    const { kind } = lineFor(name, scope, customs);
    const instants = fc.constantFrom('2026-12-24T18:00:00.000Z', '2027-01-01T00:30:00.000Z');
    return fc.record({
      name: fc.constant(name),
      kind: fc.constant(kind),
      operator: fc.constantFrom(...operatorsOf({ name, kind }, scope)),
      values: fc.array(fc.constantFrom('1', '22', 'vpn', 'true'), { minLength: 1, maxLength: 3 }),
      who: fc.constantFrom(...whoOf(kind, scope)),
      count: fc.integer({ min: kind === 'figure' ? -1000 : 0, max: 1000 }),
      range: fc.constantFrom(...ranges),
      at: kind === 'day' ? fc.constantFrom('2026-12-24', '2028-02-29') : instants,
    });
  });

describe('a condition in the editor', () => {
  it('says today of where the desk is; the day of another zone is edited as text', () => {
    const today = (value?: string) => ({ 'ticket.created_at': { operator: 'today', ...(value && { value }) } });
    expect(linesOf(today(), 'tickets', customs)?.lines).toMatchObject([{ operator: 'today' }]);
    expect(linesOf(today('Asia/Tokyo'), 'tickets', customs)).toBeNull();
    expect(operatorsOf({ name: 'ticket.of_date', kind: 'day' }, 'slas')).not.toContain('today');
  });

  it.each(['slas', 'tickets', 'schedules', 'changes', 'people', 'organizations'] as const)(
    'of %s is stored so that the same lines come back',
    (scope) => {
      fc.assert(
        fc.property(
          fc.constantFrom('AND' as const, 'OR' as const, 'NOT' as const),
          fc.array(anyLine(scope), { minLength: 1, maxLength: 6 }),
          (joint, lines) => {
            const selector = selectorOf({ joint, lines });
            const back = linesOf(JSON.parse(JSON.stringify(selector)), scope, customs);
            expect(back && selectorOf(back)).toEqual(selector);
            expect(back?.joint).toBe(joint);
            expect(back?.lines.map(({ name, operator }) => [name, operator]).toSorted()).toEqual(
              lines.map(({ name, operator }) => [name, operator]).toSorted(),
            );
          },
        ),
      );
    },
  );

  it.each([
    ['other fields', { 'ticket.note': { operator: 'contains', value: 'x' } }],
    ['fields that are gone', { 'ticket.gone': { operator: 'is', value: ['many'] } }],
    ['what every object answers to', { constructor: { operator: 'is', value: 'x' } }],
    [
      'moments where days are told',
      { 'ticket.of_date': { operator: 'before (absolute)', value: '2026-12-24T18:00Z' } },
    ],
    ['other operators', { 'ticket.title': { operator: 'sounds like', value: 'x' } }],
    ['what has just happened', { 'ticket.action': { operator: 'is', value: 'create' } }],
    ['people who are nobody by their value', { 'ticket.owner_id': { operator: 'is', value: '' } }],
    ['groups in groups', { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [] }] }],
    ['no lines', { 'ticket.title': 'x' }],
  ])('with %s is for its text', (_, selector) => {
    expect(linesOf(selector, 'tickets', customs)).toBeNull();
  });

  it('reads what clients write as one value', () => {
    const selector = {
      'ticket.action': { operator: 'is', value: 'create' },
      'ticket.owner_id': { operator: 'is', pre_condition: 'specific', value: 4 },
      'ticket.tags': { operator: 'contains one', value: 'vpn, network' },
      'ticket.of_multiselect': { operator: 'contains one', value: 'a, b' },
    };
    expect(linesOf(selector, 'changes', customs)?.lines.map(({ values }) => values)).toEqual([
      ['create'],
      ['4'],
      ['vpn', 'network'],
      ['a', 'b'],
    ]);
  });

  it('of an SLA asks nothing that the clock alone changes', () => {
    for (const name of offeredNames('slas', customs)) {
      const asked = operatorsOf(lineFor(name, 'slas', customs), 'slas');
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((operator) => operator.includes('relative'))).toEqual([]);
    }
  });

  it('with nothing in it is that of every ticket', () => {
    expect(linesOf({}, 'tickets', customs)).toEqual({ joint: 'AND', lines: [] });
    expect(selectorOf({ joint: 'AND', lines: [] })).toEqual({});
    expect(selectorOf({ joint: 'NOT', lines: [] })).toEqual({});
  });
});
