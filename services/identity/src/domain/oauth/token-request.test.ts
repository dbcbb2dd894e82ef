import { describe, expect, it } from 'vitest';
import { readClientRequest, readTokenWish } from './token-request.ts';

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const wishOf = (body: string) => readTokenWish(new Map(new URLSearchParams(body)));

describe('a form of a client', () => {
  it.each([
    ['in the header', 'a=1', basic('app', 'secret'), { id: 'app', secret: 'secret' }],
    ['in the header, encoded', 'a=1', basic('my%20app', 'p%3Aw+d%26'), { id: 'my app', secret: 'p:w d&' }],
    ['in the header, and named in the form', 'client_id=app', basic('app', 's'), { id: 'app', secret: 's' }],
    ['in the form', 'client_id=app&client_secret=secret', undefined, { id: 'app', secret: 'secret' }],
    ['without a secret', 'client_id=app', undefined, { id: 'app', secret: null }],
    ['with an empty secret, which is none', 'client_id=app&client_secret=', undefined, { id: 'app', secret: null }],
  ] as const)('says who it is %s', (_, body, header, client) => {
    expect(readClientRequest(body, header)).toMatchObject({ client });
  });

  it.each([
    ['nobody', 'grant_type=refresh_token', undefined, 'invalid_client'],
    ['an empty client_id', 'client_id=', undefined, 'invalid_client'],
    ['a header of another kind', 'client_id=app', 'Bearer x', 'invalid_client'],
    ['a header without a colon', '', `Basic ${Buffer.from('app').toString('base64')}`, 'invalid_client'],
    ['a header that is no base64', '', 'Basic !!!', 'invalid_client'],
    ['two ways at once', 'client_id=app&client_secret=s', basic('app', 's'), 'invalid_request'],
    ['two clients', 'client_id=other', basic('app', 's'), 'invalid_request'],
    ['the same name twice', 'client_id=app&code=1&code=2', undefined, 'invalid_request'],
    ['client_id twice', 'client_id=app&client_id=other', undefined, 'invalid_request'],
  ] as const)('with %s is refused', (_, body, header, error) => {
    expect(readClientRequest(body, header)).toMatchObject({ error });
  });

  it('is refused in words that repeat no strange ones (RFC 6749 5.2)', () => {
    const why = (body: string) => readClientRequest(body, undefined);
    expect(why('code=1&code=2')).toMatchObject({ why: 'code is given more than once' });
    expect(why('%22%0A<b>=1&%22%0A<b>=2')).toMatchObject({ why: 'a parameter is given more than once' });
  });
});

describe('a wish for tokens', () => {
  const code = 'grant_type=authorization_code&code=c&redirect_uri=r&code_verifier=v';
  it('is a code or a refresh token', () => {
    expect(wishOf(code)).toEqual({ grant: 'code', code: 'c', redirectUri: 'r', codeVerifier: 'v' });
    const refresh = { grant: 'refresh', refreshToken: 't', scope: 'a b' };
    expect(
      readTokenWish(new Map(Object.entries({ grant_type: 'refresh_token', refresh_token: 't', scope: 'a b' }))),
    ).toEqual(refresh);
  });

  it.each([
    [{}, 'invalid_request'],
    [{ grant_type: 'password', username: 'a', password: 'b' }, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    [{ grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }, 'unsupported_grant_type'],
    [{ grant_type: 'authorization_code', redirect_uri: 'r', code_verifier: 'v' }, 'invalid_request'],
    [{ grant_type: 'authorization_code', code: 'c', code_verifier: 'v' }, 'invalid_request'],
    [{ grant_type: 'authorization_code', code: 'c', redirect_uri: 'r' }, 'invalid_request'],
    [{ grant_type: 'refresh_token' }, 'invalid_request'],
  ])('%j is refused with %s', (form, error) => {
    expect(readTokenWish(new Map(Object.entries(form) as [string, string][]))).toMatchObject({ error });
  });
});
