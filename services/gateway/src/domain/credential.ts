import { AppError } from '@helpmesh/kernel';

/** What a caller shows to say who they are. The same shape that identity's `authenticate` takes. */
export type Credential =
  | { scheme: 'basic'; login: string; password: string }
  | { scheme: 'token'; token: string }
  | { scheme: 'session'; sessionToken: string };

/**
 * Reads the credential of a request; an Authorization header wins over a cookie, so that a script run in a signed-in
 * browser acts as what it says.
 *
 * Tokens come as `Token token=X`, `Token token="X"`, `Token X` and `Bearer X`: existing clients use all four.
 *
 * @returns undefined when the request carries none
 * @throws AppError unauthenticated `auth.unreadable` for a Basic header that is no base64 of `login:password`
 */
export function readCredential(
  authorization: string | undefined,
  sessionToken: string | undefined,
): Credential | undefined {
  const space = authorization?.indexOf(' ') ?? -1;
  if (authorization !== undefined && space > 0) {
    const scheme = authorization.slice(0, space).toLowerCase();
    const rest = authorization.slice(space + 1).trim();
    if (scheme === 'basic') return readBasic(rest);
    if (scheme === 'token' || scheme === 'bearer') return readToken(rest);
  }
  return sessionToken ? { scheme: 'session', sessionToken } : undefined;
}

function readBasic(encoded: string): Credential {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw new AppError('unauthenticated', 'auth.unreadable', 'Invalid BasicAuth credentials');
  return { scheme: 'basic', login: text.slice(0, colon), password: text.slice(colon + 1) };
}

function readToken(rest: string): Credential {
  const named = /^token=(?:"([^"]*)"|([^\s,]*))/.exec(rest);
  const token = named ? (named[1] ?? named[2] ?? '') : rest;
  if (token === '') throw new AppError('unauthenticated', 'auth.unreadable', "Can't find User for Token");
  return { scheme: 'token', token };
}
