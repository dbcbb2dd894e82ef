import type { GroupSnapshot, MailTransport } from '@helpmesh/contracts';
import type { KeyRing } from '@helpmesh/mail-security';
import type { OutboxRow } from '@helpmesh/messaging';
import type { EntityManager } from 'typeorm';
import type { Automatic } from '../domain/automatic/facts.ts';
import type { ClaimedMail, StoredMail } from '../domain/inbound-mail.ts';
import type { OpenedParsed, ParsedMail } from '../domain/parsed-mail.ts';
import type { Delivered, Findings, Proof } from '../domain/proof/proof.ts';

/** What became of a mail that was worked on. */
export interface Outcome {
  id: number;
  attempt: number;
  /** `ignored`: a filter of an administrator keeps it from being filed; it can be worked on again. */
  state: 'parsed' | 'quarantined' | 'ignored';
  cause: string | null;
  /** See `filingKey`. */
  key: string;
  messageId: string | null;
  from: string | null;
  automatic: Automatic | null;
  proof: Proof | null;
  /** Messages to send when, and only when, the mail is filed by this very outcome. */
  messages: OutboxRow[];
}

/** Mails that stay where they are until somebody looks after them. */
export type SetAside = 'quarantined' | 'ignored' | 'suspended' | 'discarded';

export interface QuarantinedRow {
  id: number;
  received_at: Date;
  processed_at: Date;
  from_address: string | null;
  recipients: string[];
  size: number;
  cause: string;
  attempts: number;
  discarded_because: string | null;
}

type Hold = Pick<ClaimedMail, 'id' | 'attempt'>;

/** Mails taken, claimed by whoever works on them, and finished. All throw AppError unavailable without a database. */
export interface InboundMails {
  /**
   * One commit for all; the first `claimed` of them are claimed for `leaseMs` by the same statement. A mail of a mailbox
   * that is there already stays as it is and gets no id here.
   * @returns ids by queue id
   */
  insert(mails: StoredMail[], claimed: number, leaseMs: number): Promise<Map<string, number>>;
  /**
   * Takes up to `limit` mails for `leaseMs` and counts the start. Fresh ones were never started; the others were, and
   * whoever worked on them ended or gave them back.
   */
  claim(which: 'fresh' | 'started', limit: number, leaseMs: number): Promise<ClaimedMail[]>;
  /** Keeps the lease of mails that take longer. */
  extend(mails: Hold[], leaseMs: number): Promise<void>;
  /** Gives back what could not be worked on for reasons that are not the mail's own; the start does not count. */
  giveBack(mail: Hold, afterMs: number): Promise<void>;
  /** Gives back what failed and is worth another try; the start counts. */
  retry(mail: Hold): Promise<void>;
  /**
   * Records outcomes and their messages in one statement: a mail that somebody else took over in the meantime is left
   * alone, and one whose key is taken sends nothing.
   * @returns the state each mail has now; without those left alone
   */
  finish(outcomes: Outcome[]): Promise<Map<number, string>>;
  /** Newest first. */
  setAside(state: SetAside, limit: number, offset: number): Promise<QuarantinedRow[]>;
  /** Lets a mail that was set aside be worked on again, and tells of it. @returns false when there is none */
  release(id: number, told: OutboxRow): Promise<boolean>;
  /** Lets a mail in whose sender is not proven, and tells of it. @returns false when there is none */
  letIn(id: number, told: OutboxRow): Promise<boolean>;
  /** The ticket service has not filed the mail: it waits, and may be filed later. */
  suspend(tx: EntityManager, id: number, cause: string): Promise<void>;
  /** Takes a mail that was set aside out of sight, and tells of it. @returns false when there is none */
  discard(id: number, because: string, told: OutboxRow): Promise<boolean>;
  /** Where the bytes of a mail are that was set aside; tells that somebody looked. Undefined: there is none. */
  rawOf(id: number, told: OutboxRow): Promise<{ sha256: string; size: number } | undefined>;
  stateOf(id: number): Promise<string | undefined>;
  /** A mail that became an article, while its bytes are kept. */
  filed(id: number): Promise<Pick<StoredMail, 'sha256' | 'receivedAt'> | undefined>;
  /** Mails not worked on yet, and the age of the oldest in seconds. */
  backlog(): Promise<{ count: number; oldestSeconds: number }>;
  /** Those that wait until somebody lets them in or discards them. */
  suspended(): Promise<{ count: number; oldestSeconds: number }>;
}

/**
 * The mail itself is to blame: it breaks a limit, or takes more time or memory than a mail may.
 * `again`: the machine may have been too busy; worth one more try, alone.
 */
export class UnreadableMail extends Error {
  override readonly name = 'UnreadableMail';
  readonly again: boolean;

  constructor(cause: string, options: { again?: boolean; cause?: unknown } = {}) {
    super(cause, { cause: options.cause });
    this.again = options.again ?? false;
  }
}

/** Keys by which a mail is opened, whose mail it is believed to be, and when it came in. */
export interface Opening {
  keys: KeyRing;
  /** Lower case; null: it names nobody. */
  from: string | null;
  /** Epoch ms. */
  at: number;
}

/** Whoever has the keys. */
export interface KeyDirectory {
  /** @param from  the sender, lower case @throws AppError unavailable */
  toOpen(from: string | null): Promise<KeyRing>;
}

export interface MailReader {
  /** @param more  headers to be kept beside those that are always read @throws UnreadableMail */
  parse(raw: Uint8Array<ArrayBuffer>, more?: readonly string[]): Promise<ParsedMail>;
  /** Reads a mail that is signed or encrypted. @throws UnreadableMail */
  open(raw: Uint8Array<ArrayBuffer>, opening: Opening, more?: readonly string[]): Promise<OpenedParsed>;
  /** What can be had of the header; of a mail that has none, nothing. Never throws. */
  salvage(raw: Uint8Array<ArrayBuffer>, more?: readonly string[]): Promise<ParsedMail>;
}

/** Looks who stands behind a mail. */
export interface MailProver {
  /** @returns `too-much`: it takes more time than a mail may; `unknown`: no fault of its own. Never throws. */
  look(raw: Uint8Array<ArrayBuffer>, delivered: Delivered): Promise<Findings | 'too-much' | 'unknown'>;
}

/** Which addresses are the desk's own. */
export interface OwnAddresses {
  /** By what is in memory; subaddresses count. */
  includes(address: string): boolean;
}

/** The replica of the groups' addresses. */
export interface GroupAddresses {
  /** Base addresses of active groups, lower case. */
  all(): Promise<string[]>;
  /** What an event says (null: deleted); an older one than what is held changes nothing. */
  apply(tx: EntityManager, groupId: number, version: number, group: GroupSnapshot | null): Promise<void>;
  /** What the owner of the groups answers now. Events still on their way come later and settle it. */
  replace(groups: GroupSnapshot[]): Promise<void>;
}

/** The owner of the groups. */
export interface GroupDirectory {
  /** All of them. @throws AppError unavailable */
  ask(): Promise<GroupSnapshot[]>;
}

export type Credential = { password: string } | { accessToken: string };

/** A mailbox that is to be fetched, of the environment or set up by an administrator. */
export interface MailboxSource {
  /** Key of its lease and, behind the protocol, of its mails; renaming it means a new mailbox. */
  name: string;
  protocol: 'imap' | 'pop3';
  host: string;
  port: number;
  ssl: MailTransport;
  /** False: whoever answers is believed to be the server. */
  verifyTls: boolean;
  user: string;
  /** Whose mail arrives here. */
  address: string;
  folder: string;
  /** What happens to a mail that was stored: flag it (POP3: leave it), delete it, or move it to a folder. */
  afterwards: 'seen' | 'delete' | { move: string };
  /** Time between two looks, besides those the server asks for (IDLE). */
  pollSeconds: number;
  /** Its mails may say themselves what becomes of them. */
  trusted: boolean;
  /** @throws AppError when there is none now */
  credential(): Promise<Credential>;
  /** The server did not take the credential. */
  refused(): void;
  /** How a look into it went; null: well. Never throws. */
  told(error: string | null): void;
}

/** The right to fetch a mailbox, until it is lost. */
export interface MailboxLease {
  name: string;
  fence: number;
  /** Null: never fetched before. */
  uidValidity: number | null;
  lastUid: number;
  lookedAt: Date | null;
}

/** One holder a mailbox, and how far it is read. */
export interface Mailboxes {
  /** @returns null while somebody else holds it */
  acquire(name: string, holder: string, leaseMs: number): Promise<MailboxLease | null>;
  /** @throws AppError conflict `mailbox.lease-lost` */
  renew(lease: MailboxLease, leaseMs: number): Promise<void>;
  /** Records how far the mailbox is read. @throws AppError conflict `mailbox.lease-lost` */
  advance(lease: MailboxLease, uidValidity: number, lastUid: number): Promise<void>;
  /** Lets the next holder begin at once. */
  release(lease: MailboxLease): Promise<void>;
  /** Which of these mails are stored already, and whether all of each. */
  stored(channel: string, uidValidity: number, uids: number[]): Promise<Map<number, { whole: boolean }>>;
}
