import type { BlobStore } from '@helpmesh/blob';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { ChannelBook } from './application/channel/channel-book.ts';
import type { FilterBook } from './application/filter/filter-book.ts';
import type { KeepRawMails } from './application/keep-raw-mails.ts';
import type { KnownRecipients } from './application/known-recipients.ts';
import type { ProcessMail } from './application/process-mail.ts';
import type { SenderPolicyBook } from './application/proof/sender-policy-book.ts';
import type { MailboxFetchers } from './mail/mailbox-fetchers.ts';
import type { ParserPool } from './mail/parser/parser-pool.ts';
import type { ProofPool } from './mail/proof/proof-pool.ts';
import type { SmtpReceiver } from './mail/smtp.server.ts';

/** Starts the doors when everything behind them stands, and closes them before it goes. */
export class MailIntake implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly parts: {
      recipients: KnownRecipients;
      filters: FilterBook;
      senders: SenderPolicyBook;
      channels: ChannelBook;
      process: ProcessMail;
      parser: ParserPool;
      prover: ProofPool;
      blobs: BlobStore;
      smtp: SmtpReceiver | null;
      mailboxes: MailboxFetchers;
      rawMails: KeepRawMails;
    },
  ) {}

  /** Null when SMTP_PORT is -1. */
  get smtpPort(): number | null {
    return this.parts.smtp?.port ?? null;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { recipients, filters, senders, channels, process, parser, smtp, mailboxes, rawMails } = this.parts;
    await Promise.all([recipients.load(), filters.start(), senders.start(), parser.warmUp()]);
    process.start();
    await smtp?.listen();
    await channels.start(() => {
      recipients.fetchedFor(channels.sources.map(({ address }) => address));
      mailboxes.fetch(channels.sources);
    });
    rawMails.start();
  }

  async onModuleDestroy(): Promise<void> {
    const { filters, senders, channels, process, parser, prover, blobs, smtp, mailboxes, rawMails } = this.parts;
    await channels.stop();
    await Promise.all([smtp?.close(), mailboxes.stop(), rawMails.stop()]);
    await process.stop();
    await Promise.all([filters.stop(), senders.stop()]);
    await Promise.all([parser.close(), prover.close()]);
    await blobs.close();
  }
}
