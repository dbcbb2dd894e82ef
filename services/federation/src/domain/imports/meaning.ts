import { priorityFromPeer, priorityTables } from '../codes/priorities.ts';
import { alsoStates, stateFromPeer, stateTables } from '../codes/states.ts';
import { ownStates } from '../sync/own-words.ts';

type Kind = 'zammad' | 'freshdesk';
export type OwnState = (typeof ownStates)[keyof typeof ownStates];

/** The kind of state that one of theirs becomes here; null: nothing here is meant by it. */
export function stateHere(kind: Kind, theirs: string): OwnState | null {
  const known = stateFromPeer(stateTables[kind], theirs, undefined, alsoStates[kind]);
  return known ? ownStates[known] : null;
}

/** The priority that one of theirs becomes here, as the desk is installed; null: nothing here is meant by it. */
export function priorityHere(kind: Kind, theirs: string): string | null {
  const known = priorityFromPeer(priorityTables[kind], theirs);
  return known ? priorityTables.zammad[known] : null;
}

/** What tickets become that have a word without a meaning: somebody will look at them. */
export const usual = { state: 'open', priority: '2 normal' } as const;
