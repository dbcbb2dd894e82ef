import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { expect, it } from 'vitest';
import { infra } from './infra.ts';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

it('gives every caller an empty database of its own', async () => {
  const [one, two] = await Promise.all([infra().database('ticket'), infra().database('ticket')]);
  expect(one).not.toBe(two);
  await query(one, 'CREATE TABLE only_here (id int)');
  const tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
  expect(await query(one, tables)).toEqual([{ tablename: 'only_here' }]);
  expect(await query(two, tables)).toEqual([]);
});

it('gives a private broker with JetStream that the others do not see', async () => {
  const own = await infra().nats();
  expect(own.url).not.toBe(infra().natsUrl);
  const nc = await connect({ servers: own.url, noAsyncTraces: true });
  const manager = await jetstreamManager(nc);
  await manager.streams.add({ name: 'MINE', subjects: ['mine.>'] });
  expect(await manager.streams.names().next()).toEqual(['MINE']);
  await nc.close();
  await own.stop();
});
