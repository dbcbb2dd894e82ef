import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK, CONFIG, erasureWork, figuresController, SafeFetch } from '@helpmesh/service-kit';
import {
  type BeforeApplicationShutdown,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { accountProviders, BLOBS } from './accounts.providers.ts';
import { AccountBook } from './application/account/account-book.ts';
import { AnswerNewTicket } from './application/answer-new-ticket.ts';
import { EraseAll } from './application/erase-all.ts';
import { EraseMails } from './application/erase-mails.ts';
import { ForgetTicket } from './application/forget-ticket.ts';
import { KnowGroups } from './application/know-groups.ts';
import { MailLists } from './application/mail-lists.ts';
import { EraseNotices } from './application/notice/erase-notices.ts';
import { SendGathered } from './application/notice/send-gathered.ts';
import { OutboundQueue } from './application/outbound-queue.ts';
import { PersonalMessages } from './application/personal-messages.ts';
import type { MailSettings } from './application/ports.ts';
import { QueueMail } from './application/queue-mail.ts';
import { ReadFeed } from './application/read-feed.ts';
import { EraseKeys } from './application/sealing/erase-keys.ts';
import { SealMails } from './application/sealing/seal-mails.ts';
import { SendDue } from './application/send-due.ts';
import { TemplateBook } from './application/template/template-book.ts';
import { WriteMails } from './application/template/write-mails.ts';
import { Upkeep } from './application/upkeep.ts';
import { CallDue } from './application/webhook/call-due.ts';
import { EraseCalls } from './application/webhook/erase-calls.ts';
import { WebhookLog } from './application/webhook/webhook-log.ts';
import { AccountsController } from './bus/accounts.controller.ts';
import { NotificationConsumers } from './bus/consumers.ts';
import { ErasureController } from './bus/erasure.controller.ts';
import { FeedsController } from './bus/feeds.controller.ts';
import { MailKeysController } from './bus/mail-keys.controller.ts';
import { MailListsController } from './bus/mail-lists.controller.ts';
import { NoticesController } from './bus/notices.controller.ts';
import { OutboundMailAnswers } from './bus/outbound-mail.answers.ts';
import { reachedTickets } from './bus/reached-tickets.ts';
import { TemplatesController } from './bus/templates.controller.ts';
import { WebhooksController } from './bus/webhooks.controller.ts';
import { mailSettings, type NotificationConfig, sendingSettings } from './config.ts';
import { MailEvents } from './events.ts';
import { LiquidThread } from './liquid/liquid-thread.ts';
import { AccountWire } from './mail/account-wire.ts';
import { noticeProviders } from './notices.providers.ts';
import { ErasureStore } from './persistence/erasure.store.ts';
import { readFigures } from './persistence/figures.ts';
import { GatheredNoticeStore } from './persistence/gathered-notice.store.ts';
import { GroupAddressStore } from './persistence/group-address.store.ts';
import { MailKeyStore } from './persistence/mail-key.store.ts';
import { NoticeStore } from './persistence/notice.store.ts';
import { OutboundMailStore } from './persistence/outbound-mail.store.ts';
import { PersonalDataStore } from './persistence/personal-data.store.ts';
import { WebhookDeliveryStore } from './persistence/webhook-delivery.store.ts';
import { WebhookErasureStore } from './persistence/webhook-erasure.store.ts';
import { sealingProviders } from './sealing.providers.ts';
import { templateProviders } from './templates.providers.ts';
import { webhookProviders } from './webhooks.providers.ts';

const SETTINGS = Symbol('notification.mail-settings');

/** The map of the service: what it hears, what it answers, what runs on its own. */
@Module({
  controllers: [
    NotificationConsumers,
    OutboundMailAnswers,
    NoticesController,
    WebhooksController,
    AccountsController,
    MailKeysController,
    MailListsController,
    TemplatesController,
    FeedsController,
    figuresController('notification', readFigures),
    ErasureController,
  ],
  providers: [
    OutboundMailStore,
    GroupAddressStore,
    MailEvents,
    {
      provide: ReadFeed,
      inject: [CONFIG],
      useFactory: (config: NotificationConfig) =>
        new ReadFeed(new SafeFetch({ allowedPrivateHosts: config.HELPMESH_ALLOWED_PRIVATE_HOSTS })),
    },
    { provide: BLOBS, inject: [CONFIG], useFactory: (config: NotificationConfig) => openBlobStore(config) },
    { provide: SETTINGS, inject: [CONFIG], useFactory: mailSettings },
    ...accountProviders,
    ...sealingProviders,
    ...templateProviders,
    {
      provide: SendDue,
      inject: [DataSource, OutboundMailStore, Outbox, AccountWire, CLOCK, CONFIG, MailEvents],
      useFactory: (
        db: DataSource,
        mails: OutboundMailStore,
        outbox: Outbox,
        wire: AccountWire,
        clock: Clock,
        config: NotificationConfig,
        events: MailEvents,
      ) => new SendDue(db, mails, outbox, wire, clock, sendingSettings(config), events),
    },
    {
      provide: QueueMail,
      inject: [
        OutboundMailStore,
        GroupAddressStore,
        Outbox,
        CLOCK,
        SETTINGS,
        SendDue,
        AccountBook,
        MailLists,
        WriteMails,
        SealMails,
      ],
      useFactory: (
        mails: OutboundMailStore,
        groups: GroupAddressStore,
        outbox: Outbox,
        clock: Clock,
        settings: MailSettings,
        { wake }: SendDue,
        accounts: AccountBook,
        lists: MailLists,
        writer: WriteMails,
        sealing: SealMails,
      ) => new QueueMail(mails, groups, outbox, clock, settings, wake, accounts, lists, writer, sealing),
    },
    {
      provide: AnswerNewTicket,
      inject: [OutboundMailStore, GroupAddressStore, Outbox, CLOCK, SETTINGS, MailEvents, SendDue, WriteMails],
      useFactory: (
        mails: OutboundMailStore,
        groups: GroupAddressStore,
        outbox: Outbox,
        clock: Clock,
        settings: MailSettings,
        events: MailEvents,
        { wake }: SendDue,
        writer: WriteMails,
      ) => new AnswerNewTicket(mails, groups, outbox, clock, settings, events, wake, writer),
    },
    {
      provide: KnowGroups,
      inject: [GroupAddressStore],
      useFactory: (groups: GroupAddressStore) => new KnowGroups(groups),
    },
    {
      provide: OutboundQueue,
      inject: [DataSource, OutboundMailStore, Outbox, CLOCK, SendDue],
      useFactory: (db: DataSource, mails: OutboundMailStore, outbox: Outbox, clock: Clock, { wake }: SendDue) =>
        new OutboundQueue(db, mails, outbox, clock, wake),
    },
    {
      provide: EraseAll,
      inject: [DataSource, RpcClient, ActorSigner, MailLists],
      useFactory: (db: DataSource, rpc: RpcClient, signer: ActorSigner, lists: MailLists) => {
        const reached = reachedTickets(rpc, signer);
        return new EraseAll([
          new EraseMails(db, new ErasureStore(), reached),
          new EraseCalls(db, new WebhookErasureStore(), reached),
          new EraseNotices(db, new NoticeStore(), new GatheredNoticeStore(), lists),
          new EraseKeys(db, new MailKeyStore()),
        ]);
      },
    },
    erasureWork('notification', EraseAll),
    ...webhookProviders,
    ...noticeProviders,
    {
      provide: ForgetTicket,
      inject: [NoticeStore, Outbox, CLOCK],
      useFactory: (notices: NoticeStore, outbox: Outbox, clock: Clock) =>
        new ForgetTicket(
          new ErasureStore(),
          new WebhookErasureStore(),
          notices,
          new GatheredNoticeStore(),
          outbox,
          clock,
        ),
    },
    {
      provide: PersonalMessages,
      inject: [DataSource],
      useFactory: (db: DataSource) => new PersonalMessages(db, new PersonalDataStore()),
    },
    {
      provide: Upkeep,
      inject: [
        ...[DataSource, OutboundMailStore, OutboundQueue, CLOCK, CONFIG, MailEvents],
        ...[WebhookDeliveryStore, WebhookLog, NoticeStore],
      ],
      useFactory: (
        db: DataSource,
        mails: OutboundMailStore,
        queue: OutboundQueue,
        clock: Clock,
        config: NotificationConfig,
        events: MailEvents,
        calls: WebhookDeliveryStore,
        callLog: WebhookLog,
        notices: NoticeStore,
      ) => {
        const keepDays = { mails: config.MAIL_KEEP_DAYS, calls: config.WEBHOOK_KEEP_DAYS };
        return new Upkeep(db, mails, queue, clock, keepDays, events, calls, callLog, notices);
      },
    },
  ],
})
export class NotificationModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly sending: SendDue,
    private readonly calling: CallDue,
    private readonly upkeep: Upkeep,
    private readonly accounts: AccountBook,
    private readonly sealing: SealMails,
    private readonly gathered: SendGathered,
    private readonly texts: TemplateBook,
    private readonly liquid: LiquidThread,
    @Inject(BLOBS) private readonly blobs: BlobStore,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.accounts.start(), this.sealing.start(), this.texts.start()]);
    this.sending.start();
    this.calling.start();
    this.upkeep.start();
    this.gathered.start();
  }

  /** Before the bus is let go of: outcomes of mails and calls on the wire are still recorded and told. */
  async beforeApplicationShutdown(): Promise<void> {
    this.upkeep.stop();
    await Promise.all([this.accounts.stop(), this.sealing.stop(), this.gathered.stop(), this.texts.stop()]);
    await Promise.all([this.sending.stop(), this.calling.stop()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.liquid.close(), this.blobs.close()]);
  }
}
