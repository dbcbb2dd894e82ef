import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CannotStart, capture } from '../local/proc.ts';
import { lockHome } from './home.ts';

/** What a home is made of. Logs, caches and the lock are not worth keeping. */
const PARTS = ['nats', 'blobs', 'secrets', 'mailbox'];

/**
 * Copies the home of a stopped platform into one archive. Stopped, because the packaged PostgreSQL brings no pg_dump,
 * and a copy of running servers is none.
 * @throws CannotStart  the platform runs, there is no data, or the archive cannot be written
 */
export async function backUp(home: string, file: string): Promise<void> {
  if (!hasData(home)) throw new CannotStart(`There is no Helpmesh data in ${home}.`);
  const unlock = lockHome(home);
  const partial = `${file}.part`;
  try {
    const parts = PARTS.filter((part) => existsSync(path.join(home, part)));
    const postgres = postgresFolder(home);
    const args = ['-czf', partial, '--numeric-owner', '-C', home, ...parts];
    if (postgres) args.push('-C', path.dirname(postgres), 'postgres');
    await tar(args, `The archive ${file} cannot be written`);
    chmodSync(partial, 0o600); // the secrets are in it
    renameSync(partial, file);
  } finally {
    rmSync(partial, { force: true });
    unlock();
  }
}

/** Puts an archive of `backUp` into an empty home. @throws CannotStart when there is data, or the archive is unreadable */
export async function restore(file: string, home: string): Promise<void> {
  if (!existsSync(file)) throw new CannotStart(`There is no file ${file}.`);
  if (hasData(home)) {
    throw new CannotStart(`There is Helpmesh data in ${home} already; move it away, or name another folder by --home.`);
  }
  mkdirSync(home, { recursive: true });
  const unlock = lockHome(home);
  try {
    await tar(['-xzf', file, '--numeric-owner', '-C', home], `The archive ${file} cannot be read`);
  } finally {
    unlock();
  }
}

function hasData(home: string): boolean {
  return existsSync(path.join(home, 'secrets/threading')) || postgresFolder(home) !== undefined;
}

/** The data folder, or the one that stands in for it (see postgres-reach.ts). */
function postgresFolder(home: string): string | undefined {
  const wished = path.join(home, 'postgres');
  const marker = `${wished}.moved-to`;
  const folder = existsSync(marker) ? readFileSync(marker, 'utf8').trim() : wished;
  return existsSync(folder) ? folder : undefined;
}

async function tar(args: string[], complaint: string): Promise<void> {
  const { status, output } = await capture('tar', args);
  if (status !== 0) throw new CannotStart(`${complaint}: ${output.trim().split('\n').at(-1)}.`);
}
