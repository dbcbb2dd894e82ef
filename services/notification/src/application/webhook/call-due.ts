import { auditMessage, recordAudit, tellOfDisabledWebhook } from '@helpmesh/contracts';
import { type Clock, epochMs } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { WorkPool } from '@helpmesh/service-kit';
import { withSpan, withTrace } from '@helpmesh/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { holdMs, type Outcome, outcomeOf } from '../../domain/webhook/outcome.ts';
import type { Attempt, Delivery, WebhookRow } from '../../domain/webhook/webhook.ts';
import type { WebhookEvents } from '../../events.ts';
import type { WebhookStore } from '../../persistence/webhook.store.ts';
import type { WebhookDeliveryStore } from '../../persistence/webhook-delivery.store.ts';
import type { CallingSettings, WebhookWire } from './ports.ts';
import type { Receivers } from './receivers.ts';

const DAY_MS = 86_400_000;

/**
 * Calls what is due. A call is claimed for a lease before the receiver is touched, so that a process that dies gives it
 * back by doing nothing; a crash between the answer and the record of it calls again, under the same id.
 */
export class CallDue {
  private readonly pool: WorkPool<Delivery>;

  constructor(
    private readonly db: DataSource,
    private readonly webhooks: WebhookStore,
    private readonly deliveries: WebhookDeliveryStore,
    private readonly receivers: Receivers,
    private readonly wire: WebhookWire,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: CallingSettings,
    private readonly events: WebhookEvents,
  ) {
    const { concurrency, pollMs, stopGraceMs, leaseMs } = settings;
    this.pool = new WorkPool({
      ...{ concurrency, pollMs, stopGraceMs },
      claim: (limit) => deliveries.claim(db, clock.now(), leaseMs, limit),
      work: (delivery, cutOff) => this.deliver(delivery, cutOff),
      trouble: (what, error) => events.trouble(what, error),
    });
  }

  start(): void {
    this.pool.start();
  }

  /** Calls nothing new and waits for the calls on the way, as long as the grace lasts; the rest is put off. */
  async stop(): Promise<void> {
    await this.pool.stop();
    await this.wire.close();
  }

  /** Something may be due now. */
  readonly wake = (): void => this.pool.wake();

  private deliver(delivery: Delivery, cutOff: AbortSignal): Promise<void> {
    const headers = delivery.traceparent === null ? null : { traceparent: delivery.traceparent };
    return withTrace(headers, () =>
      withSpan('webhook.call', { 'helpmesh.webhook.attempt': delivery.attempts }, async (span) => {
        // A process that was stopped (SIGSTOP, a sleeping machine) may hold a call that is somebody else's by now.
        if (delivery.dueAt !== null && this.clock.now() >= delivery.dueAt) return this.events.fenced(delivery);
        const row = await this.webhooks.get(this.db, delivery.webhookId);
        if (!row) return;
        const receiver = this.receivers.receiver(row, this.clock.now());
        const attempt = await this.wire.call(receiver, delivery, cutOff);
        const outcome = outcomeOf(delivery, attempt, this.clock.now(), Math.random());
        span.setAttribute('helpmesh.webhook.outcome', outcome.state);
        await this.record(delivery, attempt, outcome);
      }),
    );
  }

  private async record(delivery: Delivery, attempt: Attempt, outcome: Outcome): Promise<void> {
    const disabled = await transaction(this.db, async (tx) => {
      const now = this.clock.now();
      // Before the call's own row: administrators lock in this order too.
      const row = await this.webhooks.lock(tx, delivery.webhookId);
      const next = {
        state: outcome.state,
        dueAt: outcome.state === 'deferred' ? outcome.dueAt : null,
        error: outcome.state === 'delivered' ? null : outcome.error,
      };
      if (!row) return 'fenced';
      if (!(await this.deliveries.record(tx, delivery, attempt, next, now))) {
        // The call is gone, or somebody else makes it by now, and then the receiver stays theirs.
        await this.webhooks.release(tx, row.id);
        return 'fenced';
      }
      if (outcome.state === 'delivered') {
        await this.webhooks.recover(tx, row.id);
        return undefined;
      }
      const { failures, since } = await this.webhooks.failed(tx, row.id, now);
      await this.webhooks.hold(tx, row.id, epochMs(now + holdMs(failures)));
      const limit = this.settings.disableAfterMs;
      const why =
        outcome.state === 'failed' && outcome.gone
          ? 'The receiver answered 410: it does not want to be called any more.'
          : limit > 0 && now - since >= limit
            ? `No call got through for ${Math.floor((now - since) / DAY_MS)} days.`
            : undefined;
      if (why === undefined || !row.active || delivery.kind === 'test') return undefined;
      await this.disable(tx, row, why, outcome.error);
      return 'disabled';
    });
    if (disabled === 'fenced') return this.events.fenced(delivery);
    this.events.called(delivery, attempt, outcome, this.clock.now());
    // A receiver that is well has its next call at once; a hold that ended is found by the clock.
    this.wake();
    if (disabled) this.events.disabled(delivery.webhookId);
  }

  private async disable(tx: EntityManager, row: WebhookRow, why: string, error: string): Promise<void> {
    const now = this.clock.now();
    await this.webhooks.update(tx, row.id, { active: false, disabled_reason: why }, null, now);
    await this.deliveries.giveUp(tx, row.id, 'The webhook was switched off.', now);
    const told = {
      action: 'webhook.disabled',
      object: { type: 'Webhook', id: row.id, label: row.name },
      changes: { active: { from: true, to: false }, disabled_reason: { from: null, to: why } },
    };
    await this.outbox.add(tx, recordAudit, auditMessage({ kind: 'service', userId: 0 }, told));
    // In this transaction too: whoever is killed next has told them all the same.
    await this.outbox.add(tx, tellOfDisabledWebhook, { aggregateId: String(row.id), data: { name: row.name, error } });
  }
}
