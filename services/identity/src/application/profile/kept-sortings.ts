import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { UserStore } from '../../persistence/user.store.ts';

/** The own orders of overviews as accounts show them: ids of rows that the ticket service keeps. */
@Injectable()
export class KeptSortings {
  constructor(private readonly users: UserStore) {}

  keep(tx: EntityManager, userId: number, ids: readonly number[], at: Date): Promise<void> {
    return this.users.keepOverviewSortings(tx, userId, ids, at);
  }
}
