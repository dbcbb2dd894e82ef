import { IMPORT_BATCH, type importRows, type OutputOf } from '@helpmesh/contracts';
import { AppError, type CsvRow, readCsv } from '@helpmesh/kernel';

type Batch = OutputOf<typeof importRows>;

/** Asks the owner of what the rows are. */
export type AskOwner = (batch: { columns: string[]; rows: CsvRow[]; try: boolean }) => Promise<Batch>;

export interface Imported {
  result: 'success' | 'failed';
  try: boolean;
  stats: { created: number; updated: number; unchanged: number };
  records: Batch['records'];
  errors: string[];
}

/** How far it is, by the lines of the file: first all of them are looked at, then written. */
export interface ImportProgress {
  phase: 'looking' | 'writing';
  line: number;
  lines: number;
}

/** More is a migration, for which there are tools of their own. */
const MOST_ROWS = 10_000;
/** Complaints about one file that are told. */
const MOST_ERRORS = 1_000;
/** A batch is some hundred writes in one transaction, so its owner needs time. */
export const BATCH_MS = 60_000;

/**
 * Takes a CSV file to its owner, some hundred rows at a time, so that neither a question nor a transaction grows with the
 * file. First all of it is tried, so that a file with a mistake changes nothing. Then each batch is written whole or not
 * at all; should one fail that was right a moment ago, the report says what was written, and the same file can be sent
 * again: what is there already is left alone.
 *
 * @param tell  called after each batch
 */
export async function importFile(
  owner: AskOwner,
  text: string,
  trial: boolean,
  tell: (progress: ImportProgress) => void = () => undefined,
): Promise<Imported> {
  const lines = linesOf(text);
  const telling = (phase: ImportProgress['phase']) => (line: number) => tell({ phase, line, lines });
  const ask = (columns: string[], rows: CsvRow[], tried: boolean) => owner({ columns, rows, try: tried });
  const looked = await inBatches(text, (columns, rows) => ask(columns, rows, true), false, telling('looking'));
  if (trial || looked.errors.length > 0) return report(looked, trial);
  return report(await inBatches(text, (columns, rows) => ask(columns, rows, false), true, telling('writing')), false);
}

/** @param ends  with the first batch that is wrong */
async function inBatches(
  text: string,
  ask: (columns: string[], rows: CsvRow[]) => Promise<Batch>,
  ends: boolean,
  tell: (line: number) => void,
): Promise<Batch> {
  const rows = readCsv(text);
  const head = rows.next();
  if (head.done) throw new AppError('invalid', 'import.empty', 'The file has no rows.');
  const all: Batch = { records: [], errors: [] };
  let batch: CsvRow[] = [];
  let count = 0;
  const send = async () => {
    const { records, errors } = await ask(head.value.cells, batch);
    all.records.push(...records);
    all.errors.push(...errors);
    tell(batch.at(-1)?.line ?? head.value.line);
    batch = [];
  };
  for (const row of rows) {
    if (++count > MOST_ROWS) {
      throw new AppError('invalid', 'import.too-many-rows', `A file may have ${MOST_ROWS} rows at most.`);
    }
    batch.push(row);
    if (batch.length < IMPORT_BATCH) continue;
    await send();
    if (all.errors.length > 0 && (ends || all.errors.length >= MOST_ERRORS)) return all;
  }
  // A file of columns alone is looked at as well: their names may be wrong.
  if (batch.length > 0 || count === 0) await send();
  return all;
}

/** Its lines, the last one also where nothing ends it. */
function linesOf(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < text.length - 1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function report({ records, errors }: Batch, trial: boolean): Imported {
  const stats = { created: 0, updated: 0, unchanged: 0 };
  for (const { what } of records) stats[what] += 1;
  const told = [...new Set(errors.map(({ line, message }) => `Line ${line}: ${message}`))].slice(0, MOST_ERRORS);
  return { result: told.length > 0 ? 'failed' : 'success', try: trial, stats, records, errors: told };
}
