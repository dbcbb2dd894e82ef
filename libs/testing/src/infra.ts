import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { type Nats, type NatsOptions, startNats } from '@helpmesh/deploy/local';
import pg from 'pg';
import { inject } from 'vitest';

/** What the global setup tells the workers. */
export interface InfraAddresses {
  mode: 'embedded' | 'containers' | 'external';
  /** The maintenance database, as a user who may create databases. */
  postgresUrl: string;
  natsUrl: string;
  redisUrl?: string;
  redisMissing?: string;
  /** Folder of this run for private servers; removed when the run ends. Embedded only. */
  folder?: string;
  cacheDir?: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    infra: InfraAddresses;
  }
}

export interface Infra {
  readonly mode: InfraAddresses['mode'];
  /** The broker all files of the run share: use a stream and subject prefix of your own on it. */
  readonly natsUrl: string;
  /** Undefined where no Redis can be had; `redisMissing` says why. */
  readonly redisUrl: string | undefined;
  readonly redisMissing: string | undefined;
  /** A fresh, empty database; `label` is part of its name. @returns its URL */
  database(label?: string): Promise<string>;
  /** Same as `database`. */
  postgresUrl(label?: string): Promise<string>;
  /** A broker of the caller's own, to be stopped or restarted at will; dies with the worker at the latest. */
  nats(options?: Pick<NatsOptions, 'authorization'>): Promise<Nats>;
}

/** The real servers of this test run. @throws Error outside a run of the workspace's vitest config */
export function infra(): Infra {
  const addresses = inject('infra');
  if (!addresses) throw new Error('infra() needs the global setup of the root vitest.config.ts.');
  const database = (label = 'test') => createDatabase(addresses.postgresUrl, label);
  return {
    mode: addresses.mode,
    natsUrl: addresses.natsUrl,
    redisUrl: addresses.redisUrl,
    redisMissing: addresses.redisMissing,
    database,
    postgresUrl: database,
    nats: (options) => privateNats(addresses, options),
  };
}

async function createDatabase(maintenanceUrl: string, label: string): Promise<string> {
  const name = `${label.replaceAll(/\W+/g, '_').toLowerCase().slice(0, 40)}_${randomBytes(5).toString('hex')}`;
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0`);
  } finally {
    await client.end();
  }
  const url = new URL(maintenanceUrl);
  url.pathname = `/${name}`;
  return url.href;
}

function privateNats(addresses: InfraAddresses, options: Pick<NatsOptions, 'authorization'> = {}): Promise<Nats> {
  if (!addresses.folder || !addresses.cacheDir) {
    throw new Error(`A private NATS server needs HELPMESH_TEST_INFRA=embedded; this run is ${addresses.mode}.`);
  }
  const storeDir = mkdtempSync(path.join(addresses.folder, 'nats-'));
  return startNats({ storeDir, cacheDir: addresses.cacheDir, ...options });
}
