import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { holdMs, outcomeOf, waits } from './outcome.ts';

const now = epochMs(Date.UTC(2026, 10, 21, 9));
const answer = (status: number | null, responseHeaders: Record<string, string> = {}) => ({
  ...{ status, error: status === null ? 'Nobody answers.' : null, responseHeaders },
});
const trigger = { kind: 'trigger', attempts: 1, triedBefore: 0 } as const;

describe('what a try comes to', () => {
  it.each([200, 201, 202, 204, 299])('%i is a success', (status) => {
    expect(outcomeOf(trigger, answer(status), now, 0)).toEqual({ state: 'delivered' });
  });

  it.each([null, 100, 300, 302, 400, 401, 404, 429, 500, 503])('%j is tried again after five seconds', (status) => {
    expect(outcomeOf(trigger, answer(status), now, 0)).toMatchObject({ state: 'deferred', dueAt: now + 5_000 });
  });

  it('410 means that nobody wants to be called any more', () => {
    expect(outcomeOf(trigger, answer(410), now, 0)).toMatchObject({ state: 'failed', gone: true });
  });

  it('waits longer each time, and gives up after more than three days', () => {
    const outcomes = Array.from({ length: 10 }, (_, i) =>
      outcomeOf({ ...trigger, attempts: i + 1 }, answer(500), now, 0),
    );
    const dues = outcomes.map((outcome) => (outcome.state === 'deferred' ? outcome.dueAt - now : outcome.state));
    expect(dues).toEqual([...waits, 'failed']);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(3 * 86_400_000);
  });

  it('begins anew with a replay', () => {
    const replayed = outcomeOf({ ...trigger, attempts: 11, triedBefore: 10 }, answer(500), now, 0);
    expect(replayed).toMatchObject({ state: 'deferred', dueAt: now + 5_000 });
  });

  it('is up to a tenth later, so that calls that failed together come back apart', () => {
    expect(outcomeOf(trigger, answer(500), now, 0.999)).toMatchObject({ dueAt: now + 5_500 });
  });

  it('never tries a test again', () => {
    expect(outcomeOf({ ...trigger, kind: 'test' }, answer(500), now, 0)).toMatchObject({
      state: 'failed',
      gone: false,
    });
  });

  it.each([
    [429, '120', 120_000],
    [503, 'Sat, 21 Nov 2026 10:00:00 GMT', 3_600_000],
    [503, '99999999', 86_400_000],
    [503, 'soon', 5_000],
    [503, '-5', 5_000],
    [500, '120', 5_000],
  ])('%i with Retry-After %s waits %i ms', (status, said, wait) => {
    expect(outcomeOf(trigger, answer(status, { 'retry-after': said }), now, 0)).toMatchObject({ dueAt: now + wait });
  });

  it('leaves a receiver that fails alone, for a minute at most', () => {
    expect([1, 2, 3, 7, 8, 2_000].map(holdMs)).toEqual([1_000, 2_000, 4_000, 60_000, 60_000, 60_000]);
  });
});
