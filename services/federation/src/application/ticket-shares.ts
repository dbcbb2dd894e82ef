import { type Actor, groupsWith, hasPermission, readForPeer } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { LinkStore, Share } from '../persistence/link.store.ts';
import type { PeerStore } from '../persistence/peer.store.ts';
import type { SyncSettings } from './sync/ports.ts';
import type { SyncLinks } from './sync/sync-links.ts';

/** Who else has a ticket, for the agents who see it. All methods: @throws AppError forbidden; not-found `federation.no-such-ticket` */
export class TicketShares {
  constructor(
    private readonly db: DataSource,
    private readonly links: LinkStore,
    private readonly peers: PeerStore,
    private readonly sync: Pick<SyncLinks, 'wake'>,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  async status(actor: Actor | undefined): Promise<{ active: boolean; stopped: boolean }> {
    requireAgent(actor);
    const [alone, stopped] = await Promise.all([this.peers.isAlone(this.db), this.peers.isStopped(this.db)]);
    return { active: !alone, stopped };
  }

  async show(
    actor: Actor | undefined,
    ticketId: number,
  ): Promise<{ shares: Share[]; worksHere: boolean; maySync: boolean }> {
    const agent = requireAgent(actor);
    const groupId = await this.requireReadable(agent, ticketId);
    const [held] = await this.links.sharedOf(this.db, [ticketId]);
    const worksHere = held === undefined || held.fields.assignedNode === this.settings.node;
    return { shares: await this.links.sharesOf(this.db, ticketId), worksHere, maySync: mayChange(agent, groupId) };
  }

  /** @throws AppError conflict `federation.not-handed-over` */
  async handOver(actor: Actor | undefined, ticketId: number, peerId: number): Promise<void> {
    await this.requireChangeable(actor, ticketId);
    await transaction(this.db, async (tx) => {
      afterCommit(tx, () => this.sync.wake());
      if (await this.links.handOver(tx, ticketId, this.settings.node, peerId, this.clock.now())) return;
      const detail = 'It is not worked on here, or the other helpdesk does not have it.';
      throw new AppError('conflict', 'federation.not-handed-over', detail);
    });
  }

  /** @returns how many helpdesks are asked */
  async compare(actor: Actor | undefined, ticketId: number): Promise<number> {
    await this.requireChangeable(actor, ticketId);
    return transaction(this.db, async (tx) => {
      afterCommit(tx, () => this.sync.wake());
      return this.links.compare(tx, ticketId, this.clock.now());
    });
  }

  /** @throws AppError not-found `federation.no-such-wish` */
  async dismiss(actor: Actor | undefined, ticketId: number, wishId: number): Promise<void> {
    await this.requireChangeable(actor, ticketId);
    if (await this.links.dismissWish(this.db, ticketId, wishId)) return;
    throw new AppError('not-found', 'federation.no-such-wish', 'There is no such wish any more.');
  }

  /** @returns its group */
  async requireReadable(agent: Actor, ticketId: number): Promise<number> {
    const input = { ticketId, knownArticleIds: [], onlyArticleIds: [], internal: false, limit: 1 };
    const ticket = await this.rpc.call(readForPeer, input, { actor: this.signer.service() });
    if (ticket && groupsWith(agent, 'read').includes(ticket.groupId)) return ticket.groupId;
    throw new AppError('not-found', 'federation.no-such-ticket', 'There is no such ticket.');
  }

  private async requireChangeable(actor: Actor | undefined, ticketId: number): Promise<void> {
    const agent = requireAgent(actor);
    if (!mayChange(agent, await this.requireReadable(agent, ticketId))) throw notAuthorized();
  }
}

function mayChange(agent: Actor, groupId: number): boolean {
  return groupsWith(agent, 'change').includes(groupId);
}

function requireAgent(actor: Actor | undefined): Actor {
  if (actor && hasPermission(actor, 'ticket.agent')) return actor;
  throw notAuthorized();
}

function notAuthorized(): AppError {
  return new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}
