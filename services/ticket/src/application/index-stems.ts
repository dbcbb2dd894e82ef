import { transaction } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IndexStore } from '../persistence/index.store.ts';
import { IndexTickets } from './index-tickets.ts';

const EVERY_MS = 1_000;
const BATCH = 50;
/** A walk that found some is followed by another: a replica of the release before may have made such documents meanwhile. */
const AGAIN_MS = 600_000;
const TOP = 2_147_483_647;

/**
 * Makes documents of searches anew whose words have no stems yet, the newest first, a few a second beside all else. What
 * is done is written in the document, so any replica goes on where another stopped.
 */
@Injectable()
export class IndexStems implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('stems');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private below = TOP;
  private found = 0;

  constructor(
    private readonly db: DataSource,
    private readonly index: IndexStore,
    private readonly indexing: IndexTickets,
  ) {}

  onModuleInit(): void {
    this.wait(EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** The next documents below those that were looked at. @returns when to come again, ms; undefined: all are done */
  async step(): Promise<number | undefined> {
    const ids = await transaction(this.db, async (tx) => {
      const some = await this.index.withoutStems(tx, this.below, BATCH);
      // Whatever becomes of them, the walk goes on; the next one meets them again.
      this.below = some.at(-1) ?? TOP;
      this.found += some.length;
      await this.indexing.run(
        tx,
        some.map((ticketId) => ({ ticketId, whole: true })),
      );
      return some;
    });
    if (ids.length > 0) return EVERY_MS;
    const again = this.found > 0;
    this.found = 0;
    return again ? AGAIN_MS : undefined;
  }

  private wait(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.step()
        .catch((error: unknown) => {
          this.log.warn({ err: error }, 'documents of searches cannot be made anew for now, they are later');
          return EVERY_MS;
        })
        .then((next) => {
          if (next !== undefined) this.wait(next);
        });
    }, ms).unref();
  }
}
