import type { Filter } from './facts.ts';

/** Does the sender ask not to be answered by machines (MS-OXCMAIL 2.2.3.2.14)? Receipts alone (DR, RN, NRN) do not count. */
export const autoResponseSuppress: Filter = (facts) => {
  const values = facts.header('x-auto-response-suppress').flatMap((value) => value.toLowerCase().split(/[\s,;]+/));
  return values.some((value) => ['all', 'oof', 'autoreply'].includes(value))
    ? { automatic: 'auto-reply', reason: 'X-Auto-Response-Suppress asks for silence' }
    : undefined;
};
