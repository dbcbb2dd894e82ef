import { type EpochMs, epochMs } from '@helpmesh/kernel';
import { isClosed, type States } from './state.ts';
import { SYSTEM_USER, type Ticket, type TicketFields } from './ticket.ts';

/** How a group takes answers to tickets that are closed already. */
export interface FollowUpPolicy {
  followUpPossible: 'yes' | 'new_ticket' | 'new_ticket_after_certain_time';
  reopenTimeInDays: number | null;
  /** Whether a reopened ticket stays with its owner. */
  followUpAssignment: boolean;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** How often mails may open a ticket again within an hour: two machines that answer each other would go on for ever. */
const REOPENINGS_AN_HOUR = 3;

/** Whether a customer's answer may still join the ticket; agents may always write. */
export function mayFollowUp(ticket: Ticket, policy: FollowUpPolicy, states: States, now: EpochMs): boolean {
  const state = states.get(ticket.stateId);
  if (state.terminal) return false;
  if (!isClosed(state)) return true;
  switch (policy.followUpPossible) {
    case 'yes':
      return true;
    case 'new_ticket':
      return false;
    case 'new_ticket_after_certain_time': {
      const closedAt = ticket.lastCloseAt ?? ticket.closeAt;
      if (closedAt === null || policy.reopenTimeInDays === null) return true;
      return now - closedAt <= policy.reopenTimeInDays * DAY_MS;
    }
  }
}

/**
 * What a customer's answer changes: the ticket is open again, unless nobody has looked at it yet.
 * @param policy  of the ticket's group: reopening may take the ticket from its owner
 */
export function followUpChanges(ticket: Ticket, policy: FollowUpPolicy, states: States): TicketFields {
  const state = states.get(ticket.stateId);
  if (state.id === states.forCreate.id || state.id === states.forFollowUp.id || state.terminal) return {};
  const reopens = isClosed(state);
  return {
    stateId: states.forFollowUp.id,
    ...(reopens && !policy.followUpAssignment && { ownerId: SYSTEM_USER }),
  };
}

/** A change of state, from the history. */
interface StateMove {
  from: number;
  to: number;
  at: EpochMs;
}

/** Begin of the time that counts for the brake on reopening. */
export function brakeSince(now: EpochMs): EpochMs {
  return epochMs(now - HOUR_MS);
}

/** Whether the ticket was opened again so often within the hour that a mail does so no more; people still may. */
export function isReopenedTooOften(moves: readonly StateMove[], states: States, now: EpochMs): boolean {
  const since = brakeSince(now);
  const reopened = ({ from, to, at }: StateMove) =>
    at > since && isClosed(states.get(from)) && !isClosed(states.get(to)) && !states.get(to).terminal;
  return moves.filter(reopened).length >= REOPENINGS_AN_HOUR;
}
