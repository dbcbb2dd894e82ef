import { epochMs, loopBrake, perAddress, perTicket } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { volumeBrake } from './loop-guard.ts';

const now = epochMs(Date.UTC(2026, 2, 2, 9));
const OFF = 0;

/** `count` mails just inside the window of so many minutes, so that no shorter window sees them. */
function mails(count: number, minutes: number, ticketId: number | null) {
  return Array.from({ length: count }, () => ({ at: epochMs(now - minutes * 60_000 + 1), ticketId }));
}

const table = [
  ...perTicket.map((brake) => ({ ...brake, scope: 'ticket', ticketId: 7 })),
  ...perAddress.map((brake) => ({ ...brake, scope: 'address', ticketId: 8 })),
];

describe('S11: the limits', () => {
  it.each(table)(
    '$mails mails in $minutes minutes per $scope stop the next one',
    ({ mails: count, minutes, ticketId }) => {
      expect(loopBrake(mails(count, minutes, ticketId), 7, now, OFF)).toMatch(/^Loop guard: \d+ automatic mails/);
    },
  );

  it.each(table)(
    'one fewer than $mails in $minutes minutes per $scope does not',
    ({ mails: count, minutes, ticketId }) => {
      expect(loopBrake(mails(count - 1, minutes, ticketId), 7, now, OFF)).toBeNull();
    },
  );

  it('forget what is older than their window', () => {
    expect(loopBrake([{ at: epochMs(now - 60 * 60_000), ticketId: 1 }], 7, now, 1)).toBeNull();
    expect(loopBrake([{ at: epochMs(now - 60 * 60_000 + 1), ticketId: 1 }], 7, now, 1)).toMatch(/within 60 minutes/);
  });
});

it.each([
  [4, null],
  [5, 'Loop guard: 5 automatic mails to this address within 60 minutes.'],
])('the brake of the installation counts all tickets: after %i of 5 mails it says %j', (count, said) => {
  const past = Array.from({ length: count }, (_, i) => ({ at: epochMs(now - i * 60_000), ticketId: 100 + i }));
  expect(loopBrake(past, 7, now, 5)).toBe(said);
});

it.each([
  [{ domain: 29, total: 1999 }, { domain: 30, total: 2000 }, null],
  [{ domain: 30, total: 30 }, { domain: 30, total: 2000 }, 'Volume guard: 30 automatic mails to this domain'],
  [{ domain: 1, total: 2000 }, { domain: 30, total: 2000 }, 'Volume guard: 2000 automatic mails altogether'],
  [{ domain: 900, total: 900 }, { domain: 0, total: 0 }, null],
  [{ domain: 900, total: 900 }, { domain: 0, total: 900 }, 'Volume guard: 900 automatic mails altogether'],
])('S12: after %j of %j in the hour the brake of volume says %j', (sent, limits, said) => {
  const brake = volumeBrake(sent, limits);
  if (said === null) expect(brake).toBeNull();
  else expect(brake).toBe(`${said} within 60 minutes.`);
});
