import type { Filter } from './facts.ts';

/** Does it come from one of our own addresses? Answering would be talking to ourselves. */
export const ownAddress: Filter = ({ from, isOurAddress }) =>
  from && isOurAddress(from) ? { automatic: 'own', reason: 'the sender is one of our addresses' } : undefined;
