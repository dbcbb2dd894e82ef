import { AppError } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { askedForMs, awaySince, holdMs, outageTask, returnNote } from './outage.ts';

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

it('has its tickets say so after an hour', () => {
  const since = new Date('2026-05-04T08:00:00Z');
  const at = (time: string) => awaySince(since, Date.parse(`2026-05-04T${time}Z`));
  expect([at('08:59:59'), at('09:00:00'), awaySince(null, Date.parse('2026-05-04T09:00:00Z'))]).toEqual([
    ...[null, since, null],
  ]);
});

it('names the helpdesk, since when it is away, what is wrong and how many tickets wait', () => {
  const away = { peer: { name: 'Desk B' }, failingSince: new Date('2026-05-04T08:00:30Z'), lastError: 'No route.' };
  expect(outageTask({ ...away, waiting: 1 }).title).toBe('Helpdesk Desk B does not answer: 1 ticket waits');
  const { body } = outageTask({ ...away, waiting: 12 });
  for (const words of ['since 2026-05-04 08:00 UTC', '12 tickets wait', 'No route.']) expect(body).toContain(words);
  expect(outageTask({ ...away, peer: { name: 'x'.repeat(200) }, waiting: 123_456 }).title.length).toBeLessThan(251);
  expect(returnNote({ ...away, waiting: 0 })).toContain('No ticket waits');
  expect(returnNote({ ...away, waiting: 2 })).toContain('2 of its tickets');
});
