import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCsv } from './csv.ts';

it.each([
  [
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    '\uFEFFa;b\r\n"x;y";"say ""hi"""\r\n\r\n',
    [
      ['a', 'b'],
      ['x;y', 'say "hi"'],
    ],
  ],
  [
    'a\tb\n"two\nlines"\t',
    [
      ['a', 'b'],
      ['two\nlines', ''],
    ],
  ],
  ['', []],
  ['a,b"c', [['a', 'b"c']]],
])('%j', (text, cells) => {
  expect(parseCsv(text).map((row) => row.cells)).toEqual(cells);
});

it('tells where each row begins', () => {
  expect(parseCsv('a\n"x\ny"\n\nz').map(({ line }) => line)).toEqual([1, 2, 5]);
});

it('reads back whatever is written with quotes', () => {
  const cell = fc.string().map((text) => text.replaceAll('\r', ''));
  const table = fc.array(fc.tuple(cell, cell), { minLength: 1 });
  fc.assert(
    fc.property(table, (rows) => {
      const written = ['a,b', ...rows.map((cells) => cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))];
      const kept = rows.filter((cells) => cells.some((one) => one.trim() !== ''));
      expect(parseCsv(written.join('\n')).map(({ cells }) => cells)).toEqual([['a', 'b'], ...kept]);
    }),
  );
});
