import { describe, expect, it } from 'vitest';
import { asClock, courseOf, otherEnd, ringing } from './call.ts';
import type { Call } from './queries.ts';

const clara = { caller_id: '4930123', comment: 'Clara', level: 'known', object: 'User', o_id: 7, user_id: 7 } as const;
const call = (over: Partial<Call> = {}): Call => ({
  ...{ id: 1, direction: 'in', state: 'newCall', from: '4930123', from_comment: 'Clara', from_pretty: '+49 30 123' },
  ...{ to: '4972160', to_comment: null, to_pretty: '+49 721 60', queue: null, call_id: 'a', comment: null },
  ...{ initialized_at: '2026-11-22T10:00:00.000Z', start_at: null, end_at: null, done: false },
  ...{ duration_waiting_time: null, duration_talking_time: null, preferences: { from: [clara] } },
  ...{ created_at: '2026-11-22T10:00:00.000Z', updated_at: '2026-11-22T10:00:00.000Z' },
  ...over,
});

describe('a call', () => {
  it('has somebody at its other end, who may be called back', () => {
    const people = [{ id: 7, name: 'Clara' }];
    expect(otherEnd(call())).toEqual({ number: '+49 30 123', people, dial: 'tel:+4930123' });
    expect(otherEnd(call({ direction: 'out' }))).toEqual({ number: '+49 721 60', people: [], dial: 'tel:+4972160' });
    const withheld = call({ from: 'anonymous', from_pretty: 'anonymous', preferences: {} });
    expect(otherEnd(withheld)).toEqual({ number: 'anonymous', people: [], dial: undefined });
  });

  it.each([
    ['in', 'newCall', null, 'ringing'],
    ['in', 'answer', '2026-11-22T10:00:05.000Z', 'talking'],
    ['in', 'hangup', '2026-11-22T10:00:05.000Z', 'ended'],
    ['in', 'hangup', null, 'missed'],
    ['out', 'hangup', null, 'unanswered'],
  ] as const)('%s, %s, answered %s is %s', (direction, state, start_at, course) => {
    expect(courseOf({ direction, state, start_at })).toBe(course);
  });

  it('rings at the desk while it waits, and not for ever', () => {
    const at = Date.parse(call().initialized_at);
    expect(ringing([call()], at + 30_000)).toHaveLength(1);
    expect(ringing([call()], at + 3_600_000)).toEqual([]);
    expect(ringing([call({ direction: 'out' }), call({ state: 'answer' })], at)).toEqual([]);
  });

  it.each([
    [0, '0:00'],
    [7, '0:07'],
    [187, '3:07'],
    [3_600, '60:00'],
  ])('of %i seconds took %s', (seconds, told) => {
    expect(asClock(seconds)).toBe(told);
  });
});
