import type { CanonicalState } from '@helpmesh/contracts';

/** The states a helpdesk has, and where each canonical state goes there, its nearest one. */
export type StateTable = Readonly<Record<CanonicalState, string>>;

/** By name, for helpdesks as they are installed; an agreement may say otherwise. */
export const stateTables = {
  zammad: {
    ...{ new: 'new', assigned: 'open', in_progress: 'open', reopened: 'open' },
    ...{ waiting_requester: 'pending reminder', on_hold: 'pending reminder' },
    ...{ solved: 'closed', unsolved: 'closed', verified: 'closed', closed: 'closed', merged: 'merged' },
  },
  rt: {
    ...{ new: 'new', assigned: 'open', in_progress: 'open', reopened: 'open' },
    ...{ waiting_requester: 'stalled', on_hold: 'stalled', solved: 'resolved', unsolved: 'rejected' },
    ...{ verified: 'resolved', closed: 'resolved', merged: 'resolved' },
  },
  ggus: {
    ...{ new: 'new', assigned: 'assigned', in_progress: 'in progress', reopened: 'reopened' },
    ...{ waiting_requester: 'waiting for reply', on_hold: 'on hold', solved: 'solved', unsolved: 'unsolved' },
    ...{ verified: 'verified', closed: 'closed', merged: 'closed' },
  },
  znuny: {
    ...{ new: 'new', assigned: 'open', in_progress: 'open', reopened: 'open' },
    ...{ waiting_requester: 'pending reminder', on_hold: 'pending reminder', merged: 'merged' },
    ...{ solved: 'closed successful', unsolved: 'closed unsuccessful', verified: 'closed successful' },
    closed: 'closed successful',
  },
  itop: {
    ...{ new: 'new', assigned: 'assigned', in_progress: 'assigned', reopened: 'assigned' },
    ...{ waiting_requester: 'pending', on_hold: 'pending', solved: 'resolved', unsolved: 'resolved' },
    ...{ verified: 'closed', closed: 'closed', merged: 'closed' },
  },
  /** Issues are open or not: the rest is a label. */
  gitlab: {
    ...{ new: 'opened', assigned: 'opened', reopened: 'opened', in_progress: 'opened + in progress' },
    ...{ waiting_requester: 'opened + waiting for reply', on_hold: 'opened + on hold', solved: 'closed' },
    ...{ unsolved: 'closed + unsolved', verified: 'closed', closed: 'closed', merged: 'closed' },
  },
  /** The workflow of service requests. */
  jira: {
    ...{ new: 'Waiting for support', assigned: 'Waiting for support', reopened: 'Waiting for support' },
    ...{ in_progress: 'In progress', waiting_requester: 'Waiting for customer', on_hold: 'Pending' },
    ...{ solved: 'Resolved', unsolved: 'Canceled', verified: 'Closed', closed: 'Closed', merged: 'Closed' },
  },
  freshdesk: {
    ...{ new: '2', assigned: '2', in_progress: '2', reopened: '2', waiting_requester: '3', on_hold: '7' },
    ...{ solved: '4', unsolved: '4', verified: '5', closed: '5', merged: '5' },
  },
} as const satisfies Record<string, StateTable>;

/** States that are read there and never written, by what they come to. */
export const alsoStates: Partial<Record<keyof typeof stateTables, Readonly<Record<string, CanonicalState>>>> = {
  zammad: { 'pending close': 'solved' },
  znuny: { 'pending auto close+': 'solved', 'pending auto close-': 'unsolved' },
  itop: {
    ...{ waiting_for_approval: 'on_hold', approved: 'assigned', rejected: 'unsolved' },
    ...{ escalated_tto: 'new', escalated_ttr: 'in_progress' },
  },
  freshdesk: { 6: 'waiting_requester' },
  // What the adapter says of a state that the table does not have: its category.
  jira: { 'to do': 'new', done: 'solved' },
};

/**
 * Which canonical state a peer's own one stands for. Several canonical states may share one there: then `last`, what we
 * told it, is what it still means, so that a round trip changes nothing; else the first that fits does.
 * @param raw  the peer's own state
 * @param last  the canonical state as it was known before
 * @param also  further states of the peer, in lower case
 * @returns undefined for a state the table does not have: the ticket keeps its state, and somebody has to be told
 */
export function stateFromPeer(
  table: StateTable,
  raw: string,
  last?: CanonicalState,
  also: Readonly<Record<string, CanonicalState>> = {},
): CanonicalState | undefined {
  const name = raw.trim().toLowerCase();
  const says = (state: CanonicalState) => table[state].toLowerCase() === name;
  if (last !== undefined && says(last)) return last;
  return preferred.find(says) ?? also[name];
}

/** Of those that share a word, the plainest first. */
const preferred: readonly CanonicalState[] = [
  ...(['new', 'in_progress', 'assigned', 'waiting_requester', 'on_hold', 'solved', 'closed'] as const),
  ...(['unsolved', 'verified', 'reopened', 'merged'] as const),
];

const over: readonly CanonicalState[] = ['solved', 'unsolved', 'verified', 'closed', 'merged'];

/** Nobody works on it any more. */
export function isOver(state: CanonicalState): boolean {
  return over.includes(state);
}
