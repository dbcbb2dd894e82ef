import { describe, expect, it } from 'vitest';
import { searchTerms, windowOf } from './reading.ts';

const rule = { standard: 100, max: 1000, columns: ['id', 'name'], order: 'id' };

describe('a page', () => {
  it.each([
    [{}, { limit: 100, offset: 0 }],
    [
      { page: 3, per_page: 10 },
      { limit: 10, offset: 20 },
    ],
    [
      { page: 2, limit: 7 },
      { limit: 7, offset: 7 },
    ],
    [
      { per_page: 5, limit: 7 },
      { limit: 5, offset: 0 },
    ],
    [
      { per_page: 5000, page: 2 },
      { limit: 1000, offset: 1000 },
    ],
    [{ page: Number.MAX_SAFE_INTEGER }, { limit: 100, offset: 2_000_000_000 }],
  ])('%j lies at %j', (query, expected) => {
    expect(windowOf(query, rule)).toMatchObject(expected);
  });

  it.each([
    [{}, 'id'],
    [{ sort_by: 'name' }, 'name ASC, id ASC'],
    [{ sort_by: 'name, id', order_by: 'desc,asc' }, 'name DESC, id ASC, id ASC'],
    [{ sort_by: 'name', order_by: 'DESC; DROP TABLE users' }, 'name ASC, id ASC'],
  ])('%j is sorted by %s', (query, expected) => {
    expect(windowOf(query, rule).orderBy).toBe(expected);
  });

  it('is not sorted by what is no column', () => {
    expect(() => windowOf({ sort_by: 'name; DROP TABLE users' }, rule)).toThrow(/invalid column/);
  });
});

describe('words of a search', () => {
  it.each<[string, [string | null, string][]]>([
    [
      'nicole braun',
      [
        [null, '%nicole%'],
        [null, '%braun%'],
      ],
    ],
    ['"nicole braun"', [[null, '%nicole braun%']]],
    ['email:a@b.example', [['email', '%a@b.example%']]],
    ['email:"a b"', [['email', '%a b%']]],
    ['nic*', [[null, '%nic%']]],
    ['n*le', [[null, '%n%le%']]],
    ['100%_\\', [[null, '%100\\%\\_\\\\%']]],
    ['unknown:field', [[null, '%unknown:field%']]],
    [
      'a AND b',
      [
        [null, '%a%'],
        [null, '%b%'],
      ],
    ],
    ['*', []],
    ['', []],
  ])('%j', (query, expected) => {
    expect(searchTerms(query, ['email']).map(({ field, pattern }) => [field, pattern])).toEqual(expected);
  });

  it('end at ten', () => {
    expect(searchTerms('a '.repeat(50), [])).toHaveLength(10);
  });
});
