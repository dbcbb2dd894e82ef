import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ManageTemplates } from './application/template/manage-templates.ts';
import { TemplateBook } from './application/template/template-book.ts';
import { WriteMails } from './application/template/write-mails.ts';
import { mailSettings, type NotificationConfig } from './config.ts';
import { MailEvents } from './events.ts';
import { LiquidThread } from './liquid/liquid-thread.ts';
import { GroupAddressStore } from './persistence/group-address.store.ts';
import { MailTemplateStore } from './persistence/mail-template.store.ts';

/** Everything that words of mails are made of. */
export const templateProviders: Provider[] = [
  MailTemplateStore,
  { provide: LiquidThread, useFactory: () => new LiquidThread() },
  {
    provide: TemplateBook,
    inject: [DataSource, MailTemplateStore, CLOCK, MailEvents],
    useFactory: (db: DataSource, store: MailTemplateStore, clock: Clock, events: MailEvents) =>
      new TemplateBook(db, store, clock, (kind, why) => events.textFailed(kind, why)),
  },
  {
    provide: WriteMails,
    inject: [TemplateBook, LiquidThread],
    useFactory: (book: TemplateBook, engine: LiquidThread) => new WriteMails(book, engine),
  },
  {
    provide: ManageTemplates,
    inject: [DataSource, MailTemplateStore, GroupAddressStore, TemplateBook, LiquidThread, Outbox, CLOCK, CONFIG],
    useFactory: (
      db: DataSource,
      store: MailTemplateStore,
      groups: GroupAddressStore,
      book: TemplateBook,
      engine: LiquidThread,
      outbox: Outbox,
      clock: Clock,
      config: NotificationConfig,
    ) => new ManageTemplates({ db, store, groups, book, engine, outbox, clock, settings: mailSettings(config) }),
  },
];
