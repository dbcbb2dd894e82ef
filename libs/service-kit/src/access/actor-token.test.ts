import { generateKeyPairSync, sign } from 'node:crypto';
import { type Actor, authenticate, ensureCustomers, lookup } from '@helpmesh/contracts';
import { counter } from '@helpmesh/telemetry';
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

const signerOf = (service: 'gateway' | 'ticket', clock?: FakeClock) =>
  new ActorSigner({ service, key: (service === 'gateway' ? gateway : ticket).private, ...(clock && { clock }) });
/** A question that both may ask. */
const question = { ...lookup, callers: ['gateway', 'ticket'] } as const;
/** Who a service takes the bearer for. */
const readerOf = (audience: string, clock?: FakeClock) => {
  const verifier = new ActorVerifier({ trustedKeys, audience, ...(clock && { clock }) });
  return (token: string | undefined) => verifier.admit(token, question);
};

describe('actor tokens', () => {
  it('carry the actor from the gateway to the service that is asked', () => {
    const token = signerOf('gateway').for(nicole)('ticket');
    expect(readerOf('ticket')(token)).toEqual(nicole);
  });

  it('let a service speak for itself, and are used again for 25 seconds', () => {
    const clock = new FakeClock();
    const signer = signerOf('ticket', clock);
    const token = signer.service()('identity');
    expect(readerOf('identity', clock)(token)).toEqual(serviceActor('ticket'));
    clock.advance(24_000);
    expect(signer.service()('identity')).toBe(token);
    expect(signer.service()('reporting')).not.toBe(token);
    clock.advance(2_000);
    expect(signer.service()('identity')).not.toBe(token);
  });

  it('say that a stranger asks through the gateway, and of nobody else', () => {
    expect(readerOf('identity')(signerOf('gateway').stranger()('identity'))).toBeUndefined();
    expect(() => readerOf('identity')(signerOf('ticket').stranger()('identity'))).toThrow('strangers');
  });

  const now = Date.now();
  const claims = { kid: 'gateway', aud: 'ticket', iat: now, exp: now + 55_000, actor: nicole };
  const { aud: _, ...noAudience } = claims;
  it.each([
    ['nonsense', 'malformed', 'nonsense'],
    ['an empty token', 'malformed', ''],
    ['a payload that is no JSON', 'malformed', `${Buffer.from('{').toString('base64url')}.AAAA`],
    ['a wrong signature', 'forged', `${forge(claims).slice(0, -8)}AAAAAAAA`],
    ['a changed payload', 'malformed', forge(claims).replace(/^..../, 'AAAA')],
    ['a key nobody trusts', 'forged', forge({ ...claims, kid: 'stranger' }, stranger.key)],
    ['a trusted name with a foreign key', 'forged', forge(claims, stranger.key)],
    ['a name of the prototype', 'forged', forge({ ...claims, kid: '__proto__' }, stranger.key)],
    ['a service that speaks for a user', 'claims', forge({ ...claims, kid: 'ticket' }, ticket.key)],
    [
      'a service that pretends to be another',
      'claims',
      forge({ ...claims, kid: 'ticket', actor: serviceActor('identity') }, ticket.key),
    ],
    ['a life longer than a minute', 'claims', forge({ ...claims, exp: now + 3_600_000 })],
    ['an actor with a broken shape', 'malformed', forge({ ...claims, actor: { kind: 'user', userId: 'all' } })],
    ['no times', 'malformed', forge({ kid: 'gateway', aud: 'ticket', actor: nicole })],
    ['no audience', 'malformed', forge(noAudience)],
    ['what was signed for another service', 'audience', forge({ ...claims, aud: 'identity' })],
    ['an old one', 'expired', forge({ ...claims, iat: now - 120_000, exp: now - 65_000 })],
    ['none at all', 'missing', undefined],
  ])('S32: %s is refused and counted as %s', async (_what, reason, token) => {
    const before = await refusals(reason);
    expect(() => readerOf('ticket')(token)).toThrow(
      expect.objectContaining({ kind: 'unauthenticated', code: 'actor.token-refused', detail: 'Not authorized' }),
    );
    expect(await refusals(reason)).toBe(before + 1);
  });

  it('S32: a question is answered to the services that its contract names, and to no other', async () => {
    const verifier = new ActorVerifier({ trustedKeys, audience: 'identity' });
    const [edge, desk] = [signerOf('gateway'), signerOf('ticket')];
    expect(verifier.admit(edge.service()('identity'), authenticate)).toEqual(serviceActor('gateway'));
    expect(verifier.admit(desk.service()('identity'), ensureCustomers)).toEqual(serviceActor('ticket'));
    const before = await refusals('caller');
    for (const [token, question] of [
      [desk.service()('identity'), authenticate],
      [edge.service()('identity'), ensureCustomers],
      [edge.for(nicole)('identity'), ensureCustomers],
    ] as const) {
      expect(() => verifier.admit(token, question)).toThrow(
        expect.objectContaining({ kind: 'forbidden', code: 'actor.caller-refused' }),
      );
    }
    expect(await refusals('caller')).toBe(before + 3);
  });

  it('end within a minute, forgiven clock differences included, also when they were seen before', () => {
    const clock = new FakeClock();
    const read = readerOf('ticket', clock);
    const token = signerOf('gateway', clock).for(nicole)('ticket');
    read(token);
    clock.advance(59_000);
    expect(read(token)).toEqual(nicole);
    clock.advance(1_000);
    expect(() => read(token)).toThrow('expired');
  });

  it('are refused from a clock that runs more than five seconds ahead', () => {
    const ahead = new FakeClock('2026-03-02T09:00:06.000Z');
    const token = signerOf('gateway', ahead).for(nicole)('ticket');
    const behind = readerOf('ticket', new FakeClock('2026-03-02T09:00:00.000Z'));
    expect(() => behind(token)).toThrow('future');
  });

  it('are never signed for longer', () => {
    const clock = new FakeClock();
    const token = signerOf('gateway', clock).sign(nicole, 'ticket', 10 * 60_000);
    expect(() => readerOf('ticket', clock)(token)).not.toThrow();
    clock.advance(61_000);
    expect(() => readerOf('ticket', clock)(token)).toThrow('expired');
  });
});

async function refusals(reason: string): Promise<number> {
  const { values } = await counter<string>({ name: 'helpmesh_actor_refused_total', help: 'as registered' }).get();
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
}
