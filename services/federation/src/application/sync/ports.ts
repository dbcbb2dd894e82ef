import type { FederationAttachment, FederationChange, FederationEvent } from '@helpmesh/contracts';
import type { FileSink } from '../files/ports.ts';

/** How another Helpmesh is spoken to. */
export interface PeerLine {
  /**
   * @throws AppError not-found `peer.unshared` (it does not want to hear of the ticket any more); unavailable, limited
   *   (later); everything else: it will not take this
   */
  deliver(to: PeerAddress, event: FederationEvent, signal: AbortSignal): Promise<void>;

  /** Where a ticket stands there, with all comments; null: it does not know the ticket. @throws AppError as `deliver` */
  standing(to: PeerAddress, uuid: string, signal: AbortSignal): Promise<FederationChange | null>;

  /**
   * The bytes of a file that a comment names.
   * @throws AppError as `deliver`; not-found `peer.not-there`; conflict `peer.refused`
   */
  file(to: PeerAddress, attachment: FederationAttachment, sink: FileSink, signal: AbortSignal): Promise<void>;

  /** Fields of a ticket that it understands. @throws AppError as `deliver` */
  fields(to: PeerAddress, signal: AbortSignal): Promise<ReadonlySet<string>>;

  /** Whether it answers again. @returns false: it was not asked, for that is found out otherwise. @throws AppError as `deliver` */
  probe(to: PeerAddress, signal: AbortSignal): Promise<boolean>;
}

export interface PeerGreeter {
  /** Who is there. @param called  it is not asked for more than that otherwise. @throws AppError as `deliver` */
  greet(to: PeerAddress, called: boolean, signal: AbortSignal): Promise<Greeting>;
}

/** What answers at an address. */
export interface Greeting {
  product: string;
  /** As what it knows itself. */
  node: string;
  /** Agreements that it has with us; null: it was not asked, for want of a token or of our protocol. */
  agreements: number | null;
  /** What let us in; null: nothing was shown. */
  signedInBy: 'key' | 'token' | null;
}

export interface PeerAddress {
  node: string;
  /** What it has made for us; null: it knows us by our signature. */
  token: string | null;
  /** Its number of the agreement that a message is under; absent: it has one of its own. */
  agreement?: number;
}

export interface SyncSettings {
  /** Our own address, as peers know us. */
  node: string;
  concurrency: number;
  pollMs: number;
  leaseMs: number;
  stopGraceMs: number;
}
