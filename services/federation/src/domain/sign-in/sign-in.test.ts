import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { keyTrouble, usableKeys } from './key-set.ts';
import { isDue, isNext, timesOfNext } from './node-keys.ts';
import { readTokenRequest } from './token-request.ts';

const ec = { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'BBBB', kid: 'k' };
const rsa = (bytes: number, first = 0x80) => ({
  ...{ kty: 'RSA', e: 'AQAB', kid: 'k' },
  n: Buffer.concat([Buffer.of(first), Buffer.alloc(bytes - 1, 1)]).toString('base64url'),
});

describe('a public key', () => {
  it.each([
    ['of P-256', ec, null],
    ['of Ed25519', { kty: 'OKP', crv: 'Ed25519', x: 'AAAA', kid: 'k', alg: 'EdDSA', use: 'sig' }, null],
    ['of RSA with 2,048 bits', rsa(256), null],
    ['of RSA with 2,047 bits', rsa(256, 0x7f), /2047 bits/],
    ['of RSA with 2,040 bits and a byte of nothing', rsa(257, 0), /bits/],
    ['of RSA with 16,384 bits', rsa(2048), /bits|whole/],
    ['that is private', { ...ec, d: 'CCCC' }, /private key/],
    ['that is a shared secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'k' }, /private key/],
    ['of another kind', { kty: 'oct', kid: 'k' }, /kind/],
    ['of another curve', { ...ec, crv: 'secp256k1' }, /kind/],
    ['with a curve that is a member of all objects', { ...ec, crv: 'constructor' }, /kind/],
    ['of RSA for RS1', { ...rsa(256), alg: 'RS1' }, /algorithm/],
    ['of P-256 for HS256', { ...ec, alg: 'HS256' }, /algorithm/],
    ['for encryption', { ...ec, use: 'enc' }, /signatures/],
    ['without a name', { ...ec, kid: '' }, /no kid/],
    ['with half of a point', { ...ec, y: undefined }, /whole/],
    ['that is none', null, /no key/],
  ])('%s', (_, key, trouble) => {
    const found = keyTrouble(key);
    if (trouble === null) expect(found).toBeNull();
    else expect(found).toMatch(trouble);
  });

  it('is picked out of a set that has others as well, and nothing is kept beside it', () => {
    const keys = usableKeys({ keys: [{ ...ec, use: 'enc' }, { ...ec, x5c: ['…'] }, 'x'] });
    expect(keys).toEqual([ec]);
    for (const none of [null, [], { keys: 'x' }, { keys: {} }]) expect(usableKeys(none)).toEqual([]);
  });
});

describe('a form for the token endpoint', () => {
  const good = {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'a.b.c',
  };
  const form = (over: Record<string, string> = {}, more = '') =>
    readTokenRequest(`${new URLSearchParams({ ...good, ...over })}${more}`, undefined);

  it('names a signature, and agreements if it is for some of them', () => {
    expect(form()).toEqual({ assertion: 'a.b.c', clientId: undefined, agreementIds: null });
    expect(form({ scope: 'agreement:3 agreement:14  agreement:3' })).toMatchObject({ agreementIds: [3, 14] });
    expect(form({ scope: '' })).toMatchObject({ agreementIds: null });
  });

  it.each([
    ['of another grant', form({ grant_type: 'password' }), 'unsupported_grant_type'],
    ['with two grants', form({}, '&grant_type=refresh_token'), 'invalid_request'],
    ['with two signatures', form({}, '&client_assertion=d.e.f'), 'invalid_request'],
    ['with a secret beside', form({ client_secret: 'x' }), 'invalid_request'],
    ['with a header beside', readTokenRequest(String(new URLSearchParams(good)), 'Basic eA=='), 'invalid_request'],
    ['without a signature', form({ client_assertion: '' }), 'invalid_client'],
    ['of another type', form({ client_assertion_type: 'urn:saml2' }), 'invalid_client'],
    ['too long', form({ client_assertion: 'x'.repeat(8_001) }), 'invalid_client'],
    ['for everything', form({ scope: 'admin' }), 'invalid_scope'],
    ['for agreement 0', form({ scope: 'agreement:0' }), 'invalid_scope'],
    ['for half an agreement', form({ scope: 'agreement:1.5' }), 'invalid_scope'],
    ['that is empty', readTokenRequest('', undefined), 'unsupported_grant_type'],
  ])('%s is refused', (_, answer, error) => expect(answer).toMatchObject({ error }));
});

describe('keys of this desk', () => {
  const day = 86_400_000;
  const key = { signsFrom: epochMs(0), endsAt: null, createdAt: epochMs(0) };

  it('are replaced after 90 days, each known for an hour before it signs and after', () => {
    expect([isDue(undefined, epochMs(0)), isDue(key, epochMs(89 * day)), isDue(key, epochMs(90 * day))]).toEqual([
      ...[true, false, true],
    ]);
    const { signsFrom, othersEndAt } = timesOfNext(epochMs(0), false);
    expect([signsFrom, othersEndAt]).toEqual([3_600_000, 7_200_000]);
    expect([isNext({ ...key, signsFrom }, epochMs(1)), isNext(key, epochMs(1))]).toEqual([true, false]);
  });

  it('end at once when somebody else may have them', () => {
    expect(timesOfNext(epochMs(5), true)).toEqual({ signsFrom: 5, othersEndAt: 5 });
  });
});
