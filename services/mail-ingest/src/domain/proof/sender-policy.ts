/** What is done about mails whose senders are not proven. */
export interface SenderPolicy {
  policy: 'off' | 'mark' | 'suspend';
  /** Servers whose word is taken, in lower case. */
  trusted_servers: string[];
  updated_at: Date;
}
