import type { Actor } from '@helpmesh/contracts';
import { ActorVerifier, serviceActor } from '@helpmesh/service-kit';
import { expect, it } from 'vitest';
import { testKeys } from './keys.ts';

it('signs actors that the services of the same set of keys believe, and no others', async () => {
  const keys = testKeys();
  const verifier = new ActorVerifier({ trustedKeys: JSON.parse(keys.envOf('ticket').HELPMESH_TRUSTED_KEYS!) });
  const agent: Actor = {
    ...serviceActor('gateway'),
    kind: 'user',
    userId: 3,
    login: 'admin@example.com',
    via: 'token',
  };
  expect(verifier.verify(await keys.actorToken(agent))).toEqual(agent);
  const foreign = await testKeys().actorToken(agent);
  expect(() => verifier.verify(foreign)).toThrow();
  expect(() => keys.envOf('nobody')).toThrow(/no service "nobody"/);
});
