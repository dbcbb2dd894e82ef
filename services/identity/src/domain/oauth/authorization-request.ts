import { isRegistered } from './redirect-uri.ts';
import { readScope, within } from './scopes.ts';

/** What of an application decides about a request of it. */
export interface RegisteredApplication {
  redirectUris: readonly string[];
  scopes: readonly string[];
}

export interface AuthorizationRequest {
  redirectUri: string;
  scopes: string[];
  state: string | undefined;
  /** Of S256. */
  codeChallenge: string;
}

export type AuthorizationError = 'invalid_request' | 'unsupported_response_type' | 'invalid_scope' | 'access_denied';

export type Judged =
  | { do: 'ask'; request: AuthorizationRequest }
  /** The application hears of it: its address is known to be its own. */
  | { do: 'answer'; redirectUri: string; state: string | undefined; error: AuthorizationError; why: string }
  /** The person hears of it; nobody is sent anywhere (RFC 6749 4.1.2.1). */
  | { do: 'stop'; why: 'application' | 'redirect-uri' };

/** RFC 6749 A.5: visible ASCII and blanks. */
const stateShape = /^[\x20-\x7e]{1,2000}$/;
/** SHA-256 in base64url, the only method (RFC 7636 4.2, RFC 9700 2.1.1). */
const challengeShape = /^[A-Za-z0-9_-]{43}$/;

const once = ['response_type', 'scope', 'state', 'code_challenge', 'code_challenge_method', 'response_mode'];

/** The application that a request names; undefined when it names none or several. */
export function clientOf(query: URLSearchParams): string | undefined {
  return single(query, 'client_id');
}

/**
 * Judges an authorization request (RFC 6749 4.1.1 with PKCE).
 * @param application  the one that `client_id` names; undefined: there is none
 */
export function judge(query: URLSearchParams, application: RegisteredApplication | undefined): Judged {
  if (!application) return { do: 'stop', why: 'application' };
  const redirectUri = single(query, 'redirect_uri');
  if (redirectUri === undefined || !isRegistered(application.redirectUris, redirectUri)) {
    return { do: 'stop', why: 'redirect-uri' };
  }
  const state = single(query, 'state');
  const answer = (error: AuthorizationError, why: string): Judged => ({
    do: 'answer',
    redirectUri,
    state: state !== undefined && stateShape.test(state) ? state : undefined,
    error,
    why,
  });
  const twice = once.find((name) => query.getAll(name).length > 1);
  if (twice !== undefined) return answer('invalid_request', `${twice} is given more than once`);
  if (state !== undefined && !stateShape.test(state)) return answer('invalid_request', 'state is not readable');
  const type = query.get('response_type');
  if (type === null) return answer('invalid_request', 'response_type is missing');
  if (type !== 'code') return answer('unsupported_response_type', 'response_type must be code');
  if ((query.get('response_mode') ?? 'query') !== 'query') {
    return answer('invalid_request', 'response_mode must be query');
  }
  const codeChallenge = query.get('code_challenge');
  if (codeChallenge === null) return answer('invalid_request', 'code_challenge is missing');
  // Without a method it would be `plain`, which shows the verifier to whoever sees the request.
  if (query.get('code_challenge_method') !== 'S256') {
    return answer('invalid_request', 'code_challenge_method must be S256');
  }
  if (!challengeShape.test(codeChallenge))
    return answer('invalid_request', 'code_challenge is no SHA-256 in base64url');
  const scope = query.get('scope');
  const scopes = scope === null ? [...application.scopes] : readScope(scope);
  if (!scopes || !within(scopes, application.scopes)) {
    return answer('invalid_scope', 'the application is not registered for this scope');
  }
  return { do: 'ask', request: { redirectUri, scopes, state, codeChallenge } };
}

function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}
