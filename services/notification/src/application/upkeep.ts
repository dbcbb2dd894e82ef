import type { Clock } from '@helpmesh/kernel';
import { gauge } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import type { MailEvents } from '../events.ts';
import type { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import type { OutboundQueue } from './outbound-queue.ts';

const HOUR_MS = 3_600_000;
const waiting = ['queued', 'sending', 'deferred', 'failed'] as const;

/** What runs beside the sending: figures of the queue for Prometheus, and an hourly sweep of what is long done. */
export class Upkeep {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly mails: OutboundMailStore,
    private readonly queue: OutboundQueue,
    private readonly clock: Clock,
    private readonly keepDays: number,
    private readonly events: MailEvents,
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
    this.timer = setInterval(() => void this.sweep(), HOUR_MS);
    this.timer.unref();
    void this.sweep();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      await this.queue.forget(this.keepDays);
    } catch (error) {
      this.events.trouble('old mails could not be forgotten', error);
    }
  }
}
