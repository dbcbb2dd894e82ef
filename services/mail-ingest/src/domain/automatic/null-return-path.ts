import type { Filter } from './facts.ts';

/** Was it sent so that nothing can come back (RFC 5321 4.5.5)? Only reports are, and those must never be answered. */
export const nullReturnPath: Filter = (facts) => {
  const empty = facts.envelopeFrom === '' || facts.header('return-path').some((value) => /^\s*<\s*>\s*$/.test(value));
  return empty ? { automatic: 'bounce', reason: 'the return path is empty' } : undefined;
};
