import type { FederationRequesterErased } from '@helpmesh/contracts';
import { AppError, backoffMs, type Clock, epochMs } from '@helpmesh/kernel';
import { type SecretBox, WorkPool } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { requesterErased } from '../../domain/notices.ts';
import type { FederationEvents } from '../../events.ts';
import type { Due, RequesterStore } from '../../persistence/requester.store.ts';
import type { PeerAddress, SyncSettings } from '../sync/ports.ts';

/** How a peer is told. */
export interface ErasureLine {
  /** @returns when the peer has done it @throws AppError as `PeerLine.deliver`; not-found `peer.knows-nothing`: no such ticket, or nobody such */
  tellErased(to: PeerAddress, event: FederationRequesterErased, signal: AbortSignal): Promise<void>;
}

const CONCURRENCY = 2;
const retries = { baseMs: 2_000, capMs: 6 * 3_600_000 };

/** Calls the peers that are to forget a requester until each has said that it has. Its answer is what says so. */
export class TellErasures {
  private readonly pool: WorkPool<Due>;

  constructor(
    private readonly db: DataSource,
    private readonly requesters: RequesterStore,
    private readonly line: ErasureLine,
    private readonly box: Pick<SecretBox, 'open'>,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node' | 'pollMs' | 'stopGraceMs'>,
    events: Pick<FederationEvents, 'trouble'>,
  ) {
    const { pollMs, stopGraceMs } = settings;
    this.pool = new WorkPool({
      ...{ concurrency: CONCURRENCY, pollMs, stopGraceMs },
      claim: (limit) => this.requesters.claim(this.db, limit, this.clock.now()),
      work: (one, cutOff) => this.call(one, cutOff),
      trouble: (what, error) => events.trouble(what, error),
    });
  }

  start(): void {
    this.pool.start();
  }

  stop(): Promise<void> {
    return this.pool.stop();
  }

  /** Something may be due now. */
  readonly wake = (): void => this.pool.wake();

  private async call(one: Due, signal: AbortSignal): Promise<void> {
    const { eventId: id, uuid, pseudonym, node, token, peerId, linkId, attempts } = one;
    const event = requesterErased({ id, uuid, pseudonym }, this.settings.node, epochMs(one.askedAt.getTime()));
    const to = { node, token: token && this.box.open(token, `peer:${peerId}`).toString() };
    try {
      await this.line.tellErased(to, event, signal);
    } catch (thrown) {
      const error = AppError.from(thrown);
      // There is nobody to forget where nobody was told of. Any other address that is not there may be so for a while.
      if (error.code !== 'peer.knows-nothing') {
        const wait = backoffMs(attempts + 1, { ...retries, jitter: Math.random() });
        return this.requesters.later(this.db, id, error.detail, epochMs(this.clock.now() + wait));
      }
    }
    await this.requesters.acknowledge(this.db, id, linkId, this.clock.now());
  }
}
