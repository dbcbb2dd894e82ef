import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Identity } from './proc.ts';

/**
 * A root checkout below a 0700 folder (root's home, for one) hides binaries and data from the user that PostgreSQL
 * runs as. Both then live in the system's long-lived temp folder, and a marker file remembers where.
 */
const VAR_TMP = '/var/tmp';

/** The folder itself when `identity` may execute from it, else a copy that it may. */
export function reachableNative(native: string, identity: Identity | undefined, log?: (line: string) => void): string {
  if (!identity || may(identity, '-x', path.join(native, 'bin/postgres'))) return native;
  const { ino, mtimeMs } = statSync(path.join(native, 'bin/postgres'));
  const copy = path.join(VAR_TMP, `helpmesh-postgres-bin-${ino}-${Math.trunc(mtimeMs)}`);
  if (!isOurs(copy) || !existsSync(path.join(copy, 'complete'))) {
    log?.(`copying the PostgreSQL programs to ${copy}: user ${identity.uid} cannot read ${native}`);
    mkdirSync(copy, { recursive: true, mode: 0o755 });
    if (!isOurs(copy)) throw new Error(`${copy} belongs to another user`);
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    writeFileSync(path.join(copy, 'complete'), '');
  }
  return copy;
}

/** The data folder itself when `identity` may work in it, else the folder that stands in for it. */
export function reachableData(wished: string, identity: Identity | undefined, log?: (line: string) => void): string {
  const marker = `${wished}.moved-to`;
  if (existsSync(marker)) {
    const moved = readFileSync(marker, 'utf8').trim();
    if (existsSync(path.join(moved, 'PG_VERSION'))) return moved;
  }
  const parent = path.dirname(wished);
  mkdirSync(parent, { recursive: true });
  if (!identity || may(identity, '-x', parent)) return wished;

  const outer = mkdtempSync(path.join(VAR_TMP, 'helpmesh-data-'));
  chownSync(outer, identity.uid, identity.gid);
  const moved = path.join(outer, 'postgres');
  if (existsSync(path.join(wished, 'PG_VERSION'))) spawnSync('cp', ['-a', wished, moved]);
  writeFileSync(marker, `${moved}\n`);
  log?.(`the database is kept in ${moved}: user ${identity.uid} cannot reach ${parent}`);
  return moved;
}

function may(identity: Identity, access: '-x', file: string): boolean {
  return spawnSync('test', [access, file], { ...identity, cwd: '/' }).status === 0;
}

function isOurs(folder: string): boolean {
  return existsSync(folder) && statSync(folder).uid === process.getuid?.();
}
