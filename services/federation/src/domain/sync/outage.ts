import type { AppError } from '@helpmesh/kernel';

const LEAST_MS = 500;
const MOST_MS = 60_000;

/**
 * How long to leave a peer alone that does not answer: a hundredth of the time it has not, so that it is heard of within
 * five seconds after an outage of minutes, and is not called all the time in a long one.
 * @param failingMs  since the first call that was not answered
 */
export function holdMs(failingMs: number): number {
  return Math.min(MOST_MS, Math.max(LEAST_MS, failingMs / 100));
}

/** How long a peer itself asks not to be called, ms. */
export function askedForMs({ members }: AppError): number {
  const asked = members?.retryAfterMs;
  return typeof asked === 'number' ? Math.min(asked, 3_600_000) : 0;
}

/** So long a helpdesk is away before somebody is given the task to look after it, ms. */
export const TASK_AFTER_MS = 24 * 3_600_000;
/** So long before its tickets say so, ms. */
export const BANNER_AFTER_MS = 3_600_000;

/** Since when a ticket says that a helpdesk is away; null: it is not, or not for long. */
export function awaySince(failingSince: Date | null, now: number): Date | null {
  return failingSince !== null && now - failingSince.getTime() >= BANNER_AFTER_MS ? failingSince : null;
}

interface Away {
  peer: { name: string };
  failingSince: Date;
  lastError: string | null;
  waiting: number;
}

/** The task of whoever looks after it. */
export function outageTask({ peer, failingSince, lastError, waiting }: Away): { title: string; body: string } {
  const tickets = waiting === 1 ? '1 ticket waits' : `${waiting} tickets wait`;
  const lines = [
    `The helpdesk ${peer.name} has not answered since ${minute(failingSince)} UTC. ${tickets} for it, and go on by themselves when it is back.`,
    lastError === null ? '' : `What is wrong: ${lastError}`,
    'Ask the people there, by the contacts of the agreement. What the line says stands under Administration, "Federation".',
    'This task is closed with a note when the helpdesk answers again.',
  ];
  return {
    title: `Helpdesk ${peer.name} does not answer: ${tickets}`.slice(0, 250),
    body: lines.filter((line) => line !== '').join('\n\n'),
  };
}

export function returnNote({ peer, failingSince, waiting }: Away): string {
  const left =
    waiting === 0 ? 'No ticket waits for it any more.' : `${waiting} of its tickets are being brought up to date.`;
  return `The helpdesk ${peer.name} answers again; it was away since ${minute(failingSince)} UTC. ${left}`;
}

function minute(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}
