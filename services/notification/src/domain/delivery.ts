import { type EpochMs, epochMs, plainAddress } from '@helpmesh/kernel';

import type { OutboundMail, Refusal } from './outbound-mail.ts';

export interface RetrySchedule {
  /** Wait after the first failure; each further wait doubles. */
  baseMs: number;
  /** Longest wait, so that a mail goes out soon after a long outage ends. */
  capMs: number;
  /** From the first try to giving up. */
  totalMs: number;
}

/** What one try met, told by the SMTP adapter. Addresses in none of the lists met an error that concerns them all. */
export interface WireReport {
  accepted: string[];
  refusals: { address: string; permanent: boolean; reason: string }[];
  /** The server's last words, or the error. */
  response: string;
}

/** The whole try failed: no connection, a refused sender, a refused or half-sent message. */
export interface WireFailure {
  permanent: boolean;
  reason: string;
}

export type Outcome =
  | { state: 'sent'; response: string }
  | { state: 'deferred'; nextAttemptAt: EpochMs; remaining: string[]; refused: Refusal[]; error: string }
  | { state: 'failed'; remaining: string[]; refused: Refusal[]; error: string };

/** Longest text kept of a server's answer. */
const REASON_LENGTH = 500;

/**
 * When to try again after a failure at `now`: 1, 2, 4, … minutes after the failure with a base of one minute, because
 * each wait is as long as everything that passed before it. The last try falls on the end of the schedule.
 * @returns null when the time is over
 */
export function nextAttempt(queuedAt: EpochMs, now: EpochMs, schedule: RetrySchedule): EpochMs | null {
  const end = queuedAt + schedule.totalMs;
  if (now >= end) return null;
  const wait = Math.min(schedule.capMs, Math.max(0, now - queuedAt) + schedule.baseMs);
  return epochMs(Math.min(end, now + wait));
}

/**
 * Whether a server said that there is no such mailbox, rather than that it does not want the mail: the codes of
 * RFC 3463 for bad addresses, or the words of those servers that give none.
 */
export function isNoMailbox(reason: string): boolean {
  return (
    /\b5\.1\.(?:1|2|3|6|10)\b/.test(reason) || /^55[013][ -](?!5\.).*\b(?:unknown|no such|not exist)/i.test(reason)
  );
}

/** Decides what a try came to. Recipients who took the mail never get it again. */
export function outcomeOf(
  mail: Pick<OutboundMail, 'remaining' | 'refused' | 'queuedAt'>,
  met: WireReport | WireFailure,
  now: EpochMs,
  schedule: RetrySchedule,
): Outcome {
  const report = 'accepted' in met ? met : asReport(mail.remaining, met);
  const taken = new Set(report.accepted.map(plainAddress));
  const gone = report.refusals.filter(({ permanent }) => permanent);
  const refused = [...mail.refused, ...gone.map(({ address, reason }) => ({ address, reason: brief(reason) }))];
  const goneAddresses = new Set(gone.map(({ address }) => plainAddress(address)));
  const remaining = mail.remaining.filter((address) => {
    const plain = plainAddress(address);
    return !taken.has(plain) && !goneAddresses.has(plain);
  });
  if (remaining.length === 0) {
    if (refused.length === 0) return { state: 'sent', response: brief(report.response) };
    return { state: 'failed', remaining, refused, error: brief(refused.map(refusalText).join(' ')) };
  }
  const error = brief(report.refusals.find(({ permanent }) => !permanent)?.reason ?? report.response);
  const nextAttemptAt = nextAttempt(mail.queuedAt, now, schedule);
  if (nextAttemptAt === null)
    return { state: 'failed', remaining, refused, error: `Given up after many tries: ${error}` };
  return { state: 'deferred', nextAttemptAt, remaining, refused, error };
}

function asReport(remaining: string[], { permanent, reason }: WireFailure): WireReport {
  return { accepted: [], refusals: remaining.map((address) => ({ address, permanent, reason })), response: reason };
}

function refusalText({ address, reason }: Refusal): string {
  return `${address}: ${reason}`;
}

function brief(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > REASON_LENGTH ? `${flat.slice(0, REASON_LENGTH - 1)}…` : flat;
}
