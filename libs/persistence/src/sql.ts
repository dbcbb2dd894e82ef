import { setTimeout as pause } from 'node:timers/promises';
import { AppError, backoffMs } from '@helpmesh/kernel';
import type { DataSource, EntityManager } from 'typeorm';
import { isStalePlan } from './auto-prep.ts';
import { databaseError, sqlstateOf } from './sqlstate.ts';
import { underTerms } from './terms.ts';

/** The part of pg's client and pool that is used. */
interface Queryable {
  query(text: string, params?: unknown[]): Promise<{ rows: unknown[] }>;
}

const RETRIES = 3;

/**
 * One statement on the transaction, or on any connection of the pool when given the data source.
 * Goes to the driver directly: the same connection as TypeORM's, without its event machinery (a third of the cost).
 * @returns the rows
 * @throws AppError by SQLSTATE (see databaseError)
 */
export async function sql<T = Record<string, unknown>>(
  tx: EntityManager | DataSource,
  text: string,
  params: unknown[] = [],
): Promise<T[]> {
  try {
    const { rows } = await queryableOf(tx).then((on) => on.query(text, params));
    return rows as T[];
  } catch (error) {
    throw databaseError(error);
  }
}

/**
 * Runs `fn` in one transaction. A serialisation failure or deadlock runs the whole function again (at most three
 * times), so it must not touch anything but the database. The terms of the request are held in it (see `onTerms`).
 * @throws what `fn` threw, driver errors as AppError by SQLSTATE
 */
export function transaction<T>(ds: DataSource, fn: (tx: EntityManager) => Promise<T>): Promise<T> {
  return underTerms(fn, (whole) => retried(ds, whole));
}

async function retried<T>(ds: DataSource, fn: (tx: EntityManager) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ds.transaction(fn);
    } catch (error) {
      if (tries <= RETRIES && mayRunAgain(error)) {
        await pause(backoffMs(tries, { baseMs: 10, capMs: 200, jitter: Math.random() }));
        continue;
      }
      const mapped = databaseError(error);
      // What is not the driver's is the caller's own business and leaves as it came.
      throw mapped.kind === 'bug' && sqlstateOf(error) === undefined ? error : mapped;
    }
  }
}

/** Waits for the named lock and holds it to the end of the transaction. */
export async function lockInTransaction(tx: EntityManager, name: string): Promise<void> {
  await lockAllInTransaction(tx, [name]);
}

/** Several at once, always in the same order, so that transactions wait for each other and never in a circle. */
export async function lockAllInTransaction(tx: EntityManager, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await sql(
    tx,
    `SELECT pg_advisory_xact_lock(key) FROM (
       SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest($1::text[]) AS name ORDER BY key) AS keys`,
    [names],
  );
}

function mayRunAgain(error: unknown): boolean {
  const state = sqlstateOf(error);
  if (state === '40001' || state === '40P01') return true;
  const driver = error instanceof AppError ? error.cause : error;
  return isStalePlan((driver as { driverError?: unknown } | undefined)?.driverError ?? driver);
}

async function queryableOf(tx: EntityManager | DataSource): Promise<Queryable> {
  if ('queryRunner' in tx && tx.queryRunner) return (await tx.queryRunner.connect()) as Queryable;
  const ds = ('driver' in tx ? tx : tx.dataSource) as DataSource;
  const pool = (ds.driver as unknown as { master?: Queryable }).master;
  if (!pool)
    throw new AppError('unavailable', 'db.unavailable', 'The database cannot be reached right now.', 'not connected');
  return pool;
}
