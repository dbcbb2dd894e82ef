import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { tryUnpackFromArchive } from './debian.ts';
import { findProgram } from './nats.ts';
import { choosePort } from './port.ts';
import { capture, startServer } from './proc.ts';

export interface RedisOptions {
  dataDir: string;
  /** Wished port; the next free one when it is busy. Left out: any free port. */
  port?: number;
  /** Only the wished port will do: clients already know it. */
  exactPort?: boolean;
  cacheDir: string;
  logFile?: string | undefined;
  log?: (line: string) => void;
}

export interface Redis {
  readonly port: number;
  readonly pid: number;
  readonly url: string;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts a private Redis, or tells why there is none: the platform runs without it, on one gateway. */
export async function startRedis(options: RedisOptions): Promise<Redis | { why: string }> {
  const program = await findRedis(options);
  if ('why' in program) return program;
  mkdirSync(options.dataDir, { recursive: true });
  const port = await choosePort(options);
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', options.dataDir];
  // Redis holds caches, limits and presence only: losing it on a restart costs nothing.
  args.push('--save', '', '--appendonly', 'no', '--maxmemory', '128mb', '--maxmemory-policy', 'volatile-lru');
  const server = await startServer(program.bin, args, {
    name: 'Redis',
    ready: /Ready to accept connections/,
    env: { ...process.env, ...program.env },
    cwd: options.dataDir,
    logFile: options.logFile,
  });
  const { pid, exited } = server;
  return { port, pid, exited, url: `redis://127.0.0.1:${port}`, stop: () => server.stop('SIGTERM') };
}

/** Order: PATH (redis-server or valkey-server), the project's cache, Debian's archive. */
async function findRedis(options: RedisOptions): Promise<{ bin: string; env: NodeJS.ProcessEnv } | { why: string }> {
  const installed = findProgram('redis-server') ?? findProgram('valkey-server');
  if (installed) return { bin: installed, env: {} };
  // redis-server is a link into redis-tools; two of its libraries are not part of every system.
  const packages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
  const found = await tryUnpackFromArchive('redis-server', packages, options.cacheDir, options.log);
  if ('why' in found) return found;
  const triplet = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const env = { LD_LIBRARY_PATH: path.join(found.folder, 'usr/lib', triplet) };
  const bin = path.join(found.folder, 'usr/bin/redis-server');
  const check = await capture(bin, ['--version'], { env: { ...process.env, ...env } });
  return check.status === 0 ? { bin, env } : { why: `it does not run here (${check.output.trim()})` };
}
