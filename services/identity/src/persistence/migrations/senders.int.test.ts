import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { expect, it, onTestFinished } from 'vitest';
import { migrations } from '../../service.ts';
import { Senders1798600000000 } from './1798600000000-senders.ts';

it('what groups held becomes addresses and signatures that they refer to', async () => {
  const url = await infra().database('senders_migration');
  const earlier = migrations.slice(0, migrations.indexOf(Senders1798600000000));
  const before = createDataSource({ url, migrations: earlier });
  await migrate(before);
  await connect(before);
  await sql(
    before,
    `INSERT INTO groups (id, name, name_last, email_name, email_address, signature, created_by_id, updated_by_id) VALUES
       (1, 'Users', 'Users', 'Users & Co', 'users@desk.example', E'Yours,\\n{{user.name}} <desk>', 1, 3),
       (2, 'Storage', 'Storage', '', 'storage@desk.example', '', 1, 1),
       (3, 'Network', 'Network', '', NULL, E'Yours,\\n{{user.name}} <desk>', 1, 1),
       (4, 'Cloud', 'Cloud', '', NULL, 'Cloud & more', 1, 1),
       (5, 'Silent', 'Silent', '', NULL, NULL, 1, 1)`,
  );
  await before.destroy();

  const ds = createDataSource({ url, migrations: [...earlier, Senders1798600000000] });
  onTestFinished(() => ds.destroy());
  expect(await migrate(ds)).toEqual(['Senders1798600000000']);
  await connect(ds);
  expect(await sql(ds, 'SELECT id, name, email, active, updated_by_id FROM email_addresses ORDER BY id')).toEqual([
    { id: 1, name: 'Users & Co', email: 'users@desk.example', active: true, updated_by_id: 3 },
    { id: 2, name: '', email: 'storage@desk.example', active: true, updated_by_id: 1 },
  ]);
  expect(await sql(ds, 'SELECT id, name, body FROM signatures ORDER BY id')).toEqual([
    { id: 1, name: 'Users', body: 'Yours,<br>{{user.name}} &lt;desk&gt;' },
    { id: 2, name: 'Cloud', body: 'Cloud &amp; more' },
  ]);
  const referring = 'SELECT id, email_address_id AS address, signature_id AS signature FROM groups ORDER BY id';
  expect(await sql(ds, referring)).toEqual([
    { id: 1, address: 1, signature: 1 },
    { id: 2, address: 2, signature: null },
    { id: 3, address: null, signature: 1 },
    { id: 4, address: null, signature: 2 },
    { id: 5, address: null, signature: null },
  ]);
  await expect(sql(ds, 'DELETE FROM signatures WHERE id = 1')).rejects.toMatchObject({ code: expect.anything() });
  await ds.undoLastMigration();
  expect(await sql(ds, 'SELECT email_address, signature FROM groups WHERE id = 4')).toEqual([
    { email_address: null, signature: 'Cloud & more' },
  ]);
});
