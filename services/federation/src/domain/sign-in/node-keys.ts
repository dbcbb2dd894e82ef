import { type EpochMs, epochMs } from '@helpmesh/kernel';

const HOUR_MS = 3_600_000;
/** A key is replaced after that long. */
const AGE_MS = 90 * 24 * HOUR_MS;
/** Published ahead of its first signature, so that whoever keeps keys has it by then; and as long after its last. */
const OVERLAP_MS = HOUR_MS;

/** Instants of a key of this desk. */
export interface KeyTimes {
  signsFrom: EpochMs;
  /** It is published no longer; null: it is the newest. */
  endsAt: EpochMs | null;
  createdAt: EpochMs;
}

/** Whether it is time for another one. @param newest  undefined: there is none */
export function isDue(newest: KeyTimes | undefined, now: EpochMs): boolean {
  return newest === undefined || newest.createdAt + AGE_MS <= now;
}

/** Whether the next one waits for its time already. */
export function isNext(newest: KeyTimes | undefined, now: EpochMs): boolean {
  return newest !== undefined && newest.signsFrom > now;
}

/** When a new key begins to sign, and when those before it end. */
export function timesOfNext(now: EpochMs, atOnce: boolean): { signsFrom: EpochMs; othersEndAt: EpochMs } {
  if (atOnce) return { signsFrom: now, othersEndAt: now };
  return { signsFrom: epochMs(now + OVERLAP_MS), othersEndAt: epochMs(now + 2 * OVERLAP_MS) };
}
