import type { AppError } from '@helpmesh/kernel';

const LEAST_MS = 500;
const MOST_MS = 60_000;

/**
 * How long to leave a peer alone that does not answer: a hundredth of the time it has not, so that it is heard of within
 * five seconds after an outage of minutes, and is not called all the time in a long one.
 * @param failingMs  since the first call that was not answered
 */
export function holdMs(failingMs: number): number {
  return Math.min(MOST_MS, Math.max(LEAST_MS, failingMs / 100));
}

/** How long a peer itself asks not to be called, ms. */
export function askedForMs({ members }: AppError): number {
  const asked = members?.retryAfterMs;
  return typeof asked === 'number' ? Math.min(asked, 3_600_000) : 0;
}
