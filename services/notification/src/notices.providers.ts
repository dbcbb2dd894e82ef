import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { MailLists } from './application/mail-lists.ts';
import { NotifyAgents } from './application/notice/notify-agents.ts';
import { OwnNotices } from './application/notice/own-notices.ts';
import { SendGathered } from './application/notice/send-gathered.ts';
import { SendDue } from './application/send-due.ts';
import { WriteMails } from './application/template/write-mails.ts';
import { mailSettings, type NotificationConfig } from './config.ts';
import { MailEvents } from './events.ts';
import { GatheredNoticeStore } from './persistence/gathered-notice.store.ts';
import { LeftListStore } from './persistence/left-list.store.ts';
import { NoticeStore } from './persistence/notice.store.ts';
import { OutboundMailStore } from './persistence/outbound-mail.store.ts';

/** Everything that telling agents is made of. */
export const noticeProviders: Provider[] = [
  NoticeStore,
  GatheredNoticeStore,
  {
    provide: MailLists,
    inject: [DataSource, CONFIG, CLOCK],
    useFactory: (db: DataSource, config: NotificationConfig, clock: Clock) =>
      new MailLists(db, new LeftListStore(), mailSettings(config), clock),
  },
  {
    provide: NotifyAgents,
    inject: [
      NoticeStore,
      OutboundMailStore,
      Outbox,
      CLOCK,
      CONFIG,
      SendDue,
      GatheredNoticeStore,
      MailLists,
      WriteMails,
    ],
    useFactory: (
      notices: NoticeStore,
      mails: OutboundMailStore,
      outbox: Outbox,
      clock: Clock,
      config: NotificationConfig,
      { wake }: SendDue,
      gathered: GatheredNoticeStore,
      lists: MailLists,
      writer: WriteMails,
    ) => new NotifyAgents(notices, mails, outbox, clock, mailSettings(config), wake, gathered, lists, writer),
  },
  {
    provide: SendGathered,
    inject: [
      DataSource,
      GatheredNoticeStore,
      NoticeStore,
      OutboundMailStore,
      CLOCK,
      CONFIG,
      MailEvents,
      SendDue,
      MailLists,
      WriteMails,
    ],
    useFactory: (
      db: DataSource,
      gathered: GatheredNoticeStore,
      notices: NoticeStore,
      mails: OutboundMailStore,
      clock: Clock,
      config: NotificationConfig,
      events: MailEvents,
      { wake }: SendDue,
      lists: MailLists,
      writer: WriteMails,
    ) => new SendGathered(db, gathered, notices, mails, clock, mailSettings(config), events, wake, lists, writer),
  },
  {
    provide: OwnNotices,
    inject: [DataSource, NoticeStore, Outbox, CLOCK],
    useFactory: (db: DataSource, notices: NoticeStore, outbox: Outbox, clock: Clock) =>
      new OwnNotices(db, notices, outbox, clock),
  },
];
