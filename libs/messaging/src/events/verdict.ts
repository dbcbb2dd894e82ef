import { type AppError, backoffMs } from '@helpmesh/kernel';

/** What a handler says about a message. */
export type Verdict =
  | { do: 'ack' }
  /** Nothing to do; as good as done. */
  | { do: 'skip'; why: string }
  /** Not yet: effects are rolled back, the message comes again; the wait doubles with each try. */
  | { do: 'retry'; afterMs: number; why?: string }
  /** Never: goes to the dead letters with the reason. */
  | { do: 'dead'; why: string };

/** A message that was started this often and is not done goes to the dead letters. */
export const MAX_TRIES = 8;
/** Wait after the first error. */
const RETRY_MS = 500;
/** For what is probably only not here yet. */
const MAX_TRIES_NOT_FOUND = 4;

/** How a try ended. `uncounted`: the world's fault, does not use up a try. */
export type Outcome =
  | { do: 'done' }
  | { do: 'retry'; afterMs: number; why: string; uncounted: boolean }
  | { do: 'dead'; why: string };

/**
 * The way on after a handler threw, by the kind of the error (STYLE.md 8).
 * @param tries  starts of this message so far, this one included
 */
export function outcomeOfError(error: AppError, tries: number): Outcome {
  const why = `${error.code}: ${error.internal ?? error.detail}`;
  switch (error.kind) {
    case 'unavailable':
    case 'limited':
      // Short cap: when the database is back the backlog must not sleep on.
      return { do: 'retry', afterMs: backoffMs(tries, { baseMs: 250, capMs: 10_000 }), why, uncounted: true };
    case 'bug':
    case 'stale':
      return countedRetry(tries, MAX_TRIES, RETRY_MS, why);
    case 'not-found':
      return countedRetry(tries, MAX_TRIES_NOT_FOUND, RETRY_MS, why);
    default:
      return { do: 'dead', why };
  }
}

/** The way on after a verdict. */
export function outcomeOfVerdict(verdict: Verdict | undefined, tries: number): Outcome {
  switch (verdict?.do) {
    case 'retry':
      return countedRetry(tries, MAX_TRIES, verdict.afterMs, verdict.why ?? 'the handler asked for a retry');
    case 'dead':
      return { do: 'dead', why: verdict.why };
    default:
      return { do: 'done' };
  }
}

/** Doubles with each try, so that eight tries of an error span about a minute. */
function countedRetry(tries: number, limit: number, baseMs: number, why: string): Outcome {
  if (tries >= limit) return { do: 'dead', why: `${why} (after ${tries} tries)` };
  return { do: 'retry', afterMs: backoffMs(tries, { baseMs, capMs: 60_000 }), why, uncounted: false };
}

/** Thrown inside the transaction so that a verdict which is not "done" rolls the effects back. */
export class RolledBack extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super('rolled back by verdict');
    this.outcome = outcome;
  }
}
