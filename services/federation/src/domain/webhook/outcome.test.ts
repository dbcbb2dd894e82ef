import { epochMs } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { outcomeOf } from './outcome.ts';

const now = epochMs(1_800_000_000_000);
const day = 86_400_000;
const reply = (status: number | null, over = {}) => ({ status, error: null, retryAfter: null, ...over });
const minutes = (...given: Parameters<typeof outcomeOf>) => {
  const outcome = outcomeOf(...given);
  return outcome.do === 'wait' ? (outcome.dueAt - now) / 60_000 : outcome.do;
};

it.each([200, 202, 204, 299])('%i is a success', (status) => {
  expect(outcomeOf(reply(status), 3, now, now, 0)).toEqual({ do: 'go-on' });
});

it.each([null, 199, 301, 307, 400, 401, 404, 500, 503])('%s is tried again', (status) => {
  expect(outcomeOf(reply(status, { error: status === null ? 'No answer.' : null }), 0, null, now, 0).do).toBe('wait');
});

it('waits longer each time, from a minute to two days', () => {
  const all = Array.from({ length: 10 }, (_, failures) => minutes(reply(500), failures, null, now, 0));
  expect(all).toEqual([1, 5, 30, 120, 360, 720, 1440, 2880, 2880, 2880]);
  expect(minutes(reply(500), 0, null, now, 0.5)).toBeCloseTo(1.05);
});

it('waits as long as it is asked to, within reason', () => {
  expect(minutes(reply(503, { retryAfter: '600' }), 0, null, now, 0)).toBe(10);
  expect(minutes(reply(429, { retryAfter: new Date(now + 3_600_000).toUTCString() }), 0, null, now, 0)).toBe(60);
  expect(minutes(reply(503, { retryAfter: '99999999' }), 0, null, now, 0)).toBe(2880);
  expect(minutes(reply(503, { retryAfter: 'soon' }), 0, null, now, 0)).toBe(1);
});

it('ends when nobody is there any more, or has been for days', () => {
  expect(outcomeOf(reply(410), 0, null, now, 0)).toMatchObject({
    do: 'disable',
    reason: expect.stringContaining('410'),
  });
  expect(outcomeOf(reply(500), 9, epochMs(now - 5 * day + 1), now, 0).do).toBe('wait');
  expect(outcomeOf(reply(500), 9, epochMs(now - 5 * day), now, 0)).toEqual({
    ...{ do: 'disable', reason: 'It has failed for 5 days: The receiver answered 500.' },
  });
});

it('does not take a 2xx for one when what was asked for is missing', () => {
  const outcome = outcomeOf(reply(200, { error: 'It does not repeat the challenge.' }), 0, null, now, 0);
  expect(outcome).toMatchObject({ do: 'wait', error: 'It does not repeat the challenge.' });
});
