import { type EpochMs, epochMs } from '@helpmesh/kernel';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Waits after the first, second, … failure in a row; the last one from then on. */
const waits = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY];
/** A receiver that has failed for so long is called no more. */
const GIVEN_UP_MS = 5 * DAY;
/** Longest Retry-After that is obeyed. */
const LONGEST_WISH = 2 * DAY;

/** How a call went. */
export interface Reply {
  /** Null: nobody answered, and `error` says why. */
  status: number | null;
  error: string | null;
  retryAfter: string | null;
}

export type Outcome =
  | { do: 'go-on' }
  | { do: 'wait'; dueAt: EpochMs; error: string }
  | { do: 'disable'; reason: string };

/**
 * What a call comes to. Any 2xx is a success; 410 says that nobody wants to be called any more.
 * @param failures  in a row, this one not included
 * @param since     when the first of them was; null: this is the first
 * @param jitter    in [0, 1): waits are up to a tenth longer
 */
export function outcomeOf(
  { status, error, retryAfter }: Reply,
  failures: number,
  since: EpochMs | null,
  now: EpochMs,
  jitter: number,
): Outcome {
  if (status !== null && status >= 200 && status < 300 && error === null) return { do: 'go-on' };
  const why = error ?? `The receiver answered ${status}.`;
  if (status === 410) return { do: 'disable', reason: 'The receiver does not want to be called any more (410).' };
  if (since !== null && now - since >= GIVEN_UP_MS) {
    return { do: 'disable', reason: `It has failed for ${Math.floor((now - since) / DAY)} days: ${why}` };
  }
  const wait = waits[Math.min(failures, waits.length - 1)] as number;
  const wished = wishOf(retryAfter, now);
  return { do: 'wait', dueAt: epochMs(now + Math.max(Math.round(wait * (1 + jitter / 10)), wished)), error: why };
}

/** Retry-After in seconds or as a date (RFC 9110 10.2.3). */
function wishOf(said: string | null, now: EpochMs): number {
  if (said === null) return 0;
  const ms = /^\d{1,9}$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_WISH) : 0;
}
