import { type AttributeDefinition, type AttributeType, attributeTypes } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Attribute, type Value, type Values } from './attribute.ts';
import { AttributeSet } from './attribute-set.ts';
import { checkDefinition } from './check-definition.ts';

const tree = [{ name: 'A', children: [{ name: 'B' }, { name: 'C', children: [{ name: 'D' }] }] }, { name: 'E' }];
const paths = ['A', 'A::B', 'A::C', 'A::C::D', 'E'];
const options: Partial<Record<AttributeType, Record<string, unknown>>> = {
  input: { maxlength: 40 },
  textarea: { maxlength: 200 },
  integer: { min: -100, max: 100 },
  select: { options: { a: 'Alpha', b: 'Beta', '1': 'One' } },
  multiselect: { options: [{ name: 'Alpha', value: 'a' }, { name: 'b' }] },
  tree_select: { options: tree },
  multi_tree_select: { options: tree },
};
const attribute = (type: AttributeType, over: Partial<AttributeDefinition> = {}) => {
  const checked = checkDefinition('Ticket', {
    name: 'field',
    display: 'Field',
    data_type: type,
    data_option: options[type],
  });
  return new Attribute({ ...checked, id: 1, active: true, position: 1, ...over });
};
const anything = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, '', 'a', 'b', '1', ...paths),
  fc.array(fc.constantFrom('a', 'b', '', ...paths)),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  fc.dictionary(fc.string(), fc.string()),
);
const given = fc.constantFrom(...attributeTypes).chain((type) => fc.tuple(fc.constant(type), anything));

/** Undefined: refused. */
function readOr(one: Attribute, raw: unknown): Value | undefined {
  try {
    return one.read(raw);
  } catch {
    return undefined;
  }
}

describe('a value', () => {
  it('survives being stored as JSON, and being written again as it is answered', () => {
    fc.assert(
      fc.property(given, ([type, raw]) => {
        const one = attribute(type);
        const value = readOr(one, raw);
        if (value === undefined) return;
        const stored = JSON.parse(JSON.stringify(value)) as Value;
        expect(stored).toEqual(value);
        expect(one.read(stored)).toEqual(value);
      }),
      { numRuns: 2_000, examples: [[['input', ' ']]] },
    );
  });

  it('of a select is an option and nothing else', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const value = readOr(attribute('tree_select'), raw);
        if (value !== undefined && value !== null) expect(paths).toContain(value);
      }),
    );
  });

  it('of a hostile expression is judged in a moment', () => {
    const slow = attribute('input', { option: { maxlength: 4_000, regex: '^(a+)+$' } });
    expect(() => slow.read(`${'a'.repeat(3_999)}!`)).toThrow('has not the expected form');
  });

  it.each([
    [
      'date',
      { now: '2026-03-31T22:30:00Z', today: '2026-04-01' },
      { past: '2026-03-31', today: '2026-04-01', future: '2026-04-02' },
    ],
    // Where it is written is not known: what is today somewhere is neither past nor future.
    ['date', { now: '2026-03-31T13:30:00Z' }, { past: '2026-03-30', today: '2026-03-31', future: '2026-04-02' }],
    ['date', { now: '2026-03-31T13:30:00Z' }, { past: '2026-03-30', today: '2026-04-01', future: '2026-04-02' }],
    ['date', { now: '2026-03-31T09:00:00Z' }, { past: '2026-03-29', today: '2026-03-30', future: '2026-04-01' }],
    [
      'datetime',
      { now: '2026-03-31T22:30:00Z', today: '2026-04-01' },
      { past: '2026-03-31T22:29:59.999Z', today: '2026-03-31T22:30:00.000Z', future: '2026-03-31T22:30:00.001Z' },
    ],
  ] as const)('of a %s is on the side of %j that is allowed', (type, { now, ...more }, { past, today, future }) => {
    const present = { now: epochMs(Date.parse(now)), ...more };
    const [late, early] = [
      attribute(type, { option: { past: false } }),
      attribute(type, { option: { future: false } }),
    ];
    expect(() => late.read(past, null, present)).toThrow('does not allow past dates');
    expect(() => early.read(future, null, present)).toThrow('does not allow future dates');
    for (const value of [today, future]) expect(late.read(value, null, present)).toBe(value);
    for (const value of [today, past]) expect(early.read(value, null, present)).toBe(value);
    expect(late.read(past, past, present)).toBe(past);
  });

  it('is told with the labels that people know, also of what is offered no more', () => {
    expect(attribute('select').shown('b')).toBe('Beta');
    expect(attribute('multiselect').shown(['b', 'a'])).toBe('b, Alpha');
    expect(attribute('tree_select').shown('A::C::D')).toBe('A › C › D');
    expect(attribute('boolean').shown(false)).toBe('no');
    const option = { options: { a: 'Alpha' }, historical_options: { z: 'Zeta' } };
    expect(attribute('select', { option }).shown('z')).toBe('Zeta');
  });
});

describe('a set', () => {
  const permissions = ['ticket.agent', 'ticket.customer'];
  const rule = fc.record({ shown: fc.boolean(), required: fc.boolean() });
  const screen = fc.dictionary(fc.constantFrom('-all-', ...permissions), rule);
  const now = 0 as never;

  it('takes from people what their screen shows, keeps the rest, and asks for what it requires', () => {
    fc.assert(
      fc.property(screen, screen, fc.constantFrom(...permissions), fc.boolean(), (create, edit, who, says) => {
        const set = new AttributeSet('Ticket', 1, [attribute('input', { screens: { create_middle: create, edit } })]);
        const writer = { everything: false, permitted: (one: string) => one === who, now };
        const holds = (rules: typeof create, what: 'shown' | 'required') =>
          Boolean(rules['-all-']?.[what] || rules[who]?.[what]);
        const input = says ? { field: 'x' } : {};
        const made = (): Values => set.made(input, writer);
        if (holds(create, 'shown') && holds(create, 'required') && !says)
          expect(made).toThrow('is required but missing.');
        else expect(made()).toEqual(says && holds(create, 'shown') ? { field: 'x' } : null);
        const before = { field: 'old', gone: 1 };
        const after = set.changed(before, input, writer);
        if (says && holds(edit, 'shown')) expect(after).toEqual({ field: 'x', gone: 1 });
        else expect(after).toBe(before);
        expect(set.seenBy(writer)).toHaveLength(holds(create, 'shown') || holds(edit, 'shown') ? 1 : 0);
      }),
    );
  });
});
