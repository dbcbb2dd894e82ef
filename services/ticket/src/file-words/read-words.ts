import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FileTask } from './file-words.worker.ts';
import type { FileKind } from './kinds.ts';

/** Characters of one file that are looked for. */
export const MOST_WORDS = 50_000;
const MOST_MS = 20_000;
const MOST_MB = 256;

/** What a person reads in a file, as plain text. @throws Error for a file that cannot be read, or not in time */
export async function readWords(kind: FileKind, file: Uint8Array, contentType: string): Promise<string> {
  const text = kind === 'text' ? decoded(file, contentType) : await threaded({ kind, file, most: MOST_WORDS });
  // No text of the database has a zero or half a character in it.
  return text.replaceAll('\0', ' ').slice(0, MOST_WORDS).toWellFormed();
}

function decoded(file: Uint8Array, contentType: string): string {
  const charset = /charset="?([\w-]{1,40})/i.exec(contentType)?.[1] ?? 'utf-8';
  const beginning = file.subarray(0, MOST_WORDS * 4);
  try {
    return new TextDecoder(charset).decode(beginning);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder().decode(beginning);
    throw error;
  }
}

async function threaded(task: FileTask): Promise<string> {
  // Sources are TypeScript in tests, JavaScript in dist; both stand beside this file.
  const script = new URL(`./file-words.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  // Without what this process was started with, as for holidays; and a file of strangers must not be a way to read it.
  const alone = { execArgv: [], env: {}, stdout: true, stderr: true };
  const options = { ...alone, resourceLimits: { maxOldGenerationSizeMb: MOST_MB } };
  const worker = new Worker(script, { ...options, workerData: task });
  try {
    const [text] = await once(worker, 'message', { signal: AbortSignal.timeout(MOST_MS) });
    return String(text);
  } finally {
    await worker.terminate();
  }
}
