import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotStart, capture, isAlive } from '../local/proc.ts';

/** The root of the checkout. */
export const workspace = path.resolve(fileURLToPath(new URL('../../..', import.meta.url)));

/** Where a local run keeps everything; HELPMESH_HOME moves it. */
export function homeOf(env: NodeJS.ProcessEnv): string {
  return path.resolve(env.HELPMESH_HOME || path.join(workspace, '.helpmesh'));
}

/** Downloaded programs; HELPMESH_CACHE moves it. */
export function cacheOf(env: NodeJS.ProcessEnv): string {
  return path.resolve(env.HELPMESH_CACHE || path.join(workspace, '.cache'));
}

/** Where Node keeps compiled code between starts. */
export function compileCacheOf(env: NodeJS.ProcessEnv): string {
  return path.join(cacheOf(env), 'node');
}

const LEAST_FREE_BYTES = 300 * 1024 * 1024;

const PRIVATE_PARTS = ['logs', 'mailbox', 'nats', 'redis', 'blobs', 'secrets'];

/** Makes the home folder. @throws CannotStart when it cannot be written or its disk is nearly full */
export function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true });
    // PostgreSQL may run as another user and must get through to its own folder; the rest is nobody else's business.
    for (const part of PRIVATE_PARTS) mkdirSync(path.join(home, part), { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw diskFull(home, 0);
    throw new CannotStart(`The folder ${home} cannot be written (${code}); set HELPMESH_HOME to one that can.`);
  }
  const { bavail, bsize } = statfsSync(home);
  if (bavail * bsize < LEAST_FREE_BYTES) throw diskFull(home, bavail * bsize);
}

/** Begins a home with what is slow to make: a database with its schema, and the secrets that go with it. */
export async function copyHome(from: string, to: string): Promise<void> {
  const parts = ['postgres', 'secrets'].map((part) => path.join(from, part));
  // Node's own copy makes everything ours, and the database belongs to another user when we are root.
  const { status, output } = await capture('cp', ['-a', ...parts, to]);
  if (status !== 0) throw new CannotStart(`The folder ${from} could not be copied to ${to}: ${output.trim()}`);
}

function diskFull(home: string, free: number): CannotStart {
  const megabytes = Math.floor(free / 1024 / 1024);
  return new CannotStart(
    `The disk holding ${home} is full (${megabytes} MB free, ${LEAST_FREE_BYTES / 1024 / 1024} needed); free some space or set HELPMESH_HOME to another disk.`,
  );
}

/**
 * One launcher a home. The lock names process and its start time, so that the number of a killed launcher, given
 * to another program since, is not mistaken for it.
 * @returns  releases the lock
 * @throws CannotStart when another launcher is alive
 */
export function lockHome(home: string): () => void {
  const file = path.join(home, 'launcher.lock');
  for (let attempt = 1; ; attempt++) {
    try {
      const lock = openSync(file, 'wx');
      writeSync(lock, `${process.pid} ${startTimeOf(process.pid)}\n`);
      closeSync(lock);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 3) throw error;
    }
    const [pid, started] = readFileSync(file, 'utf8').trim().split(' ');
    if (pid && isAlive(Number(pid)) && startTimeOf(Number(pid)) === (started ?? '')) {
      throw new CannotStart(
        `Another launcher (process ${pid}) already runs on ${home}; stop it (Ctrl-C there, or kill ${pid}), or set HELPMESH_HOME to another folder.`,
      );
    }
    rmSync(file, { force: true }); // left by a killed launcher
  }
}

/** Start of a process in clock ticks since boot; '' where there is no procfs. */
function startTimeOf(pid: number): string {
  try {
    // The second field is the program's name in parentheses and may hold blanks.
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? ''
    );
  } catch {
    return '';
  }
}

const LOG_BYTES = 10 * 1024 * 1024;

/** Log file of a process; a long one of earlier runs is put aside first. */
export function logFileOf(home: string, name: string): string {
  const file = path.join(home, 'logs', `${name}.log`);
  if (existsSync(file) && statSync(file).size > LOG_BYTES) renameSync(file, `${file}.1`);
  return file;
}
