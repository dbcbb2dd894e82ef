import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unpackFromArchive } from './debian.ts';
import { freePortFrom } from './port.ts';
import { CannotStart, type Server, ServerDied, startServer } from './proc.ts';

export interface NatsOptions {
  /** JetStream files and the written configuration; kept. */
  storeDir: string;
  /** Wished port; the next free one when it is busy. Left out: the server picks one. */
  port?: number;
  /** Only the wished port will do: clients already know it. */
  exactPort?: boolean;
  /** Folder for a downloaded server. */
  cacheDir: string;
  /** Without it everybody may do anything. */
  authorization?: {
    /** The inside of the `authorization` block. */
    text: string;
    /** Variables that it reads; in no file. */
    env: Record<string, string>;
  };
  logFile?: string | undefined;
  log?: (line: string) => void;
}

export interface Nats {
  readonly port: number;
  readonly pid: number;
  readonly url: string;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts a private NATS server with JetStream. @throws CannotStart when no nats-server can be had */
export async function startNats(options: NatsOptions): Promise<Nats> {
  const bin = await findNats(options.cacheDir, options.log);
  mkdirSync(options.storeDir, { recursive: true });
  const config = path.join(options.storeDir, 'nats.conf');
  const { port: wished, exactPort, authorization } = options;
  for (let attempt = 1; ; attempt++) {
    const port = wished === undefined ? -1 : exactPort ? wished : await freePortFrom(wished);
    writeFileSync(config, configuration(port, options.storeDir, authorization?.text));
    try {
      const server = await startServer(bin, ['-c', config], {
        name: 'NATS',
        ready: /Listening for client connections on \S+:(\d+)[\s\S]*Server is ready/,
        cwd: options.storeDir,
        env: { ...process.env, ...authorization?.env },
        logFile: options.logFile,
      });
      return describe(server);
    } catch (error) {
      if (!(error instanceof ServerDied)) throw error;
      if (/no space left/i.test(error.output)) {
        throw new CannotStart(
          `The disk holding ${options.storeDir} is full; free some space or set HELPMESH_HOME to another disk.`,
        );
      }
      const taken = /address already in use/.test(error.output);
      if (!taken || exactPort || attempt === 5) throw new CannotStart(error.message);
    }
  }
}

/**
 * A nats-server program: NATS_SERVER_BIN, PATH, the project's cache, else Debian's archive.
 * npm has none, and no broker written in JavaScript has JetStream.
 */
export async function findNats(cacheDir: string, log?: (line: string) => void): Promise<string> {
  const named = process.env.NATS_SERVER_BIN;
  if (named) {
    if (isProgram(named)) return named;
    throw new CannotStart(`NATS_SERVER_BIN names ${named}, which is not a program that can be run.`);
  }
  const installed = findProgram('nats-server');
  if (installed) return installed;
  const found = await unpackFromArchive('nats-server', ['nats-server'], cacheDir, log);
  if ('folder' in found) return path.join(found.folder, 'usr/sbin/nats-server');
  throw new CannotStart(
    `nats-server is missing and could not be fetched: ${found.why}; install it (apt install nats-server, brew install nats-server) and put it on PATH, or set NATS_SERVER_BIN or NATS_URL.`,
  );
}

/** Looks a program up on PATH and in the folders that ordinary users do not have on theirs. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function describe(server: Server): Nats {
  const port = Number(server.readyLine[1]);
  return {
    port,
    pid: server.pid,
    url: `nats://127.0.0.1:${port}`,
    exited: server.exited,
    stop: () => server.stop('SIGTERM'),
  };
}

function configuration(port: number, storeDir: string, authorization: string | undefined): string {
  return [
    `listen: "127.0.0.1:${port}"`,
    'max_payload: 8MB',
    'jetstream {',
    `  store_dir: ${JSON.stringify(storeDir)}`,
    '  max_mem: 256M',
    '  max_file: 4G',
    '}',
    ...(authorization === undefined ? [] : ['authorization {', authorization, '}']),
    '',
  ].join('\n');
}
