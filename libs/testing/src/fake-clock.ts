import { type Clock, type EpochMs, epochMs } from '@helpmesh/kernel';

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  #now: EpochMs;

  constructor(start: string | number | Date = '2026-03-02T09:00:00.000Z') {
    this.#now = epochMs(new Date(start));
  }

  now(): EpochMs {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now = epochMs(this.#now + ms);
  }

  set(instant: string | number | Date): void {
    this.#now = epochMs(new Date(instant));
  }
}
