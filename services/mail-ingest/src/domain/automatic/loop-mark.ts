import type { Filter } from './facts.ts';

/** Does X-Loop say that the mail went round already? It names whoever marked it; `yes` and `true` are Zammad's and RT's. */
export const loopMark: Filter = (facts) => {
  const marks = facts.header('x-loop').map((value) => value.trim().toLowerCase());
  if (marks.some((mark) => facts.isOurAddress(mark))) return { automatic: 'own', reason: 'X-Loop names us' };
  return marks.length > 0 && !marks.every((mark) => mark === 'no' || mark === 'false')
    ? { automatic: 'auto-reply', reason: 'X-Loop is set' }
    : undefined;
};
