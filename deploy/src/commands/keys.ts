import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { makeSigningPair } from '../local/keys.ts';
import { serviceNames } from '../local/services.ts';
import { brokerPasswordVariable, brokerUserNames, makeBrokerPassword } from '../platform/secrets.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .description('print new signing keys and secrets for a deployment, as lines of an environment file')
    .action(() => {
      process.stdout.write(keys());
    });
}

/** Keys that belong together; kept nowhere. */
function keys(): string {
  const pairs = serviceNames.map((service) => ({ service, ...makeSigningPair() }));
  const publicKeys = Object.fromEntries(pairs.map(({ service, publicKey }) => [service, publicKey]));
  return [
    ...pairs.map(({ service, privateKey }) => `${keyVariable(service)}=${privateKey}`),
    `HELPMESH_TRUSTED_KEYS='${JSON.stringify(publicKeys)}'`,
    ...brokerUserNames.map((user) => `${brokerPasswordVariable(user)}=${makeBrokerPassword()}`),
    `HELPMESH_THREADING_SECRET=${randomBytes(32).toString('base64')}`,
    `HELPMESH_SECRETS_KEY=${randomBytes(32).toString('base64')}`,
    `HELPMESH_ADMIN_PASSWORD=${randomBytes(18).toString('base64url')}`,
    '',
  ].join('\n');
}

/** The name under which a file of many services' keys holds one of them. */
export function keyVariable(service: string): string {
  return `HELPMESH_SIGNING_KEY_${service.toUpperCase().replaceAll('-', '_')}`;
}
