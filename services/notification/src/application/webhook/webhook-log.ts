import { type Actor, auditMessage, type Caller, recordAudit, type WebhookTicket } from '@helpmesh/contracts';
import { AppError, type Clock, epochMs, isoTime, uuidv7 } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import { sampledTraceparent } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import { bodyOf, type Desk, sourceOf } from '../../domain/webhook/payload.ts';
import type { Attempt, Delivery } from '../../domain/webhook/webhook.ts';
import type { WebhookStore } from '../../persistence/webhook.store.ts';
import type { DeliveryPage, WebhookDeliveryStore } from '../../persistence/webhook-delivery.store.ts';
import { requireWebhookAdmin } from './access.ts';

const DAY_MS = 86_400_000;
const FORGET_BATCH = 1_000;

/** The calls as administrators see them: what was sent, how it went, once more, and a first try. */
export class WebhookLog {
  constructor(
    private readonly db: DataSource,
    private readonly webhooks: WebhookStore,
    private readonly deliveries: WebhookDeliveryStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly desk: Desk,
    private readonly wake: () => void,
  ) {}

  /** Newest first. @throws AppError forbidden */
  async list(actor: Actor | undefined, page: DeliveryPage): Promise<Delivery[]> {
    requireWebhookAdmin(actor);
    return this.deliveries.list(this.db, page);
  }

  /** @throws AppError forbidden; not-found `webhook.delivery-not-found` */
  async get(
    actor: Actor | undefined,
    id: string,
  ): Promise<{ delivery: Delivery; log: (Attempt & { attempt: number })[] }> {
    requireWebhookAdmin(actor);
    const delivery = await this.deliveries.get(this.db, id);
    if (!delivery) throw noSuchDelivery(id);
    return { delivery, log: await this.deliveries.attempts(this.db, id) };
  }

  /**
   * Sends a call once more, with a new round of tries.
   * @throws AppError forbidden; not-found `webhook.delivery-not-found`; conflict `webhook.is-calling`,
   *   `webhook.switched-off`
   */
  async replay(caller: Caller | undefined, id: string): Promise<Delivery> {
    const actor = requireWebhookAdmin(caller);
    return transaction(this.db, async (tx) => {
      const before = await this.deliveries.get(tx, id);
      const webhook = before && (await this.webhooks.lock(tx, before.webhookId));
      if (!webhook) throw noSuchDelivery(id);
      if (!webhook.active && before.kind !== 'test') {
        throw new AppError('conflict', 'webhook.switched-off', 'The webhook is switched off.');
      }
      const delivery = await this.deliveries.requeue(tx, id, this.clock.now());
      if (!delivery) throw new AppError('conflict', 'webhook.is-calling', 'This call is being made at this moment.');
      const object = { type: 'Webhook', id: webhook.id, label: webhook.name };
      const told = { action: 'webhook.replayed', object, changes: { delivery: { to: id } } };
      await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
      afterCommit(tx, this.wake);
      return delivery;
    });
  }

  /** Calls the webhook with an invented ticket. @throws AppError forbidden; not-found `webhook.not-found` */
  async test(caller: Caller | undefined, webhookId: number): Promise<Delivery> {
    const actor = requireWebhookAdmin(caller);
    return transaction(this.db, async (tx) => {
      const webhook = await this.webhooks.lock(tx, webhookId);
      if (!webhook) {
        throw new AppError('not-found', 'webhook.not-found', `Couldn't find Webhook with 'id'=${webhookId}`);
      }
      const now = this.clock.now();
      const id = uuidv7();
      const template = webhook.customized_payload ? webhook.custom_payload : null;
      const body = bodyOf(sourceOf({ ticket: inventedTicket(isoTime(now)), article: null }, this.desk), template);
      const about = { webhookId, kind: 'test', rule: 'Test', ticketId: null, articleId: null } as const;
      const told = { correlationId: id, causationId: null, traceparent: sampledTraceparent() ?? null };
      await this.deliveries.add(tx, [{ id, ...about, body, ...told }], now);
      // Somebody waits for it, and knows that the last ones failed.
      await this.webhooks.release(tx, webhookId);
      const object = { type: 'Webhook', id: webhookId, label: webhook.name };
      await this.outbox.add(tx, recordAudit, auditMessage(actor, { action: 'webhook.tested', object }));
      afterCommit(tx, this.wake);
      return (await this.deliveries.get(tx, id)) as Delivery;
    });
  }

  /** Deletes calls that were done more than `keepDays` ago. @returns how many */
  async forget(keepDays: number): Promise<number> {
    const before = epochMs(this.clock.now() - keepDays * DAY_MS);
    let forgotten = 0;
    for (let last = FORGET_BATCH; last === FORGET_BATCH; forgotten += last) {
      last = await this.deliveries.forget(this.db, before, FORGET_BATCH);
    }
    return forgotten;
  }
}

function noSuchDelivery(id: string): AppError {
  return new AppError('not-found', 'webhook.delivery-not-found', `There is no call of a webhook with the id ${id}.`);
}

/** A ticket that never was; ids of 0 are nobody's. */
function inventedTicket(at: string): WebhookTicket {
  const person = (firstname: string, lastname: string) => ({
    ...{ id: 0, login: `${firstname}@example.com`.toLowerCase(), email: `${firstname}@example.com`.toLowerCase() },
    ...{ firstname, lastname, organization_id: null, active: true },
  });
  const customer = person('Nicole', 'Braun');
  return {
    ...{ id: 0, number: '0', title: 'Test of a webhook', group_id: 0, state_id: 0, priority_id: 0, owner_id: 0 },
    ...{ customer_id: 0, organization_id: null, article_count: 0, created_by_id: 0, updated_by_id: 0 },
    ...{ created_at: at, updated_at: at, close_at: null, pending_time: null, tags: [] },
    group: { id: 0, name: 'Users' },
    state: { id: 0, name: 'new' },
    priority: { id: 0, name: '2 normal' },
    ...{ owner: null, customer, organization: null, created_by: customer, updated_by: customer },
  };
}
