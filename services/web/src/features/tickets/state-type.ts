/** The kinds of states by their seeded id; a list of states carries the id only. */
const typeNames: Record<number, string> = {
  1: 'new',
  2: 'open',
  3: 'pending reminder',
  4: 'pending action',
  5: 'closed',
  6: 'merged',
};

/** What a state means, whatever an administrator called it. */
export const stateTypeOf = (state: { state_type_id: number } | undefined): string =>
  (state && typeNames[state.state_type_id]) ?? 'open';

/** A pending ticket needs the time at which somebody should look again. */
export const isPendingState = (state: { state_type_id: number } | undefined): boolean =>
  stateTypeOf(state).startsWith('pending');

/** States that are the result of another action; nobody chooses them. */
export const isResultState = (state: { name: string; state_type_id: number }): boolean =>
  stateTypeOf(state) === 'merged' || state.name === 'redirected';
