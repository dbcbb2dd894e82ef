import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SlaStore } from '../../persistence/sla.store.ts';
import { RecomputeSlas } from './recompute.ts';
import { TellEscalations } from './tell-escalations.ts';

const EVERY_MS = 2_000;

/** Looks for what the SLA clock has to do beside the writes; two looks into small indexes when there is nothing. */
@Injectable()
export class SlaTimer implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('sla');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private busy = false;
  private asked = false;
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly slas: SlaStore,
    private readonly recompute: RecomputeSlas,
    private readonly escalations: TellEscalations,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS).unref();
  }

  /** Looks now: the rules changed. */
  wake(): void {
    this.asked = true;
    if (!this.busy) this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    this.busy = true;
    try {
      while (this.asked && !this.stopped) {
        this.asked = false;
        const { stale, notices } = await this.slas.waiting(this.db, this.clock.now());
        // Due times first: what they were is not told any more.
        for (let more = stale; more && !this.stopped; ) more = await this.recompute.run();
        for (let more = notices; more && !this.stopped; ) more = await this.escalations.run();
      }
    } catch (error) {
      this.log.warn({ err: error }, 'the SLA clock could not go on, the next round tries again');
    } finally {
      this.busy = false;
    }
  }
}
