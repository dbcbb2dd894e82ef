import { AppError } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { askedForMs, holdMs } from './outage.ts';

it('leaves a peer alone for a hundredth of its outage: heard of within five seconds after minutes, within one minute after days', () => {
  const minutes = (n: number) => n * 60_000;
  expect([0, 4_000, minutes(1), minutes(8), minutes(60), minutes(60 * 24)].map(holdMs)).toEqual([
    ...[500, 500, 600, 4_800, 36_000, 60_000],
  ]);
});

it('leaves it alone for as long as it asks, but no longer than an hour', () => {
  const asking = (retryAfterMs: unknown) =>
    askedForMs(new AppError('limited', 'peer.throttled', 'Slow down.', undefined, { members: { retryAfterMs } }));
  expect([asking(undefined), asking('soon'), asking(7_000), asking(86_400_000)]).toEqual([0, 0, 7_000, 3_600_000]);
});
