import { applyPeerChange, readForPeer } from '@helpmesh/contracts';
import { AppError, type Clock, derivedId, epochMs } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { outageTask, returnNote, TASK_AFTER_MS } from '../domain/sync/outage.ts';
import type { FederationEvents } from '../events.ts';
import type { Outage, OutageStore } from '../persistence/outage.store.ts';
import { Watch } from './watch.ts';

const AT_ONCE = 50;

/**
 * Gives the first level one task for each helpdesk that has been away for a day, and closes it when it is back. What is to
 * be done is written down first, and ticket and notes are known by their uuids: whoever dies in between, and however many
 * look at the same time, there is one.
 */
export class WatchOutages extends Watch {
  constructor(
    private readonly db: DataSource,
    private readonly outages: OutageStore,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly clock: Clock,
    events: FederationEvents,
  ) {
    super(events, 'helpdesks that are away cannot be looked at');
  }

  protected async run(): Promise<void> {
    await this.outages.note(this.db, epochMs(this.clock.now() - TASK_AFTER_MS));
    for (const outage of await this.outages.due(this.db, AT_ONCE)) {
      // One of which nobody can be told now is told of at the next look, and holds up no other.
      await this.tell(outage).catch((error: unknown) => this.events.trouble('a task cannot be kept', error));
    }
  }

  private async tell(outage: Outage): Promise<void> {
    const ticketId = outage.ticketId ?? (await this.open(outage));
    if (outage.isBack) await this.close(outage, ticketId);
  }

  private async open(outage: Outage): Promise<number> {
    const { uuid, peer, groupId } = outage;
    const { title, body } = outageTask(outage);
    const change = (into: number | null) => ({
      ...{ peer, title, articles: [this.note(outage, 'task', body)] },
      ticket: { uuid, groupId: into, customer: null },
    });
    const terms = { actor: this.signer.service() };
    const { ticketId } = await this.rpc.call(applyPeerChange, change(groupId), terms).catch((error: unknown) => {
      // The group is no longer in use: somebody has to hear of it all the same.
      if (AppError.from(error).code !== 'peer.group-inactive') throw error;
      return this.rpc.call(applyPeerChange, change(null), terms);
    });
    await this.outages.opened(this.db, uuid, ticketId);
    this.events.outageToldOf(peer.id, ticketId);
    return ticketId;
  }

  /** Whoever has closed it already is told; what was merged or deleted stays as it is. */
  private async close(outage: Outage, ticketId: number): Promise<void> {
    const { uuid, peer } = outage;
    const terms = { actor: this.signer.service() };
    const asked = { ticketId, knownArticleIds: [], onlyArticleIds: [], internal: false, limit: 1 };
    const ticket = await this.rpc.call(readForPeer, asked, terms);
    if (ticket && ticket.stateType !== 'merged') {
      const articles = [this.note(outage, 'back', returnNote(outage))];
      const change = {
        peer,
        ticket: { id: ticketId, version: ticket.version },
        stateType: 'closed' as const,
        articles,
      };
      await this.rpc.call(applyPeerChange, change, terms);
    }
    await this.outages.over(this.db, uuid);
    this.events.outageOver(peer.id, ticketId);
  }

  private note({ uuid, peer }: Outage, name: string, body: string) {
    return {
      ...{ uuid: derivedId(uuid, name), sender: 'System' as const, author: peer.name, internal: true },
      ...{ contentType: 'text/plain' as const, body, files: [], calls: [] },
    };
  }
}
