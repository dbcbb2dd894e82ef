import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { type Mailbox, startMailbox } from '../local/mailbox/mailbox.ts';
import { startNats } from '../local/nats.ts';
import { startPostgres } from '../local/postgres.ts';
import { CannotStart } from '../local/proc.ts';
import { startRedis } from '../local/redis.ts';
import { logFileOf } from './home.ts';
import type { Progress } from './progress.ts';
import { type BrokerUser, brokerPasswordVariable, brokerUserNames, OPERATOR, type Secrets } from './secrets.ts';
import { type Running, Supervised } from './supervised.ts';

export interface BackingOptions {
  home: string;
  cacheDir: string;
  /** DATABASE_URL, NATS_URL and REDIS_URL name servers to use instead of private ones. */
  env: NodeJS.ProcessEnv;
  /** Wished ports; what is left out gets any free one. */
  ports: Partial<Record<'postgres' | 'nats' | 'redis' | 'mailbox' | 'mailboxSmtp', number>>;
  profile: 'durable' | 'test';
  postgresPassword: string | undefined;
  brokerPasswords: Secrets['broker'];
  progress: Progress;
}

/** A server the platform stands on. `process` is undefined when it was given by URL: not ours to stop or kill. */
export interface Backed {
  url: string;
  process: Supervised | undefined;
}

export interface Backing {
  postgres: Backed;
  nats: Backed & {
    /** The broker with the name and password of one user; a given broker is the same for all. */
    urlFor(user: BrokerUser): string;
  };
  redis: Backed | undefined;
  mailbox: Mailbox;
  /** In the reverse order of the start. */
  stop(): Promise<void>;
}

/** Starts what the platform stands on, one after the other: each is quick, and the steps can be read. */
export async function startBacking(options: BackingOptions): Promise<Backing> {
  const { progress } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    while (stops.length > 0) await stops.pop()?.();
  };
  const keep = (backed: Backed): Backed => {
    if (backed.process) stops.push(() => backed.process!.stop());
    return backed;
  };
  try {
    const postgres = keep(await progress.step('PostgreSQL', (note) => postgresStep(options, note)));
    const nats = await progress.step('NATS', (note) => natsStep(options, note));
    keep(nats);
    const redis = await progress.step('Redis', (note) => redisStep(options, note));
    if (redis) keep(redis);
    const mailbox = await progress.step('mailbox', (note) => mailboxStep(options, note));
    stops.push(() => mailbox.stop());
    return { postgres, nats, redis, mailbox, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Note = (text: string) => void;

async function postgresStep(options: BackingOptions, note: Note): Promise<Backed> {
  const given = options.env.DATABASE_URL;
  if (given) {
    note('PostgreSQL: the server that DATABASE_URL names');
    await requirePostgres(given);
    return { url: given, process: undefined };
  }
  const wished = options.ports.postgres;
  const server = await supervise('PostgreSQL', wished, options, (place) =>
    startPostgres({
      ...place,
      dataDir: path.join(options.home, 'postgres'),
      profile: options.profile,
      password: options.postgresPassword,
      logFile: logFileOf(options.home, 'postgres'),
      log: note,
    }),
  );
  note(`PostgreSQL: private, port ${server.first.port}${moved(wished, server.first.port)}`);
  return { url: server.first.urlOf('postgres'), process: server.process };
}

async function natsStep(options: BackingOptions, note: Note): Promise<Backing['nats']> {
  const given = options.env.NATS_URL;
  if (given) {
    note('NATS: the server that NATS_URL names');
    await requireListening(given, 'NATS_URL');
    return { url: given, process: undefined, urlFor: () => given };
  }
  const passwords = options.brokerPasswords;
  // Imported here: it needs the contracts built, and on a fresh machine the launcher is there before them.
  const { brokerUsers } = await import('./nats-users.ts');
  const authorization = {
    text: brokerUsers(),
    env: Object.fromEntries(brokerUserNames.map((user) => [brokerPasswordVariable(user), passwords[user]])),
  };
  const wished = options.ports.nats;
  const server = await supervise('NATS', wished, options, (place) =>
    startNats({
      ...place,
      storeDir: path.join(options.home, 'nats'),
      authorization,
      cacheDir: options.cacheDir,
      logFile: logFileOf(options.home, 'nats'),
      log: (line) => note(`NATS: ${line}`),
    }),
  );
  note(`NATS: private with JetStream, port ${server.first.port}${moved(wished, server.first.port)}`);
  const urlFor = (user: BrokerUser) => withUser(server.first.url, user, passwords[user]);
  return { url: urlFor(OPERATOR), process: server.process, urlFor };
}

function withUser(url: string, user: string, password: string): string {
  return url.replace('//', `//${user}:${password}@`);
}

async function redisStep(options: BackingOptions, note: Note): Promise<Backed | undefined> {
  const given = options.env.REDIS_URL;
  if (given) {
    note('Redis: the server that REDIS_URL names');
    await requireListening(given, 'REDIS_URL');
    return { url: given, process: undefined };
  }
  let why = '';
  const wished = options.ports.redis;
  try {
    const server = await supervise('Redis', wished, options, async (place) => {
      const redis = await startRedis({
        ...place,
        dataDir: path.join(options.home, 'redis'),
        cacheDir: options.cacheDir,
        logFile: logFileOf(options.home, 'redis'),
        log: (line) => note(`Redis: ${line}`),
      });
      if ('why' in redis) throw new Error(redis.why);
      return redis;
    });
    note(`Redis: private, port ${server.first.port}${moved(wished, server.first.port)}`);
    return { url: server.first.url, process: server.process };
  } catch (error) {
    why = (error as Error).message;
  }
  note(`Redis: none (${why}); limits and caches stay inside the one gateway`);
  return undefined;
}

async function mailboxStep(options: BackingOptions, note: Note): Promise<Mailbox> {
  const { mailbox: httpPort = 0, mailboxSmtp: smtpPort = 0 } = options.ports;
  // Tests count what was sent: of ten thousand mails none may have gone to make room.
  const room = options.profile === 'test' ? { limit: Number.POSITIVE_INFINITY } : {};
  const mailbox = await startMailbox({ folder: path.join(options.home, 'mailbox'), httpPort, smtpPort, ...room });
  note(`mailbox: SMTP on port ${mailbox.smtpPort}, page and REST on port ${mailbox.httpPort}`);
  return mailbox;
}

/** The first start may move to a free port; a later one must come back where the clients look for it. */
async function supervise<S extends Running & { port: number }>(
  name: string,
  wished: number | undefined,
  { progress }: BackingOptions,
  start: (place: { port?: number; exactPort?: boolean }) => Promise<S>,
): Promise<{ first: S; process: Supervised }> {
  let first: S | undefined;
  const process = new Supervised(
    name,
    async () => {
      const place = first ? { port: first.port, exactPort: true } : wished === undefined ? {} : { port: wished };
      const server = await start(place);
      first ??= server;
      return server;
    },
    progress.line,
  );
  await process.start();
  return { first: first!, process };
}

function moved(wished: number | undefined, port: number): string {
  return wished === undefined || wished === port ? '' : ` (${wished} is in use)`;
}

async function requirePostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    throw new CannotStart(`DATABASE_URL names a PostgreSQL that does not let us in: ${(error as Error).message}.`);
  } finally {
    await client.end();
  }
}

async function requireListening(url: string, variable: string): Promise<void> {
  const { hostname, port } = new URL(url.split(',')[0]!);
  const socket = connect(Number(port) || (variable === 'NATS_URL' ? 4222 : 6379), hostname);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(10_000) });
  } catch {
    throw new CannotStart(`${variable} names ${hostname}:${port}, and nothing answers there.`);
  } finally {
    socket.destroy();
  }
}
