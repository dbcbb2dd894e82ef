type Row = Record<string, unknown>;

/** One cell as RFC 4180 has it; what spreadsheets take for a formula is shown as the text it is. */
export function cell(value: unknown): string {
  const text =
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const shown = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}

/** A list of objects as CSV: members of objects inside them are columns of their own, `ticket.number`. */
export function rowsAsCsv(rows: readonly Row[]): string {
  const flat = rows.map(flatten);
  const columns = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly string[]) => `${cells.join(',')}\r\n`;
  return line(columns) + flat.map((row) => line(columns.map((name) => cell(row[name])))).join('');
}

function flatten(row: Row): Row {
  const pairs = Object.entries(row).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one])
      : [[name, value]],
  );
  return Object.fromEntries(pairs);
}
