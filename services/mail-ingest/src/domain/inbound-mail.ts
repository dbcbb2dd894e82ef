/** Where a mail came in: `smtp`, or the protocol and the name of a mailbox. */
export type Channel = 'smtp' | `imap:${string}` | `pop3:${string}` | 'stdin';

/** What is known of a mail before anybody has read it. */
export interface Envelope {
  channel: Channel;
  /** Empty: the null return path. Null: not known. */
  from: string | null;
  /** Envelope recipients, or the mailbox's own address. */
  recipients: string[];
  /** Who delivered it, for the log of a person looking for a mail: `mx.example [192.0.2.1]`. */
  client: string | null;
  /** Number in a mailbox; the pair never names another mail of it. */
  imap?: { uidValidity: number; uid: number };
  /** Why only the header was fetched. Absent: the mail is whole. */
  withheld?: string;
}

/** A mail whose raw bytes are in the blob store. */
export interface StoredMail extends Envelope {
  queueId: string;
  sha256: string;
  /** Bytes. */
  size: number;
  /** ISO-8601. */
  receivedAt: string;
  /** W3C traceparent of its receipt. */
  trace: string | null;
}

/** A mail that is being worked on. */
export interface ClaimedMail extends StoredMail {
  id: number;
  /** This start is the how manieth; also the fence: a finish with an older number is refused. */
  attempt: number;
  /** Somebody has let it in although its sender is not proven. */
  released?: boolean;
  /** The bytes, when they are still at hand: a small mail received by this very process. */
  raw?: Uint8Array<ArrayBuffer>;
}
