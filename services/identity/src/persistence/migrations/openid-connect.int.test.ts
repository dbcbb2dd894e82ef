import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Identity1795262400000 } from './1795262400000-identity.ts';
import { OpenIdConnect1795700000000 } from './1795700000000-openid-connect.ts';

it('what everybody held before is local; taking the migration back takes federated rights along', async () => {
  const url = await infra().database('openid_migration');
  const before = createDataSource({ url, migrations: [Identity1795262400000] });
  await migrate(before);
  await connect(before);
  await sql(
    before,
    `INSERT INTO users (id, login, created_by_id, updated_by_id) VALUES (7, 'ada', 1, 1);
     INSERT INTO groups (id, name, name_last, created_by_id, updated_by_id) VALUES (1, 'Users', 'Users', 1, 1);
     INSERT INTO roles (id, name, created_by_id, updated_by_id) VALUES (2, 'Agent', 1, 1), (3, 'Customer', 1, 1);
     INSERT INTO user_role VALUES (7, 3);
     INSERT INTO user_group VALUES (7, 1, 'read')`,
  );
  await before.destroy();

  const ds = createDataSource({ url, migrations: [Identity1795262400000, OpenIdConnect1795700000000] });
  onTestFinished(() => ds.destroy());
  expect(await migrate(ds)).toEqual(['OpenIdConnect1795700000000']);
  await connect(ds);
  const held = () =>
    sql(ds, 'SELECT role_id AS id, local FROM user_role UNION ALL SELECT group_id, local FROM user_group');
  expect(await held()).toEqual([
    { id: 3, local: true },
    { id: 1, local: true },
  ]);
  // The release before writes its rows without the new column.
  await sql(ds, "INSERT INTO user_group (user_id, group_id, access) VALUES (7, 1, 'change')");
  expect(await held()).toHaveLength(3);
  await sql(ds, 'INSERT INTO user_role (user_id, role_id, local) VALUES (7, 2, false)');

  await ds.undoLastMigration();
  expect(await sql(ds, 'SELECT role_id FROM user_role')).toEqual([{ role_id: 3 }]);
  expect(await sql(ds, 'SELECT access FROM user_group ORDER BY 1')).toEqual([{ access: 'change' }, { access: 'read' }]);
});
