import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Identity1795262400000 } from './1795262400000-identity.ts';
import { Setup1796100000000 } from './1796100000000-setup.ts';

it.each([
  { used: true, users: "INSERT INTO users (id, login, created_by_id, updated_by_id) VALUES (3, 'ada', 1, 1)" },
  { used: false, users: 'SELECT 1' },
])('a database that is in use is set up, an empty one is not (in use: $used)', async ({ used, users }) => {
  const url = await infra().database('setup_migration');
  const before = createDataSource({ url, migrations: [Identity1795262400000] });
  await migrate(before);
  await connect(before);
  await sql(before, users);
  await before.destroy();

  const ds = createDataSource({ url, migrations: [Identity1795262400000, Setup1796100000000] });
  onTestFinished(() => ds.destroy());
  expect(await migrate(ds)).toEqual(['Setup1796100000000']);
  await connect(ds);
  expect(await sql(ds, 'SELECT done_at IS NOT NULL AS done, length(nonce) AS bytes FROM setup')).toEqual([
    { done: used, bytes: 16 },
  ]);
  await ds.undoLastMigration();
});
