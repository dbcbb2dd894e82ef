import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { afterAll, expect, it } from 'vitest';
import { migrations } from '../../service.ts';
import { Sla1796510000000 } from './1796510000000-sla.ts';

const before = createDataSource({
  url: await infra().database('before-sla'),
  migrations: migrations.slice(0, migrations.indexOf(Sla1796510000000)),
  poolSize: 2,
});
afterAll(() => before.destroy());

it('tickets of the release before are kept, the open ones to be reckoned when there are rules', async () => {
  await migrate(before);
  await connect(before);
  await sql(
    before,
    `INSERT INTO ticket (group_id, priority_id, state_id, number, title, owner_id, customer_id, created_by_id,
       updated_by_id, created_at, updated_at, version)
     SELECT 1, 2, state, state::text, 'title', 1, 2, 1, 1, now(), now(), 1 FROM unnest(ARRAY[1, 2, 3, 4, 5]) AS state`,
  );
  const shown = 'SELECT state_id, json, updated_at FROM ticket ORDER BY id';
  const held = await sql(before, shown);
  const runner = before.createQueryRunner();
  const migration = new Sla1796510000000();
  await migration.up(runner);
  expect(await sql(before, shown)).toEqual(held);
  const tickets = await sql(before, 'SELECT sla_revision, line FROM ticket ORDER BY id');
  expect(tickets.map((row) => row.sla_revision)).toEqual([0, 0, 0, null, null]);
  for (const { line } of tickets) expect(JSON.parse(`${line}}`)).toMatchObject({ escalation_at: null });
  expect(await sql(before, 'SELECT name, "default" FROM calendar')).toEqual([
    { name: 'Business hours', default: true },
  ]);

  // The release before goes on writing on the new schema, and an undone migration leaves what was there.
  await sql(before, `UPDATE ticket SET title = 'other', state_id = 4 WHERE state_id = 1`);
  await migration.down(runner);
  const [back] = await sql(before, `SELECT line FROM ticket WHERE title = 'other'`);
  expect(JSON.parse(`${back?.line}}`)).not.toHaveProperty('escalation_at');
  await runner.release();
});
