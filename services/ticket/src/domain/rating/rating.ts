import { AppError, type EpochMs } from '@helpmesh/kernel';
import type { Group } from '../ticket/people.ts';
import type { States, TicketState } from '../ticket/state.ts';
import type { Ticket } from '../ticket/ticket.ts';

/** How the customer of a ticket found it to go. */
export interface Rating {
  /** 1 (bad) to 5 (very good). */
  score: number;
  comment: string;
  ratedAt: EpochMs;
  /** When it was changed, which it can be once. */
  changedAt: EpochMs | null;
}

/** What a link in a mail opens ends so long after the ticket was closed: it must not stay a key for ever. */
export const LINK_AFTER_CLOSE_MS = 30 * 86_400_000;

/** Closed, and neither gone into another ticket nor to somebody else. */
const isDone = ({ type, terminal }: TicketState): boolean => type === 'closed' && !terminal;

/** Why it cannot be given or changed now; null when it can. */
export function whyNotRated(
  ticket: Ticket,
  group: Group | undefined,
  states: States,
  rating: Rating | undefined,
  now: EpochMs,
): 'not-asked' | 'changed-already' | null {
  const closedAt = ticket.lastCloseAt ?? ticket.closeAt;
  const asked = group?.askRating === true && isDone(states.get(ticket.stateId)) && closedAt !== null;
  if (!asked || now - closedAt > LINK_AFTER_CLOSE_MS) return 'not-asked';
  return rating?.changedAt == null ? null : 'changed-already';
}

/**
 * The rating after the customer gave or changed it. The same once more is no change.
 * @throws AppError conflict `rating.not-asked`, `rating.changed-already`
 */
export function rated(
  given: { score: number; comment: string },
  before: Rating | undefined,
  why: ReturnType<typeof whyNotRated>,
  now: EpochMs,
): Rating {
  if (before?.score === given.score && before.comment === given.comment) return before;
  if (why === 'not-asked') throw new AppError('conflict', 'rating.not-asked', 'This ticket cannot be rated now.');
  if (why) throw new AppError('conflict', 'rating.changed-already', 'A rating can be changed once.');
  return { ...given, ratedAt: before?.ratedAt ?? now, changedAt: before ? now : null };
}
