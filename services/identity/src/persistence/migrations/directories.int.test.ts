import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Identity1795262400000 } from './1795262400000-identity.ts';
import { OpenIdConnect1795700000000 } from './1795700000000-openid-connect.ts';
import { Directories1796700000000 } from './1796700000000-directories.ts';

it('tokens of before are people’s own; taking the migration back takes what directories gave along', async () => {
  const url = await infra().database('directories_migration');
  const earlier = [Identity1795262400000, OpenIdConnect1795700000000];
  const before = createDataSource({ url, migrations: earlier });
  await migrate(before);
  await connect(before);
  await sql(
    before,
    `INSERT INTO users (id, login, created_by_id, updated_by_id) VALUES (7, 'ada', 1, 1), (8, 'bob', 1, 1);
     INSERT INTO roles (id, name, created_by_id, updated_by_id) VALUES (2, 'Agent', 1, 1), (3, 'Customer', 1, 1);
     INSERT INTO user_role (user_id, role_id, local) VALUES (7, 3, true), (8, 2, false);
     INSERT INTO api_tokens (id, user_id, name, secret_hash, permissions, created_at) VALUES (1, 7, '', '', '{}', now())`,
  );
  await before.destroy();

  const ds = createDataSource({ url, migrations: [...earlier, Directories1796700000000] });
  onTestFinished(() => ds.destroy());
  expect(await migrate(ds)).toEqual(['Directories1796700000000']);
  await connect(ds);
  expect(await sql(ds, 'SELECT directory_id FROM api_tokens')).toEqual([{ directory_id: null }]);
  // The release before writes its tokens without the new column.
  await sql(
    ds,
    `INSERT INTO api_tokens (id, user_id, name, secret_hash, permissions, created_at) VALUES (2, 7, '', '', '{}', now());
     INSERT INTO directories (id, name, domains, claims_accounts, enabled, created_by_id, updated_by_id, created_at, updated_at)
     VALUES (1, 'Physics', '{physics.example}', false, true, 1, 1, now(), now());
     INSERT INTO directory_accounts (user_id, directory_id, user_name, active, created_at, updated_at)
     VALUES (7, 1, 'ada', true, now(), now());
     INSERT INTO user_role (user_id, role_id, local) VALUES (7, 2, false);
     UPDATE api_tokens SET directory_id = 1 WHERE id = 1`,
  );

  await ds.undoLastMigration();
  expect(await sql(ds, 'SELECT user_id, role_id FROM user_role ORDER BY 1')).toEqual([
    { user_id: 7, role_id: 3 },
    { user_id: 8, role_id: 2 },
  ]);
  expect(await sql(ds, 'SELECT id FROM api_tokens')).toEqual([{ id: 2 }]);
});
