/**
 * Why a mail is taken for an answer, strongest evidence first. Only the signed id proves that the sender has seen a mail
 * of ours; a sender's address proves nothing, and the other two can be guessed.
 */
export type Evidence = 'signed-id' | 'known-message' | 'subject-hook';

/** A ticket that a mail points at, and what its sender is to that ticket. */
export interface Candidate {
  ticketId: number;
  evidence: Evidence;
}

/** What the mail's sender is to a ticket, if the sender is who the mail says. */
export interface SenderRole {
  customer: boolean;
  /** Named in from, to or cc of an earlier article; addresses of the desk itself never are. */
  participant: boolean;
  /** Named in a conversation beside the ticket, or copied in secret, and nowhere else: what they write belongs beside it. */
  besides: boolean;
  agentOfGroup: boolean;
  /** The owner of the domain asks that the mail is not believed, and nobody has let it in. */
  disowned: boolean;
  /** Speaks with the desk's voice, as an agent of any group or from an address of the desk: to be proven. */
  ofTheDesk: boolean;
  /** A machine that speaks about our mail and never took part: its proof is the id that only our mail carried. */
  machine: boolean;
}

type Refusal = 'sender-is-a-stranger' | 'sender-is-not-proven' | 'ticket-takes-no-follow-up';

export type Placement =
  | { do: 'attach'; ticketId: number; evidence: Evidence }
  | { do: 'open'; why: 'no-evidence' }
  /** Evidence there was, but not for this sender or this ticket: recorded on the new ticket so that an agent sees it. */
  | { do: 'open'; why: Refusal; ticketId: number; evidence: Evidence };

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
 * the sender must already have a part in the ticket; and who speaks for the desk must also show our signed id, because
 * their addresses are public and what they write is believed. Nobody answers in a name whose domain disowns the mail.
 * Otherwise the mail opens a ticket of its own.
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
    const why = refusal(role, evidence, () => accepts(ticketId));
    if (!why) return { do: 'attach', ticketId, evidence };
    refused ??= { do: 'open', why, ticketId, evidence };
  }
  return refused ?? { do: 'open', why: 'no-evidence' };
}

function refusal(role: SenderRole, evidence: Evidence, accepts: () => boolean): Refusal | undefined {
  const proven = evidence === 'signed-id';
  // What a machine says about our mail belongs where that mail is, whether or not customers may still write there.
  const report = role.machine && proven;
  if (!role.customer && !role.participant && !role.besides && !role.agentOfGroup && !report) {
    return 'sender-is-a-stranger';
  }
  if (role.disowned || (role.ofTheDesk && !proven)) return 'sender-is-not-proven';
  // Whoever was asked beside the ticket is heard, whatever customers may still do there.
  return role.agentOfGroup || role.besides || report || accepts() ? undefined : 'ticket-takes-no-follow-up';
}

/**
 * Whom an answer may go to besides the sender. A mail that opens a ticket may name anybody, as contact forms do. On a
 * ticket that is there already, a Reply-To to somebody else counts only in a proven mail, else a forged one would lead
 * the desk's answers, and with them its signed ids, to whoever forged it.
 * @param trusted  the mail is proven, or opens its ticket
 */
export function trustedReplyTo<T extends { address: string }>(
  replyTo: T | null,
  from: { address: string } | null,
  trusted: boolean,
): T | null {
  const same = replyTo !== null && replyTo.address.toLowerCase() === from?.address.toLowerCase();
  return trusted || same ? replyTo : null;
}
