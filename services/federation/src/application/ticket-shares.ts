import {
  type Actor,
  type FederationDetails,
  type FederationFields,
  type FederationHandover,
  groupsWith,
  hasPermission,
  readForPeer,
  workingTimeAfter,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, epochMs, isoTime, uuidv7 } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { giverOf, type HandoverStep, handOver } from '../domain/sync/handover.ts';
import { awaySince } from '../domain/sync/outage.ts';
import { canonical } from '../domain/sync/replica.ts';
import type { LinkStore, Share, SharedTicket, SharingPeer } from '../persistence/link.store.ts';
import type { OfferStore } from '../persistence/offer.store.ts';
import type { PeerStore } from '../persistence/peer.store.ts';
import type { SyncSettings } from './sync/ports.ts';
import type { SyncLinks } from './sync/sync-links.ts';

/** What a helpdesk says of a ticket that was offered or given to it, or that it has offered. */
export type Answered = Exclude<HandoverStep['do'], 'offered'>;

/** A ticket at a peer, as it is shown. */
export interface ShownShare extends Share {
  /** Since when its helpdesk has been away, once that is long; null: it is there, or nobody calls it. */
  awaySince: Date | null;
}

interface ShownShares {
  shares: ShownShare[];
  worksHere: boolean;
  maySync: boolean;
  /** This desk. */
  node: string;
  handover: FederationHandover | null;
  /** Until when an offer of ours is to be answered. */
  dueAt: Date | null;
  /** Who would get it back. */
  giver: string | null;
  /** Of the helpdesk that works on it. */
  details: FederationDetails | null;
}

/** Who else has a ticket, for the agents who see it. All methods: @throws AppError forbidden; not-found `federation.no-such-ticket` */
export class TicketShares {
  constructor(
    private readonly db: DataSource,
    private readonly links: LinkStore,
    private readonly peers: PeerStore,
    private readonly offers: OfferStore,
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

  async show(actor: Actor | undefined, ticketId: number): Promise<ShownShares> {
    const agent = requireAgent(actor);
    const groupId = await this.requireReadable(agent, ticketId);
    const [held] = await this.links.sharedOf(this.db, [ticketId]);
    const shares = await this.links.sharesOf(this.db, ticketId);
    const { node } = this.settings;
    const worksHere = held === undefined || held.fields.assignedNode === node;
    const isThere = (one: string) => shares.some((share) => share.node === one && share.endedAt === null);
    const word = held?.fields.handover;
    // Nobody answers who does not have it any more.
    const isVoid = word?.status === 'offered' && ![word.from, word.to].some(isThere);
    const waits = held && !isVoid && word?.status === 'offered' && word.from === node;
    const giver = held && worksHere ? giverOf(held.fields, node, held.via) : undefined;
    const now = this.clock.now();
    const shown = shares.map((share) => {
      const isCalled = share.endedAt === null && !share.paused;
      return { ...share, awaySince: isCalled ? awaySince(share.failingSince, now) : null };
    });
    return {
      ...{ shares: shown, worksHere, maySync: mayChange(agent, groupId), node },
      handover: word && !isVoid ? word : null,
      dueAt: waits ? await this.offers.dueAt(this.db, held.uuid) : null,
      giver: giver !== undefined && isThere(giver) ? giver : null,
      details: worksHere ? null : saidBy(held?.fields),
    };
  }

  /** Offers a ticket to a helpdesk. @throws AppError as `handOver` of the domain */
  async offer(actor: Actor | undefined, ticketId: number, peerId: number, reason: string): Promise<void> {
    const agent = requireAgent(actor);
    const by = { userId: agent.userId, dueAt: await this.dueAt(ticketId, peerId) };
    const step = (_: SharedTicket, peers: readonly SharingPeer[]): HandoverStep => {
      const peer = peers.find(({ id }) => id === peerId);
      const to = peer?.node ?? this.settings.node;
      return { do: 'offered', to, id: uuidv7(), reason, ...(peer?.isForeign && { kind: 'done' }) };
    };
    await this.step(actor, ticketId, step, by);
  }

  /** @returns null: they may answer whenever they like, or have nothing to answer */
  private async dueAt(ticketId: number, peerId: number): Promise<EpochMs | null> {
    const hours = await this.offers.answerHours(this.db, ticketId, peerId);
    if (!hours) return null;
    const input = { from: isoTime(this.clock.now()), minutes: hours * 60 };
    const { at } = await this.rpc.call(workingTimeAfter, input, { actor: this.signer.service() });
    return epochMs(Date.parse(at));
  }

  /** @throws AppError as `offer`; invalid `federation.reason-needed` */
  async answer(actor: Actor | undefined, ticketId: number, status: Answered, reason: string): Promise<void> {
    requireReason(status, reason);
    const { node } = this.settings;
    await this.step(actor, ticketId, ({ fields, via }, peers) => {
      if (status !== 'returned') return { do: status, reason };
      const giver = giverOf(fields, node, via);
      const to = peers.some((peer) => peer.node === giver) ? giver : undefined;
      return { do: status, to, id: uuidv7(), reason };
    });
  }

  private async step(
    actor: Actor | undefined,
    ticketId: number,
    stepOf: (shared: SharedTicket, peers: readonly SharingPeer[]) => HandoverStep,
    by?: { userId: number; dueAt: EpochMs | null },
  ): Promise<void> {
    await this.requireChangeable(actor, ticketId);
    await transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const { shared, peers } = await this.links.hold(tx, ticketId, now);
      if (!shared || peers.length === 0) throw notShared();
      // An offer to somebody who does not have it any more binds nobody.
      const last = shared.fields.handover;
      const isVoid = last?.status === 'offered' && !peers.some(({ node }) => node === last.from || node === last.to);
      const before = isVoid ? { ...shared.fields, handover: null } : shared.fields;
      const fields = handOver(before, this.settings.node, stepOf(shared, peers), isoTime(now));
      if (fields !== shared.fields) {
        await this.links.keepShared(tx, { ...shared, fields: canonical(fields) }, now);
        await this.offers.follow(tx, shared.uuid, fields.handover, this.settings.node, by);
      }
      afterCommit(tx, () => this.sync.wake());
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

/** Whoever gets a ticket back is told why. @throws AppError invalid `federation.reason-needed` */
export function requireReason(status: Answered, reason: string): void {
  if (reason.trim() !== '' || (status !== 'rejected' && status !== 'returned')) return;
  throw new AppError('invalid', 'federation.reason-needed', 'Say why, for the people who get it back.');
}

function notShared(): AppError {
  return new AppError('conflict', 'federation.not-handed-over', 'No other helpdesk has it.');
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

/** What counts of it: who worked on it before says nothing any more. */
function saidBy(fields: FederationFields | undefined): FederationDetails | null {
  return fields?.details?.node === fields?.assignedNode ? (fields?.details ?? null) : null;
}
