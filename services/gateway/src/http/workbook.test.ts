import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import type { Cell } from '../domain/sheet.ts';
import { workbookOf } from './workbook.ts';

const table = (pages: AsyncIterable<Cell[][]>) => ({ title: 'Tickets', columns: ['id'], widths: [8], pages });
const at = new Date('2026-01-01T00:00:00Z');

async function* pagesOf(rows: number, size: number): AsyncGenerator<Cell[][]> {
  for (let from = 0; from < rows; from += size) {
    yield Array.from({ length: Math.min(size, rows - from) }, (_, i) => [from + i]);
  }
}

it.each([
  [0, ['A1:A1']],
  [6, ['A1:A4', 'A1:A4']],
  [7, ['A1:A4', 'A1:A4', 'A1:A2']],
])('of %i rows what one sheet has no room for goes on in the next', async (rows, filters) => {
  const zip = await fromBufferPromise(await buffer(workbookOf(table(pagesOf(rows, 2)), at, 4)));
  const parts: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    parts[entry.fileName] = (await buffer(await zip.openReadStreamPromise(entry))).toString();
  }
  const sheets = filters.map((_, i) => parts[`xl/worksheets/sheet${i + 1}.xml`] ?? '');
  expect(sheets.map((sheet) => /autoFilter ref="(.*?)"/.exec(sheet)?.[1])).toEqual(filters);
  expect(sheets.flatMap((sheet) => [...sheet.matchAll(/<v>(\d+)<\/v>/g)].map(([, v]) => Number(v)))).toEqual(
    Array.from({ length: rows }, (_, i) => i),
  );
  for (const part of ['xl/workbook.xml', '[Content_Types].xml']) {
    expect(parts[part]?.match(/sheet\d+\.xml|<sheet /g)).toHaveLength(filters.length);
  }
});

it('asks for no more rows than are taken, and no more once nobody listens', async () => {
  let [asked, ended] = [0, false];
  async function* endless(): AsyncGenerator<Cell[][]> {
    try {
      for (;;) {
        asked++;
        yield Array.from({ length: 200 }, () => [Math.random().toString(36).repeat(20)]);
      }
    } finally {
      ended = true;
    }
  }
  const file = workbookOf(table(endless()), at);
  await file[Symbol.asyncIterator]().next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBeLessThan(50);
  file.destroy();
  await expect.poll(() => ended).toBe(true);
});

it('breaks off when its rows do', async () => {
  async function* broken(): AsyncGenerator<Cell[][]> {
    yield [[1]];
    throw new Error('the list is gone');
  }
  await expect(buffer(workbookOf(table(broken()), at))).rejects.toThrow('the list is gone');
});
