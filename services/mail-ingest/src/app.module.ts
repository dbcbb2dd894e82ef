import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK, CONFIG, erasureWork, figuresController, SecretBox } from '@helpmesh/service-kit';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChannelBook } from './application/channel/channel-book.ts';
import { EraseMails } from './application/erase-mails.ts';
import { FilterBook } from './application/filter/filter-book.ts';
import { ManageFilters } from './application/filter/manage-filters.ts';
import { KeepRawMails } from './application/keep-raw-mails.ts';
import { KnownRecipients } from './application/known-recipients.ts';
import { PersonalMails } from './application/personal-mails.ts';
import type { KeyDirectory } from './application/ports.ts';
import { ProcessMail } from './application/process-mail.ts';
import { ProveSender } from './application/proof/prove-sender.ts';
import { SenderPolicyBook } from './application/proof/sender-policy-book.ts';
import { Quarantine } from './application/quarantine.ts';
import { ReceiveMail } from './application/receive-mail.ts';
import { ReopenMail } from './application/reopen-mail.ts';
import { ChannelsController } from './bus/channels.controller.ts';
import { ErasureController } from './bus/erasure.controller.ts';
import { FiltersController } from './bus/filters.controller.ts';
import { IdentityGroups } from './bus/identity-groups.ts';
import { mailKeys } from './bus/mail-keys.ts';
import { OnGroupChanged } from './bus/on-group-changed.ts';
import { QuarantineController } from './bus/quarantine.controller.ts';
import { RawMailsController } from './bus/raw-mails.controller.ts';
import { SenderProofController } from './bus/sender-proof.controller.ts';
import { neededMails, ticketMails } from './bus/ticket-mails.ts';
import { channelProviders } from './channels.providers.ts';
import type { MailIngestConfig } from './config.ts';
import { measureBacklog } from './events.ts';
import { MailboxFetchers } from './mail/mailbox-fetchers.ts';
import { ParserPool } from './mail/parser/parser-pool.ts';
import { ProofPool } from './mail/proof/proof-pool.ts';
import { SmtpReceiver } from './mail/smtp.server.ts';
import { MailIntake } from './mail-intake.ts';
import { ErasureStore } from './persistence/erasure.store.ts';
import { readFigures } from './persistence/figures.ts';
import { FilterStore } from './persistence/filter.store.ts';
import { GroupAddressStore } from './persistence/group-address.store.ts';
import { InboundMailStore } from './persistence/inbound-mail.store.ts';
import { MailboxStore } from './persistence/mailbox.store.ts';
import { PersonalDataStore } from './persistence/personal-data.store.ts';
import { RawMailStore } from './persistence/raw-mail.store.ts';
import { proofProviders } from './proof.providers.ts';

const BLOBS = Symbol('blobs');
const KEYS = Symbol('keys');

/** The map of the service: two doors (SMTP, IMAP), one road (receive, process), one desk for what goes wrong. */
@Module({
  controllers: [
    figuresController('mail-ingest', readFigures),
    OnGroupChanged,
    QuarantineController,
    SenderProofController,
    FiltersController,
    ChannelsController,
    ErasureController,
    RawMailsController,
  ],
  providers: [
    { provide: BLOBS, inject: [CONFIG], useFactory: (config: MailIngestConfig) => openBlobStore(config) },
    { provide: InboundMailStore, inject: [DataSource], useFactory: (db: DataSource) => new InboundMailStore(db) },
    { provide: GroupAddressStore, inject: [DataSource], useFactory: (db: DataSource) => new GroupAddressStore(db) },
    { provide: MailboxStore, inject: [DataSource], useFactory: (db: DataSource) => new MailboxStore(db) },
    {
      provide: KnownRecipients,
      inject: [CONFIG, GroupAddressStore, RpcClient, ActorSigner],
      useFactory: (config: MailIngestConfig, store: GroupAddressStore, rpc: RpcClient, signer: ActorSigner) => {
        const directory = new IdentityGroups(rpc, signer);
        return new KnownRecipients(config.MAIL_ACCEPT, config.MAIL_ADDRESSES, store, directory);
      },
    },
    {
      provide: ParserPool,
      inject: [CONFIG],
      useFactory: (config: MailIngestConfig) => new ParserPool(config.MAIL_PARSER_THREADS),
    },
    {
      provide: KEYS,
      inject: [CONFIG, RpcClient, ActorSigner],
      useFactory: (config: MailIngestConfig, rpc: RpcClient, signer: ActorSigner) =>
        mailKeys(rpc, signer, new SecretBox(config.HELPMESH_SECRETS_KEY)),
    },
    {
      provide: ReopenMail,
      inject: [InboundMailStore, BLOBS, ParserPool, KEYS],
      useFactory: (mails: InboundMailStore, blobs: BlobStore, reader: ParserPool, keys: KeyDirectory) =>
        new ReopenMail(mails, blobs, reader, keys),
    },
    {
      provide: ProcessMail,
      inject: [
        ...[CONFIG, CLOCK, BLOBS, InboundMailStore, ParserPool, Outbox, KnownRecipients, FilterBook, ChannelBook],
        ...[ProveSender, KEYS],
      ],
      useFactory: (
        config: MailIngestConfig,
        clock: Clock,
        blobs: BlobStore,
        mails: InboundMailStore,
        reader: ParserPool,
        outbox: Outbox,
        own: KnownRecipients,
        filters: FilterBook,
        channels: ChannelBook,
        senders: ProveSender,
        keys: KeyDirectory,
      ) => {
        measureBacklog(mails);
        const threadingSecret = config.HELPMESH_THREADING_SECRET;
        return new ProcessMail({
          ...{ mails, blobs, reader, outbox, own, keys, filters, channels, senders, clock, threadingSecret },
        });
      },
    },
    {
      provide: FilterBook,
      inject: [DataSource],
      useFactory: (db: DataSource) => new FilterBook(db, new FilterStore()),
    },
    {
      provide: ManageFilters,
      inject: [DataSource, FilterBook, ParserPool, Outbox, CLOCK],
      useFactory: (db: DataSource, book: FilterBook, reader: ParserPool, outbox: Outbox, clock: Clock) =>
        new ManageFilters(db, new FilterStore(), book, reader, outbox, clock),
    },
    {
      provide: ReceiveMail,
      inject: [CLOCK, BLOBS, InboundMailStore, ProcessMail],
      useFactory: (clock: Clock, blobs: BlobStore, mails: InboundMailStore, process: ProcessMail) =>
        new ReceiveMail({ blobs, mails, clock, queue: process.intake }),
    },
    {
      provide: Quarantine,
      inject: [InboundMailStore, Outbox, ProcessMail],
      useFactory: (mails: InboundMailStore, outbox: Outbox, process: ProcessMail) =>
        new Quarantine(mails, outbox, () => process.ring()),
    },
    {
      provide: EraseMails,
      inject: [DataSource, BLOBS, RpcClient, ActorSigner],
      useFactory: (db: DataSource, blobs: BlobStore, rpc: RpcClient, signer: ActorSigner) =>
        new EraseMails(new ErasureStore(db), blobs, ticketMails(rpc, signer)),
    },
    erasureWork('mail-ingest', EraseMails),
    {
      provide: PersonalMails,
      inject: [DataSource],
      useFactory: (db: DataSource) => new PersonalMails(new PersonalDataStore(db)),
    },
    {
      provide: KeepRawMails,
      inject: [CONFIG, CLOCK, DataSource, BLOBS, RpcClient, ActorSigner],
      useFactory: (
        config: MailIngestConfig,
        clock: Clock,
        db: DataSource,
        blobs: BlobStore,
        rpc: RpcClient,
        signer: ActorSigner,
      ) => new KeepRawMails(db, new RawMailStore(), blobs, neededMails(rpc, signer), clock, config.RAW_MAIL_KEEP_DAYS),
    },
    {
      provide: MailboxFetchers,
      inject: [MailboxStore, ReceiveMail],
      useFactory: (store: MailboxStore, receive: ReceiveMail) => new MailboxFetchers(store, receive),
    },
    ...channelProviders,
    ...proofProviders,
    {
      provide: MailIntake,
      inject: [
        ...[CONFIG, BLOBS, KnownRecipients, FilterBook, ChannelBook, ProcessMail, ParserPool, ReceiveMail],
        ...[MailboxFetchers, KeepRawMails, SenderPolicyBook, ProofPool],
      ],
      useFactory: (
        config: MailIngestConfig,
        blobs: BlobStore,
        recipients: KnownRecipients,
        filters: FilterBook,
        channels: ChannelBook,
        process: ProcessMail,
        parser: ParserPool,
        receive: ReceiveMail,
        mailboxes: MailboxFetchers,
        rawMails: KeepRawMails,
        senders: SenderPolicyBook,
        prover: ProofPool,
      ) => {
        const smtp = config.SMTP_PORT < 0 ? null : new SmtpReceiver(smtpOptions(config), receive, recipients);
        return new MailIntake({
          ...{ recipients, filters, senders, channels, process, parser, prover, blobs, smtp, mailboxes, rawMails },
        });
      },
    },
  ],
})
export class AppModule {}

function smtpOptions(config: MailIngestConfig) {
  const { SMTP_TLS_CERT: cert, SMTP_TLS_KEY: key } = config;
  return {
    port: config.SMTP_PORT,
    host: config.SMTP_HOST,
    fqdn: config.HELPMESH_FQDN,
    maxBytes: config.MAIL_MAX_BYTES,
    maxRecipients: config.SMTP_MAX_RECIPIENTS,
    maxClients: config.SMTP_MAX_CLIENTS,
    timeoutMs: config.SMTP_TIMEOUT_SECONDS * 1000,
    tls: cert && key ? { cert, key } : null,
  };
}
