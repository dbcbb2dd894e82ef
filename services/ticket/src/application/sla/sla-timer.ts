import type { Clock } from '@helpmesh/kernel';
import { CLOCK, Rounds } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SlaStore } from '../../persistence/sla.store.ts';
import { RecomputeSlas } from './recompute.ts';
import { TellEscalations } from './tell-escalations.ts';

const EVERY_MS = 2_000;

/** Looks for what the SLA clock has to do beside the writes; two looks into small indexes when there is nothing. */
@Injectable()
export class SlaTimer extends Rounds {
  constructor(
    private readonly db: DataSource,
    private readonly slas: SlaStore,
    private readonly recompute: RecomputeSlas,
    private readonly escalations: TellEscalations,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super('sla', EVERY_MS, 'the SLA clock could not go on, the next round tries again');
  }

  protected async round(): Promise<undefined> {
    const { stale, notices } = await this.slas.waiting(this.db, this.clock.now());
    // Due times first: what they were is not told any more.
    for (let more = stale; more && !this.stopped; ) more = await this.recompute.run();
    for (let more = notices; more && !this.stopped; ) more = await this.escalations.run();
  }
}
