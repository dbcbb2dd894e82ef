import { connect, createDataSource, migrate, sql, transaction } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrations } from '../service.ts';
import { CustomerStore } from './customer.store.ts';
import { PrincipalStore } from './principal.store.ts';
import { UserStore } from './user.store.ts';

let ds: DataSource;
beforeAll(async () => {
  const url = await infra().database('identity');
  ds = createDataSource({ url, migrations });
  await migrate(ds);
  await connect(ds);
  await sql(
    ds,
    `INSERT INTO users (login, email, created_by_id, updated_by_id)
     SELECT 'login' || n, 'user' || n || '@example.org', 1, 1 FROM generate_series(1, 5000) AS n`,
  );
  await sql(
    ds,
    `INSERT INTO organizations (name, domain, created_by_id, updated_by_id)
     SELECT 'organization' || n, n || '.example.org', 1, 1 FROM generate_series(1, 3000) AS n`,
  );
  await sql(ds, 'UPDATE users SET organization_id = id % 3000 + 1');
  await sql(ds, 'ANALYZE');
});
afterAll(() => ds?.destroy());

const at = new Date('2026-01-01T00:00:00Z');
const newcomer = { email: 'new@example.org', wrote: true, firstname: '', lastname: '' };
const paths: [string, (tx: EntityManager) => Promise<unknown>][] = [
  ['a person by login', (tx) => new PrincipalStore().byLogin(tx, 'login77')],
  ['a person by e-mail', (tx) => new PrincipalStore().byLogin(tx, 'user77@example.org')],
  ['a person by id', (tx) => new PrincipalStore().byId(tx, 77)],
  ['the senders of mails', (tx) => new CustomerStore().find(tx, ['user1@example.org', 'login2', 'x@example.org'])],
  ['a new sender', (tx) => new CustomerStore().make(tx, [newcomer], at)],
  ['snapshots', (tx) => new UserStore().snapshots(tx, [1, 2, 3])],
  ['ids by logins', (tx) => new UserStore().idsByLogins(tx, ['login1', 'user2@example.org'])],
  ['one id by e-mail', (tx) => new UserStore().findId(tx, 'user5@example.org')],
  ['whole rows', (tx) => new UserStore().byIds(tx, [1, 2, 3])],
];

/** Times this connection read a whole table; may still hold counts of what it did before. */
const wholeReads = (tx: EntityManager) =>
  sql(
    tx,
    `SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname IN ('users', 'organizations') ORDER BY 1`,
  );

it.each(paths)('finds %s among thousands without reading them all', async (_what, look) => {
  await transaction(ds, async (tx) => {
    const before = await wholeReads(tx);
    await look(tx);
    expect(await wholeReads(tx)).toEqual(before);
  });
});

it('undoes its migrations', async () => {
  const runner = ds.createQueryRunner();
  const all = migrations.map((Migration) => new Migration());
  for (const migration of all.toReversed()) await migration.down(runner);
  const tables = `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('users', 'passkeys')`;
  expect(await sql(ds, tables)).toEqual([]);
  for (const migration of all) await migration.up(runner);
  await runner.release();
});
