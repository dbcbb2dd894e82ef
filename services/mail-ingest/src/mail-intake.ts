import type { BlobStore } from '@helpmesh/blob';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { FilterBook } from './application/filter/filter-book.ts';
import type { KeepRawMails } from './application/keep-raw-mails.ts';
import type { KnownRecipients } from './application/known-recipients.ts';
import type { ProcessMail } from './application/process-mail.ts';
import type { MailboxFetchers } from './mail/imap/mailbox-fetchers.ts';
import type { ParserPool } from './mail/parser/parser-pool.ts';
import type { SmtpReceiver } from './mail/smtp.server.ts';

/** Starts the doors when everything behind them stands, and closes them before it goes. */
export class MailIntake implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly parts: {
      recipients: KnownRecipients;
      filters: FilterBook;
      process: ProcessMail;
      parser: ParserPool;
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
    const { recipients, filters, process, parser, smtp, mailboxes, rawMails } = this.parts;
    await Promise.all([recipients.load(), filters.start(), parser.warmUp()]);
    process.start();
    await smtp?.listen();
    mailboxes.start();
    rawMails.start();
  }

  async onModuleDestroy(): Promise<void> {
    const { filters, process, parser, blobs, smtp, mailboxes, rawMails } = this.parts;
    await Promise.all([smtp?.close(), mailboxes.stop(), rawMails.stop()]);
    await process.stop();
    await filters.stop();
    await parser.close();
    await blobs.close();
  }
}
