import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Attempt, countTry, limits, noTries, type Tries } from './throttle.ts';

const start = epochMs(Date.parse('2026-01-01T00:00:00Z'));
const at = (ms: number) => epochMs(start + ms);

/** Wrong passwords, one a second, from one place. @returns the answer to the last one */
function wrong(times: number, account = noTries(start)): { last: Attempt; place: Tries; account: Tries } {
  let place = noTries(start);
  let last: Attempt = { do: 'wait', forMs: 0 };
  for (let i = 0; i < times; i++) {
    last = countTry(place, account, at(i * 1000));
    if (last.do === 'try') ({ place, account } = last);
  }
  return { last, place, account };
}

describe('counting tries', () => {
  it('lets a place try five times and then makes it wait half a minute', () => {
    expect(wrong(limits.triesPerPlace).last.do).toBe('try');
    expect(wrong(limits.triesPerPlace + 1).last).toEqual({ do: 'wait', forMs: limits.firstWaitMs - 1000 });
  });

  it('doubles the wait with each further wrong password, up to a quarter of an hour', () => {
    let { place, account } = wrong(limits.triesPerPlace);
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const now = place.blockedUntil ?? start;
      const attempt = countTry(place, account, now);
      if (attempt.do !== 'try') throw new Error('the wait was over');
      ({ place, account } = attempt);
      waits.push((place.blockedUntil ?? 0) - now);
    }
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000, 900_000]);
  });

  it('gives a new place one try once the account has seen many', () => {
    const account: Tries = { failures: limits.triesPerAccount, lastAt: start, blockedUntil: null };
    expect(wrong(1, account).last.do).toBe('try');
    expect(wrong(2, account).last.do).toBe('wait');
  });

  it('always lets a place without wrong passwords try, whatever the account has seen', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(10_000_000), (failures, ms) => {
        const account: Tries = { failures, lastAt: start, blockedUntil: null };
        expect(countTry(noTries(start), account, at(ms)).do).toBe('try');
      }),
    );
  });

  it('allows in any hour no more guesses from one place than the waits leave room for', () => {
    let place = noTries(start);
    let account = noTries(start);
    let allowed = 0;
    for (let ms = 0; ms < 3_600_000; ms += 1000) {
      const attempt = countTry(place, account, at(ms));
      if (attempt.do === 'try') {
        allowed++;
        ({ place, account } = attempt);
      }
    }
    // 5, then waits of 0.5, 1, 2, 4, 8 and 15 minutes.
    expect(allowed).toBeLessThanOrEqual(12);
  });

  it('forgets after an hour of quiet', () => {
    const { place, account } = wrong(limits.triesPerPlace);
    const later = at(limits.forgetAfterMs + limits.firstWaitMs + 10_000);
    expect(countTry(place, account, later)).toMatchObject({
      do: 'try',
      place: { failures: 1 },
      account: { failures: 1 },
    });
  });
});
