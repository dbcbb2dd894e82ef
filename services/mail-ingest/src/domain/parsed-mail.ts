import type { MailSecurity } from '@helpmesh/contracts';
import type { Mailbox } from './address.ts';
import type { Bounce } from './bounce/bounce.ts';

export interface ParsedAttachment {
  /** Clean and distinct within the mail. */
  filename: string;
  /** `type/subtype`, lower case. */
  contentType: string;
  /** Without angle brackets, as in `cid:` links. */
  contentId: string | null;
  /** Meant to be shown inside the HTML. */
  inline: boolean;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What was read of a mail: plain values only, all within `limits`, so that it can cross a thread border. */
export interface ParsedMail {
  from: Mailbox | null;
  replyTo: Mailbox | null;
  to: Mailbox[];
  cc: Mailbox[];
  /** One line, possibly empty. */
  subject: string;
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  /** ISO-8601; null when missing or not a date. */
  date: string | null;
  text: string;
  /** Sanitized; null when the mail had none. */
  html: string | null;
  attachments: ParsedAttachment[];
  /** What it says of a mail that did not arrive; null when it says nothing like that. */
  bounce: Bounce | null;
  /** Something of it is signed or encrypted: it is worth to be opened. */
  protected: boolean;
  /** An OpenPGP key that the sender says is theirs: base64, or armoured. Nobody vouches for it. */
  offeredKey: string | null;
  /** Values of the headers the classifier reads, by lower-case name. */
  headers: Record<string, string[]>;
}

/** A mail that was opened. */
export interface OpenedParsed {
  mail: ParsedMail;
  /** Null: nothing of it was signed or encrypted after all. */
  security: MailSecurity | null;
  /** DER in base64, of the sender who has signed and is believed. */
  certificate: string | null;
}
