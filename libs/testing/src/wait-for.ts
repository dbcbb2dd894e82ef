import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
  /** What is awaited, as the end of the sentence "waited 5000 ms for …". */
  what: string;
  timeoutMs?: number;
  /** Pause between two looks. */
  everyMs?: number;
}

/**
 * Looks again and again until `look` returns something other than undefined, null or false, and returns that.
 * A throwing look counts as "not yet"; its last error becomes the cause.
 * @throws Error naming what was awaited, how long, and what the last look saw
 */
export async function waitFor<T>(
  look: () => T | Promise<T>,
  { what, timeoutMs = 10_000, everyMs = 20 }: WaitOptions,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  let cause: unknown;
  do {
    try {
      last = await look();
      cause = undefined;
      if (last !== undefined && last !== null && last !== false) return last as NonNullable<Exclude<T, false>>;
    } catch (error) {
      cause = error;
    }
    await pause(everyMs);
  } while (performance.now() < end);
  const saw = cause instanceof Error ? `the last look failed: ${cause.message}` : `the last look saw ${String(last)}`;
  throw new Error(`Waited ${timeoutMs} ms for ${what}; ${saw}.`, { cause });
}
