import { keepOverviewSortings } from '@helpmesh/contracts';
import { type Clock, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OverviewSortingStore } from '../../persistence/overview-sorting.store.ts';

/** Accounts show the rows of an own order of overviews: whoever keeps accounts hears of each change. */
@Injectable()
export class TellSortings {
  constructor(
    private readonly store: OverviewSortingStore,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async of(tx: EntityManager, userIds: readonly number[]): Promise<void> {
    const at = isoTime(this.clock.now());
    const orders = await this.store.idsOf(tx, userIds);
    await this.outbox.addMany(
      tx,
      keepOverviewSortings,
      orders.map(({ userId, ids }) => ({ aggregateId: userId, data: { userId, ids, at } })),
    );
  }
}
