import { type EpochMs, epochMs } from '@helpmesh/kernel';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The next time of day at this hour, UTC; a day ahead when it is just that hour. */
export function nextRunAt(now: EpochMs, hour: number): EpochMs {
  const today = now - (now % DAY_MS) + hour * HOUR_MS;
  return epochMs(today > now ? today : today + DAY_MS);
}

/** Tickets in which something happened since then are younger than that many days. */
export function quietBefore(now: EpochMs, days: number): EpochMs {
  return epochMs(now - days * DAY_MS);
}
