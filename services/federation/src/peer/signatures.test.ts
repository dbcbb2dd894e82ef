import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';
import { FakeClock } from '@helpmesh/testing';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { plainKey } from '../domain/sign-in/key-set.ts';
import { Signatures } from './signatures.ts';

const node = 'https://tool.example.org';
const here = 'https://desk.example.org';
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwkOf = (key: KeyObject, kid: string) => plainKey({ ...key.export({ format: 'jwk' }), kid });
const ec = pair();
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const given = {
  keys: [
    jwkOf(ec.publicKey, 'ec'),
    jwkOf(ed.publicKey, 'ed'),
    jwkOf(rsa.publicKey, 'rsa'),
    // As if it had come in by another way than the one that looks.
    jwkOf(short.publicKey, 'short'),
  ],
};

let clock: FakeClock;
/** What is published, and how often it was read. */
let published: { status: number; set: unknown };
let reads: number;
let signatures: Signatures;
beforeEach(() => {
  clock = new FakeClock();
  published = { status: 200, set: { keys: [jwkOf(ec.publicKey, 'ec')] } };
  reads = 0;
  const fetch = async () => {
    reads += 1;
    const { status, set } = published;
    if (status === 0) throw new AppError('unavailable', 'net.unreachable', 'tool.example.org does not answer.');
    return new Response(JSON.stringify(set), { status });
  };
  signatures = new Signatures({ fetch }, clock);
});

interface Over {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: KeyObject | Uint8Array;
}

function signed({ claims = {}, header = {}, key = ec.privateKey }: Over = {}): Promise<string> {
  const now = Math.floor(clock.now() / 1_000);
  const all = { iss: node, sub: node, aud: here, jti: 'once', iat: now, exp: now + 60, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(all)))
    .setProtectedHeader({ alg: 'ES256', kid: 'ec', typ: 'JWT', ...header })
    .sign(key);
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const expected = { issuer: node, audiences: [here, `${here}/oauth/token`], from: given };
const outcome = (assertion: string, from: typeof given | { url: string } = given) =>
  signatures.verify(assertion, { ...expected, from }).then(
    ({ id }) => id,
    (error: unknown) => AppError.from(error).code,
  );

describe('the signature of a helpdesk', () => {
  it.each([
    ['ES256', 'ec', ec.privateKey],
    ['EdDSA', 'ed', ed.privateKey],
    ['RS256', 'rsa', rsa.privateKey],
  ])('is good by %s', async (alg, kid, key) => {
    expect(await outcome(await signed({ header: { alg, kid }, key }))).toBe('once');
  });

  it('may be for the token endpoint, and by the name of the newest draft', async () => {
    const claims = { aud: [`${here}/oauth/token`] };
    expect(await outcome(await signed({ claims, header: { typ: 'client-authentication+jwt' } }))).toBe('once');
  });

  it.each<[string, Over | (() => Over)]>([
    ['for another helpdesk', { claims: { aud: 'https://other.example.org' } }],
    ['for us and another one', { claims: { aud: [here, 'https://other.example.org'] } }],
    ['for nobody', { claims: { aud: undefined } }],
    ['for nobody, in a list', { claims: { aud: [] } }],
    ['of another issuer', { claims: { iss: 'https://other.example.org' } }],
    ['about another subject', { claims: { sub: 'https://other.example.org' } }],
    ['about nobody', { claims: { sub: undefined } }],
    ['without a name', { claims: { jti: undefined } }],
    ['with an empty name', { claims: { jti: '' } }],
    ['with a number for a name', { claims: { jti: 7 } }],
    ['without an end', { claims: { exp: undefined } }],
    ['that has ended', () => ({ claims: { exp: Math.floor(clock.now() / 1_000) - 61 } })],
    ['that is good for an hour', () => ({ claims: { exp: Math.floor(clock.now() / 1_000) + 3_600 } })],
    ['that begins later', () => ({ claims: { nbf: Math.floor(clock.now() / 1_000) + 120 } })],
    ['from the future', () => ({ claims: { iat: Math.floor(clock.now() / 1_000) + 120 } })],
    ['by somebody else’s key with that name', { key: pair().privateKey }],
    ['by a key that we do not know', { header: { kid: 'other' } }],
    ['without a key named', { header: { kid: undefined } }],
    ['by HS256 with the public key', { header: { alg: 'HS256' }, key: Buffer.from(JSON.stringify(given.keys[0])) }],
    ['by HS256 with the public key of RSA', { header: { alg: 'HS256', kid: 'rsa' }, key: Buffer.alloc(32, 1) }],
    ['by PS256', { header: { alg: 'PS256', kid: 'rsa' }, key: rsa.privateKey }],
    ['that is a token for something else', { header: { typ: 'at+jwt' } }],
    ['with a header that must be understood', { header: { crit: ['b64'], b64: true } }],
  ])('%s is not', async (_, over) => {
    expect(await outcome(await signed(typeof over === 'function' ? over() : over))).toBe('peer.assertion-refused');
  });

  it('that is none, is cut, or is by a short key, is not', async () => {
    const whole = await signed();
    const [, claims = ''] = whole.split('.');
    const none = `${part({ alg: 'none', kid: 'ec', typ: 'JWT' })}.${claims}.`;
    const nameless = `${part({ alg: 'ES256', kid: 'ec', typ: 7 })}.${claims}.AAAA`;
    const shortly = `${part({ alg: 'RS256', kid: 'short', typ: 'JWT' })}.${claims}.AAAA`;
    const embedded = `${part({ alg: 'ES256', kid: 'ec', jwk: given.keys[0] })}.${claims}.AAAA`;
    for (const bad of [none, nameless, shortly, embedded, `${whole}x`, whole.slice(0, -4), 'a.b.c', '']) {
      expect(await outcome(bad)).toBe('peer.assertion-refused');
    }
  });

  it('says who it claims to be of before anything is proven, and nothing breaks over what it says', async () => {
    expect(signatures.issuerOf(await signed())).toBe(node);
    for (const bad of ['', 'x', 'a.bnVsbA.c', `a.${part({ iss: 7 })}.c`, `a.${part({ iss: 'x'.repeat(300) })}.c`]) {
      expect(signatures.issuerOf(bad)).toBeUndefined();
    }
  });
});

describe('keys that a helpdesk publishes', () => {
  const from = { url: `${node}/federation/v1/jwks` };

  it('are read once for many signatures, and anew after a while', async () => {
    const all = await Promise.all([signed(), signed(), signed()]);
    expect(await Promise.all(all.map((one) => outcome(one, from)))).toEqual(['once', 'once', 'once']);
    expect(reads).toBe(1);
    clock.advance(601_000);
    await outcome(await signed(), from);
    expect(reads).toBe(2);
  });

  it('are read anew for one that is not among them: a key may be replaced at any time, and the old one ends', async () => {
    await outcome(await signed(), from);
    const next = pair();
    published.set = { keys: [jwkOf(next.publicKey, 'next')] };
    clock.advance(31_000);
    expect(await outcome(await signed({ header: { kid: 'next' }, key: next.privateKey }), from)).toBe('once');
    expect(await outcome(await signed(), from)).toBe('peer.assertion-refused');
  });

  it('are not read for each stranger who names another one', async () => {
    for (let i = 0; i < 20; i++) await outcome(await signed({ header: { kid: `made up ${i}` } }), from);
    expect(reads).toBe(1);
    published = { status: 0, set: null };
    clock.advance(4_000_000);
    for (let i = 0; i < 20; i++) expect(await outcome(await signed(), from)).toBe('net.unreachable');
    expect(reads).toBe(2);
  });

  it('count for an hour while they cannot be read, and no longer', async () => {
    await outcome(await signed(), from);
    published = { status: 503, set: 'later' };
    clock.advance(3_000_000);
    expect(await outcome(await signed(), from)).toBe('once');
    clock.advance(700_000);
    expect(await outcome(await signed(), from)).toBe('peer.keys-unreadable');
  });

  it('may be secret by mistake: nothing is checked with those', async () => {
    published.set = { keys: [{ kty: 'oct', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', kid: 'ec' }] };
    const forged = await signed({ header: { alg: 'HS256' }, key: Buffer.from('secretsecretsecretsecret') });
    expect(await outcome(forged, from)).toBe('peer.assertion-refused');
    expect(await outcome(await signed(), from)).toBe('peer.assertion-refused');
  });
});
