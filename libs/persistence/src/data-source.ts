import { setTimeout as pause } from 'node:timers/promises';
import { AppError, backoffMs } from '@helpmesh/kernel';
import pg from 'pg';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';
import { CommitBell } from './after-commit.ts';
import { AutoPrep } from './auto-prep.ts';
import { databaseError } from './sqlstate.ts';

/** A migration as TypeORM runs it; the class name ends in its 13-digit time: `Tickets1768383000000`. */
export type MigrationClass = new () => MigrationInterface;

export interface DataSourceOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  entities?: EntitySchema[];
  migrations: MigrationClass[];
  /** Connections of this process, default 10. */
  poolSize?: number;
  /** Shown in pg_stat_activity. */
  name?: string;
  /** Server settings of every connection: `{ jit: 'off' }`. Names and values are the program's own, never input. */
  settings?: Readonly<Record<string, string>>;
  /** Told about connections lost while idle; they are replaced on the next use. */
  onIdleError?: (error: Error) => void;
}

/** Longest wait for a statement, for a lock, and of a transaction that stopped talking, ms. */
const STATEMENT_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** How much longer than a statement may take its answer is waited for: then the server or the way to it is gone. */
export const SILENCE_MS = 5_000;

/**
 * A TypeORM data source, not yet connected (`connect`). int8 arrives as number (ids and counts stay below 2^53, checked),
 * date as text; statements are named (see AutoPrep). Losing a connection never ends the process.
 */
export function createDataSource(options: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    entities: options.entities ?? [],
    migrations: options.migrations,
    migrationsTableName: 'migration',
    subscribers: [CommitBell],
    installExtensions: false,
    logging: false,
    applicationName: options.name ?? 'helpmesh',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolSize: options.poolSize ?? 10,
    poolErrorHandler: (error: Error) => options.onIdleError?.(error),
    extra: {
      Client: AutoPrep,
      types: wireTypes,
      keepAlive: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + SILENCE_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...(options.settings && { options: startupOptions(options.settings) }),
    },
  });
}

function startupOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/**
 * Connects, waiting for a database that is still starting.
 * @param waitMs  how long to keep trying, default 30 s
 * @throws AppError unavailable, `db.unavailable`
 */
export async function connect(ds: DataSource, waitMs = 30_000): Promise<DataSource> {
  await untilReachable(() => ds.initialize(), waitMs);
  return ds;
}

/** Runs `attempt` until it no longer fails for want of a database, or the time is over. */
export async function untilReachable<T>(attempt: () => Promise<T>, waitMs: number): Promise<T> {
  const end = performance.now() + waitMs;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = databaseError(thrown);
      if (error.code !== 'db.unavailable' || performance.now() >= end) throw error;
      await pause(backoffMs(tries, { baseMs: 50, capMs: 1_000 }));
    }
  }
}

const INT8 = 20;
const INT8_ARRAY = 1016;
const DATE = 1082;

function int8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new AppError('bug', 'internal', 'Something went wrong on our side.', `int8 ${text} is beyond 2^53`);
  return value;
}

/** How values come off the wire: pg's defaults, but int8 as a number and a date as its text (no local midnight). */
export const wireTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (format === 'binary') return pg.types.getTypeParser(oid, format);
    if (oid === INT8) return int8;
    if (oid === DATE) return (text: string) => text;
    if (oid === INT8_ARRAY) {
      const strings = pg.types.getTypeParser(INT8_ARRAY as never) as (text: string) => unknown[];
      return (text: string) => strings(text).map((item) => (item === null ? null : int8(String(item))));
    }
    return pg.types.getTypeParser(oid);
  },
};
