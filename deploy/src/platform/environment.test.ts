import { expect, it } from 'vitest';
import { type ServiceName, serviceNames } from '../local/services.ts';
import { environmentOf } from './environment.ts';
import type { Secrets } from './secrets.ts';

const each = <T>(value: (service: ServiceName) => T) =>
  Object.fromEntries(serviceNames.map((service) => [service, value(service)])) as Record<ServiceName, T>;

const secrets: Secrets = {
  signing: each((service) => ({ privateKey: `private of ${service}`, publicKey: `public of ${service}` })),
  threading: 'threading secret',
  sealing: 'sealing secret',
  broker: { ...each((service) => `broker-password-of-${service}`), operator: 'unused' },
  postgresPassword: 'unused',
  adminPassword: 'first password',
};
const addresses = {
  postgresUrl: 'postgres://user:pw@db.example:5433/whatever?sslmode=require',
  natsUrlFor: (service: ServiceName) => `nats://${service}:broker-password-of-${service}@127.0.0.1:14222`,
  mailboxSmtpUrl: 'smtp://127.0.0.1:1025',
  httpPort: 8081,
  smtpPort: 2526,
  healthPorts: each((service) => 9000 + serviceNames.indexOf(service)),
};
const of = (service: ServiceName, given: NodeJS.ProcessEnv = {}) =>
  environmentOf(service, { addresses, secrets, blobDir: '/blobs', webDir: '/web', compileCache: '/cache', given });

it('gives each service a database of its own on the server, and the gateway none', () => {
  const given = { DATABASE_URL: addresses.postgresUrl };
  expect(of('mail-ingest', given).DATABASE_URL).toBe(
    'postgres://user:pw@db.example:5433/helpmesh_mail_ingest?sslmode=require',
  );
  expect(of('gateway', given).DATABASE_URL).toBeUndefined();
});

it.each(serviceNames)('gives %s its own signing key and no other secret that it does not use', (service) => {
  const values = Object.values(of(service)).join('\n');
  for (const other of serviceNames) {
    expect(values.includes(`private of ${other}`)).toBe(other === service);
    expect(values.includes(`broker-password-of-${other}`)).toBe(other === service);
  }
  expect(values.includes('threading secret')).toBe(['ticket', 'notification', 'mail-ingest'].includes(service));
  const seals = ['identity', 'notification', 'mail-ingest', 'federation'];
  expect(values.includes('sealing secret')).toBe(seals.includes(service));
  expect(values.includes('first password')).toBe(service === 'identity');
});

it('never lets mail leave the machine, whatever the environment says', () => {
  expect(of('notification', { SMTP_URL: 'smtp://relay.example' }).SMTP_URL).toBe('smtp://127.0.0.1:1025');
});

it('lets settings of the user win where they are the choice of the user', () => {
  expect(of('ticket').HELPMESH_PUBLIC_URL).toBe('http://localhost:8081');
  const given = { HELPMESH_PUBLIC_URL: 'https://desk.example', LOG_LEVEL: 'debug', HELPMESH_SEED: 'blank' };
  expect(of('ticket', given)).toMatchObject(given);
});
