import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotifyAgents } from './application/notice/notify-agents.ts';
import { OwnNotices } from './application/notice/own-notices.ts';
import { SendGathered } from './application/notice/send-gathered.ts';
import { SendDue } from './application/send-due.ts';
import { mailSettings, type NotificationConfig } from './config.ts';
import { MailEvents } from './events.ts';
import { GatheredNoticeStore } from './persistence/gathered-notice.store.ts';
import { NoticeStore } from './persistence/notice.store.ts';
import { OutboundMailStore } from './persistence/outbound-mail.store.ts';

/** Everything that telling agents is made of. */
export const noticeProviders: Provider[] = [
  NoticeStore,
  GatheredNoticeStore,
  {
    provide: NotifyAgents,
    inject: [NoticeStore, OutboundMailStore, Outbox, CLOCK, CONFIG, SendDue, GatheredNoticeStore],
    useFactory: (
      notices: NoticeStore,
      mails: OutboundMailStore,
      outbox: Outbox,
      clock: Clock,
      config: NotificationConfig,
      { wake }: SendDue,
      gathered: GatheredNoticeStore,
    ) => new NotifyAgents(notices, mails, outbox, clock, mailSettings(config), wake, gathered),
  },
  {
    provide: SendGathered,
    inject: [DataSource, GatheredNoticeStore, NoticeStore, OutboundMailStore, CLOCK, CONFIG, MailEvents, SendDue],
    useFactory: (
      db: DataSource,
      gathered: GatheredNoticeStore,
      notices: NoticeStore,
      mails: OutboundMailStore,
      clock: Clock,
      config: NotificationConfig,
      events: MailEvents,
      { wake }: SendDue,
    ) => new SendGathered(db, gathered, notices, mails, clock, mailSettings(config), events, wake),
  },
  {
    provide: OwnNotices,
    inject: [DataSource, NoticeStore, Outbox, CLOCK],
    useFactory: (db: DataSource, notices: NoticeStore, outbox: Outbox, clock: Clock) =>
      new OwnNotices(db, notices, outbox, clock),
  },
];
