/** Why a mail is taken for an answer, strongest evidence first. */
export type Evidence = 'signed-id' | 'known-message' | 'subject-hook';

/** A ticket that a mail points at, and what its sender is to that ticket. */
export interface Candidate {
  ticketId: number;
  evidence: Evidence;
}

/** What the mail's sender is to a ticket. */
export interface SenderRole {
  customer: boolean;
  /** Named in from, to or cc of an earlier article. */
  participant: boolean;
  agentOfGroup: boolean;
}

export type Placement =
  | { do: 'attach'; ticketId: number; evidence: Evidence }
  | { do: 'open'; why: 'no-evidence' }
  /** Evidence there was, but not for this sender or this ticket: recorded on the new ticket so that an agent sees it. */
  | { do: 'open'; why: 'sender-is-a-stranger' | 'ticket-takes-no-follow-up'; ticketId: number; evidence: Evidence };

/** Points at tickets in the order of trust; what the caller found for each kind comes in the order of the mail. */
export function candidatesOf(found: {
  signedTicketIds: readonly number[];
  knownMessageTicketIds: readonly number[];
  hookTicketIds: readonly number[];
}): Candidate[] {
  const seen = new Set<number>();
  const candidates: Candidate[] = [];
  const take = (ids: readonly number[], evidence: Evidence) => {
    for (const ticketId of ids) {
      if (seen.has(ticketId)) continue;
      seen.add(ticketId);
      candidates.push({ ticketId, evidence });
    }
  };
  take(found.signedTicketIds, 'signed-id');
  take(found.knownMessageTicketIds, 'known-message');
  take(found.hookTicketIds, 'subject-hook');
  return candidates;
}

/**
 * Decides where a mail belongs. Ids and subjects can be copied by anybody who ever saw them, so whatever the evidence,
 * the sender must already have a part in the ticket; otherwise the mail opens a ticket of its own.
 * @param roleOf   what the sender is to the ticket; undefined when the ticket does not exist (any more)
 * @param accepts  whether the ticket still takes follow-ups by mail
 */
export function placeMail(
  candidates: readonly Candidate[],
  roleOf: (ticketId: number) => SenderRole | undefined,
  accepts: (ticketId: number) => boolean,
): Placement {
  let refused: Placement | undefined;
  for (const { ticketId, evidence } of candidates) {
    const role = roleOf(ticketId);
    if (!role) continue;
    if (!role.customer && !role.participant && !role.agentOfGroup) {
      refused ??= { do: 'open', why: 'sender-is-a-stranger', ticketId, evidence };
    } else if (!role.agentOfGroup && !accepts(ticketId)) {
      refused ??= { do: 'open', why: 'ticket-takes-no-follow-up', ticketId, evidence };
    } else {
      return { do: 'attach', ticketId, evidence };
    }
  }
  return refused ?? { do: 'open', why: 'no-evidence' };
}
