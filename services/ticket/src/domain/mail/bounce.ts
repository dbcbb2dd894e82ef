/** A report of a mail server, as it was read. */
export interface ReportedFailure {
  kind: 'permanent' | 'temporary';
  recipients: readonly { address: string; status: string | null; reason: string }[];
}

const LENGTH = 500;

/** What happened, in the words of the server: one line for each recipient. */
export function reasonOf({ recipients }: ReportedFailure): string | null {
  const said = recipients.map(({ address, status, reason }) => {
    const words = reason === '' || (status !== null && reason.includes(status)) ? reason : `${status ?? ''} ${reason}`;
    return `${address}: ${words.trim() || status || 'not delivered'}`;
  });
  return said.length === 0 ? null : said.join('; ').slice(0, LENGTH);
}

/**
 * Who has no mailbox any more, of those whom the mail went to: a report can name anybody. That a box is full, or a mail
 * unwanted, says nothing about the next mail.
 */
export function withoutMailbox(
  failure: ReportedFailure,
  writtenTo: readonly string[],
): { address: string; reason: string }[] {
  if (failure.kind !== 'permanent') return [];
  return failure.recipients
    .filter(({ address }) => writtenTo.includes(address))
    .filter(({ status, reason }) => (status === null ? NO_MAILBOX.test(reason) : /^5\.1\.(?:1|2|3|6|10)$/.test(status)))
    .map(({ address, status, reason }) => ({ address, reason: (reason || status || '').slice(0, LENGTH) }));
}

/** Of servers that give no status (RFC 3463). */
const NO_MAILBOX = /\b55[013]\b.*\b(?:unknown|no such|not exist|not found|no mailbox)/i;
