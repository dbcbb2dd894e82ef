import { AppError, type ErrorKind } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { MAX_TRIES, outcomeOfError, outcomeOfVerdict } from './verdict.ts';

const error = (kind: ErrorKind) => new AppError(kind, 'some.code', 'outside', 'inside');

describe('outcome of a try', () => {
  it.each<[ErrorKind, number]>([
    ['bug', MAX_TRIES],
    ['stale', MAX_TRIES],
    ['not-found', 4],
    ['invalid', 1],
    ['unreadable', 1],
    ['unauthenticated', 1],
    ['forbidden', 1],
    ['conflict', 1],
  ])('%s is dead at try %i and not before', (kind, deadAt) => {
    for (let tries = 1; tries < deadAt; tries++) expect(outcomeOfError(error(kind), tries).do).toBe('retry');
    expect(outcomeOfError(error(kind), deadAt)).toMatchObject({ do: 'dead', why: expect.stringContaining('inside') });
  });

  it.each<ErrorKind>(['unavailable', 'limited'])('%s never dies and uses up no try', (kind) => {
    const outcome = outcomeOfError(error(kind), 1_000);
    expect(outcome).toMatchObject({ do: 'retry', uncounted: true });
    expect((outcome as { afterMs: number }).afterMs).toBeLessThanOrEqual(10_000);
  });

  it('waits as long as the handler wishes, and twice as long with each try', () => {
    const waits = [1, 2, 3, 4].map((tries) => outcomeOfVerdict({ do: 'retry', afterMs: 900 }, tries));
    expect(waits).toMatchObject([{ afterMs: 900 }, { afterMs: 1_800 }, { afterMs: 3_600 }, { afterMs: 7_200 }]);
    expect(outcomeOfVerdict({ do: 'retry', afterMs: 900 }, MAX_TRIES).do).toBe('dead');
  });

  it.each([undefined, { do: 'ack' } as const, { do: 'skip', why: 'not ours' } as const])('%j is done', (verdict) => {
    expect(outcomeOfVerdict(verdict, 1)).toEqual({ do: 'done' });
  });
});
