import { epochMs, isoTime } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../condition/condition.ts';
import { searchCondition } from './search-condition.ts';
import { parseSearch, type SearchNode } from './search-query.ts';
import { isView } from './views.ts';

/** Twenty to midnight in Berlin on the day before its clocks go forward. */
const clock = { now: epochMs(Date.parse('2026-03-28T22:40:00Z')), zone: 'Europe/Berlin', me: 7 };
const knowledge = {
  scope: 'tickets',
  attributes: new Map([['due_on', { type: 'day' as const, fallback: null, ofAgents: false }]]),
} as const;
const read = (text: string) =>
  parseSearch(text, { me: clock.me, condition: (term) => searchCondition(term, knowledge, clock) });

describe('a search query', () => {
  it.each([
    ['printer', { words: 'printer', plain: ['printer'], fixed: '', parts: ['printer'] }],
    [
      'printer "paper jam" -toner 10001 me@x.org',
      {
        words: 'printer "paper jam" -toner 10001 me@x.org',
        plain: ['printer'],
        fixed: '"paper jam" -toner 10001 me@x.org',
        parts: [],
      },
    ],
    ['printer or toner', { words: 'printer or toner', plain: [], fixed: 'printer or toner' }],
    ['state.name:open printer', { words: 'printer', fields: { state: ['open'] }, parts: [] }],
    ['state:"pending reminder" state:open', { words: '', fields: { state: ['pending reminder', 'open'] } }],
    [
      'state:(open OR new) AND -group:"Data Mgmt"',
      { fields: { state: ['open', 'new'] }, without: { group: ['Data Mgmt'] } },
    ],
    ['print*', { words: '', prefixes: ['print'], parts: ['print'] }],
    ['*', { words: '', prefixes: [] }],
    ['a AND b NOT d', { words: 'a b -d' }],
    ['a !b +c', { words: 'a -b c' }],
    ['+49 30 1234', { words: '+49 30 1234', parts: ['+49', '30', '1234'] }],
    ['owner_id:4', { fields: { owner_id: ['4'] } }],
    ['assignee:me customer:ME', { fields: { owner_id: ['7'], customer_id: ['7'] } }],
    ['owner:none', { fields: { owner_id: ['1'] } }],
    ['owner_id:99999999999', { words: 'owner_id 99999999999', fields: {} }],
    ['error: disk full', { words: 'error: disk full' }],
    ['unknown:field', { words: 'unknown field' }],
    ['unknown:>3 created:>soon', { words: 'unknown > 3 created > soon', others: [] }],
    ['constructor:x __proto__:y', { words: 'constructor x __proto__ y', fields: {} }],
    ['stray " quote', { words: 'stray quote' }],
    ['stray ( parenthesis', { words: 'stray parenthesis' }],
    ['f(x) :) g)', { words: 'f(x) :) g)' }],
    ['OR printer OR', { words: 'printer' }],
    ['"paper jam"~2 toner', { words: '"paper jam" toner' }],
  ])('%j', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  const leaf = (text: string): SearchNode => ({ op: 'words', words: { text, phrase: false, open: false } });
  const state = (name: string): SearchNode => ({ op: 'field', field: 'state', values: [name] });

  it.each([
    [
      'a AND b OR c NOT d',
      [
        {
          op: 'any',
          of: [
            { op: 'all', of: [leaf('a'), leaf('b')] },
            { op: 'all', of: [leaf('c'), { op: 'not', of: leaf('d') }] },
          ],
        },
      ],
    ],
    [
      '(a OR b) -(c OR d)',
      [
        { op: 'any', of: [leaf('a'), leaf('b')] },
        { op: 'not', of: { op: 'any', of: [leaf('c'), leaf('d')] } },
      ],
    ],
    ['((a OR (b c)', [{ op: 'any', of: [leaf('a'), { op: 'all', of: [leaf('b'), leaf('c')] }] }]],
    [
      'title:jam body:"paper tray"',
      [
        { op: 'words', words: { text: 'jam', phrase: false, open: false, place: 'title' } },
        { op: 'words', words: { text: 'paper tray', phrase: true, open: false, place: 'bodies' } },
      ],
    ],
  ])('%j joins words', (text, groups) => {
    expect(read(text)).toMatchObject({ words: '', parts: [], groups, others: [] });
  });

  it('joins anything by OR, also below parentheses', () => {
    const query = read('printer (state:open OR tags:later OR -(toner state:new))');
    expect(query).toMatchObject({ words: 'printer', parts: [], groups: [] });
    expect(query.others).toEqual([
      {
        op: 'any',
        of: [
          state('open'),
          { op: 'field', field: 'tags', values: ['later'] },
          { op: 'not', of: { op: 'all', of: [leaf('toner'), state('new')] } },
        ],
      },
    ]);
  });

  it('looks for files and headers', () => {
    const [has, named] = read('has:attachment filename:report.pdf').others;
    expect([has, named]).toEqual([
      { op: 'file', name: null },
      { op: 'file', name: 'report.pdf' },
    ]);
    expect(read('from:ann@x.example')).toMatchObject({
      groups: [{ op: 'words', words: { text: 'ann@x.example', place: 'heads', open: true } }],
      others: [{ op: 'header', column: 'from', text: 'ann@x.example' }],
    });
  });

  /** What is asked of one field, in short: `since 2026-…`. */
  const told = (condition: Condition): string => {
    if (condition.op !== 'test')
      return condition.of.map((one) => `${condition.op === 'none' ? 'not ' : ''}${told(one)}`).join(', ');
    const { test } = condition;
    if (test.is === 'since' || test.is === 'until')
      return `${test.is} ${'at' in test.moment ? (test.moment.on ?? isoTime(test.moment.at)) : '?'}`;
    if (test.is === 'less' || test.is === 'more') return `${test.is} ${test.than}`;
    return 'values' in test ? `${test.is} ${test.values}` : 'texts' in test ? `${test.is} ${test.texts}` : test.is;
  };
  const asked = (text: string) => {
    const [one, ...more] = read(text).others;
    expect(more).toEqual([]);
    return one?.op === 'condition'
      ? told(one.condition)
      : one?.op === 'not' && one.of.op === 'condition'
        ? `not ${told(one.of.condition)}`
        : one;
  };

  it.each([
    ['created:2026-03-29', 'set, since 2026-03-28T23:00:00.000Z, until 2026-03-29T21:59:59.999Z'],
    ['created_at:>2026-03', 'set, since 2026-03-31T22:00:00.000Z'],
    ['created_at:>=2026', 'set, since 2025-12-31T23:00:00.000Z'],
    ['closed:<2026-03-29', 'set, until 2026-03-28T22:59:59.999Z'],
    ['updated:<=2026-03-29T10:30', 'set, until 2026-03-29T08:30:59.999Z'],
    ['updated:>"2026-03-29 10:30:05Z"', 'set, since 2026-03-29T10:30:06.000Z'],
    ['created_at:[2026-01-01 TO 2026-01-02]', 'set, since 2025-12-31T23:00:00.000Z, until 2026-01-02T22:59:59.999Z'],
    ['created_at:{2026-01-01 TO 2026-01-02}', 'set, since 2026-01-01T23:00:00.000Z, until 2026-01-01T22:59:59.999Z'],
    ['created_at:[now-7d/d TO *]', 'set, since 2026-03-20T23:00:00.000Z'],
    ['updated_at:>now-1h', 'set, since 2026-03-28T21:40:00.001Z'],
    ['pending:today', 'set, since 2026-03-27T23:00:00.000Z, until 2026-03-28T22:59:59.999Z'],
    ['due:<tomorrow', 'set, until 2026-03-28T22:59:59.999Z'],
    ['due_on:2026-03-29', 'set, since 2026-03-29, until 2026-03-29'],
    ['due_on:>2026-03-28T12:00', 'set, since 2026-03-29'],
    ['due_on:<=today', 'set, until 2026-03-28'],
    ['due_on:>now', 'set, since 2026-03-29'],
    ['due_on:[now TO now+1d]', 'set, since 2026-03-28, until 2026-03-29'],
    ['article_count:>3', 'set, more 3'],
    ['article_count:[2 TO 5}', 'set, not less 2, less 5'],
    ['article_count:0', 'set, in 0'],
    ['note:Leak', 'contains leak'],
    ['note:leak*', 'starts leak'],
    ['customer.lastname:*son', 'ends son'],
    ['_exists_:pending_time', 'set'],
    ['-has:owner', 'not not in 1'],
    ['created_by_id:me', 'in 7'],
  ])('%j is %j', (text, expected) => {
    expect(asked(text)).toBe(expected);
  });

  it.each(['created:2026-13-01', 'created:yesteryear', 'article_count:[a TO b]', 'note:>x', 'created:[* TO x]'])(
    '%j is words, and no error',
    (text) => {
      expect(read(text)).toMatchObject({ others: [], words: expect.stringMatching(/\w/) });
    },
  );

  it('of any text is read without failing', () => {
    const parts = fc.constantFrom(
      '(',
      ')',
      'OR',
      'NOT',
      '-',
      '"',
      ':',
      'created:',
      '>',
      '[',
      ' TO ',
      ']',
      '*',
      'a',
      ' ',
      '2026',
      '~',
    );
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.array(parts, { maxLength: 60 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (typed) => {
        const { words, prefixes, parts: pieces } = read(typed);
        for (const one of [words, ...prefixes, ...pieces]) expect(one).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

it('a view has one of the names that are listed', () => {
  expect(isView('my-open')).toBe(true);
  for (const name of ['constructor', '__proto__', 'toString']) expect(isView(name)).toBe(false);
});
