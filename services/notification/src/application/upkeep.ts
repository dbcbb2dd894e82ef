import { type Clock, epochMs } from '@helpmesh/kernel';
import { gauge } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import type { MailEvents } from '../events.ts';
import type { NoticeStore } from '../persistence/notice.store.ts';
import type { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import type { WebhookDeliveryStore } from '../persistence/webhook-delivery.store.ts';
import type { OutboundQueue } from './outbound-queue.ts';
import type { WebhookLog } from './webhook/webhook-log.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Days that notifications stay: those that were seen, and others. */
const KEEP_NOTICES = { seen: 30, all: 270 };
const waiting = ['queued', 'sending', 'deferred', 'failed'] as const;

/** What runs beside the sending: figures of the queues for Prometheus, and an hourly sweep of what is long done. */
export class Upkeep {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly mails: OutboundMailStore,
    private readonly queue: OutboundQueue,
    private readonly clock: Clock,
    private readonly keepDays: { mails: number; calls: number },
    private readonly events: MailEvents,
    private readonly calls: WebhookDeliveryStore,
    private readonly callLog: WebhookLog,
    private readonly notices: NoticeStore,
  ) {}

  start(): void {
    const overdue = gauge({
      name: 'helpmesh_mail_oldest_due_seconds',
      help: 'How long the longest overdue mail has been waiting to be tried.',
    });
    gauge({
      name: 'helpmesh_mail_queue_items',
      help: 'Mails that are not done, by state; failed ones stay until somebody retries them.',
      labels: ['state'],
      read: async (metric) => {
        const depth = await this.mails.depth(this.db, this.clock.now());
        for (const state of waiting) metric.set({ state }, depth.find((row) => row.state === state)?.mails ?? 0);
        overdue.set(Math.max(0, ...depth.map(({ overdueSeconds }) => overdueSeconds)));
      },
    });
    const overdueCall = gauge({
      name: 'helpmesh_webhook_oldest_due_seconds',
      help: 'How long the longest overdue call of a webhook has been waiting.',
    });
    gauge({
      name: 'helpmesh_webhook_queue_items',
      help: 'Calls of webhooks that are not done.',
      read: async (metric) => {
        const { waiting: calls, overdueSeconds } = await this.calls.depth(this.db, this.clock.now());
        metric.set(calls);
        overdueCall.set(overdueSeconds);
      },
    });
    this.timer = setInterval(() => void this.sweep(), HOUR_MS);
    this.timer.unref();
    void this.sweep();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      await this.queue.forget(this.keepDays.mails);
      await this.callLog.forget(this.keepDays.calls);
      const now = this.clock.now();
      const before = (days: number) => epochMs(now - days * DAY_MS);
      await this.notices.forgetOld(this.db, { seen: before(KEEP_NOTICES.seen), all: before(KEEP_NOTICES.all), now });
    } catch (error) {
      this.events.trouble('old mails, calls and notifications could not be forgotten', error);
    }
  }
}
