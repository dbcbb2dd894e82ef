import type { FederationTicket } from '@helpmesh/contracts';
import { AppError, derivedId } from '@helpmesh/kernel';
import type { Cache, SecretBox } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { ForeignStore } from '../../persistence/foreign.store.ts';
import type { Peer, PeerStore } from '../../persistence/peer.store.ts';
import type { PeerAddress, SyncSettings } from '../sync/ports.ts';
import type { Adapter, Adapters, PeerAdapter } from './ports.ts';

/** A helpdesk that can be spoken to in its own words. */
export interface Desk {
  peerId: number;
  name: string;
  node: string;
  adapter: PeerAdapter;
  pollSeconds: number;
  cursor: string | null;
  /** Of a ticket that began there: the same each time. */
  uuidOf(remoteId: string): string;
}

/** Namespace of the uuids of tickets that began at helpdesks without any. */
const FOREIGN_TICKETS = '5f0c1d0e-9d0b-4c58-8a6a-3f6a2e1b7c11';

/** Helpdesks without our protocol, with what it takes to call them. */
export class OpenDesks {
  constructor(
    private readonly db: DataSource,
    private readonly store: ForeignStore,
    private readonly peers: PeerStore,
    private readonly adapters: Adapters,
    private readonly box: SecretBox,
    private readonly cache: Pick<Cache, 'limit'>,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  async has(node: string): Promise<boolean> {
    return (await this.store.adapterAt(this.db, node)) !== undefined;
  }

  /** @throws AppError not-found `peer.no-adapter`; unavailable `peer.no-token` */
  async open({ node, token }: PeerAddress): Promise<Desk> {
    const adapter = await this.store.adapterAt(this.db, node);
    if (!adapter) throw new AppError('not-found', 'peer.no-adapter', 'This helpdesk speaks our own protocol.');
    const peer = await this.peers.get(this.db, adapter.peerId);
    if (token === null) throw noToken(peer);
    return this.deskOf(adapter, peer, token);
  }

  /**
   * @param dry  nothing is written there
   * @throws AppError not-found `peer.no-adapter`, `peer.not-found`; unavailable `peer.no-token`
   */
  async byId(peerId: number, dry = false): Promise<Desk> {
    const peer = await this.peers.get(this.db, peerId);
    const adapter = await this.store.adapter(this.db, peerId);
    if (!adapter) throw new AppError('not-found', 'peer.no-adapter', 'This helpdesk speaks our own protocol.');
    if (peer.token === null) throw noToken(peer);
    return this.deskOf(adapter, peer, this.box.open(peer.token, `peer:${peerId}`).toString(), dry);
  }

  /** What a ticket of ours is found by at another helpdesk: its address, which also opens it. */
  markOf({ uuid, url }: Pick<FederationTicket, 'uuid' | 'url'>): string {
    const { node } = this.settings;
    const hash = url.startsWith(`${node}/#`) ? url.slice(node.length + 1) : '';
    return `${node}/?shared=${uuid}${hash}`;
  }

  /** Whether a ticket there was made by us. */
  isOurs(mark: string | null): boolean {
    return mark?.startsWith(`${this.settings.node}/?shared=`) ?? false;
  }

  private deskOf(
    { peerId, kind, settings, cursor }: Adapter,
    { name, node, callsPerMinute }: Peer,
    secret: string,
    dry = false,
  ): Desk {
    const limit = shareOf(callsPerMinute);
    const pace = async () => {
      const { allowed, retryAfterMs } = await this.cache.limit(`desk:${peerId}`, limit);
      return allowed ? 0 : Math.max(1, retryAfterMs);
    };
    const adapter = this.adapters[kind]({ ...settings, node, secret, pace, dry });
    const uuidOf = (remoteId: string) => derivedId(FOREIGN_TICKETS, `${node} ${remoteId}`);
    return { peerId, name, node, adapter, pollSeconds: settings.pollSeconds, cursor, uuidOf };
  }
}

const PARTS = 6;

/** Of what may be called in a minute, in parts of it: nobody waits a minute because much was asked at its beginning. */
function shareOf(callsPerMinute: number): { max: number; windowMs: number } {
  if (callsPerMinute < PARTS) return { max: 1, windowMs: Math.ceil(60_000 / callsPerMinute) };
  return { max: Math.floor(callsPerMinute / PARTS), windowMs: 60_000 / PARTS };
}

function noToken({ name }: Peer): AppError {
  return new AppError('unavailable', 'peer.no-token', `There is no token for ${name} yet.`);
}
