/** Whom mails are by, and what is done about those whose senders are not proven. */
export interface SenderPolicy {
  policy: 'off' | 'mark' | 'suspend';
  /** Servers whose word is taken, in lower case. */
  trusted_servers: string[];
  /** Whether Reply-To names the sender of a mail that opens a ticket; the words of REST. */
  sender_based_on_reply_to: 'off' | 'as_sender_of_email' | 'as_sender_of_email_use_from_realname';
  updated_at: Date;
}
