import { describe, expect, it } from 'vitest';
import { importColumns, readRow } from './import-row.ts';

const read = (columns: string, cells: readonly string[]) => readRow(columns.split(' '), cells, importColumns.User);

describe('a row of a file', () => {
  it.each([
    [
      'texts as they are, without blanks around them',
      'email note',
      [' a@b.example ', 'x'],
      { email: 'a@b.example', note: 'x' },
    ],
    ['yes and no in the words people use', 'vip active', ['Yes', '0'], { vip: true, active: false }],
    ['several values in a cell', 'roles', ['Agent~~~ Admin '], { roles: ['Agent', 'Admin'] }],
    ['nothing for an empty cell or one that is not there', 'email vip roles phone', ['', ' ', ''], {}],
    ['custom attributes as texts', 'room', ['B 12'], { room: 'B 12' }],
    ['nothing of what exports tell beside', 'created_at email', ['2026', 'a'], { email: 'a' }],
  ])('gives %s', (_what, columns, cells, values) => {
    expect(read(columns, cells)).toEqual({ ok: true, values });
  });

  it.each([
    ['neither yes nor no', 'vip', ['perhaps'], /true or false/],
    ['more cells than columns', 'email', ['a', 'b'], /more cells/],
  ])('is wrong with %s', (_what, columns, cells, why) => {
    expect(read(columns, cells)).toMatchObject({ ok: false, why: expect.stringMatching(why) });
  });
});
