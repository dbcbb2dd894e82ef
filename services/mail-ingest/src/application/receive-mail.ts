import type { Readable } from 'node:stream';
import type { BlobStore } from '@helpmesh/blob';
import { AppError, type Clock, isoTime, uuidv7 } from '@helpmesh/kernel';
import { injectTrace, withSpan } from '@helpmesh/telemetry';
import type { Envelope, StoredMail } from '../domain/inbound-mail.ts';
import { cleanText } from '../domain/text.ts';
import { mailReceived } from '../events.ts';
import { GroupCommit } from './group-commit.ts';
import type { InboundMails } from './ports.ts';

/** Most rows of one insert. */
const GROUP = 100;
/** Time for the row to be committed. A sender waits minutes for our answer, but a clear "later" is better soon. */
const COMMIT_DEADLINE_MS = 8_000;

/** Takes responsibility for a mail: once `run` has answered, it survives everything but the loss of the disk. */
export class ReceiveMail {
  private readonly rows: GroupCommit<StoredMail, undefined>;

  constructor(private readonly parts: { blobs: BlobStore; mails: InboundMails; clock: Clock; onReceived: () => void }) {
    this.rows = new GroupCommit(async (mails) => {
      await parts.mails.insert(mails);
      return mails.map(() => undefined);
    }, GROUP);
  }

  /**
   * Stores the raw bytes, then commits the row.
   * @returns the queue id
   * @throws AppError invalid `blob.too-large`; unavailable when disk or database cannot take it now (nothing is lost:
   *   the sender keeps the mail); or what the stream failed with
   */
  async run(envelope: Envelope, content: Readable | Uint8Array, maxBytes: number): Promise<string> {
    const span = envelope.channel === 'smtp' ? 'smtp.receive' : 'mail.receive';
    return withSpan(span, { 'helpmesh.channel': envelope.channel }, async (active) => {
      const { sha256, size } = await this.parts.blobs.put(content, { maxBytes });
      const mail: StoredMail = {
        ...envelope,
        recipients: envelope.recipients.map(cleanText),
        from: envelope.from === null ? null : cleanText(envelope.from),
        client: envelope.client === null ? null : cleanText(envelope.client),
        queueId: uuidv7(),
        sha256,
        size,
        receivedAt: isoTime(this.parts.clock.now()),
        trace: injectTrace({} as Record<string, string>).traceparent ?? null,
      };
      await inTime(this.rows.add(mail));
      active.setAttribute('helpmesh.queue_id', mail.queueId);
      mailReceived(mail);
      this.parts.onReceived();
      return mail.queueId;
    });
  }
}

/**
 * An insert that takes longer may still be committed: the sender is told to come again, and the second copy is found
 * to be a duplicate when it is filed.
 */
async function inTime(committed: Promise<undefined>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new AppError('unavailable', 'db.timeout', 'The database took too long to answer.');
    timer = setTimeout(() => reject(error), COMMIT_DEADLINE_MS);
  });
  try {
    await Promise.race([committed, late]);
  } finally {
    clearTimeout(timer);
    committed.catch(() => undefined);
  }
}
