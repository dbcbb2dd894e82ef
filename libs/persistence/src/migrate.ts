import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { untilReachable } from './data-source.ts';
import { Session } from './session.ts';
import { databaseError, sqlstateOf } from './sqlstate.ts';

const NO_SUCH_DATABASE = '3D000';
const DUPLICATE_DATABASE = ['42P04', '23505'];

/**
 * Brings the database of `ds` to the newest schema: makes the database when it is missing, waits for whoever is
 * migrating it already, and runs what is left, each migration in its own transaction.
 * @param ds      only its options are used; it may be connected or not
 * @param waitMs  patience with a server that is still starting, default 30 s
 * @returns       names of the migrations applied now
 */
export async function migrate(ds: DataSource, waitMs = 30_000): Promise<string[]> {
  const options = ds.options as PostgresDataSourceOptions;
  const url = options.url;
  if (!url) throw new Error('migrate() needs a data source made by createDataSource()');
  const guard = await untilReachable(() => openOrCreate(url), waitMs);
  try {
    await guard.lock('helpmesh.migrate');
    // Its own pool of one, without the limits that protect the service: building an index may take minutes.
    const own = new DataSource({
      ...options,
      poolSize: 1,
      extra: {
        ...(options.extra as object),
        statement_timeout: 0,
        query_timeout: 0,
        idle_in_transaction_session_timeout: 0,
      },
    });
    await own.initialize();
    try {
      return (await own.runMigrations({ transaction: 'each' })).map((migration) => migration.name);
    } finally {
      await own.destroy();
    }
  } catch (error) {
    throw databaseError(error);
  } finally {
    await guard.close();
  }
}

async function openOrCreate(url: string): Promise<Session> {
  const guardOptions = { url, name: 'helpmesh migrate', statementTimeoutMs: 0 };
  try {
    return await Session.open(guardOptions);
  } catch (error) {
    if (sqlstateOf(error) !== NO_SUCH_DATABASE) throw error;
  }
  await createDatabase(url);
  return Session.open(guardOptions);
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  const admin = await Session.open({ url: maintenance.href, name: 'helpmesh migrate', statementTimeoutMs: 0 });
  try {
    await admin.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  } catch (error) {
    // Another replica was faster.
    if (!DUPLICATE_DATABASE.includes(sqlstateOf(error) ?? '')) throw error;
  } finally {
    await admin.close();
  }
}
