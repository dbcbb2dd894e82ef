import type { adapterKinds, FederationComment, FederationRequester } from '@helpmesh/contracts';
import type { PeerTables, PeerWords, WritableWord } from '../../domain/foreign/words.ts';
import type { FileSink } from '../files/ports.ts';

/** How a helpdesk without our protocol is set up at ours. */
export interface AdapterSettings {
  /** Its queue, group or project that the tickets lie in. */
  queue: string;
  /** Who we are there: its comments and tickets are known by that name. Empty where the token says it. */
  account: string;
  /** What the kept secret is. */
  signIn: 'token' | 'password';
  pollSeconds: number;
  /** Where the desk's words differ from those it is installed with. */
  states: Readonly<Record<string, string>>;
  priorities: Readonly<Record<string, string>>;
}

/** What every call to a peer has: an end. Each has a deadline of its own as well. */
export interface PeerCall {
  signal: AbortSignal;
}

export interface AdapterCapabilities {
  /** Words that it has a place for. */
  writes: readonly WritableWord[];
  /** It keeps notes that its requesters do not see. */
  notes: boolean;
  /** Its comments have markup; else what is written there is made plain text before. */
  html: boolean;
  /** Entries are written with their files, or their files beside them. */
  files?: boolean;
  /** A ticket is there before the files that it begins with: whoever is cut off in between attaches them later. */
  filesLater?: boolean;
  /** A new ticket has the words that it was made with: others were said by somebody there since. */
  opensAsTold?: boolean;
}

export interface PeerTicket {
  id: string;
  number: string;
  /** For people. */
  url: string;
  createdAt: string;
  words: PeerWords;
  requester: FederationRequester;
}

/** A comment that its requesters may read. */
export interface PeerEntry {
  id: string;
  author: string;
  role: 'requester' | 'agent';
  /** Written by the account that we use there. */
  own: boolean;
  createdAt: string;
  format: FederationComment['format'];
  body: string;
  /** Its files; a name alone: its bytes cannot be read there. */
  files: readonly (string | PeerFile)[];
}

/** A file of an entry, as `getFile` finds it. */
export interface PeerFile {
  id: string;
  filename: string;
  mediaType: string;
  /** Bytes, where the peer says so. */
  size?: number;
  /** Where the bytes had to be read to know of the file. */
  sha256?: string;
}

/** A file of ours, whole. */
export interface NewFile {
  filename: string;
  mediaType: string;
  bytes: Buffer;
}

/** Tickets that have changed, each at least once. */
export interface PeerChanges {
  ids: string[];
  /** Where to go on from. */
  cursor: string;
}

export interface NewEntry {
  format: FederationComment['format'];
  body: string;
  /** For desks that take files. */
  files?: readonly NewFile[];
}

export interface NewTicket {
  words: PeerWords;
  /** What we find it by again; an address of ours that shows the ticket to people. */
  mark: string;
  first: NewEntry;
}

/**
 * A helpdesk in its own words. An adapter calls and reads, and decides nothing: what may be written, what is new and
 * what it means is the engine's.
 *
 * All throw AppError: unauthenticated `peer.token-refused`; not-found `peer.not-there`; conflict `peer.refused` (it will
 * not take this), `peer.unreadable`; limited `peer.throttled` (with `members.retryAfterMs` when the peer says so);
 * unavailable `peer.unavailable`, `net.…` (later).
 */
export interface PeerAdapter {
  readonly capabilities: AdapterCapabilities;
  readonly tables: PeerTables;

  /** Looks whether the settings are right. @returns what answers, for people. @throws as all, and `peer.queue-unknown` */
  check(call: PeerCall): Promise<{ product: string; version: string; account: string }>;

  /** @param cursor  of the last look; null: from now on */
  listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges>;

  /** @throws AppError not-found `peer.unshared` when it lies in another queue by now, or in another ticket */
  getTicket(id: string, call: PeerCall): Promise<PeerTicket>;

  /** The mark of a ticket that we have made; null: it was not us. */
  correlationOf(id: string, call: PeerCall): Promise<string | null>;

  /** The ticket with this mark: looked for before one is made, for the answer to that may have been lost. */
  findByCorrelation(mark: string, call: PeerCall): Promise<string | null>;

  createTicket(ticket: NewTicket, call: PeerCall): Promise<string>;

  updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void>;

  /** Comments that are not known, the oldest first. */
  listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]>;

  /** The bytes of a file that `listEntries` has named with an id. */
  getFile?(id: string, sink: FileSink, call: PeerCall): Promise<void>;

  /** Without sending mail to anybody, as far as that is ours to say. @returns the peer's id of it */
  addEntry(id: string, entry: NewEntry, call: PeerCall): Promise<string>;

  /**
   * For desks whose files belong to the ticket and to no comment: there each is an entry without words, and nobody says
   * who wrote it. @returns the id of that entry
   */
  addFile?(id: string, file: NewFile, call: PeerCall): Promise<string>;

  /** Something that only their agents read. */
  addNote(id: string, text: string, call: PeerCall): Promise<void>;
}

/** Asked before each call. @returns how long to wait and ask again, ms; 0: call now */
export type Pace = () => Promise<number>;

export interface AdapterAddress extends AdapterSettings {
  node: string;
  secret: string;
  /** Absent: as often as there is something to ask. */
  pace?: Pace;
  /** Nothing is written: what would be is thrown, as `WouldSend`. */
  dry?: boolean;
}

/** A request that would change something at a helpdesk, without what proves who we are. */
export interface OutgoingRequest {
  method: string;
  url: string;
  contentType: string;
  body: string;
}

/** Thrown where a dry run would have written. */
export class WouldSend extends Error {
  override readonly name = 'WouldSend';

  constructor(readonly request: OutgoingRequest) {
    super(`${request.method} ${request.url}`);
  }
}

export type AdapterKind = (typeof adapterKinds)[number];

/** How a peer without our protocol is spoken to. */
export interface Adapter {
  peerId: number;
  kind: AdapterKind;
  settings: AdapterSettings;
  cursor: string | null;
  polledAt: Date | null;
  updatedById: number;
  updatedAt: Date;
}

/** The software that is spoken to. */
export type Adapters = Readonly<Record<AdapterKind, (to: AdapterAddress) => PeerAdapter>>;
