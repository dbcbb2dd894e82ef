import { buffer } from 'node:stream/consumers';
import type { BlobStore } from '@helpmesh/blob';
import { AppError } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { kindOf } from '../file-words/kinds.ts';
import { readWords } from '../file-words/read-words.ts';
import { FileWordsStore, type UnreadFile } from '../persistence/file-words.store.ts';
import { IndexTickets } from './index-tickets.ts';
import { BLOBS } from './ports.ts';

const EVERY_MS = 2_000;
const BATCH = 20;
/** Bytes of a file that is looked into, as in Zammad. */
const LARGEST = 10_485_760;

/**
 * Looks into attachments, so that searches find what they say. A file is looked into once, after its ticket is in the
 * index, and beside all else: nothing waits for it, and what cannot be read has no words.
 */
@Injectable()
export class IndexFiles implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('file-words');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly files: FileWordsStore,
    private readonly indexing: IndexTickets,
    @Inject(BLOBS) private readonly blobs: BlobStore,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run().finally(() => {
        this.running = undefined;
      });
    }, EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (!this.stopped && (await this.files.waiting(this.db))) {
        if ((await this.batch(await this.files.claim(this.db, BATCH))) === 0) break;
      }
    } catch (error) {
      this.log.warn({ err: error }, 'files cannot be looked into for now, the next round tries again');
    }
  }

  /** @returns how many of them need nobody any more */
  private async batch(claimed: readonly UnreadFile[]): Promise<number> {
    const wordless = claimed.filter((file) => file.size > LARGEST || !kindOf(file.contentType, file.filename));
    await this.files.keepNone(
      this.db,
      wordless.map(({ id }) => id),
    );
    let done = wordless.length;
    const left = claimed.filter((file) => !wordless.includes(file));
    try {
      for (let file = left[0]; file && !this.stopped; file = left[0]) {
        if (await this.look(file)) done++;
        else await this.files.release(this.db, [file.id]);
        left.shift();
      }
    } finally {
      if (left.length > 0) {
        await this.files.release(
          this.db,
          left.map(({ id }) => id),
        );
      }
    }
    return done;
  }

  /** @returns false while its ticket is not in the index @throws AppError unavailable */
  private async look(file: UnreadFile): Promise<boolean> {
    const words = await this.wordsOf(file);
    return transaction(this.db, async (tx) => {
      if (!(await this.files.keep(tx, file, words))) return false;
      if (words.trim() !== '') await this.indexing.run(tx, [{ ticketId: file.ticketId, whole: true, read: true }]);
      return true;
    });
  }

  private async wordsOf({ id, sha256, contentType, filename }: UnreadFile): Promise<string> {
    const kind = kindOf(contentType, filename);
    if (!kind) return '';
    try {
      return await readWords(kind, await buffer(await this.blobs.get(sha256)), contentType);
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unavailable') throw error;
      this.log.info({ err: error, attachment: id }, 'a file cannot be read, so searches do not find what it says');
      return '';
    }
  }
}
