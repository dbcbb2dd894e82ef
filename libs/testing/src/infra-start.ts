import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNats, startPostgres, startRedis } from '@helpmesh/deploy/local';
import type { InfraAddresses } from './infra.ts';

export interface StartedInfra {
  addresses: InfraAddresses;
  stop(): Promise<void>;
}

const PREFIX = 'helpmesh-test-';
const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Real servers for one test run. HELPMESH_TEST_INFRA: `embedded` (local programs), `containers` (needs an engine),
 * `external` (DATABASE_URL, NATS_URL, REDIS_URL of the environment), `auto` (containers when an engine answers,
 * else embedded).
 */
export async function startInfra(env: NodeJS.ProcessEnv = process.env): Promise<StartedInfra> {
  const want = env.HELPMESH_TEST_INFRA ?? 'auto';
  switch (want) {
    case 'external':
      return external(env);
    case 'embedded':
      return embedded(env);
    case 'containers':
    case 'testcontainers':
      return containers();
    case 'auto':
      if (!(await engineAnswers(env))) return embedded(env);
      return containers().catch((error: Error) => {
        process.stdout.write(`[infra] containers do not start, using local programs: ${error.message}\n`);
        return embedded(env);
      });
    default:
      throw new Error(`HELPMESH_TEST_INFRA is "${want}"; use auto, containers, embedded or external.`);
  }
}

async function embedded(env: NodeJS.ProcessEnv): Promise<StartedInfra> {
  sweepOldRuns();
  const folder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(folder, 0o755); // PostgreSQL runs as another user when we are root
  const cacheDir = env.HELPMESH_CACHE ?? path.join(workspace, '.cache');
  const log = (line: string) => process.stdout.write(`[infra] ${line}\n`);
  const [postgres, nats, redis] = await Promise.all([
    startPostgres({ dataDir: path.join(folder, 'postgres'), profile: 'test', maxConnections: 400, log }),
    startNats({ storeDir: path.join(folder, 'nats'), cacheDir, log }),
    startRedis({ dataDir: path.join(folder, 'redis'), cacheDir, log }),
  ]);
  return {
    addresses: {
      mode: 'embedded',
      postgresUrl: postgres.urlOf('postgres'),
      natsUrl: nats.url,
      ...('url' in redis ? { redisUrl: redis.url } : { redisMissing: redis.why }),
      folder,
      cacheDir,
    },
    async stop() {
      if ('stop' in redis) await redis.stop();
      await nats.stop();
      await postgres.stop();
      rmSync(postgres.dataDir, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function external(env: NodeJS.ProcessEnv): StartedInfra {
  const need = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`HELPMESH_TEST_INFRA=external needs ${name}.`);
    return value;
  };
  const redisUrl = env.REDIS_URL;
  return {
    addresses: {
      mode: 'external',
      postgresUrl: need('DATABASE_URL'),
      natsUrl: need('NATS_URL'),
      ...(redisUrl ? { redisUrl } : { redisMissing: 'REDIS_URL is not set' }),
    },
    stop: async () => undefined,
  };
}

async function containers(): Promise<StartedInfra> {
  // Imported here: loading the package alone takes seconds.
  const { GenericContainer, Wait } = await import('testcontainers');
  const [postgres, nats, redis] = await Promise.all([
    new GenericContainer('postgres:18-alpine')
      .withEnvironment({ POSTGRES_USER: 'helpmesh', POSTGRES_HOST_AUTH_METHOD: 'trust' })
      .withCommand(['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=400'])
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start(),
    new GenericContainer('nats:2.12-alpine')
      .withCommand(['-js'])
      .withExposedPorts(4222)
      .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
      .start(),
    new GenericContainer('redis:7-alpine')
      .withExposedPorts(6379)
      .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
      .start(),
  ]);
  const at = (container: typeof nats, port: number) => `${container.getHost()}:${container.getMappedPort(port)}`;
  return {
    addresses: {
      mode: 'containers',
      postgresUrl: `postgres://helpmesh@${at(postgres, 5432)}/postgres`,
      natsUrl: `nats://${at(nats, 4222)}`,
      redisUrl: `redis://${at(redis, 6379)}`,
    },
    async stop() {
      await Promise.all([postgres.stop(), nats.stop(), redis.stop()]);
    },
  };
}

/** An engine counts only when its socket accepts a connection: the file alone stays behind when it is stopped. */
async function engineAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (env.DOCKER_HOST) return true;
  const home = env.HOME ?? '';
  const runtime = env.XDG_RUNTIME_DIR ?? '';
  const sockets = ['/var/run/docker.sock', `${home}/.docker/run/docker.sock`, `${runtime}/docker.sock`];
  const answers = await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<boolean>((resolve) => {
          const probe = connect(socket);
          probe.once('error', () => resolve(false));
          probe.once('connect', () => {
            probe.destroy();
            resolve(true);
          });
        }),
    ),
  );
  return answers.includes(true);
}

/** A killed run cannot remove its folder; the next one does. */
function sweepOldRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^helpmesh-test-(\d+)-/.exec(name)?.[1]);
    if (!pid) continue;
    try {
      process.kill(pid, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') continue;
      try {
        rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
      } catch {
        // another user's leftover: not ours to remove
      }
    }
  }
}
