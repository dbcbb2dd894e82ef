import type { MailAddress, SecurityType, StoredFile } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';

export type MailState = 'queued' | 'sending' | 'sent' | 'deferred' | 'failed' | 'suppressed';

/** A recipient that the server refused for good. */
export interface Refusal {
  address: string;
  reason: string;
}

/** A file that was too large for its mail and went as a link. */
export interface SentAsLink {
  filename: string;
  /** Bytes. */
  size: number;
  /** When the link ends, ISO 8601. */
  until: string;
}

/** One row of the queue: everything that decides how the mail looks on the wire, fixed when it is queued. */
export interface OutboundMail {
  /** UUID; the command's `mailId`. */
  id: string;
  kind: string;
  ticketId: number | null;
  articleId: number | null;
  /** Carried into the delivery events. */
  correlationId: string;
  causationId: string;
  /** W3C trace context of the transaction that queued it; null when that was not sampled. */
  traceparent: string | null;
  automatic: boolean;
  /** Set on automatic mails that answer somebody: the address they count against (loop guard). */
  guardAddress: string | null;
  from: MailAddress;
  replyTo: MailAddress | null;
  to: MailAddress[];
  cc: MailAddress[];
  /** In no header: only the server is told. */
  bcc: MailAddress[];
  /** Envelope recipients that have neither accepted nor refused yet. */
  remaining: string[];
  refused: Refusal[];
  subject: string;
  /** Null once a secret was wiped (see `secret`). */
  text: string | null;
  html: string | null;
  /** The content holds a credential and is wiped when the mail is done. */
  secret: boolean;
  /** With angle brackets. Never changes, so that a mail sent twice can be recognised as one. */
  messageId: string;
  inReplyTo: string | null;
  references: string[];
  attachments: StoredFile[];
  /** Files that are not among the attachments: its words have links to them. */
  linked: SentAsLink[];
  /** It leaves signed or encrypted, or not at all. Null: as it is, or signed where its group wants that of automatic mails. */
  security: { sign: boolean; encrypt: boolean; type?: SecurityType | undefined } | null;
  state: MailState;
  /** Starts of a delivery, counted before the wire is touched; also the fencing token of a claim. */
  attempts: number;
  /** Next try; while it is being sent the end of the lease; null when nothing follows. */
  dueAt: EpochMs | null;
  /** When the present round of tries began: creation, or the last retry by hand. */
  queuedAt: EpochMs;
  /** The `Date` header of every try. */
  createdAt: EpochMs;
  lastError: string | null;
}
