import type { FederationFieldName, FederationFields } from '@helpmesh/contracts';

/** What we know of one ticket at one peer. Whoever holds it needs no clock and no history to go on. */
export interface LinkState {
  /** The helpdesk at the other end. */
  peer: string;
  /** Number of our last message, and of the last one of theirs that was taken in. */
  sequenceOut: number;
  sequenceIn: number;
  /** The last of our numbers that they have said to have taken in. */
  acknowledged: number;
  /** The fields as the peer has them, once it has all that was sent; null: it does not know the ticket. */
  shadow: FederationFields | null;
  /** By field the number of our last message that changed it: what they say without having seen that is old. */
  toldAt: Partial<Record<FederationFieldName, number>>;
  /** Uuids of the comments that both sides have, once the peer has all that was sent. */
  comments: ReadonlySet<string>;
  /** Of where the ticket began and who works on it, those that are reached through the peer, as it says. */
  behind: ReadonlySet<string>;
}

/** A ticket as it is here, in the words that helpdesks share. */
export interface HeldTicket {
  originNode: string;
  fields: FederationFields;
  /** In the order in which they were written. */
  commentIds: readonly string[];
}

export function newLink(peer: string): LinkState {
  return {
    ...{ peer, sequenceOut: 0, sequenceIn: 0, acknowledged: 0, shadow: null },
    ...{ toldAt: {}, comments: new Set(), behind: new Set() },
  };
}

/** Where a helpdesk stands among those that have a ticket. */
export interface Place {
  self: string;
  /** All that it is linked with for this ticket. */
  direct: ReadonlySet<string>;
  /** It has no way to answer an offer: what is handed over to it is so at once. */
  mute?: boolean;
}

/**
 * Whether a helpdesk lies in the direction of this link. Who is behind a peer is known from the peer alone, so that counts
 * for none that has a link of its own with us: that one speaks for itself.
 */
export function leadsTo(link: LinkState, node: string, direct: ReadonlySet<string>): boolean {
  return link.peer === node || (!direct.has(node) && link.behind.has(node));
}
