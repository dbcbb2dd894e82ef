import { transaction } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EXCERPT_SOURCE, excerptOf } from '../html/excerpt.ts';
import { ExcerptStore } from '../persistence/excerpt.store.ts';

/** Reading so many takes 10 ms, in which nobody else is answered. */
const BATCH = 50;
const NEXT_MS = 250;
/** Words that were erased or could be read at last are rare, and so are replicas of the release before. */
const IDLE_MS = 5_000;

/**
 * Keeps how articles begin where nobody has yet: those from before this was done, and those whose words have changed.
 * What is done stands in the article, so any replica goes on where another stopped.
 */
@Injectable()
export class MakeExcerpts implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('excerpts');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly excerpts: ExcerptStore,
  ) {}

  onModuleInit(): void {
    this.wait(NEXT_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** The newest ones. @returns when to come again, ms */
  async step(): Promise<number> {
    const made = await transaction(this.db, async (tx) => {
      const some = await this.excerpts.missing(tx, BATCH, EXCERPT_SOURCE);
      const excerpts = some.map(({ id, body, contentType }) => ({ id, excerpt: excerptOf(body, contentType) }));
      if (excerpts.length > 0) await this.excerpts.keep(tx, excerpts);
      return excerpts.length;
    });
    return made === BATCH ? NEXT_MS : IDLE_MS;
  }

  private wait(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.step()
        .catch((error: unknown) => {
          this.log.warn({ err: error }, 'how articles begin cannot be kept for now, it is later');
          return IDLE_MS;
        })
        .then((next) => this.wait(next));
    }, ms).unref();
  }
}
