import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from 'typeorm';

/** What a request asks of the transaction that carries it out: held there, so that nothing comes between. */
export interface Terms {
  /** First in the transaction; what it throws undoes it. Runs again when the transaction does. */
  before(tx: EntityManager): Promise<void>;
  /** Last in the transaction. */
  after(tx: EntityManager): Promise<void>;
}

interface Held extends Terms {
  state: 'open' | 'running' | 'kept' | 'over';
}

const current = new AsyncLocalStorage<Held | undefined>();

/**
 * The first transaction that `work` runs is held to the terms; further ones, and what goes on after `work`, are not.
 * @returns what `work` returned, and whether there was such a transaction
 */
export async function onTerms<T>(terms: Terms, work: () => Promise<T>): Promise<{ result: T; kept: boolean }> {
  const held: Held = { before: (tx) => terms.before(tx), after: (tx) => terms.after(tx), state: 'open' };
  try {
    const result = await current.run(held, work);
    return { result, kept: held.state === 'kept' };
  } finally {
    // Timers and the like that were begun by `work` still carry its context.
    held.state = 'over';
  }
}

/** Work for many requests at once, of which none has a say over the others. */
export function withoutTerms<T>(work: () => T): T {
  return current.getStore() === undefined ? work() : current.run(undefined, work);
}

/** Runs the transaction under the terms of the present request, if it has any that are still to be kept. */
export async function underTerms<T>(
  fn: (tx: EntityManager) => Promise<T>,
  run: (fn: (tx: EntityManager) => Promise<T>) => Promise<T>,
): Promise<T> {
  const held = current.getStore();
  if (held?.state !== 'open') return run(fn);
  held.state = 'running';
  try {
    const result = await run(async (tx) => {
      await held.before(tx);
      const done = await fn(tx);
      await held.after(tx);
      return done;
    });
    if (held.state === 'running') held.state = 'kept';
    return result;
  } catch (error) {
    // Nothing was written: the next one is the first again.
    if (held.state === 'running') held.state = 'open';
    throw error;
  }
}
