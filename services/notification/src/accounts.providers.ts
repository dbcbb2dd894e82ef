import { existsSync } from 'node:fs';
import type { BlobStore } from '@helpmesh/blob';
import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, CONFIG, MailAccounts, ProviderTokens, SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccountBook } from './application/account/account-book.ts';
import { ManageAccounts } from './application/account/manage-accounts.ts';
import { leaveLink } from './application/mail-lists.ts';
import type { MailSealer, MailWire, SendingAccount } from './application/ports.ts';
import { SealMails } from './application/sealing/seal-mails.ts';
import { SendDue } from './application/send-due.ts';
import { mailSettings, type NotificationConfig } from './config.ts';
import type { OutboundMail } from './domain/outbound-mail.ts';
import { AccountWire } from './mail/account-wire.ts';
import { SendmailWire } from './mail/sendmail-wire.ts';
import { SmtpWire } from './mail/smtp-wire.ts';
import { tryAccount } from './mail/try-account.ts';
import { AccountStore } from './persistence/account.store.ts';

export const BLOBS = Symbol('notification.blobs');
/** Where the provider leads back to: a page of the web app, which hands on what it was given. */
const RETURN_PATH = '/admin/mail/authorized';
const TEST_CONNECT_MS = 4_000;

/** Everything that mails leave by: the relay of the operator, and accounts that administrators set up. */
export const accountProviders: Provider[] = [
  AccountStore,
  {
    provide: MailAccounts,
    inject: [CONFIG, CLOCK],
    useFactory: (config: NotificationConfig, clock: Clock) => {
      const web = new SafeFetch({ allowedPrivateHosts: config.HELPMESH_ALLOWED_PRIVATE_HOSTS });
      const redirectUri = `${config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '')}${RETURN_PATH}`;
      const box = new SecretBox(config.HELPMESH_SECRETS_KEY);
      return new MailAccounts({
        noun: 'mail_account',
        box,
        tokens: new ProviderTokens(web, clock),
        clock,
        redirectUri,
      });
    },
  },
  {
    provide: AccountBook,
    inject: [DataSource, AccountStore, MailAccounts, CLOCK, CONFIG, BLOBS, SealMails],
    useFactory: (
      db: DataSource,
      store: AccountStore,
      accounts: MailAccounts,
      clock: Clock,
      config: NotificationConfig,
      blobs: BlobStore,
      sealer: SealMails,
    ) => new AccountBook(db, store, accounts, clock, wireBy(blobs, sealer, config, clock), config.MAIL_ONLY_RELAY),
  },
  {
    provide: AccountWire,
    inject: [BLOBS, CONFIG, AccountBook, SealMails, CLOCK],
    useFactory: (blobs: BlobStore, config: NotificationConfig, book: AccountBook, sealer: SealMails, clock: Clock) =>
      new AccountWire(new SmtpWire(blobs, { ...smtpSettings(config, clock), url: config.SMTP_URL }, sealer), book),
  },
  {
    provide: ManageAccounts,
    inject: [DataSource, AccountStore, AccountBook, MailAccounts, Outbox, CLOCK, CONFIG, BLOBS, SendDue, SealMails],
    useFactory: (
      db: DataSource,
      store: AccountStore,
      book: AccountBook,
      accounts: MailAccounts,
      outbox: Outbox,
      clock: Clock,
      config: NotificationConfig,
      blobs: BlobStore,
      { wake }: SendDue,
      sealer: SealMails,
    ) =>
      new ManageAccounts({
        ...{ db, store, book, accounts, outbox, clock, wake },
        tryAccount: (account, mail) => {
          const wireTo = wireBy(blobs, sealer, config, clock, TEST_CONNECT_MS);
          return tryAccount(account, mail, wireTo, clock.now());
        },
        hasProgram: existsSync(config.SENDMAIL_PATH),
        from: mailSettings(config).from.address,
      }),
  },
];

function wireBy(blobs: BlobStore, sealer: MailSealer, config: NotificationConfig, clock: Clock, connectMs?: number) {
  const settings = { ...smtpSettings(config, clock), ...(connectMs !== undefined && { connectMs }) };
  return (account: SendingAccount): MailWire =>
    account.server
      ? new SmtpWire(blobs, { ...settings, url: account }, sealer)
      : new SendmailWire(blobs, config.SENDMAIL_PATH, settings, sealer);
}

function smtpSettings(config: NotificationConfig, clock: Clock) {
  const settings = mailSettings(config);
  return {
    clock,
    connections: config.MAIL_CONCURRENCY,
    silenceMs: config.MAIL_TIMEOUT_MS,
    nullReturnPath: config.MAIL_NULL_RETURN_PATH,
    leaveLink: (mail: OutboundMail) => leaveLink(mail, settings),
  };
}
