import { FakeClock } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-bucket.ts';

describe('token buckets', () => {
  it('allow a burst, then the rate, and say how long to wait', () => {
    const clock = new FakeClock();
    const buckets = new TokenBuckets(10, 3);
    const take = () => buckets.take('a', clock.now());
    expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 100]);
    clock.advance(99);
    expect(take()).toBe(1);
    clock.advance(1);
    expect(take()).toBe(0);
    clock.advance(60_000);
    expect([take(), take(), take(), take()].filter((wait) => wait === 0)).toHaveLength(3);
  });

  it('count each caller alone, and nobody when off', () => {
    const clock = new FakeClock();
    const buckets = new TokenBuckets(1, 1);
    expect([buckets.take('a', clock.now()), buckets.take('b', clock.now())]).toEqual([0, 0]);
    const off = new TokenBuckets(0, 0);
    expect(Array.from({ length: 1000 }, () => off.take('a', clock.now())).every((wait) => wait === 0)).toBe(true);
  });

  it('do not take a clock that steps back for a refill', () => {
    const clock = new FakeClock();
    const buckets = new TokenBuckets(1, 1);
    buckets.take('a', clock.now());
    clock.advance(-3_600_000);
    expect(buckets.take('a', clock.now())).toBeGreaterThan(0);
  });
});
