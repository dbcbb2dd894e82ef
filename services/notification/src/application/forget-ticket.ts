import { type Message, noticesChanged, type ticketPurged } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { ERASED_TEXT } from '@helpmesh/service-kit';
import type { EntityManager } from 'typeorm';
import type { ErasureStore } from '../persistence/erasure.store.ts';
import type { GatheredNoticeStore } from '../persistence/gathered-notice.store.ts';
import type { NoticeStore } from '../persistence/notice.store.ts';
import type { WebhookErasureStore } from '../persistence/webhook-erasure.store.ts';

/** Longer than any time over which automatic answers are counted. */
const COUNTED_MS = 24 * 3_600_000;

/** Removes the mails, the calls of webhooks and the notifications about a ticket that is gone, or whose people are. */
export class ForgetTicket {
  constructor(
    private readonly store: ErasureStore,
    private readonly calls: WebhookErasureStore,
    private readonly notices: NoticeStore,
    private readonly gathered: GatheredNoticeStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async run(tx: EntityManager, { data }: Message<typeof ticketPurged>): Promise<void> {
    await this.store.forgetTicket(tx, data.ticketId, new Date(this.clock.now() - COUNTED_MS), ERASED_TEXT);
    await this.calls.forgetTicket(tx, data.ticketId);
    await this.gathered.forgetTicket(tx, data.ticketId);
    const userIds = await this.notices.forgetTicket(tx, data.ticketId);
    if (userIds.length > 0) await this.outbox.add(tx, noticesChanged, { aggregateId: 'notices', data: { userIds } });
  }
}
