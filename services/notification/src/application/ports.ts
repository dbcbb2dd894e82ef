import type { MailAddress } from '@helpmesh/contracts';
import type { Sealing } from '@helpmesh/mail-security';
import type { MailServer } from '@helpmesh/service-kit';
import type { RetrySchedule, WireFailure, WireReport } from '../domain/delivery.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';

/** Puts a mail on the wire. */
export interface MailWire {
  /** One try. Never throws: what went wrong is in the answer. */
  send(mail: OutboundMail, signal: AbortSignal): Promise<WireReport | WireFailure>;
  close(): void;
}

/** Says how a mail is protected on its way. */
export interface MailSealer {
  /** Null: not at all. @throws AppError conflict `mail-key.none-to-sign`, `mail-key.none-to-encrypt` */
  sealingOf(mail: OutboundMail): Promise<Sealing | null>;
}

/** How mails leave by an account that administrators set up. */
export interface SendingAccount {
  /** Null: the program of the operator takes the mails. */
  server: MailServer | null;
  /** Null: the server asks for no password. @throws AppError unavailable `secrets.unreadable` */
  password(): string | null;
  /** OAuth 2 instead of a password. */
  accessToken: {
    /** @throws AppError when there is none now */
    get(): Promise<string>;
    /** The server did not take it. */
    forget(): void;
  } | null;
}

/** Who this installation is, in mails. */
export interface MailSettings {
  /** Who speaks when no group does. */
  from: MailAddress;
  /** Further addresses at which the system receives mail, in lower case. */
  ownAddresses: ReadonlySet<string>;
  brand: string;
  /** Address of the web page. */
  page: string;
  /** Right side of our Message-IDs. */
  fqdn: string;
  threadingSecret: string;
  /** Largest mail over the wire, MB (millions of bytes), where its account says nothing else; 0: no limit. */
  maxSizeMb: number;
  /** How long files that were too large for their mail can be fetched. */
  fileLinkDays: number;
  /** Automatic answers an hour to one address; 0 leaves only the fixed limits. */
  autoRepliesPerHour: number;
  /** Automatic answers an hour to one mail domain; 0: no limit. */
  autoRepliesPerDomain: number;
  /** Automatic answers an hour altogether; 0: no limit. */
  autoRepliesInTotal: number;
}

export interface SendingSettings {
  /** Mails on the wire at once. */
  concurrency: number;
  /** Longest time one try may take. */
  timeoutMs: number;
  /** How long a claim lasts; longer than `timeoutMs`, with room to record the outcome. */
  leaseMs: number;
  /** Longest pause between two looks at the queue. */
  pollMs: number;
  /** How long a stop waits for the mails on the wire before it breaks their connections. */
  stopGraceMs: number;
  schedule: RetrySchedule;
}
