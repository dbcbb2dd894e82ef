import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { nextAttempt, outcomeOf, type RetrySchedule } from './delivery.ts';

const minute = 60_000;
const hour = 60 * minute;
const schedule: RetrySchedule = { baseMs: minute, capMs: 4 * hour, totalMs: 48 * hour };
const start = epochMs(Date.UTC(2026, 2, 2, 9));
const mail = { remaining: ['ada@x.org', 'bob@x.org'], refused: [], queuedAt: start };

describe('the schedule of tries', () => {
  /** Minutes after the first try at which a mail is tried when each try fails at once. */
  function tries(): number[] {
    const minutes: number[] = [];
    for (let at: typeof start | null = start; at !== null; at = nextAttempt(start, at, schedule))
      minutes.push((at - start) / minute);
    return minutes;
  }

  it('doubles the wait from one minute, never waits longer than the cap, and ends after 48 hours', () => {
    expect(tries().slice(0, 10)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 495]);
    expect(tries().at(-1)).toBe(48 * 60);
    const waits = tries().map((at, i, all) => at - (all[i - 1] ?? 0));
    expect(Math.max(...waits)).toBe(240);
  });

  it('is over when the last try failed', () => {
    expect(nextAttempt(start, epochMs(start + 48 * hour), schedule)).toBeNull();
  });
});

describe('what a try came to', () => {
  it('is sent when every recipient was accepted, whatever the spelling', () => {
    const met = { accepted: ['ADA@x.org', 'bob@x.org'], refusals: [], response: '250 ok' };
    expect(outcomeOf(mail, met, start, schedule)).toEqual({ state: 'sent', response: '250 ok' });
  });

  it('is put off for all of them when the connection failed', () => {
    const met = { permanent: false, reason: 'connect ECONNREFUSED' };
    expect(outcomeOf(mail, met, start, schedule)).toMatchObject({
      state: 'deferred',
      nextAttemptAt: start + minute,
      remaining: ['ada@x.org', 'bob@x.org'],
      error: 'connect ECONNREFUSED',
    });
  });

  it('has failed at once when the message was refused for good', () => {
    const met = { permanent: true, reason: '552 too big' };
    expect(outcomeOf(mail, met, start, schedule)).toMatchObject({ state: 'failed', remaining: [] });
  });

  it('is put off for those who were told to wait; who took it does not get it again', () => {
    const refusals = [{ address: 'bob@x.org', permanent: false, reason: '450 greylisted' }];
    const met = { accepted: ['ada@x.org'], refusals, response: '250 ok' };
    expect(outcomeOf(mail, met, start, schedule)).toMatchObject({
      state: 'deferred',
      remaining: ['bob@x.org'],
      error: '450 greylisted',
    });
  });

  it('has failed for the mail when one recipient was refused and the others have it', () => {
    const refusals = [{ address: 'bob@x.org', permanent: true, reason: '550 no such user' }];
    const met = { accepted: ['ada@x.org'], refusals, response: '250 ok' };
    expect(outcomeOf(mail, met, start, schedule)).toMatchObject({
      state: 'failed',
      remaining: [],
      error: 'bob@x.org: 550 no such user',
    });
  });

  it('remembers an earlier refusal when a later try serves the rest', () => {
    const later = { ...mail, remaining: ['ada@x.org'], refused: [{ address: 'bob@x.org', reason: '550 gone' }] };
    const met = { accepted: ['ada@x.org'], refusals: [], response: '250 ok' };
    expect(outcomeOf(later, met, start, schedule)).toMatchObject({ state: 'failed', error: 'bob@x.org: 550 gone' });
  });

  it('has failed when the time is over, and names the last reason', () => {
    const met = { permanent: false, reason: '421 busy' };
    expect(outcomeOf(mail, met, epochMs(start + 48 * hour), schedule)).toMatchObject({
      state: 'failed',
      error: 'Given up after many tries: 421 busy',
    });
  });
});
