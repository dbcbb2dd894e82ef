import { keepOverviewSortings, type Message } from '@helpmesh/contracts';
import { Consumes } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KeptSortings } from '../application/profile/kept-sortings.ts';

/** Somebody has put their overviews into another order. */
@Controller()
export class OnOverviewSortings {
  constructor(private readonly sortings: KeptSortings) {}

  @Consumes(keepOverviewSortings)
  handle({ data }: Message<typeof keepOverviewSortings>, tx: EntityManager): Promise<void> {
    return this.sortings.keep(tx, data.userId, data.ids, new Date(data.at));
  }
}
