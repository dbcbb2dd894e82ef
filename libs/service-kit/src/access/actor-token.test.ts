import { generateKeyPairSync, sign } from 'node:crypto';
import type { Actor } from '@helpmesh/contracts';
import { FakeClock } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import { ActorSigner, ActorVerifier, serviceActor } from './actor-token.ts';

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    key: privateKey,
    private: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    public: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
};
const gateway = pair();
const ticket = pair();
const stranger = pair();
const trustedKeys = { gateway: gateway.public, ticket: ticket.public };

const nicole: Actor = {
  ...serviceActor('x'),
  kind: 'user',
  userId: 2,
  login: 'nicole.braun@zammad.org',
  permissions: ['ticket.customer'],
  via: 'session',
};

const forge = (claims: object, key = gateway.key) => {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${payload}.${sign(null, Buffer.from(payload), key).toString('base64url')}`;
};

describe('actor tokens', () => {
  it('carries the actor from the gateway to a service', () => {
    const token = new ActorSigner({ service: 'gateway', key: gateway.private }).sign(nicole);
    expect(new ActorVerifier({ trustedKeys }).verify(token)).toEqual(nicole);
  });

  it('lets a service speak for itself and reuses that token for half a minute', () => {
    const clock = new FakeClock();
    const signer = new ActorSigner({ service: 'ticket', key: ticket.private, clock });
    const token = signer.service();
    expect(new ActorVerifier({ trustedKeys, clock }).verify(token)).toEqual(serviceActor('ticket'));
    clock.advance(29_000);
    expect(signer.service()).toBe(token);
    clock.advance(2_000);
    expect(signer.service()).not.toBe(token);
  });

  const now = Date.now();
  const claims = { kid: 'gateway', iat: now, exp: now + 60_000, actor: nicole };
  it.each([
    ['nonsense', 'nonsense'],
    ['an empty token', ''],
    ['a payload that is no JSON', `${Buffer.from('{').toString('base64url')}.AAAA`],
    ['a wrong signature', `${forge(claims).slice(0, -8)}AAAAAAAA`],
    ['a changed payload', forge(claims).replace(/^..../, 'AAAA')],
    ['a key nobody trusts', forge({ ...claims, kid: 'stranger' }, stranger.key)],
    ['a trusted name with a foreign key', forge(claims, stranger.key)],
    ['a name of the prototype', forge({ ...claims, kid: '__proto__' }, stranger.key)],
    ['a service that speaks for a user', forge({ ...claims, kid: 'ticket' }, ticket.key)],
    [
      'a service that pretends to be another',
      forge({ ...claims, kid: 'ticket', actor: serviceActor('identity') }, ticket.key),
    ],
    ['a life longer than a minute', forge({ ...claims, exp: now + 3_600_000 })],
    ['an actor with a broken shape', forge({ ...claims, actor: { kind: 'user', userId: 'all' } })],
    ['no times', forge({ kid: 'gateway', actor: nicole })],
  ])('refuses %s', (_what, token) => {
    expect(() => new ActorVerifier({ trustedKeys }).verify(token)).toThrow(
      expect.objectContaining({ kind: 'unauthenticated', code: 'actor.token-refused', detail: 'Not authorized' }),
    );
  });

  it('ends with its minute and the forgiven minute of clock skew, also when it was seen before', () => {
    const clock = new FakeClock();
    const verifier = new ActorVerifier({ trustedKeys, clock });
    const token = new ActorSigner({ service: 'gateway', key: gateway.private, clock }).sign(nicole);
    verifier.verify(token);
    clock.advance(119_000);
    expect(verifier.verify(token)).toEqual(nicole);
    clock.advance(1_000);
    expect(() => verifier.verify(token)).toThrow('expired');
  });

  it('refuses a token from a clock that runs more than a minute ahead', () => {
    const ahead = new FakeClock('2026-03-02T09:01:01.000Z');
    const token = new ActorSigner({ service: 'gateway', key: gateway.private, clock: ahead }).sign(nicole);
    const verifier = new ActorVerifier({ trustedKeys, clock: new FakeClock('2026-03-02T09:00:00.000Z') });
    expect(() => verifier.verify(token)).toThrow('future');
  });

  it('never signs for longer than a minute', () => {
    const clock = new FakeClock();
    const token = new ActorSigner({ service: 'gateway', key: gateway.private, clock }).sign(nicole, 10 * 60_000);
    expect(() => new ActorVerifier({ trustedKeys, clock }).verify(token)).not.toThrow();
    clock.advance(121_000);
    expect(() => new ActorVerifier({ trustedKeys, clock }).verify(token)).toThrow('expired');
  });
});
