import type { Filter } from './facts.ts';

/** Does a mail server that does not speak RFC 3464 report failed recipients? Exim and qmail name them in a header. */
export const failedRecipients: Filter = (facts) =>
  facts.header('x-failed-recipients').length > 0
    ? { automatic: 'bounce', reason: 'X-Failed-Recipients is set' }
    : undefined;
