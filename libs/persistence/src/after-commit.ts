import type { EntityManager, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import { EventSubscriber } from 'typeorm';

const waiting = new WeakMap<QueryRunner, Set<() => void>>();

/**
 * Runs `fn` once the transaction of `tx` has committed; never when it rolls back. The same function asked for twice
 * runs once. Outside of a transaction it runs at once. `fn` must not throw: there is nobody left to tell.
 */
export function afterCommit(tx: EntityManager, fn: () => void): void {
  const runner = tx.queryRunner;
  if (!runner?.isTransactionActive) {
    fn();
    return;
  }
  const fns = waiting.get(runner);
  if (fns) fns.add(fn);
  else waiting.set(runner, new Set([fn]));
}

/** Hears TypeORM's transaction ends, so that it works for `ds.transaction` and for ours alike. */
@EventSubscriber()
export class CommitBell implements EntitySubscriberInterface {
  afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (queryRunner.isTransactionActive) return; // a savepoint was released, the transaction goes on
    const fns = waiting.get(queryRunner);
    waiting.delete(queryRunner);
    for (const fn of fns ?? []) fn();
  }

  afterTransactionRollback({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (!queryRunner.isTransactionActive) waiting.delete(queryRunner);
  }
}
