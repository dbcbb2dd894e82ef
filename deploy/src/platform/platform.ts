import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { anyFreePort, requireFree } from '../local/port.ts';
import { CannotStart } from '../local/proc.ts';
import { databaseOf, healthOffsets, type ServiceName, serviceNames } from '../local/services.ts';
import { type Backing, type BackingOptions, startBacking } from './backing.ts';
import { build, webDist } from './build.ts';
import { ADMIN_EMAIL, type Addresses, databaseUrl, environmentOf } from './environment.ts';
import { cacheOf, compileCacheOf, copyHome, homeOf, lockHome, logFileOf, prepareHome } from './home.ts';
import { type Progress, silent } from './progress.ts';
import { openSecrets } from './secrets.ts';
import { builtPrograms, migrateService, type Programs, type ServiceProcess, startService } from './service-process.ts';
import { Supervised } from './supervised.ts';

export interface PlatformOptions {
  /** Data folder; with private ports and no folder given, a temporary one that is removed at the stop. */
  home?: string;
  /** Home of a stopped platform of the same profile: a temporary home begins as a copy of its database and secrets. */
  copyOf?: string | undefined;
  /** `usual`: those of the documentation, or of the environment. `private`: free ones, for tests and benchmarks. */
  ports?: 'usual' | 'private';
  /** The environment that the user gave; wins over the defaults where a setting is the user's to choose. */
  env?: NodeJS.ProcessEnv;
  /** Last word on the environment of single services. */
  serviceEnv?: Partial<Record<ServiceName, Record<string, string>>>;
  /** `test` is fast and forgets on a power cut. Default: `durable`, with private ports `test`. */
  profile?: 'durable' | 'test';
  build?: boolean;
  /** Other programs in place of the built services, for tests of the launcher. */
  programs?: Programs;
  progress?: Progress;
}

export interface Platform {
  /** The gateway: page and API. */
  url: string;
  /** Mail in. */
  smtpPort: number;
  /** Page and REST of the local mailbox: all mail the platform sends is there. */
  mailboxUrl: string;
  mailboxSmtpPort: number;
  admin: { email: string; password: string };
  home: string;
  services: Record<ServiceName, PlatformService>;
  /** Undefined when the environment named the server. */
  postgres: Supervised | undefined;
  nats: Supervised | undefined;
  redis: Supervised | undefined;
  /** The broker as its operator, who may do anything there. */
  natsUrl: string;
  /** Connection URL of a service's database; of the maintenance database for the gateway, which has none. */
  databaseUrl(service: ServiceName): string;
  /** Services first, then the servers they stand on. */
  stop(): Promise<void>;
}

export interface PlatformService {
  readonly pid: number | undefined;
  readonly restarts: number;
  /** Base of /healthz, /readyz and /metrics. */
  readonly healthUrl: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  migrate(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  kill(signal?: NodeJS.Signals): boolean;
}

/** Starts the whole platform: backing servers, and all services, each migrated first and then kept up. @throws CannotStart */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const prepared = await prepare(options);
  const { ports, backing, services, progress } = prepared;
  prepared.undo.push(async () => {
    await Promise.all(Object.values(services).map((service) => service.stop()));
  });
  await progress
    .step(`start ${serviceNames.length} services`, async () => {
      const starts = await Promise.allSettled(Object.values(services).map((service) => service.start()));
      const failed = starts.find((start) => start.status === 'rejected');
      if (failed) throw failed.reason;
    })
    .catch(prepared.stopAndThrow);
  return {
    url: `http://localhost:${ports.httpPort}`,
    smtpPort: ports.smtpPort,
    mailboxUrl: backing.mailbox.url,
    mailboxSmtpPort: backing.mailbox.smtpPort,
    admin: { email: ADMIN_EMAIL, password: services.identity.env.HELPMESH_ADMIN_PASSWORD ?? '' },
    home: prepared.home,
    services,
    postgres: backing.postgres.process,
    nats: backing.nats.process,
    redis: backing.redis?.process,
    natsUrl: backing.nats.url,
    databaseUrl: (service) => databaseUrl(backing.postgres.url, databaseOf(service) ?? 'postgres'),
    stop: prepared.stop,
  };
}

/** Brings the databases to the newest schema and stops again. @throws CannotStart */
export async function migratePlatform(options: PlatformOptions = {}): Promise<void> {
  const { progress, services, stop, stopAndThrow } = await prepare(options);
  await progress.step('migrate the databases', () => migrateAll(services)).catch(stopAndThrow);
  await stop();
}

/** Everything up to the services. */
async function prepare(options: PlatformOptions) {
  const { progress = silent, serviceEnv = {}, ports: kind = 'usual' } = options;
  const env = options.env ?? (kind === 'private' ? withoutServers(process.env) : process.env);
  const temporary = kind === 'private' && options.home === undefined;
  const home = temporary ? temporaryHome() : path.resolve(options.home ?? homeOf(env));
  const undo: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    while (undo.length > 0) await undo.pop()?.();
  };
  const stopAndThrow = async (error: unknown): Promise<never> => {
    await stop();
    throw error;
  };
  try {
    if (temporary) undo.push(() => rmSync(home, { recursive: true, force: true }));
    if (temporary && options.copyOf) await copyHome(options.copyOf, home);
    prepareHome(home);
    undo.push(lockHome(home));
    const ports = kind === 'private' ? await privatePorts() : await usualPorts(env);
    const secrets = openSecrets(path.join(home, 'secrets'), env.HELPMESH_ADMIN_PASSWORD);
    if (env.HELPMESH_ADMIN_PASSWORD && env.HELPMESH_ADMIN_PASSWORD !== secrets.adminPassword) {
      progress.line('  HELPMESH_ADMIN_PASSWORD counts at the first start only: the password was set then.');
    }
    if (options.build) await build(progress);

    const profile = options.profile ?? (kind === 'private' ? 'test' : 'durable');
    const postgresPassword = profile === 'test' ? undefined : secrets.postgresPassword;
    const cacheDir = cacheOf(env);
    const brokerPasswords = secrets.broker;
    const passwords = { postgresPassword, brokerPasswords };
    const backing = await startBacking({ home, cacheDir, env, ports, profile, ...passwords, progress });
    undo.push(backing.stop);

    const addresses = { ...addressesOf(backing), ...ports };
    const places = { blobDir: path.join(home, 'blobs'), webDir: webDist, compileCache: compileCacheOf(env) };
    const input = { addresses, secrets, ...places, given: env };
    const programs = options.programs ?? builtPrograms;
    const services = Object.fromEntries(
      serviceNames.map((service) => {
        const own = { ...environmentOf(service, input), ...serviceEnv[service] };
        return [service, platformService({ service, programs, env: own, logFile: logFileOf(home, service) }, progress)];
      }),
    ) as Record<ServiceName, PlatformService>;
    return { home, ports, backing, services, progress, undo, stop, stopAndThrow };
  } catch (error) {
    return stopAndThrow(error);
  }
}

function platformService(process: ServiceProcess, progress: Progress): PlatformService {
  const { service, env, logFile } = process;
  // Its first start brings its database to this version; one that is brought back finds it so.
  let migrate = databaseOf(service) !== undefined;
  const supervised = new Supervised(
    service,
    async () => {
      const running = await startService(process, { migrate });
      migrate = false;
      return running;
    },
    progress.line,
  );
  return {
    get pid() {
      return supervised.pid;
    },
    get restarts() {
      return supervised.restarts;
    },
    healthUrl: `http://127.0.0.1:${env.HEALTH_PORT}`,
    env,
    logFile,
    migrate: () => migrateService(process),
    start: () => supervised.start(),
    stop: () => supervised.stop(),
    restart: () => supervised.restart(),
    kill: (signal) => supervised.kill(signal),
  };
}

/** Each service with a database migrates its own; a few at a time, for each is a Node process. */
async function migrateAll(services: Record<ServiceName, PlatformService>): Promise<void> {
  const left = serviceNames.filter((service) => databaseOf(service) !== undefined);
  const worker = async () => {
    for (let service = left.shift(); service; service = left.shift()) {
      await services[service].migrate();
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}

function addressesOf(backing: Backing): Pick<Addresses, 'postgresUrl' | 'natsUrlFor' | 'redisUrl' | 'mailboxSmtpUrl'> {
  return {
    postgresUrl: backing.postgres.url,
    natsUrlFor: backing.nats.urlFor,
    redisUrl: backing.redis?.url,
    mailboxSmtpUrl: `smtp://127.0.0.1:${backing.mailbox.smtpPort}`,
  };
}

type Ports = BackingOptions['ports'] & Pick<Addresses, 'httpPort' | 'smtpPort' | 'healthPorts'>;

/** The ports of the documentation. Those that people and scripts know must be free; private servers may move. */
async function usualPorts(env: NodeJS.ProcessEnv): Promise<Ports> {
  const port = async (variable: string, usual: number, what: string): Promise<number> => {
    const wished = portOf(env, variable, usual);
    await requireFree(wished, what, variable);
    return wished;
  };
  const known = {
    httpPort: await port('HELPMESH_HTTP_PORT', 8080, 'page and API'),
    smtpPort: await port('HELPMESH_SMTP_PORT', 2525, 'incoming mail'),
    mailbox: await port('HELPMESH_MAILBOX_PORT', 8025, 'page of the local mailbox'),
    mailboxSmtp: await port('HELPMESH_MAILBOX_SMTP_PORT', 1025, 'SMTP of the local mailbox'),
    postgres: portOf(env, 'HELPMESH_POSTGRES_PORT', 15_432),
    nats: portOf(env, 'HELPMESH_NATS_PORT', 14_222),
    redis: portOf(env, 'HELPMESH_REDIS_PORT', 16_379),
  };
  const firstHealth = portOf(env, 'HELPMESH_HEALTH_PORT', 9464);
  const healthPorts = {} as Record<ServiceName, number>;
  for (const service of serviceNames) {
    healthPorts[service] = firstHealth + healthOffsets[service];
    await requireFree(healthPorts[service], `health of ${service}`, 'HELPMESH_HEALTH_PORT');
  }
  return { ...known, healthPorts };
}

function portOf(env: NodeJS.ProcessEnv, variable: string, usual: number): number {
  const port = Number(env[variable] || usual);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new CannotStart(`${variable} is "${env[variable]}"; it must be a port number from 1 to 65535.`);
}

async function privatePorts(): Promise<Ports> {
  const healthPorts = {} as Record<ServiceName, number>;
  for (const service of serviceNames) healthPorts[service] = await anyFreePort();
  return { httpPort: await anyFreePort(), smtpPort: await anyFreePort(), healthPorts };
}

/** A private platform shares no server by accident: the databases of two of them have the same names. */
function withoutServers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { DATABASE_URL, NATS_URL, REDIS_URL, ...rest } = env;
  return rest;
}

function temporaryHome(): string {
  const home = mkdtempSync(path.join(tmpdir(), 'helpmesh-'));
  chmodSync(home, 0o755); // PostgreSQL runs as another user when we are root
  return home;
}
