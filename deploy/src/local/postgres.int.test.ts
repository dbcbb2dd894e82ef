import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePortFrom } from './port.ts';
import { type Postgres, startPostgres } from './postgres.ts';

let folder: string;
let dataDir: string;
const running: Postgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'helpmesh-postgres-'));
  chmodSync(folder, 0o755);
  dataDir = path.join(folder, 'data');
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<Parameters<typeof startPostgres>[0]> = {}): Promise<Postgres> {
  const server = await startPostgres({ dataDir, profile: 'test', ...options });
  running.push(server);
  return server;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

it('keeps its data over a stop and a start', async () => {
  const first = await start();
  await query(first.urlOf('postgres'), 'CREATE TABLE kept AS SELECT 7 AS value');
  await first.stop();
  const second = await start();
  expect(await query(second.urlOf('postgres'), 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
  expect(await query(second.urlOf('postgres'), 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
});

it('is durable by default and lets nobody in without the password it was made with', async () => {
  const server = await start({ profile: 'durable', password: 'se/cret' });
  expect(await query(server.urlOf('postgres'), 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
  const without = server.urlOf('postgres').replace(/:se%2Fcret@/, ':wrong@');
  await expect(query(without, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
});

it('starts although a killed launcher left postmaster.pid with the number of another process', async () => {
  await (await start()).stop();
  const pidFile = path.join(dataDir, 'postmaster.pid');
  writeFileSync(pidFile, `${process.pid}\n${dataDir}\n`);
  chmodSync(pidFile, 0o644);
  const server = await start();
  expect(readFileSync(pidFile, 'utf8').split('\n')[0]).toBe(String(server.pid));
});

it('stops an orphan of its own on the same folder before it starts', async () => {
  const orphan = await start();
  const server = await start();
  expect(await orphan.exited).toBe(0);
  expect(await query(server.urlOf('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('leaves a server on the wished port alone and takes the next one', async () => {
  const foreign = createServer();
  const port = await freePortFrom(21_000);
  await new Promise<void>((resolve) => foreign.listen(port, '127.0.0.1', resolve));
  const server = await start({ port });
  expect(server.port).toBeGreaterThan(port);
  await expect(startPostgres({ dataDir: `${dataDir}2`, port, exactPort: true })).rejects.toThrow(/could not/);
  foreign.close();
});

it('says what PostgreSQL refused, and starts with better settings the next time', async () => {
  await expect(start({ maxConnections: -1 })).rejects.toThrow(/PostgreSQL did not start: .*max_connections/);
  expect(await query((await start()).urlOf('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});
