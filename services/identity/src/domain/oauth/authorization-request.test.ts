import { describe, expect, it } from 'vitest';
import { clientOf, judge } from './authorization-request.ts';

const application = {
  redirectUris: ['https://app.example/done'],
  scopes: ['ticket.agent', 'user_preferences.language'],
};
const good = {
  response_type: 'code',
  client_id: 'app',
  redirect_uri: 'https://app.example/done',
  scope: 'ticket.agent',
  state: 'xyz',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};
type Change = Partial<Record<keyof typeof good | 'response_mode' | 'request', string | undefined>>;
const query = (change: Change = {}, more = '') => {
  const all = Object.entries({ ...good, ...change }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(`${new URLSearchParams(all)}${more}`);
};

describe('an authorization request', () => {
  it('is put to the person when all of it is right', () => {
    expect(judge(query(), application)).toEqual({
      do: 'ask',
      request: {
        redirectUri: good.redirect_uri,
        scopes: ['ticket.agent'],
        state: 'xyz',
        codeChallenge: good.code_challenge,
      },
    });
  });

  it('may leave state and scope out: the scope is then what the application is registered for', () => {
    expect(judge(query({ state: undefined, scope: undefined }), application)).toMatchObject({
      do: 'ask',
      request: { state: undefined, scopes: application.scopes },
    });
  });

  it('may bring along what nobody knows (RFC 6749 3.1)', () => {
    expect(judge(query({}, '&nonce=1&nonce=2'), application)).toMatchObject({ do: 'ask' });
  });

  // RFC 6749 4.1.2.1: nobody is sent to an address that is not known to be the application's.
  it.each([
    ['an unknown application', query(), undefined, 'application'],
    ['no redirect URI', query({ redirect_uri: undefined }), application, 'redirect-uri'],
    ['an empty redirect URI', query({ redirect_uri: '' }), application, 'redirect-uri'],
    ['a foreign redirect URI', query({ redirect_uri: 'https://evil.example/' }), application, 'redirect-uri'],
    ['one below the registered', query({ redirect_uri: `${good.redirect_uri}/x` }), application, 'redirect-uri'],
    ['two redirect URIs', query({}, '&redirect_uri=https://evil.example/'), application, 'redirect-uri'],
  ] as const)('with %s stops here', (_, asked, of, why) => {
    expect(judge(asked, of)).toEqual({ do: 'stop', why });
  });

  it.each([
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code token' }, 'unsupported_response_type'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge: 'short' }, 'invalid_request'],
    [{ code_challenge: `${good.code_challenge}=` }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: 's256' }, 'invalid_request'],
    [{ scope: 'admin' }, 'invalid_scope'],
    [{ scope: 'ticket' }, 'invalid_scope'],
    [{ scope: 'ticket.agent admin' }, 'invalid_scope'],
    [{ scope: '' }, 'invalid_scope'],
    [{ scope: 'ticket.agent "x"' }, 'invalid_scope'],
  ] as [Change, string][])('with %j is answered with %s, and with its state', (change, error) => {
    const answer = judge(query(change), application);
    expect(answer).toMatchObject({ do: 'answer', redirectUri: good.redirect_uri, state: 'xyz', error });
  });

  it.each(['response_type=code', 'scope=ticket.agent', 'state=abc', 'code_challenge=x', 'code_challenge_method=S256'])(
    'with a second %s is answered with invalid_request (RFC 6749 3.1)',
    (second) => {
      expect(judge(query({}, `&${second}`), application)).toMatchObject({ do: 'answer', error: 'invalid_request' });
    },
  );

  it('gives no state back that is not readable', () => {
    for (const state of ['a\nb', 'ä', 'x'.repeat(2_001)]) {
      const answer = judge(query({ state }), application);
      expect(answer).toMatchObject({ do: 'answer', error: 'invalid_request', state: undefined });
    }
  });

  it('names one application, or none', () => {
    expect(clientOf(query())).toBe('app');
    expect(clientOf(query({}, '&client_id=other'))).toBeUndefined();
    expect(clientOf(query({ client_id: undefined }))).toBeUndefined();
  });
});
