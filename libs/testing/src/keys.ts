import { randomBytes } from 'node:crypto';
import type { Actor } from '@helpmesh/contracts';
import { makeSigningPair, type SigningPair, serviceNames } from '@helpmesh/deploy/local';
import type { TokenFor } from '@helpmesh/service-kit';

export interface TestKeys {
  /** Private and public key of each service. */
  pairs: Record<string, SigningPair>;
  /** HELPMESH_TRUSTED_KEYS: JSON, service name to public key. */
  trustedKeys: string;
  /** The secrets part of one service's environment. */
  envOf(service: string): Record<string, string>;
  /** Says who acts to the service that is asked, signed as `service`; only the gateway's speaks for people. */
  actorToken(actor: Actor, service?: string): Promise<TokenFor>;
}

/** Fresh keys for all services; make them once per test file and share them between its services. */
export function testKeys(): TestKeys {
  const pairs = Object.fromEntries(serviceNames.map((name) => [name, makeSigningPair()]));
  const trustedKeys = JSON.stringify(
    Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, pair.publicKey])),
  );
  const threadingSecret = randomBytes(32).toString('base64');
  const secretsKey = randomBytes(32).toString('base64');
  const pairOf = (service: string): SigningPair => {
    const pair = pairs[service];
    if (!pair) throw new Error(`There is no service "${service}"; the services are ${serviceNames.join(', ')}.`);
    return pair;
  };
  return {
    pairs,
    trustedKeys,
    envOf(service) {
      return {
        HELPMESH_SIGNING_KEY: pairOf(service).privateKey,
        HELPMESH_TRUSTED_KEYS: trustedKeys,
        HELPMESH_THREADING_SECRET: threadingSecret,
        HELPMESH_SECRETS_KEY: secretsKey,
      };
    },
    async actorToken(actor, service = 'gateway') {
      // Imported here: the kit takes a second to load, and most tests sign nothing.
      const { ActorSigner } = await import('@helpmesh/service-kit');
      return new ActorSigner({ service, key: pairOf(service).privateKey }).for(actor);
    },
  };
}
