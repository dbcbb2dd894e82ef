import type { Message, ticketPurged } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { ERASED_TEXT } from '@helpmesh/service-kit';
import type { EntityManager } from 'typeorm';
import type { ErasureStore } from '../persistence/erasure.store.ts';
import type { WebhookErasureStore } from '../persistence/webhook-erasure.store.ts';

/** Longer than any time over which automatic answers are counted. */
const COUNTED_MS = 24 * 3_600_000;

/** Removes the mails and the calls of webhooks about a ticket that is gone, or whose people are. */
export class ForgetTicket {
  constructor(
    private readonly store: ErasureStore,
    private readonly calls: WebhookErasureStore,
    private readonly clock: Clock,
  ) {}

  async run(tx: EntityManager, { data }: Message<typeof ticketPurged>): Promise<void> {
    await this.store.forgetTicket(tx, data.ticketId, new Date(this.clock.now() - COUNTED_MS), ERASED_TEXT);
    await this.calls.forgetTicket(tx, data.ticketId);
  }
}
