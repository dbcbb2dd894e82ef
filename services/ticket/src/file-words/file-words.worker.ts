import { parentPort, workerData } from 'node:worker_threads';
import { textOf } from '../html/text.ts';
import type { FileKind } from './kinds.ts';

export interface FileTask {
  kind: Exclude<FileKind, 'text'>;
  file: Uint8Array;
  /** Characters. */
  most: number;
}

/** Runs in a thread that ends with its answer: a file may be made to keep its reader busy, or to fill its memory. */
async function wordsOf({ kind, file, most }: FileTask): Promise<string> {
  switch (kind) {
    case 'html':
      return textOf(new TextDecoder().decode(file), 'text/html').slice(0, most);
    case 'pdf':
      return (await import('./pdf.ts')).textOfPdf(file, most);
    case 'office':
      return (await import('./office.ts')).textOfOffice(file, most);
  }
}

parentPort?.postMessage(await wordsOf(workerData as FileTask));
