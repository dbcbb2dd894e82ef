import type { callWebhook, Message } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { inTraceOf, type Verdict } from '@helpmesh/messaging';
import { afterCommit } from '@helpmesh/persistence';
import { sampledTraceparent } from '@helpmesh/telemetry';
import type { EntityManager } from 'typeorm';
import { bodyOf, type Desk, sourceOf } from '../../domain/webhook/payload.ts';
import type { WebhookRow } from '../../domain/webhook/webhook.ts';
import type { WebhookStore } from '../../persistence/webhook.store.ts';
import type { WebhookDeliveryStore } from '../../persistence/webhook-delivery.store.ts';

type Command = Message<typeof callWebhook>;

/** Puts the calls that rules order into the queue, once, with the body that is sent. */
export class QueueCalls {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly deliveries: WebhookDeliveryStore,
    private readonly clock: Clock,
    private readonly desk: Desk,
    private readonly wake: () => void,
  ) {}

  async run(tx: EntityManager, commands: readonly Command[]): Promise<Verdict[]> {
    const ids = [...new Set(commands.map(({ data }) => data.webhookId))];
    const known = new Map((await this.webhooks.byIds(tx, ids)).map((row) => [row.id, row]));
    const called = commands.flatMap((command) => {
      const row = known.get(command.data.webhookId);
      return row?.active ? [{ command, row }] : [];
    });
    const calls = called.map(({ command, row }) => this.callOf(command, row));
    const fresh = await this.deliveries.add(tx, calls, this.clock.now());
    afterCommit(tx, this.wake);
    return commands.map(({ data }): Verdict => {
      if (!known.get(data.webhookId)?.active) return { do: 'skip', why: 'the webhook is gone or switched off' };
      return fresh.delete(data.deliveryId) ? { do: 'ack' } : { do: 'skip', why: 'the call is in the queue already' };
    });
  }

  private callOf(command: Command, row: WebhookRow) {
    const { deliveryId, rule, ticket, article } = command.data;
    return {
      id: deliveryId,
      webhookId: row.id,
      kind: rule.kind,
      rule: rule.name,
      ticketId: ticket.id,
      articleId: article?.id ?? null,
      body: bodyOf(sourceOf({ ticket, article }, this.desk), row.customized_payload ? row.custom_payload : null),
      traceparent: inTraceOf(command, sampledTraceparent) ?? null,
      correlationId: command.correlationId,
      causationId: command.id,
    };
  }
}
