import { type EpochMs, epochMs } from '@helpmesh/kernel';
import type { Attempt, Delivery } from './webhook.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Waits after the first, second, … failure of a round, as Standard Webhooks recommends them: three days and more. */
export const waits = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY];
/** Longest Retry-After that is obeyed. */
const LONGEST_WISH = DAY;
/** A receiver that fails is left alone for this long, doubling with each failure in a row, up to a minute. */
const HOLD_BASE = SECOND;
const HOLD_CAP = MINUTE;

export type Outcome =
  | { state: 'delivered' }
  | { state: 'deferred'; dueAt: EpochMs; error: string }
  | { state: 'failed'; error: string; gone: boolean };

/**
 * What a try comes to. Any 2xx is a success; 410 says that nobody wants to be called any more.
 * @param jitter  in [0, 1): waits are up to a tenth longer, so that calls that failed together do not come back so
 */
export function outcomeOf(
  delivery: Pick<Delivery, 'kind' | 'attempts' | 'triedBefore'>,
  attempt: Pick<Attempt, 'status' | 'error' | 'responseHeaders'>,
  now: EpochMs,
  jitter: number,
): Outcome {
  const { status } = attempt;
  if (status !== null && status >= 200 && status < 300) return { state: 'delivered' };
  const error = attempt.error ?? `The receiver answered ${status}.`;
  const wait = waits[delivery.attempts - delivery.triedBefore - 1];
  if (status === 410) return { state: 'failed', error, gone: true };
  if (delivery.kind === 'test' || wait === undefined) return { state: 'failed', error, gone: false };
  const wished = wishedWait(attempt, now);
  return { state: 'deferred', dueAt: epochMs(now + Math.max(Math.round(wait * (1 + jitter / 10)), wished)), error };
}

/** @param failures  in a row, this one included */
export function holdMs(failures: number): number {
  return Math.min(HOLD_BASE * 2 ** (failures - 1), HOLD_CAP);
}

/** Retry-After in seconds or as a date (RFC 9110 10.2.3), where a receiver may say so. */
function wishedWait({ status, responseHeaders }: Pick<Attempt, 'status' | 'responseHeaders'>, now: EpochMs): number {
  const said = responseHeaders['retry-after'];
  if (said === undefined || (status !== 429 && status !== 503)) return 0;
  const ms = /^\d+$/.test(said) ? Number(said) * SECOND : Date.parse(said) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_WISH) : 0;
}
