import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TicketConfig } from '../../config.ts';
import { nextRunAt, quietBefore } from '../../domain/retention/schedule.ts';
import { RetentionStore } from '../../persistence/retention.store.ts';
import { RunRetention } from './run-retention.ts';

const EVERY_MS = 60_000;

/** Begins the daily runs, and carries on with whatever is to be done, also after a stop. */
@Injectable()
export class RetentionTimer implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('retention');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private asked = false;
  private stopping = false;

  constructor(
    private readonly db: DataSource,
    private readonly store: RetentionStore,
    private readonly runs: RunRetention,
    @Inject(CONFIG) private readonly config: TicketConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Looks now: somebody ordered a run. */
  wake(): void {
    this.asked = true;
    this.running ??= this.look().finally(() => {
      this.running = undefined;
    });
  }

  /** Orders the runs whose time has come; one that is still under way is left alone. */
  async orderDue(): Promise<void> {
    const now = this.clock.now();
    await transaction(this.db, async (tx) => {
      for (const rule of await this.store.dueRules(tx, now)) {
        await this.store.addRun(tx, rule.id, null, quietBefore(now, rule.older_than_days), now);
        await this.store.setNextRun(tx, rule.id, nextRunAt(now, this.config.RETENTION_HOUR));
      }
    });
  }

  private async look(): Promise<void> {
    try {
      while (this.asked && !this.stopping) {
        this.asked = false;
        await this.orderDue();
        for (let more = true; more && !this.stopping; ) more = await this.runs.run(() => this.stopping);
      }
    } catch (error) {
      this.log.warn({ err: error }, 'retention could not go on, the next round tries again');
    }
  }
}
