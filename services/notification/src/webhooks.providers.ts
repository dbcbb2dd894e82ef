import type { Clock } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK, CONFIG, SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CallDue } from './application/webhook/call-due.ts';
import { ManageWebhooks } from './application/webhook/manage-webhooks.ts';
import { QueueCalls } from './application/webhook/queue-calls.ts';
import { Receivers } from './application/webhook/receivers.ts';
import { TellAdmins } from './application/webhook/tell-admins.ts';
import { WebhookLog } from './application/webhook/webhook-log.ts';
import { webhookAdmins } from './bus/webhook-admins.ts';
import { callingSettings, desk, type NotificationConfig } from './config.ts';
import { WebhookEvents } from './events.ts';
import { SafeWebhookWire } from './http/webhook-wire.ts';
import { WebhookStore } from './persistence/webhook.store.ts';
import { WebhookDeliveryStore } from './persistence/webhook-delivery.store.ts';

/** Everything that calling webhooks is made of. */
export const webhookProviders: Provider[] = [
  WebhookStore,
  WebhookDeliveryStore,
  WebhookEvents,
  {
    provide: Receivers,
    inject: [CONFIG],
    useFactory: (config: NotificationConfig) => new Receivers(new SecretBox(config.HELPMESH_SECRETS_KEY)),
  },
  {
    provide: SafeWebhookWire,
    inject: [CONFIG, CLOCK],
    useFactory: (config: NotificationConfig, clock: Clock) =>
      new SafeWebhookWire(
        new SafeFetch({ allowedPrivateHosts: config.HELPMESH_ALLOWED_PRIVATE_HOSTS }),
        clock,
        config.WEBHOOK_TIMEOUT_MS,
      ),
  },
  {
    provide: TellAdmins,
    inject: [RpcClient, ActorSigner, Outbox],
    useFactory: (rpc: RpcClient, signer: ActorSigner, outbox: Outbox) =>
      new TellAdmins(webhookAdmins(rpc, signer), outbox),
  },
  {
    provide: CallDue,
    inject: [
      ...[DataSource, WebhookStore, WebhookDeliveryStore, Receivers, SafeWebhookWire, Outbox, CLOCK],
      ...[CONFIG, WebhookEvents],
    ],
    useFactory: (
      db: DataSource,
      webhooks: WebhookStore,
      deliveries: WebhookDeliveryStore,
      receivers: Receivers,
      wire: SafeWebhookWire,
      outbox: Outbox,
      clock: Clock,
      config: NotificationConfig,
      events: WebhookEvents,
    ) => new CallDue(db, webhooks, deliveries, receivers, wire, outbox, clock, callingSettings(config), events),
  },
  {
    provide: QueueCalls,
    inject: [WebhookStore, WebhookDeliveryStore, CLOCK, CONFIG, CallDue],
    useFactory: (
      webhooks: WebhookStore,
      deliveries: WebhookDeliveryStore,
      clock: Clock,
      config: NotificationConfig,
      { wake }: CallDue,
    ) => new QueueCalls(webhooks, deliveries, clock, desk(config), wake),
  },
  {
    provide: ManageWebhooks,
    inject: [DataSource, WebhookStore, WebhookDeliveryStore, Receivers, SafeWebhookWire, Outbox, CLOCK, CallDue],
    useFactory: (
      db: DataSource,
      webhooks: WebhookStore,
      deliveries: WebhookDeliveryStore,
      receivers: Receivers,
      wire: SafeWebhookWire,
      outbox: Outbox,
      clock: Clock,
      { wake }: CallDue,
    ) => new ManageWebhooks(db, webhooks, deliveries, receivers, wire, outbox, clock, wake),
  },
  {
    provide: WebhookLog,
    inject: [DataSource, WebhookStore, WebhookDeliveryStore, Outbox, CLOCK, CONFIG, CallDue],
    useFactory: (
      db: DataSource,
      webhooks: WebhookStore,
      deliveries: WebhookDeliveryStore,
      outbox: Outbox,
      clock: Clock,
      config: NotificationConfig,
      { wake }: CallDue,
    ) => new WebhookLog(db, webhooks, deliveries, outbox, clock, desk(config), wake),
  },
];
