import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, CONFIG, MailAccounts, ProviderTokens, SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChannelBook } from './application/channel/channel-book.ts';
import { ManageChannels } from './application/channel/manage-channels.ts';
import { type MailIngestConfig, mailboxesOf } from './config.ts';
import { tryMailbox } from './mail/try-mailbox.ts';
import { ChannelStore } from './persistence/channel.store.ts';

/** Where the provider leads back to: a page of the web app, which hands on what it was given. */
const RETURN_PATH = '/admin/mail/authorized';

/** Everything that mailboxes are made of which administrators set up. */
export const channelProviders: Provider[] = [
  ChannelStore,
  {
    provide: MailAccounts,
    inject: [CONFIG, CLOCK],
    useFactory: (config: MailIngestConfig, clock: Clock) => {
      const web = new SafeFetch({ allowedPrivateHosts: config.HELPMESH_ALLOWED_PRIVATE_HOSTS });
      const redirectUri = `${config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '')}${RETURN_PATH}`;
      const box = new SecretBox(config.HELPMESH_SECRETS_KEY);
      return new MailAccounts({
        noun: 'mail_channel',
        box,
        tokens: new ProviderTokens(web, clock),
        clock,
        redirectUri,
      });
    },
  },
  {
    provide: ChannelBook,
    inject: [DataSource, ChannelStore, MailAccounts, CLOCK, CONFIG],
    useFactory: (db: DataSource, store: ChannelStore, accounts: MailAccounts, clock: Clock, config: MailIngestConfig) =>
      new ChannelBook(db, store, accounts, clock, mailboxesOf(config)),
  },
  {
    provide: ManageChannels,
    inject: [DataSource, ChannelStore, ChannelBook, MailAccounts, Outbox, CLOCK],
    useFactory: (
      db: DataSource,
      store: ChannelStore,
      book: ChannelBook,
      accounts: MailAccounts,
      outbox: Outbox,
      clock: Clock,
    ) => new ManageChannels({ db, store, book, accounts, tryMailbox, outbox, clock }),
  },
];
