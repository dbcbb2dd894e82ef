import type { BlobStore } from '@helpmesh/blob';
import { type Actor, hasPermission, type OutputOf, type rawMailRetention } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { afterCommit } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import type { RawMailStore } from '../persistence/raw-mail.store.ts';

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
const PAGE = 1_000;

/** Which of these mails, by row, the ticket service still needs as they came; at most 1,000. */
export type NeededMails = (ids: readonly number[]) => Promise<number[]>;

/**
 * Keeps mails as they came for a number of days, and longer while a ticket needs them. What is done does not depend on
 * who does it or how often, so every replica may.
 */
export class KeepRawMails {
  private readonly log = logger('raw-mails');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  /** @param keepDays  0: for ever */
  constructor(
    private readonly db: DataSource,
    private readonly store: RawMailStore,
    private readonly blobs: BlobStore,
    private readonly needed: NeededMails,
    private readonly clock: Clock,
    private readonly keepDays: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.tidy(() => this.sweep()), EVERY_MS).unref();
    this.tidy(() => this.sweep());
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** What the next sweep would do. @throws AppError forbidden, unavailable */
  async preview(actor: Actor | undefined): Promise<OutputOf<typeof rawMailRetention>> {
    if (!actor || !hasPermission(actor, 'admin.data_privacy')) {
      throw new AppError('forbidden', 'mail.privacy-admin-only', 'Not authorized');
    }
    const counts = { keep_days: this.keepDays, due: 0, due_bytes: 0, needed: 0, quarantined: 0 };
    if (this.keepDays === 0) return counts;
    for await (const { mails, needed } of this.pages()) {
      counts.due += mails.length;
      counts.due_bytes += mails.reduce((sum, { size }) => sum + size, 0);
      counts.needed += needed.size;
    }
    return { ...counts, quarantined: await this.store.quarantined(this.db, this.before()) };
  }

  /** Removes what is old and not needed. @returns how many mails */
  async sweep(): Promise<number> {
    let count = 0;
    if (this.keepDays > 0) {
      for await (const { mails, needed } of this.pages()) {
        const ids = mails.flatMap(({ id }) => (needed.has(id) ? [] : [id]));
        count += await this.store.forget(this.db, ids);
        await this.removeBytes();
      }
    }
    await this.removeBytes();
    if (count > 0) this.log.info({ mails: count }, 'mails are not kept any more as they came');
    return count;
  }

  /** These mails are not articles any more, or must not tell of people. */
  async drop(tx: EntityManager, ids: readonly number[]): Promise<void> {
    await this.store.forget(tx, ids);
    afterCommit(tx, () => this.tidy(() => this.removeBytes()));
  }

  private before(): Date {
    return new Date(this.clock.now() - this.keepDays * DAY_MS);
  }

  private async *pages(): AsyncGenerator<{ mails: { id: number; size: number }[]; needed: Set<number> }> {
    for (let after = 0; ; ) {
      const mails = await this.store.due(this.db, this.before(), after, PAGE);
      if (mails.length === 0) return;
      yield { mails, needed: new Set(await this.needed(mails.map(({ id }) => id))) };
      after = mails.at(-1)?.id ?? after;
    }
  }

  private async removeBytes(): Promise<void> {
    for (;;) {
      const unwanted = await this.store.unwanted(this.db, PAGE);
      for (const { sha256, used } of unwanted) {
        if (!used) await this.blobs.delete(sha256);
        await this.store.settle(this.db, sha256);
      }
      if (unwanted.length < PAGE) return;
    }
  }

  private tidy(work: () => Promise<unknown>): void {
    this.running = this.running.then(async () => {
      try {
        await work();
      } catch (error) {
        this.log.warn({ err: error }, 'old mails could not be removed, the next round tries again');
      }
    });
  }
}
