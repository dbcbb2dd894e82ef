import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPostgres } from '../local/postgres.ts';
import { backUp, restore } from './backup.ts';
import { lockHome } from './home.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'helpmesh-backup-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function query(home: string, text: string): Promise<unknown[]> {
  const server = await startPostgres({ dataDir: path.join(home, 'postgres'), profile: 'test' });
  const client = new pg.Client({ connectionString: server.urlOf('postgres') });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
    await server.stop();
  }
}

it('brings database, files and secrets back in another folder', async () => {
  const [home, other, file] = ['home', 'other', 'backup.tar.gz'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const part of ['secrets', 'blobs/ab', 'logs']) mkdirSync(path.join(home, part), { recursive: true });
  writeFileSync(path.join(home, 'secrets/threading'), 'secret\n', { mode: 0o600 });
  writeFileSync(path.join(home, 'blobs/ab/abc'), 'a file');
  await query(home, 'CREATE TABLE kept AS SELECT 7 AS value');

  const release = lockHome(home);
  await expect(backUp(home, file)).rejects.toThrow(/Another launcher/);
  release();
  await backUp(home, file);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await expect(restore(file, home)).rejects.toThrow(/There is Helpmesh data in .* already/);
  await restore(file, other);
  expect(await query(other, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
  expect(readFileSync(path.join(other, 'blobs/ab/abc'), 'utf8')).toBe('a file');
  expect(statSync(path.join(other, 'secrets/threading')).mode & 0o777).toBe(0o600);
  expect(() => statSync(path.join(other, 'logs'))).toThrow(/ENOENT/);
});

it('says what is wrong with an archive', async () => {
  const home = path.join(folder, 'home');
  await expect(backUp(home, 'x')).rejects.toThrow(`There is no Helpmesh data in ${home}.`);
  await expect(restore(path.join(folder, 'none'), home)).rejects.toThrow(/There is no file/);
  writeFileSync(path.join(folder, 'broken'), 'no archive');
  await expect(restore(path.join(folder, 'broken'), home)).rejects.toThrow(/cannot be read/);
});
