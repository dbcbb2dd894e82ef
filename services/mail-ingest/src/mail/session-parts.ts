import type { Mailboxes, MailboxLease, MailboxSource } from '../application/ports.ts';
import type { ReceiveMail } from '../application/receive-mail.ts';

/** What one connection to a mailbox works with, whatever it speaks. */
export interface SessionParts {
  source: MailboxSource;
  lease: MailboxLease;
  store: Mailboxes;
  receive: ReceiveMail;
  /** Failed tries by UID. */
  failures: Map<number, number>;
}
