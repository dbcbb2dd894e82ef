import type { ServiceFigures } from '@helpmesh/contracts';
import { describe, expect, it } from 'vitest';
import { amountState, inWords, periodSeconds, problemsOf } from './health-issues.ts';

const well = (over: Partial<ServiceFigures> = {}): ServiceFigures => ({
  outbox: { waiting: 0, oldest: 0 },
  dead_letters: 0,
  counts: {},
  last_created_at: {},
  ...over,
});

describe('what somebody should look at', () => {
  it.each([
    ['all is well', well({ counts: { mails_waiting_oldest: 300, mails_overdue: 300, tickets: 9 } }), 0],
    ['no answer', undefined, 1],
    ['an outbox nobody publishes', well({ outbox: { waiting: 3, oldest: 61 } }), 1],
    ['an outbox with a backlog that moves', well({ outbox: { waiting: 9_000, oldest: 60 } }), 0],
    ['messages that were given up', well({ dead_letters: 1 }), 1],
    ['mail in quarantine', well({ counts: { mails_quarantined: 2 } }), 1],
    ['mail of senders who are not proven', well({ counts: { mails_suspended: 1 } }), 1],
    ['mail that waits to be read', well({ counts: { mails_waiting_oldest: 301 } }), 1],
    ['mail that waits to be sent, and failed', well({ counts: { mails_overdue: 301, mails_failed: 1 } }), 2],
    ['webhooks', well({ counts: { webhooks_failing: 1 } }), 1],
  ])('%s', (_what, figures, issues) => {
    const problems = problemsOf({ ticket: figures });
    expect(new Set(problems.map(inWords)).size).toBe(issues);
    expect(problems).toHaveLength(issues);
  });
});

it.each([
  ['30s', 30],
  ['10m', 600],
  ['1h', 3_600],
  ['2d', 172_800],
  ['', undefined],
  ['1w', undefined],
  ['-1h', undefined],
])('a period of %s is %s seconds', (text, seconds) => {
  expect(periodSeconds(text)).toBe(seconds);
});

it.each([
  [5, {}, 'ok'],
  [5, { max_warning: 5 }, 'ok'],
  [6, { max_warning: 5, max_critical: 6 }, 'warning'],
  [7, { max_warning: 5, max_critical: 6 }, 'critical'],
  [2, { min_warning: 2 }, 'warning'],
  [1, { min_warning: 2, min_critical: 1 }, 'critical'],
  [3, { min_warning: 2, min_critical: 1 }, 'ok'],
])('an amount of %s within %j is %s', (count, bounds, state) => {
  expect(amountState(count, '1h', bounds)).toMatchObject({ state, count });
});
