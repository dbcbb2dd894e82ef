import { createHash } from 'node:crypto';
import type { ClaimedMail } from '../domain/inbound-mail.ts';

/**
 * Two rows with one key are one mail. A sender who missed our 250 sends the same bytes in the same envelope once more;
 * without a Message-ID the same bytes may as well be a script's second alarm, so then only the row itself counts. In
 * a mailbox the same bytes are the same mail: after a change of UIDVALIDITY all of them come again under new numbers.
 */
export function filingKey(mail: ClaimedMail, messageId: string | null, readable: boolean): string {
  const kind = readable ? 'mail' : 'unreadable';
  const fetched = /^(?:imap|pop3):/.test(mail.channel);
  if (messageId === null && !fetched) return `${kind}:${mail.id}`;
  const parts = fetched
    ? [mail.channel, mail.sha256]
    : [mail.channel, mail.sha256, mail.from, [...mail.recipients].sort()];
  return `${kind}:${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`;
}
