import type { BlobStore } from '@helpmesh/blob';
import type { OutputOf, reopenMail } from '@helpmesh/contracts';
import { AppError, epochMs } from '@helpmesh/kernel';
import type { InboundMails, KeyDirectory, MailReader } from './ports.ts';
import { UnreadableMail } from './ports.ts';
import { bytesOf, store } from './stored-bytes.ts';

/** Opens mails again that could not be opened, or not believed, when they came. */
export class ReopenMail {
  constructor(
    private readonly mails: Pick<InboundMails, 'filed'>,
    private readonly blobs: BlobStore,
    private readonly reader: MailReader,
    private readonly keys: KeyDirectory,
  ) {}

  /** @throws AppError not-found `mail.raw-gone`; invalid `mail.unreadable`; unavailable */
  async run(inboundId: number): Promise<OutputOf<typeof reopenMail>> {
    const mail = await this.mails.filed(inboundId);
    if (!mail) throw gone();
    try {
      const raw = await bytesOf(this.blobs, mail.sha256);
      const from = (await this.reader.salvage(raw)).from?.address.toLowerCase() ?? null;
      const keys = await this.keys.toOpen(from);
      const opened = await this.reader.open(raw, { keys, from, at: epochMs(new Date(mail.receivedAt)) });
      const attachments = await Promise.all(opened.mail.attachments.map((attachment) => store(this.blobs, attachment)));
      const { text, html } = opened.mail;
      return { text, html, attachments, security: opened.security };
    } catch (error) {
      if (error instanceof UnreadableMail) throw new AppError('invalid', 'mail.unreadable', error.message);
      throw error;
    }
  }
}

function gone(): AppError {
  return new AppError('not-found', 'mail.raw-gone', 'The mail is no longer kept as it came.');
}
