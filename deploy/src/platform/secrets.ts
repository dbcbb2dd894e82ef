import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeSigningPair, type SigningPair } from '../local/keys.ts';
import { type ServiceName, serviceNames } from '../local/services.ts';

export interface Secrets {
  signing: Record<ServiceName, SigningPair>;
  threading: string;
  /** Seals the secrets in the database (HELPMESH_SECRETS_KEY). */
  sealing: string;
  postgresPassword: string;
  /** Password of each user of the broker. */
  broker: Record<BrokerUser, string>;
  adminPassword: string;
}

/** The user for people and tools; everything is open to it. */
export const OPERATOR = 'operator';
export type BrokerUser = ServiceName | typeof OPERATOR;
export const brokerUserNames: readonly BrokerUser[] = [OPERATOR, ...serviceNames];

/** The variable in which the broker finds a user's password. */
export const brokerPasswordVariable = (user: string): string =>
  `NATS_PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`;

/** It begins with a letter: the broker reads what looks like a number as one. */
export const makeBrokerPassword = (): string => `p${randomBytes(24).toString('hex')}`;

/**
 * The secrets of a local run: made once, then kept in `folder` (0700, files 0600), because data signed or encrypted
 * with them outlives the process.
 * @param firstAdminPassword  taken at the first start; afterwards the administrator changes it in the page
 */
export function openSecrets(folder: string, firstAdminPassword?: string): Secrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = (name: string, make: () => string): string => {
    const file = path.join(folder, name);
    if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: 0o600 });
    return readFileSync(file, 'utf8').trim();
  };
  const pair = (service: ServiceName): SigningPair =>
    JSON.parse(kept(`signing-${service}.json`, () => JSON.stringify(makeSigningPair()))) as SigningPair;
  return {
    signing: Object.fromEntries(serviceNames.map((service) => [service, pair(service)])) as Secrets['signing'],
    threading: kept('threading', () => randomBytes(32).toString('base64')),
    sealing: kept('secrets-key', () => randomBytes(32).toString('base64')),
    broker: Object.fromEntries(
      brokerUserNames.map((user) => [user, kept(`nats-${user}`, makeBrokerPassword)]),
    ) as Secrets['broker'],
    postgresPassword: kept('postgres-password', () => randomBytes(18).toString('base64url')),
    adminPassword: kept('admin-password', () => firstAdminPassword || makePassword()),
  };
}

/** Easy to type: four groups of lower-case letters and digits without look-alikes; about 79 bits. */
function makePassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const letters = Array.from(randomBytes(64))
    .filter((byte) => byte < 248) // 8 × 31: no letter is likelier than another
    .slice(0, 16)
    .map((byte) => alphabet[byte % alphabet.length]);
  return letters.join('').replaceAll(/.{4}(?=.)/g, '$&-');
}
