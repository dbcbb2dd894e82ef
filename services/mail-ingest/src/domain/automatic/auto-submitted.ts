import { type Filter, firstWords } from './facts.ts';

/** Does the sender say that a machine wrote it (RFC 3834 5)? Anything but `no` does. */
export const autoSubmitted: Filter = (facts) => {
  const word = firstWords(facts, 'auto-submitted').find((value) => value !== 'no' && value !== '');
  return word ? { automatic: 'auto-reply', reason: `Auto-Submitted is ${word.slice(0, 40)}` } : undefined;
};
