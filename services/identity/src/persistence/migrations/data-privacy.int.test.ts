import { messagingTables } from '@helpmesh/messaging';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Identity1795262400000 } from './1795262400000-identity.ts';
import { Audit1796000000000 } from './1796000000000-audit.ts';
import { DataPrivacy1796400000000 } from './1796400000000-data-privacy.ts';

it('entries written before can be redacted and not be changed; taking the migration back closes that again', async () => {
  const url = await infra().database('privacy_migration');
  const earlier = [messagingTables, Identity1795262400000, Audit1796000000000];
  const before = createDataSource({ url, migrations: earlier });
  await migrate(before);
  await connect(before);
  await sql(
    before,
    `INSERT INTO audit_entry (seq, at, service, action, object_type, object_id, object_label, changes, hash)
     VALUES (1, now(), 'identity', 'user.created', 'User', '7', 'ada', '{"login":{"to":"ada"}}', '\\x01')`,
  );
  await before.destroy();

  const ds = createDataSource({ url, migrations: [...earlier, DataPrivacy1796400000000] });
  onTestFinished(() => ds.destroy());
  expect(await migrate(ds)).toEqual(['DataPrivacy1796400000000']);
  await connect(ds);
  const change = (set: string) => sql(ds, `UPDATE audit_entry SET ${set}`);
  const entry = () => sql(ds, 'SELECT object_label, changes::text AS changes FROM audit_entry');
  await expect(change(`object_label = 'bob'`)).rejects.toThrow(/append-only/);
  await expect(sql(ds, 'DELETE FROM audit_entry')).rejects.toThrow(/append-only/);
  expect(await entry()).toEqual([{ object_label: 'ada', changes: '{"login":{"to":"ada"}}' }]);
  await change(`redacted = true, object_label = NULL, changes = '{}'`);
  expect(await entry()).toEqual([{ object_label: null, changes: '{}' }]);

  await ds.undoLastMigration();
  await expect(change(`object_label = NULL`)).rejects.toThrow(/append-only/);
  expect(await sql(ds, `SELECT to_regclass('data_privacy_task') AS task`)).toEqual([{ task: null }]);
});
