import { databaseOf, type ServiceName, serviceNames } from '../local/services.ts';
import type { Secrets } from './secrets.ts';

/** Where everything of one run listens. */
export interface Addresses {
  /** Server and credentials; each service gets the URL of its own database on it. */
  postgresUrl: string;
  /** With the name and password of the service, where the broker has users. */
  natsUrlFor(service: ServiceName): string;
  redisUrl?: string | undefined;
  mailboxSmtpUrl: string;
  httpPort: number;
  smtpPort: number;
  healthPorts: Record<ServiceName, number>;
}

export interface EnvironmentInput {
  addresses: Addresses;
  secrets: Secrets;
  blobDir: string;
  webDir: string;
  /** Where Node keeps compiled code between starts; a ninth of a start's CPU time. */
  compileCache: string;
  /** The launcher's own environment: settings that the user gave pass through. */
  given: NodeJS.ProcessEnv;
}

/** A run with sample data and a known sign-in is for this machine; HTTP_HOST and SMTP_HOST open it. */
const LOOPBACK = '127.0.0.1';

/** Node's own default lets the garbage of a start stand: this takes a third off the memory of seven idle services. */
const NODE_OPTIONS = '--max-semi-space-size=4';

/** Each thread would keep free memory of its own: one arena takes 40 MiB off seven idle services. */
const MALLOC_ARENA_MAX = '1';

export const ADMIN_EMAIL = 'admin@example.com';

/** Variables of the launcher that would mean something else to a service. */
const NOT_PASSED_ON = [
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'HELPMESH_ADMIN_PASSWORD',
  'HELPMESH_SMTP_PORT',
  'HELPMESH_SECRETS_KEY',
];

/** The environment of one service. A secret goes only to the services that use it. */
export function environmentOf(service: ServiceName, input: EnvironmentInput): NodeJS.ProcessEnv {
  const { addresses, secrets, given } = input;
  const env: NodeJS.ProcessEnv = { ...given };
  for (const name of NOT_PASSED_ON) delete env[name];

  Object.assign(env, {
    NODE_ENV: 'production',
    NODE_OPTIONS: given.NODE_OPTIONS || NODE_OPTIONS,
    MALLOC_ARENA_MAX: given.MALLOC_ARENA_MAX || MALLOC_ARENA_MAX,
    NODE_COMPILE_CACHE: given.NODE_COMPILE_CACHE || input.compileCache,
    OTEL_SERVICE_NAME: service,
    NATS_URL: addresses.natsUrlFor(service),
    HEALTH_PORT: String(addresses.healthPorts[service]),
    HEALTH_HOST: LOOPBACK,
    HELPMESH_FQDN: given.HELPMESH_FQDN || 'localhost',
    HELPMESH_PUBLIC_URL: given.HELPMESH_PUBLIC_URL || `http://localhost:${addresses.httpPort}`,
    HELPMESH_SIGNING_KEY: secrets.signing[service].privateKey,
    HELPMESH_TRUSTED_KEYS: JSON.stringify(
      Object.fromEntries(serviceNames.map((name) => [name, secrets.signing[name].publicKey])),
    ),
    HELPMESH_SEED: given.HELPMESH_SEED || 'zammad',
    BLOB_DIR: given.BLOB_DIR || input.blobDir,
  });
  if (addresses.redisUrl) env.REDIS_URL = addresses.redisUrl;
  const database = databaseOf(service);
  if (database) env.DATABASE_URL = databaseUrl(addresses.postgresUrl, database);

  if (service === 'ticket' || service === 'notification' || service === 'mail-ingest') {
    env.HELPMESH_THREADING_SECRET = secrets.threading;
  }
  if (['identity', 'notification', 'mail-ingest', 'federation'].includes(service)) {
    env.HELPMESH_SECRETS_KEY = secrets.sealing;
  }
  switch (service) {
    case 'identity':
      env.HELPMESH_ADMIN_EMAIL = ADMIN_EMAIL;
      env.HELPMESH_ADMIN_PASSWORD = secrets.adminPassword;
      break;
    case 'notification':
      env.SMTP_URL = addresses.mailboxSmtpUrl; // always: a local run must not mail real people
      env.MAIL_ONLY_RELAY = 'true'; // nor by an account that somebody sets up
      env.MAIL_FROM = given.MAIL_FROM || `Helpmesh <helpdesk@${env.HELPMESH_FQDN}>`;
      break;
    case 'mail-ingest':
      env.SMTP_PORT = String(addresses.smtpPort);
      env.SMTP_HOST = given.SMTP_HOST || LOOPBACK;
      env.MAIL_ACCEPT = given.MAIL_ACCEPT || 'any';
      break;
    case 'gateway':
      env.HTTP_PORT = String(addresses.httpPort);
      env.HTTP_HOST = given.HTTP_HOST || LOOPBACK;
      env.WEB_DIR = input.webDir;
      break;
  }
  return env;
}

/** The same server and user, another database. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
