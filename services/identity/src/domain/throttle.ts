import type { EpochMs } from '@helpmesh/kernel';
import { backoffMs } from '@helpmesh/kernel';

/**
 * Wrong passwords are counted for the account and for the account from one address.
 *
 * A few tries a place, then that place waits, longer each time. Once an account has seen many wrong passwords from
 * anywhere, each place gets a single try. Nothing ever closes the account as a whole: a stranger can slow down only
 * the places they try from, and the owner with the right password gets in at the first try from a place of their own.
 */
export const limits = {
  /** Wrong passwords in a row from one place before it has to wait. */
  triesPerPlace: 5,
  /** Wrong passwords from everywhere after which a place gets one try. */
  triesPerAccount: 20,
  firstWaitMs: 30_000,
  longestWaitMs: 15 * 60_000,
  /** Quiet time after which a count starts again. */
  forgetAfterMs: 60 * 60_000,
} as const;

export interface Tries {
  failures: number;
  lastAt: EpochMs;
  /** The place has to wait until then; null: it need not. */
  blockedUntil: EpochMs | null;
}

export const noTries = (now: EpochMs): Tries => ({ failures: 0, lastAt: now, blockedUntil: null });

export type Attempt = { do: 'try'; place: Tries; account: Tries } | { do: 'wait'; forMs: number };

/**
 * Counts a try before its password is looked at, so that tries made at the same time cannot all pass as the first. A
 * try that turns out right is taken back by the caller.
 */
export function countTry(place: Tries, account: Tries, now: EpochMs): Attempt {
  const here = recent(place, now);
  const everywhere = recent(account, now);
  if (here.blockedUntil !== null && here.blockedUntil > now) return { do: 'wait', forMs: here.blockedUntil - now };
  const failures = here.failures + 1;
  const allowed = everywhere.failures >= limits.triesPerAccount ? 1 : limits.triesPerPlace;
  const wait = { baseMs: limits.firstWaitMs, capMs: limits.longestWaitMs };
  const blockedUntil = failures < allowed ? null : ((now + backoffMs(failures - allowed + 1, wait)) as EpochMs);
  return {
    do: 'try',
    place: { failures, lastAt: now, blockedUntil },
    account: { failures: everywhere.failures + 1, lastAt: now, blockedUntil: null },
  };
}

function recent(tries: Tries, now: EpochMs): Tries {
  const quietSince = Math.max(tries.lastAt, tries.blockedUntil ?? 0);
  return now - quietSince > limits.forgetAfterMs ? noTries(now) : tries;
}
