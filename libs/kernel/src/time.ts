declare const brand: unique symbol;

/** An instant, milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly [brand]: 'EpochMs' };

export function epochMs(value: number | Date): EpochMs {
  const ms = typeof value === 'number' ? value : value.getTime();
  if (!Number.isFinite(ms)) throw new RangeError(`not an instant: ${String(value)}`);
  return ms as EpochMs;
}

/** ISO-8601 in UTC with milliseconds, the one form of an instant in JSON. */
export function isoTime(at: EpochMs): string {
  return new Date(at).toISOString();
}

export interface Clock {
  now(): EpochMs;
}

/** The only place that asks the machine for the time. */
export class SystemClock implements Clock {
  now(): EpochMs {
    return Date.now() as EpochMs;
  }
}

/**
 * Waiting time before try number `attempt` (1 = after the first failure), doubling from `baseMs` up to `capMs`.
 * With `jitter` in [0, 1) the caller brings the randomness: the result lies in [50 %, 100 %] of the plain value.
 */
export function backoffMs(attempt: number, options: { baseMs: number; capMs: number; jitter?: number }): number {
  const plain = Math.min(options.capMs, options.baseMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return options.jitter === undefined ? plain : Math.round(plain * (0.5 + options.jitter / 2));
}
