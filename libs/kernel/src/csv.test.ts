import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvCell, csvText, parseCsv } from './csv.ts';

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

it('S20: writes no formulas, and reads back what it wrote', () => {
  expect(['=1+1', '+49 30', '-2', '@x', 'a;b', "it's"].map(csvCell)).toEqual([
    ...["'=1+1", "'+49 30", "'-2", "'@x", '"a;b"', "it's"],
  ]);
  const cell = fc.string().filter((text) => !/\r|^'[=+\-@\t]/.test(text));
  fc.assert(
    fc.property(cell, cell, (a, b) => {
      const [, row] = parseCsv(`x,y\n${csvCell(a)},${csvCell(b)}`);
      expect((row?.cells ?? ['', '']).map(csvText)).toEqual(row ? [a, b] : ['', '']);
    }),
  );
});
