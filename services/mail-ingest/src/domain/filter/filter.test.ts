import { type PostmasterOperator, postmasterOperators } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, type FilterRule, judge, type ReadyFilter, ready, saidByItself, trouble } from './filter.ts';

const mail: Record<string, string[]> = {
  from: ['Ada <ada@Customer.example>', 'ada@customer.example'],
  subject: ['Printer on FIRE, again'],
  'x-spam-flag': ['YES'],
};
const fields = (name: string) => mail[name] ?? [];
const rule = (id: number, match: FilterRule['match'], perform: FilterRule['perform']): FilterRule => ({
  ...{ id, name: `filter ${id}`, match, perform },
});
const meets = (match: FilterRule['match']) => ready(rule(1, match, {})).meets(fields);

describe('a condition', () => {
  it.each<[string, PostmasterOperator, string | string[], boolean]>([
    ['subject', 'contains', 'on fire', true],
    ['subject', 'contains', ['water', 'fire'], true],
    ['subject', 'contains not', 'fire', false],
    ['subject', 'contains not', ['water', 'ice'], true],
    ['from', 'is', 'ada@customer.example', true],
    ['from', 'is not', 'ada@customer.example', false],
    ['from', 'is any of', ['bob@customer.example', 'ADA@customer.example'], true],
    ['from', 'is none of', ['bob@customer.example'], true],
    ['from', 'starts with', 'ada@', true],
    ['from', 'ends with', '@customer.example', true],
    ['from', 'ends with one of', ['@else.example', '@customer.example'], true],
    ['subject', 'starts with one of', ['fax', 'printer'], true],
    ['subject', 'matches regex', '^printer\\b.*(fire|smoke)', true],
    ['subject', 'does not match regex', 'smoke$', true],
    ['x-missing', 'contains', 'x', false],
    ['x-missing', 'contains not', 'x', true],
    ['x-missing', 'matches regex', '.*', false],
    ['x-missing', 'does not match regex', '.*', true],
  ])('%s %s %j: %s', (name, operator, value, met) => {
    expect(meets({ [name]: { operator, value } })).toBe(met);
  });

  it('all of a filter have to be met', () => {
    const fire: Condition = { operator: 'contains', value: 'fire' };
    expect(meets({ subject: fire, 'x-spam-flag': { operator: 'is', value: 'yes' } })).toBe(true);
    expect(meets({ subject: fire, 'x-spam-flag': { operator: 'is', value: 'no' } })).toBe(false);
  });

  it('means what it says, whatever the texts are; what is denied is the opposite', () => {
    const words = fc.array(fc.stringMatching(/^[aAbB]{0,3}$/), { maxLength: 3 });
    const wanted = fc.array(fc.stringMatching(/^[aAbB]{1,2}$/), { minLength: 1, maxLength: 3 });
    const naive: Record<string, (text: string, one: string) => boolean> = {
      contains: (text, one) => text.indexOf(one) >= 0,
      is: (text, one) => text.length === one.length && text.indexOf(one) === 0,
      'starts with': (text, one) => text.slice(0, one.length) === one,
      'ends with': (text, one) => text.length >= one.length && text.slice(text.length - one.length) === one,
    };
    const opposite: Partial<Record<PostmasterOperator, PostmasterOperator>> = {
      ...{ 'contains not': 'contains', 'is not': 'is', 'is none of': 'is any of' },
      'does not match regex': 'matches regex',
    };
    fc.assert(
      fc.property(words, wanted, fc.constantFrom(...postmasterOperators), (texts, value, operator) => {
        const met = (which: PostmasterOperator) =>
          ready(rule(1, { subject: { operator: which, value } }, {})).meets(() => texts);
        const denied = opposite[operator];
        if (denied) return met(operator) === !met(denied);
        const name = operator.replace(' any of', '').replace(' one of', '').replace('matches regex', 'contains');
        const expected = texts.some((text) =>
          value.some((one) => naive[name]?.(text.toLowerCase(), one.toLowerCase()) === true),
        );
        return met(operator) === expected;
      }),
    );
  });

  it('an expression made to keep the service busy is done with at once', () => {
    const slow = ready(rule(1, { subject: { operator: 'matches regex', value: '^(a+)+$' } }, {}));
    const started = performance.now();
    expect(slow.meets(() => [`${'a'.repeat(20_000)}!`])).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('filters together', () => {
  const any: FilterRule['match'] = { from: { operator: 'contains', value: '@' } };
  const none: FilterRule['match'] = { from: { operator: 'contains', value: '#' } };

  it('say nothing of a mail that none meets', () => {
    expect(judge([ready(rule(1, none, { 'x-zammad-ignore': { value: true } }))], fields)).toBeUndefined();
  });

  it('are heard in their order: the later one counts, tags add up', () => {
    const first = rule(1, any, {
      'x-zammad-ticket-group_id': { value: '2' },
      'x-zammad-ticket-priority_id': { value: 3 },
      'x-zammad-ticket-tags': { operator: 'add', value: 'one, two' },
      'x-zammad-article-internal': { value: 'true' },
    });
    const second = rule(2, any, {
      'x-zammad-ticket-group_id': { value: '4' },
      'x-zammad-ticket-tags': { operator: 'add', value: 'three' },
      'x-zammad-ticket-type': { value: 'Incident' },
    });
    const third = rule(3, any, {
      'x-zammad-ticket-tags': { operator: 'remove', value: 'ONE' },
      'x-zammad-out-of-office': { value: true },
    });
    expect(judge([first, second, third].map(ready), fields)).toEqual({
      filtered: {
        by: [
          { id: 1, name: 'filter 1' },
          { id: 2, name: 'filter 2' },
          { id: 3, name: 'filter 3' },
        ],
        ...{ groupId: 4, priorityId: 3, type: 'Incident', tags: ['two', 'three'], internal: true },
      },
      ignoredBy: null,
      outOfOffice: true,
    });
  });

  it('end with the one that ignores the mail', () => {
    const ignoring = rule(1, any, { 'x-zammad-ignore': { value: 'true' } });
    const judged = judge([ignoring, rule(2, any, { 'x-zammad-ticket-group_id': { value: 1 } })].map(ready), fields);
    expect(judged).toEqual({
      filtered: { by: [{ id: 1, name: 'filter 1' }] },
      ignoredBy: 'filter 1',
      outOfOffice: false,
    });
  });
});

describe('what a mail of a trusted mailbox says of itself', () => {
  const headers = {
    'x-zammad-ticket-group': ['Second', 'Third'],
    'x-zammad-ticket-priority_id': ['3'],
    'x-zammad-ticket-state': [' open '],
    'x-zammad-ticket-tags': ['alarm, night'],
    'x-zammad-article-internal': ['yes', 'true'],
    'x-zammad-password': ['x'],
  };
  const any: FilterRule['match'] = { from: { operator: 'contains', value: '@' } };

  it('is heard before the filters, which override it, and is none of them', () => {
    const itself = saidByItself(headers) as ReadyFilter;
    expect(judge([itself], fields)).toEqual({
      filtered: { by: [], group: 'Second', priorityId: 3, state: 'open', tags: ['alarm', 'night'], internal: false },
      ...{ ignoredBy: null, outOfOffice: false },
    });
    const filter = ready(
      rule(1, any, { 'x-zammad-ticket-group_id': { value: 4 }, 'x-zammad-ticket-priority_id': { value: 1 } }),
    );
    expect(judge([itself, filter], fields)?.filtered).toMatchObject({ by: [{ id: 1 }], groupId: 4, priorityId: 1 });
  });

  it('is nothing when it has no such header', () => {
    expect(saidByItself({ 'x-spam-flag': ['YES'] })).toBeUndefined();
  });

  it('can be that nobody needs it', () => {
    expect(judge([saidByItself({ 'x-zammad-ignore': ['true'] }) as ReadyFilter], fields)?.ignoredBy).toBe(
      'its own headers',
    );
  });
});

it.each<[object, object, string | undefined]>([
  [{}, { 'x-zammad-ignore': { value: true } }, 'A filter needs something to look for.'],
  [{ from: { operator: 'is', value: 'x' } }, {}, 'A filter needs something to do.'],
  [{ 'a b': { operator: 'is', value: 'x' } }, { 'x-zammad-ignore': {} }, "'a b' is no header."],
  [{ from: { operator: 'like', value: 'x' } }, { 'x-zammad-ignore': {} }, "'like' is no operator."],
  [{ from: { operator: 'is', value: '' } }, { 'x-zammad-ignore': {} }, "There is nothing to compare 'from' with."],
  [{ from: { operator: 'is', value: [] } }, { 'x-zammad-ignore': {} }, "There is nothing to compare 'from' with."],
  [{ from: { operator: 'matches regex', value: '(' } }, { 'x-zammad-ignore': {} }, "'(' is no regular expression."],
  [{ from: { operator: 'is', value: 'x' } }, { 'x-zammad-foo': {} }, "'x-zammad-foo' is nothing that a filter can do."],
  [
    { from: { operator: 'is', value: 'x' } },
    { 'x-zammad-ticket-group_id': { value: 'Users' } },
    "'x-zammad-ticket-group_id' needs an id.",
  ],
  [
    { from: { operator: 'is', value: 'x' } },
    { 'x-zammad-ticket-tags': { value: ' , ' } },
    "'x-zammad-ticket-tags' needs tags.",
  ],
  [{ from: { operator: 'is', value: 'x' } }, { 'x-zammad-ticket-group_id': { value: '1' } }, undefined],
])('%j that does %j: %s', (match, perform, why) => {
  expect(trouble({ match, perform } as FilterRule)).toBe(why);
});
