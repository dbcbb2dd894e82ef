import { stringify } from 'yaml';
import { keyVariable } from '../commands/keys.ts';
import { databaseOf, serviceNames } from '../local/services.ts';
import { brokerUsers } from '../platform/nats-users.ts';
import { brokerPasswordVariable, brokerUserNames } from '../platform/secrets.ts';
import { handlesMail, type Needs, needs, sealsSecrets, seeds } from './needs.ts';
import { image } from './workload.ts';

const head = `# Made by \`helpmesh generate\` from deploy/src/manifests; change it there.
# A trial on one machine with a Docker engine; \`npm run up\` does the same without one.
#   npx helpmesh keys > deploy/.env     # signing keys and secrets, once
#   docker compose -f deploy/compose.yaml up --build
`;

const hardened = {
  image,
  restart: 'unless-stopped',
  read_only: true,
  tmpfs: ['/tmp'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
};

/** The mailbox shows every reset link: nothing of a trial is for the network. */
const onThisMachine = (port: number) => `127.0.0.1:${port}:${port}`;

/** Compose refuses to start with a clear sentence when the value is missing. */
const required = (name: string) => `\${${name}:?run "npx helpmesh keys > deploy/.env" first}`;

function environment(need: Needs): Record<string, string> {
  const { service } = need;
  return {
    LOG_LEVEL: 'info',
    HEALTH_PORT: String(need.healthPort),
    NATS_URL: `nats://${service}:${required(brokerPasswordVariable(service))}@nats:4222`,
    REDIS_URL: 'redis://redis:6379',
    HELPMESH_PUBLIC_URL: 'http://localhost:8080',
    HELPMESH_FQDN: 'localhost',
    HELPMESH_SIGNING_KEY: required(keyVariable(service)),
    HELPMESH_TRUSTED_KEYS: required('HELPMESH_TRUSTED_KEYS'),
    ...(need.database
      ? { DATABASE_URL: `postgres://helpmesh:helpmesh@postgres:5432/${databaseOf(service)}` }
      : { HTTP_PORT: '8080' }),
    ...(seeds(service) ? { HELPMESH_SEED: 'zammad' } : {}),
    ...(handlesMail(service) ? { HELPMESH_THREADING_SECRET: required('HELPMESH_THREADING_SECRET') } : {}),
    ...(sealsSecrets(service) ? { HELPMESH_SECRETS_KEY: required('HELPMESH_SECRETS_KEY') } : {}),
    ...(need.blobs ? { BLOB_DIR: '/var/lib/helpmesh/blobs' } : {}),
    ...(service === 'identity' ? { HELPMESH_ADMIN_PASSWORD: required('HELPMESH_ADMIN_PASSWORD') } : {}),
    ...(service === 'mail-ingest' ? { SMTP_PORT: '2525', MAIL_ACCEPT: 'any' } : {}),
    ...(service === 'notification' ? { SMTP_URL: 'smtp://mailbox:1025' } : {}),
  };
}

function composed(need: Needs): [string, unknown][] {
  const { service } = need;
  const ready = { postgres: { condition: 'service_healthy' }, nats: { condition: 'service_started' } };
  const migrated = need.database ? { [`${service}-migrate`]: { condition: 'service_completed_successfully' } } : {};
  const running = {
    ...hardened,
    ...(service === 'gateway' ? { build: { context: '..', dockerfile: 'deploy/docker/Dockerfile' } } : {}),
    command: [service, 'start'],
    environment: environment(need),
    depends_on: { ...ready, ...migrated },
    ...(need.listens.length > 0 ? { ports: need.listens.map(({ port }) => onThisMachine(port)) } : {}),
    ...(need.blobs ? { volumes: ['blobs:/var/lib/helpmesh/blobs'] } : {}),
  };
  const migrate = {
    ...hardened,
    restart: 'on-failure',
    command: [service, 'migrate'],
    environment: environment(need),
    depends_on: ready,
  };
  return need.database
    ? [
        [`${service}-migrate`, migrate],
        [service, running],
      ]
    : [[service, running]];
}

/** The broker of the trial: users and what they may do, from the contracts; passwords come from its environment. */
function brokerConfig(): string {
  return [
    '# Made by `helpmesh generate` from libs/contracts/src/permissions.ts; change it there.',
    'listen: 0.0.0.0:4222',
    'max_payload: 8MB',
    'jetstream {',
    '  store_dir: /data',
    '  max_mem: 256MB',
    '  max_file: 8GB',
    '}',
    'authorization {',
    `${brokerUsers()}}`,
    '',
  ].join('\n');
}

export function generateCompose(): Map<string, string> {
  const backing = {
    postgres: {
      image: 'postgres:18-alpine',
      environment: { POSTGRES_USER: 'helpmesh', POSTGRES_PASSWORD: 'helpmesh' },
      volumes: ['postgres:/var/lib/postgresql'],
      healthcheck: { test: ['CMD', 'pg_isready', '-U', 'helpmesh'], interval: '2s', retries: 30 },
    },
    nats: {
      image: 'nats:2.12.12-alpine',
      command: ['--config', '/etc/nats/nats.conf'],
      environment: Object.fromEntries(
        brokerUserNames.map(brokerPasswordVariable).map((name) => [name, required(name)]),
      ),
      volumes: ['nats:/data', './nats/nats.conf:/etc/nats/nats.conf:ro'],
    },
    redis: { image: 'valkey/valkey:8-alpine', command: ['valkey-server', '--save', '', '--appendonly', 'no'] },
    mailbox: { image: 'axllent/mailpit:v1.27', ports: [onThisMachine(8025)] },
  };
  const compose = {
    name: 'helpmesh',
    services: { ...backing, ...Object.fromEntries(needs.flatMap(composed)) },
    volumes: { postgres: {}, nats: {}, blobs: {} },
  };
  if (needs.length !== serviceNames.length) throw new Error('a service is missing from the needs');
  return new Map([
    ['deploy/compose.yaml', head + stringify(compose, { lineWidth: 0, aliasDuplicateObjects: false })],
    ['deploy/nats/nats.conf', brokerConfig()],
  ]);
}
