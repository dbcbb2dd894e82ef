import { transaction } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AttributeStore } from '../../persistence/attribute.store.ts';

const EVERY_MS = 60_000;
/** Tickets of one step: each is a short transaction, so that nobody waits for the whole. */
const STEP = 500;

/** Takes the values of deleted attributes out of the tickets. Then their names may be used again. */
@Injectable()
export class DropValues implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('attributes');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly store: AttributeStore,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS).unref();
  }

  wake(): void {
    this.running = this.running
      .then(() => this.run())
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'values of a deleted attribute are still there, the next round tries again');
      });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    for (const { id, object, name } of await this.store.goneOnes(this.db)) {
      // The values of the others are with their owner, who hears of it.
      while (object === 'Ticket' && !this.stopped) {
        if ((await this.store.dropValues(this.db, name, STEP)) < STEP) break;
      }
      if (!this.stopped) await transaction(this.db, (tx) => this.store.remove(tx, id));
    }
  }
}
