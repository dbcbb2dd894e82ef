import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG, Rounds } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TicketConfig } from '../../config.ts';
import { nextRunAt, quietBefore } from '../../domain/retention/schedule.ts';
import { RetentionStore } from '../../persistence/retention.store.ts';
import { RunRetention } from './run-retention.ts';

const EVERY_MS = 60_000;

/** Begins the daily runs, and carries on with whatever is to be done, also after a stop. */
@Injectable()
export class RetentionTimer extends Rounds {
  constructor(
    private readonly db: DataSource,
    private readonly store: RetentionStore,
    private readonly runs: RunRetention,
    @Inject(CONFIG) private readonly config: TicketConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super('retention', EVERY_MS, 'retention could not go on, the next round tries again');
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

  protected async round(): Promise<undefined> {
    await this.orderDue();
    for (let more = true; more && !this.stopped; ) more = await this.runs.run(() => this.stopped);
  }
}
