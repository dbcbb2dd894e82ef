/** A refusal of RFC 6749 5.2. */
export interface Refusal {
  error: 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope';
  why: string;
}

/** What a helpdesk asks of the token endpoint: a token for its signature (RFC 6749 4.4.2, RFC 7523 2.2). */
export interface TokenRequest {
  assertion: string;
  clientId: string | undefined;
  /** Ids of agreements; null: all of them. */
  agreementIds: number[] | null;
}

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const LONGEST = 8_000;
const MOST_SCOPES = 100;

/** Each name once, and the client by its signature alone. @param authorization  the header of that name, as it came */
export function readTokenRequest(body: string, authorization: string | undefined): TokenRequest | Refusal {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) return { error: 'invalid_request', why: 'a parameter is given more than once' };
    // RFC 6749 3.1: sent without a value is like not sent.
    if (value !== '') form.set(name, value);
  }
  if (form.get('grant_type') !== 'client_credentials') {
    return { error: 'unsupported_grant_type', why: 'grant_type must be client_credentials' };
  }
  if (authorization !== undefined || form.has('client_secret')) {
    return { error: 'invalid_request', why: 'the client is authenticated by its signature alone' };
  }
  const assertion = form.get('client_assertion');
  if (assertion === undefined || form.get('client_assertion_type') !== ASSERTION) {
    return { error: 'invalid_client', why: `client_assertion is missing, or its type is not ${ASSERTION}` };
  }
  if (assertion.length > LONGEST) return { error: 'invalid_client', why: 'client_assertion is too long' };
  const scope = form.get('scope');
  const agreementIds = scope === undefined ? null : readScope(scope);
  if (agreementIds === undefined) return { error: 'invalid_scope', why: 'scopes are agreement:<id>' };
  return { assertion, clientId: form.get('client_id'), agreementIds };
}

/** RFC 6749 3.3: separated by blanks. */
function readScope(text: string): number[] | undefined {
  const names = text.split(' ').filter((name) => name !== '');
  if (names.length === 0 || names.length > MOST_SCOPES) return undefined;
  const ids = names.map((name) => Number(/^agreement:([1-9]\d{0,14})$/.exec(name)?.[1]));
  return ids.some(Number.isNaN) ? undefined : [...new Set(ids)];
}

export function scopeOf(agreementIds: readonly number[]): string {
  return agreementIds.map((id) => `agreement:${id}`).join(' ');
}
