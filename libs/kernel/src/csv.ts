/** A row of a CSV text with the line it begins in, from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/**
 * Reads CSV (RFC 4180): quoted cells may hold separators, line ends and doubled quotes. The separator is the one of
 * comma, semicolon and tab that the first line has most of. Empty lines are left out. Row by row, as they are asked for.
 */
export function* readCsv(text: string): Generator<CsvRow> {
  const source = text.replace(/^\uFEFF/, '');
  const separator = separatorOf(source.slice(0, source.search(/\r|\n|$/)));
  let cells: string[] = [];
  let [cell, quoted, line, began] = ['', false, 1, 1];
  const endRow = (): CsvRow[] => {
    const row = { line: began, cells: [...cells, cell] };
    cells = [];
    cell = '';
    return row.cells.some((one) => one.trim() !== '') ? [row] : [];
  };
  for (let i = 0; i < source.length; i++) {
    const character = source[i] as string;
    if (character === '\n') line += 1;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (source[i + 1] === '"') cell += source[++i];
      else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') {
      yield* endRow();
      began = line;
    } else if (character !== '\r') cell += character;
  }
  yield* endRow();
}

export function parseCsv(text: string): CsvRow[] {
  return [...readCsv(text)];
}

/**
 * One cell as RFC 4180 has it; what spreadsheets take for a formula is shown as the text it is.
 * @see csvText for the way back
 */
export function csvCell(text: string): string {
  const shown = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}

/** What stood there before `csvCell` wrote it. */
export function csvText(cell: string): string {
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}

function separatorOf(head: string): string {
  const count = (separator: string) => head.split(separator).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}
