import { type Actor, getTicket } from '@helpmesh/contracts';
import { ActorVerifier, serviceActor } from '@helpmesh/service-kit';
import { expect, it } from 'vitest';
import { testKeys } from './keys.ts';

it('signs actors that the services of the same set of keys believe, and no others', async () => {
  const keys = testKeys();
  const trustedKeys = JSON.parse(keys.envOf('ticket').HELPMESH_TRUSTED_KEYS!);
  const verifier = new ActorVerifier({ trustedKeys, audience: 'ticket' });
  const agent: Actor = {
    ...serviceActor('gateway'),
    kind: 'user',
    userId: 3,
    login: 'admin@example.com',
    via: 'token',
  };
  const tokenFor = await keys.actorToken(agent);
  expect(verifier.admit(tokenFor('ticket'), getTicket)).toEqual(agent);
  const foreign = await testKeys().actorToken(agent);
  expect(() => verifier.admit(foreign('ticket'), getTicket)).toThrow('signature');
  expect(() => keys.envOf('nobody')).toThrow(/no service "nobody"/);
});
