import type { EpochMs } from '@helpmesh/kernel';

interface Bucket {
  tokens: number;
  at: EpochMs;
}

/** Callers remembered; the one that was quiet for longest is forgotten, which only ever favours it. */
const CAPACITY = 50_000;

/**
 * Limits the requests of each caller: `perSecond` sustained, `burst` at once. Constant work a request, kept in this
 * process: the hot path must not wait for a network to count.
 */
export class TokenBuckets {
  private readonly buckets = new Map<string | number, Bucket>();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** @returns 0 when the request may go on, else the milliseconds until one may */
  take(caller: string | number, now: EpochMs): number {
    if (this.perSecond <= 0) return 0;
    const bucket = this.buckets.get(caller) ?? this.open(caller, now);
    const elapsed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(this.burst, bucket.tokens + (elapsed * this.perSecond) / 1000);
    bucket.at = now;
    if (bucket.tokens < 1) {
      // Less than a microsecond is rounding, not waiting.
      return Math.ceil(((1 - bucket.tokens) * 1000) / this.perSecond - 0.001);
    }
    bucket.tokens -= 1;
    return 0;
  }

  private open(caller: string | number, at: EpochMs): Bucket {
    if (this.buckets.size >= CAPACITY) {
      const oldest = this.buckets.keys().next();
      if (!oldest.done) this.buckets.delete(oldest.value);
    }
    const bucket = { tokens: this.burst, at };
    this.buckets.set(caller, bucket);
    return bucket;
  }
}
