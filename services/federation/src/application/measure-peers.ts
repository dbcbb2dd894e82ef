import { type Clock, epochMs } from '@helpmesh/kernel';
import { gauge } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import type { OfferStore } from '../persistence/offer.store.ts';
import type { PeerStore } from '../persistence/peer.store.ts';

/** More helpdesks than anybody has agreements with. */
const MOST = 500;

/** How things stand with each helpdesk, counted when Prometheus asks. */
export class MeasurePeers {
  constructor(
    private readonly db: DataSource,
    private readonly peers: PeerStore,
    private readonly offers: OfferStore,
    private readonly clock: Clock,
  ) {}

  start(): void {
    const queue = gauge({
      name: 'helpmesh_federation_queue_items',
      help: 'Messages that are not done here (in) or not taken there (out), by peer id.',
      labels: ['peer', 'direction'],
    });
    const failing = gauge({
      name: 'helpmesh_federation_failing_items',
      help: 'Tickets that were tried in vain, by peer id.',
      labels: ['peer'],
    });
    const paused = gauge({
      name: 'helpmesh_federation_paused',
      help: 'Whether nothing is sent to or done for a peer: it is paused, or all sending is stopped.',
      labels: ['peer'],
    });
    const offered = gauge({
      name: 'helpmesh_federation_offers_items',
      help: 'Tickets that were offered to a peer and wait for its answer, by peer id.',
      labels: ['peer'],
    });
    const late = gauge({
      name: 'helpmesh_federation_late_offers_items',
      help: 'Of them, those that were to be answered by now, by peer id.',
      labels: ['peer'],
    });
    gauge({
      name: 'helpmesh_federation_lag_seconds',
      help: 'How long the ticket that waits longest has waited to be equal, by peer id.',
      labels: ['peer'],
      read: async (lag) => {
        const rows = await this.peers.list(this.db, MOST, 0);
        const ids = rows.map(({ id }) => id);
        const [figures, stopped] = [await this.peers.figures(this.db, ids), await this.peers.isStopped(this.db)];
        const offers = await this.offers.figures(this.db, this.clock.now());
        for (const metric of [lag, queue, failing, paused, offered, late]) metric.reset();
        for (const { id, paused: rests } of rows) {
          const peer = String(id);
          const { waitingSince, queuedIn = 0, queuedOut = 0, failing: tickets = 0 } = figures.get(id) ?? {};
          const waited = waitingSince ? this.clock.now() - epochMs(waitingSince) : 0;
          lag.set({ peer }, Math.max(0, waited / 1_000));
          queue.set({ peer, direction: 'in' }, queuedIn);
          queue.set({ peer, direction: 'out' }, queuedOut);
          failing.set({ peer }, tickets);
          paused.set({ peer }, rests || stopped ? 1 : 0);
          offered.set({ peer }, offers.get(id)?.waiting ?? 0);
          late.set({ peer }, offers.get(id)?.late ?? 0);
        }
      },
    });
  }
}
