import { Readable } from 'node:stream';
import type { BlobStore } from '@helpmesh/blob';
import { AppError, type Clock, isoTime, uuidv7 } from '@helpmesh/kernel';
import { GroupCommit } from '@helpmesh/persistence';
import { injectTrace, withSpan } from '@helpmesh/telemetry';
import type { ClaimedMail, Envelope, StoredMail } from '../domain/inbound-mail.ts';
import { cleanText } from '../domain/text.ts';
import { mailReceived } from '../events.ts';
import type { InboundMails } from './ports.ts';
import { LEASE_MS, type WorkQueue } from './work-queue.ts';

/** Most rows of one insert. */
const GROUP = 100;
/** Bytes of a mail that is kept in memory until it is worked on: nine of ten mails; 64 of them are 8 MiB. */
const GATHER_BYTES = 128 * 1024;
/** Time for the row to be committed. A sender waits minutes for our answer, but a clear "later" is better soon. */
const COMMIT_DEADLINE_MS = 8_000;

/** What `run` keeps of a mail until it is worked on. */
interface Received {
  mail: StoredMail;
  raw: Uint8Array<ArrayBuffer> | undefined;
}

/** Takes responsibility for a mail: once `run` has answered, it survives everything but the loss of the disk. */
export class ReceiveMail {
  private readonly rows: GroupCommit<Received, undefined>;

  constructor(private readonly parts: { blobs: BlobStore; mails: InboundMails; clock: Clock; queue: WorkQueue }) {
    this.rows = new GroupCommit((received) => this.commit(received), GROUP);
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
      const { whole, content: all } = await gathered(content);
      const { sha256, size } = await this.parts.blobs.put(whole ?? all, { maxBytes });
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
      await inTime(this.rows.add({ mail, raw: whole }));
      active.setAttribute('helpmesh.queue_id', mail.queueId);
      mailReceived(mail);
      return mail.queueId;
    });
  }

  /** What this process can work on at once is claimed by the insert itself; the rest is for whoever has time. */
  private async commit(received: Received[]): Promise<undefined[]> {
    const { mails, queue } = this.parts;
    const claimed = Math.min(queue.room, received.length);
    queue.promise(claimed);
    const taken: ClaimedMail[] = [];
    try {
      const ids = await mails.insert(
        received.map(({ mail }) => mail),
        claimed,
        LEASE_MS,
      );
      for (const { mail, raw } of received.slice(0, claimed)) {
        const id = ids.get(mail.queueId);
        if (id !== undefined) taken.push({ ...mail, id, attempt: 1, ...(raw && { raw }) });
      }
    } finally {
      queue.take(taken, claimed);
    }
    if (claimed < received.length) queue.ring();
    return received.map(() => undefined);
  }
}

/** A mail up to the limit is gathered first: one write instead of many, and no reading back. */
async function gathered(
  content: Readable | Uint8Array,
): Promise<{ whole?: Uint8Array<ArrayBuffer>; content: Readable | Uint8Array }> {
  if (!(content instanceof Readable)) return { content };
  const chunks: Buffer[] = [];
  let size = 0;
  const chunksOf = content.iterator({ destroyOnReturn: false });
  for await (const chunk of chunksOf) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > GATHER_BYTES) return { content: Readable.from(continued(chunks, content), { objectMode: false }) };
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return { whole, content };
}

async function* continued(chunks: Buffer[], rest: Readable): AsyncGenerator<Buffer> {
  yield* chunks;
  for await (const chunk of rest) yield chunk as Buffer;
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
