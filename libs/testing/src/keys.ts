import { randomBytes } from 'node:crypto';
import { makeSigningPair, type SigningPair, serviceNames } from '@helpmesh/deploy/local';

export interface TestKeys {
  /** Private and public key of each service. */
  pairs: Record<string, SigningPair>;
  /** HELPMESH_TRUSTED_KEYS: JSON, service name to public key. */
  trustedKeys: string;
  /** The secrets part of one service's environment. */
  envOf(service: string): Record<string, string>;
}

/** Fresh keys for all services; make them once per test file and share them between its services. */
export function testKeys(): TestKeys {
  const pairs = Object.fromEntries(serviceNames.map((name) => [name, makeSigningPair()]));
  const trustedKeys = JSON.stringify(
    Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, pair.publicKey])),
  );
  const threadingSecret = randomBytes(32).toString('base64');
  return {
    pairs,
    trustedKeys,
    envOf(service) {
      const pair = pairs[service];
      if (!pair) throw new Error(`There is no service "${service}"; the services are ${serviceNames.join(', ')}.`);
      return {
        HELPMESH_SIGNING_KEY: pair.privateKey,
        HELPMESH_TRUSTED_KEYS: trustedKeys,
        HELPMESH_THREADING_SECRET: threadingSecret,
      };
    },
  };
}
