import { Readable } from 'node:stream';
import { Archive } from '@helpmesh/blob';
import { isOfTime, widthOf } from '../domain/export-columns.ts';
import {
  type Cell,
  cellOf,
  headXml,
  rowXml,
  SHEET_LINES,
  sheetBegin,
  sheetEnd,
  workbookParts,
} from '../domain/sheet.ts';
import type { ZoneClock } from '../domain/zone-clock.ts';

export const WORKBOOK_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export interface Table {
  title: string;
  columns: readonly string[];
  /** Of the columns, in characters. */
  widths: readonly number[];
  /** Lines, some at a time. */
  pages: AsyncIterable<readonly (readonly Cell[])[]>;
}

type Rows = readonly Readonly<Record<string, unknown>>[];

/** A list of objects, of which the columns are members. */
export function tableOf(name: string, columns: readonly string[], pages: AsyncIterable<Rows>, clock: ZoneClock): Table {
  const timed = columns.map(isOfTime);
  const lines = (rows: Rows) =>
    rows.map((row) => columns.map((column, i) => cellOf(row[column], timed[i] === true, clock)));
  async function* written() {
    for await (const rows of pages) yield lines(rows);
  }
  return {
    title: name.charAt(0).toUpperCase() + name.slice(1),
    columns,
    widths: columns.map(widthOf),
    pages: written(),
  };
}

/**
 * A table as a file of a spreadsheet (OOXML), written while it is read: a few pages of it are in memory, however long it
 * is. What one sheet has no room for goes on in the next.
 * @param most  lines of one sheet
 */
export function workbookOf({ title, columns, widths, pages }: Table, now: Date, most = SHEET_LINES): Readable {
  const archive = new Archive(now);
  const source = pages[Symbol.asyncIterator]();
  let waiting: readonly (readonly Cell[])[] = [];
  const more = async () => {
    while (waiting.length === 0) {
      const { done, value } = await source.next();
      if (done) return false;
      waiting = value;
    }
    return true;
  };

  async function* sheet(): AsyncGenerator<string> {
    yield sheetBegin(widths) + headXml(columns);
    let line = 1;
    while (line < most && (await more())) {
      const some = waiting.slice(0, most - line);
      waiting = waiting.slice(some.length);
      yield some.map((cells, i) => rowXml(cells, line + i + 1)).join('');
      line += some.length;
    }
    yield sheetEnd(columns.length, line);
  }

  const write = async () => {
    let sheets = 0;
    do await archive.add(`xl/worksheets/sheet${++sheets}.xml`, Readable.from(sheet()));
    while (await more());
    for (const [path, xml] of Object.entries(workbookParts(title, sheets))) {
      await archive.add(path, Buffer.from(xml));
    }
    archive.end();
  };
  // Whoever reads the file hears of it: it breaks off.
  write()
    .catch((error: unknown) => archive.output.destroy(error instanceof Error ? error : undefined))
    .finally(() => source.return?.());
  return archive.output;
}
