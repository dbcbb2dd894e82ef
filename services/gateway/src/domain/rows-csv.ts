import { csvCell } from '@helpmesh/kernel';

type Row = Record<string, unknown>;

/** A value as a cell of CSV. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return csvCell(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** A list of objects as a table: members of objects inside them are columns of their own, `ticket.number`. */
export function inColumns(list: readonly Row[]): { columns: string[]; rows: Row[] } {
  const rows = list.map(flatten);
  return { columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows };
}

/** The same as CSV. */
export function rowsAsCsv(list: readonly Row[]): string {
  const { columns, rows } = inColumns(list);
  const line = (cells: readonly string[]) => `${cells.join(',')}\r\n`;
  return line(columns) + rows.map((row) => line(columns.map((name) => cell(row[name])))).join('');
}

function flatten(row: Row): Row {
  const pairs = Object.entries(row).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one])
      : [[name, value]],
  );
  return Object.fromEntries(pairs);
}
