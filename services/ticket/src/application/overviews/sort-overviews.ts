import { type Actor, hasPermission } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type OverviewSortingRow, OverviewSortingStore } from '../../persistence/overview-sorting.store.ts';
import { notAuthorized, notFound } from '../access.ts';
import { Overviews } from './overviews.ts';
import { TellSortings } from './tell-sortings.ts';

/** The order in which somebody has their overviews before them. */
@Injectable()
export class SortOverviews {
  constructor(
    private readonly db: DataSource,
    private readonly store: OverviewSortingStore,
    private readonly overviews: Overviews,
    private readonly sortings: TellSortings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor) {
    requireOwnOrder(actor);
    const mine = await this.overviews.mine(actor);
    return {
      overviews: mine.map(({ json }) => json),
      overview_sortings: await this.store.list(this.db, actor.userId),
    };
  }

  async get(actor: Actor, id: number): Promise<OverviewSortingRow> {
    requireOwnOrder(actor);
    return this.existing(this.db, actor, id);
  }

  async create(actor: Actor, overviewId: number, prio: number): Promise<OverviewSortingRow> {
    requireOwnOrder(actor);
    return this.write(actor, [overviewId], async (tx) => {
      const id = await this.store.place(tx, actor.userId, overviewId, prio, this.clock.now());
      return this.existing(tx, actor, id);
    });
  }

  async update(actor: Actor, id: number, prio: number): Promise<OverviewSortingRow> {
    requireOwnOrder(actor);
    return transaction(this.db, async (tx) => {
      const { overview_id } = await this.existing(tx, actor, id);
      await this.store.place(tx, actor.userId, overview_id, prio, this.clock.now());
      return this.existing(tx, actor, id);
    });
  }

  async remove(actor: Actor, id: number): Promise<void> {
    requireOwnOrder(actor);
    await transaction(this.db, async (tx) => {
      if (!(await this.store.remove(tx, actor.userId, id))) throw notFound('User::OverviewSorting', id);
      await this.sortings.of(tx, [actor.userId]);
    });
  }

  /** @param prios  pairs of an overview and its place; none: the order of the desk */
  async order(actor: Actor, prios: readonly (readonly [overviewId: number, prio: number])[]): Promise<void> {
    requireOwnOrder(actor);
    const ids = prios.map(([id]) => id);
    await this.write(actor, ids, (tx) => this.store.replace(tx, actor.userId, prios, this.clock.now()));
  }

  private async existing(on: DataSource | EntityManager, actor: Actor, id: number): Promise<OverviewSortingRow> {
    const row = await this.store.get(on, actor.userId, id);
    if (!row) throw notFound('User::OverviewSorting', id);
    return row;
  }

  /** Of an overview that is not theirs nobody learns that it is there. @throws AppError not-found */
  private async write<T>(
    actor: Actor,
    overviewIds: readonly number[],
    work: (tx: EntityManager) => Promise<T>,
  ): Promise<T> {
    const mine = new Set((await this.overviews.mine(actor)).map(({ id }) => id));
    const foreign = overviewIds.find((id) => !mine.has(id));
    if (foreign !== undefined) throw notFound('Overview', foreign);
    try {
      return await transaction(this.db, async (tx) => {
        const done = await work(tx);
        await this.sortings.of(tx, [actor.userId]);
        return done;
      });
    } catch (error) {
      // Deleted meanwhile.
      if (sqlstateOf(error) !== '23503') throw error;
      throw notFound('Overview', overviewIds[0] ?? 0);
    }
  }
}

/** @throws AppError forbidden */
function requireOwnOrder(actor: Actor): void {
  if (actor.kind !== 'user' || !hasPermission(actor, 'user_preferences.overview_sorting')) throw notAuthorized();
}
