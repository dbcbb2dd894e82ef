import type {
  articleAdded,
  articleChanged,
  Message,
  ticketCreated,
  ticketDeleted,
  ticketUpdated,
} from '@helpmesh/contracts';
import { type Clock, derivedId, epochMs } from '@helpmesh/kernel';
import { afterCommit } from '@helpmesh/persistence';
import type { EntityManager } from 'typeorm';
import type { Agreement } from '../../domain/agreement.ts';
import type { AgreementStore } from '../../persistence/agreement.store.ts';
import type { LinkStore } from '../../persistence/link.store.ts';
import type { PeerStore } from '../../persistence/peer.store.ts';
import type { SyncSettings } from './ports.ts';
import type { SyncLinks } from './sync-links.ts';

type Told = Message<
  typeof ticketCreated | typeof ticketUpdated | typeof articleAdded | typeof articleChanged | typeof ticketDeleted
>;

/** A ticket that old when it is told of came from an import or a restore. */
const NEWS_MS = 24 * 3_600_000;

/** Notes which tickets are to be kept equal elsewhere, and which of them may have changed; what that means is seen later. */
export class ShareTickets {
  constructor(
    private readonly agreements: AgreementStore,
    private readonly peers: PeerStore,
    private readonly links: LinkStore,
    private readonly sync: Pick<SyncLinks, 'wake'>,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  /** A ticket begins to be shared when it is opened in a group with a `full` agreement, or moved there. */
  async hear(tx: EntityManager, events: readonly Told[]): Promise<void> {
    const arrived = new Set(events.filter((event) => this.arrives(event)));
    const groupIds = [...arrived].map(({ data }) => data.ticket.groupId);
    const agreements =
      groupIds.length > 0 ? await this.agreements.activeOf(tx, groupIds) : new Map<number, Agreement>();
    for (const event of events) {
      const { ticket } = event.data;
      if (event.type === 'ticket.v1.deleted') await this.unshare(tx, ticket.id, 'The ticket was deleted here.');
      else if (arrived.has(event)) await this.share(tx, event, agreements.get(ticket.groupId));
    }
    let touched = 0;
    for (const [by, ids] of byPeer(events)) touched += await this.links.touch(tx, [...ids], by, this.clock.now());
    if (touched > 0) afterCommit(tx, () => this.sync.wake());
  }

  private arrives(event: Told): boolean {
    if (hasMoved(event)) return true;
    if (event.type !== 'ticket.v1.created' || this.isOld(event)) return false;
    // What a peer has opened here is theirs, and known to be so.
    return !('rule' in event.data && event.data.rule?.type === 'Peer');
  }

  private async share(tx: EntityManager, event: Told, agreement: Agreement | undefined): Promise<void> {
    const { ticket } = event.data;
    const now = this.clock.now();
    const peerId = agreement?.kind === 'full' ? agreement.peerId : null;
    if (peerId === null && !hasMoved(event)) return;
    const [held] = await this.links.sharedOf(tx, [ticket.id]);
    const ours = !held || held.originNode === this.settings.node;
    // Where a ticket of another helpdesk lies here is nobody's business there; ours goes where its group says.
    if (held && hasMoved(event) && ours)
      await this.unshare(tx, ticket.id, 'The ticket was moved to another group.', agreement?.peerId);
    if (!agreement || peerId === null) return;
    const peer = await this.peers.get(tx, peerId);
    const uuid = held?.uuid ?? derivedId(event.id, 'share');
    const added = await this.links.add(tx, { uuid, peerId: peer.id, agreementId: agreement.id, changes: 1 }, now);
    if (held && !ours) return;
    // Whoever has it already may have given it back: a move is no reason to hand it over once more.
    const before = added === undefined ? held?.fields : undefined;
    const fields = {
      ...{ subject: ticket.title.slice(0, 250) || '-', requester: { pseudonym: '-' } },
      ...{ assignedNode: before?.assignedNode ?? peer.node, handover: before?.handover },
      ...{ state: 'new' as const, priority: 'normal' as const, ownerName: null, tags: [] },
    };
    // Unlike any ticket: the first look takes everything from the ticket itself.
    const own = { title: '', stateType: '', priority: '', owner: null, tags: [] };
    await this.links.keepShared(
      tx,
      { uuid, ticketId: ticket.id, originNode: this.settings.node, via: [], fields, own },
      now,
    );
  }

  private async unshare(tx: EntityManager, ticketId: number, why: string, but?: number | null): Promise<void> {
    const [held] = await this.links.sharedOf(tx, [ticketId]);
    for (const { id, peerId } of held ? await this.links.linked(tx, held.uuid) : []) {
      if (peerId !== but) await this.links.end(tx, id, why, this.clock.now());
    }
  }

  private isOld({ time, data: { ticket } }: Told): boolean {
    return epochMs(new Date(time)) - Date.parse(ticket.createdAt) > NEWS_MS;
  }
}

/** Tickets by the peer at which it was done; null: here. What both have done to a ticket was also done here. */
function byPeer(events: readonly Told[]): Map<number | null, Set<number>> {
  const found = new Map<number | null, Set<number>>();
  for (const { data } of events) {
    const by = 'rule' in data && data.rule?.type === 'Peer' ? data.rule.id : null;
    found.set(by, (found.get(by) ?? new Set()).add(data.ticket.id));
  }
  return found;
}

function hasMoved({ data }: Told): boolean {
  return 'changes' in data && data.changes.group_id !== undefined;
}
