import { applyPeerChange, readForPeer } from '@helpmesh/contracts';
import { type Clock, derivedId } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { FederationEvents } from '../events.ts';
import type { LateOffer, OfferStore } from '../persistence/offer.store.ts';
import { Watch } from './watch.ts';

const AT_ONCE = 50;

/**
 * Tells agents when nobody has answered what they have offered: the ticket is still theirs, and forgotten easily. The
 * note is known by its uuid, so that two processes that look at the same time write one.
 */
export class WatchOffers extends Watch {
  constructor(
    private readonly db: DataSource,
    private readonly offers: OfferStore,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly clock: Clock,
    events: FederationEvents,
  ) {
    super(events, 'offers cannot be looked at');
  }

  protected async run(): Promise<void> {
    for (const offer of await this.offers.late(this.db, this.clock.now(), AT_ONCE)) {
      // One that cannot be told now is told at the next look, and holds up no other.
      await this.tell(offer).catch((error: unknown) => this.events.trouble('an offer cannot be told of', error));
    }
  }

  private async tell(offer: LateOffer): Promise<void> {
    const { uuid, offerId, ticketId, peer, offeredById, dueAt } = offer;
    const terms = { actor: this.signer.service() };
    const asked = { ticketId, knownArticleIds: [], onlyArticleIds: [], internal: false, limit: 1 };
    const ticket = await this.rpc.call(readForPeer, asked, terms);
    if (ticket) {
      const due = dueAt.toISOString().slice(0, 16).replace('T', ' ');
      const body =
        `${peer.name} has not answered the offer to hand this ticket over; that was due at ${due} UTC. ` +
        'The ticket is still worked on here. Withdraw the offer, or ask them.';
      const note = {
        ...{ uuid: derivedId(uuid, `handover ${offerId} unanswered`), sender: 'System' as const, author: peer.name },
        ...{ internal: true, contentType: 'text/plain' as const, body, files: [] },
        calls: offeredById === null ? [] : [offeredById],
      };
      const change = { peer, ticket: { id: ticketId, version: ticket.version }, articles: [note] };
      await this.rpc.call(applyPeerChange, change, terms);
    }
    await this.offers.told(this.db, offer, this.clock.now());
    this.events.offerUnanswered(peer.id);
  }
}
