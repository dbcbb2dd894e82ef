import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { afterAll, expect, it } from 'vitest';
import { migrations } from '../../service.ts';
import { Attributes1797400000000 } from './1797400000000-attributes.ts';

const before = createDataSource({
  url: await infra().database('before-attributes'),
  migrations: migrations.slice(0, migrations.indexOf(Attributes1797400000000)),
  poolSize: 2,
});
afterAll(() => before.destroy());

it('tickets of the release before are as they were, and that release goes on writing', async () => {
  await migrate(before);
  await connect(before);
  const open = (number: string) =>
    sql(
      before,
      `INSERT INTO ticket (group_id, priority_id, state_id, number, title, owner_id, customer_id, created_by_id,
         updated_by_id, created_at, updated_at, version)
       VALUES (1, 2, 1, $1, 'title', 1, 2, 1, 1, now(), now(), 1)`,
      [number],
    );
  await open('1');
  const shown = 'SELECT number, json, line, updated_at FROM ticket ORDER BY id';
  const held = await sql(before, shown);
  const runner = before.createQueryRunner();
  const migration = new Attributes1797400000000();
  await migration.up(runner);
  expect(await sql(before, shown)).toEqual(held);
  await open('2');
  await sql(before, `UPDATE ticket SET custom = '{"ref": "A"}' WHERE number = '2'`);
  await sql(before, `UPDATE ticket SET title = 'other'`);
  expect(await sql(before, 'SELECT custom FROM ticket ORDER BY id')).toEqual([
    { custom: null },
    { custom: { ref: 'A' } },
  ]);
  expect(await sql(before, 'SELECT object, revision FROM attribute_set ORDER BY object')).toHaveLength(4);
  await migration.down(runner);
  expect(await sql(before, 'SELECT title FROM ticket')).toEqual([{ title: 'other' }, { title: 'other' }]);
  await runner.release();
});
