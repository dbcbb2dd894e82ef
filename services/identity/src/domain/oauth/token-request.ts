export type TokenError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'invalid_scope';

/** A refusal of RFC 6749 5.2. */
export interface Refusal {
  error: TokenError;
  why: string;
}

/** How a request says which application it comes from. */
export interface ClientClaim {
  id: string;
  /** Null: none shown, as public clients do. */
  secret: string | null;
}

/** A form of the token, revocation and introspection endpoints, with the application that it claims to come from. */
export interface ClientRequest {
  client: ClientClaim;
  form: ReadonlyMap<string, string>;
}

const isRefusal = (value: object): value is Refusal => 'error' in value;

/**
 * Reads a form (RFC 6749 3.2 and 2.3.1): each name once, the client by Basic or in the form, never by both.
 * @param authorization  the header of that name, as it came
 */
export function readClientRequest(body: string, authorization: string | undefined): ClientRequest | Refusal {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) return { error: 'invalid_request', why: `${shownName(name)} is given more than once` };
    // RFC 6749 3.1: sent without a value is like not sent.
    if (value !== '') form.set(name, value);
  }
  const client = readClient(form, authorization);
  return isRefusal(client) ? client : { client, form };
}

/** RFC 6749 5.2 leaves quotes and controls out of what is told; no known name is long, or has any. */
function shownName(name: string): string {
  return /^\w{1,40}$/.test(name) ? name : 'a parameter';
}

function readClient(form: ReadonlyMap<string, string>, authorization: string | undefined): ClientClaim | Refusal {
  const id = form.get('client_id');
  const secret = form.get('client_secret') ?? null;
  if (authorization === undefined) {
    return id === undefined ? { error: 'invalid_client', why: 'the client does not say who it is' } : { id, secret };
  }
  const basic = readBasic(authorization);
  if (!basic) return { error: 'invalid_client', why: 'the Authorization header cannot be read' };
  if (secret !== null) return { error: 'invalid_request', why: 'the client is authenticated in two ways' };
  if (id !== undefined && id !== basic.id) return { error: 'invalid_request', why: 'two clients are named' };
  return basic;
}

/** Name and secret are form-encoded before they are joined (RFC 6749 2.3.1). */
function readBasic(authorization: string): ClientClaim | undefined {
  const [, encoded = ''] = /^basic ([\w+/=-]+)$/i.exec(authorization.trim()) ?? [];
  const [, id, secret] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const decoded = [id, secret].map((text) => new URLSearchParams(`x=${text.replaceAll('&', '%26')}`).get('x') ?? '');
  return { id: decoded[0] ?? '', secret: decoded[1] ?? '' };
}

export type TokenWish =
  | { grant: 'code'; code: string; redirectUri: string; codeVerifier: string }
  | { grant: 'refresh'; refreshToken: string; scope: string | undefined };

/** What is asked of the token endpoint (RFC 6749 4.1.3 and 6, RFC 7636 4.5). */
export function readTokenWish(form: ReadonlyMap<string, string>): TokenWish | Refusal {
  const grantType = form.get('grant_type');
  if (grantType === 'authorization_code') {
    const [code, redirectUri, codeVerifier] = [form.get('code'), form.get('redirect_uri'), form.get('code_verifier')];
    if (code === undefined) return missing('code');
    if (redirectUri === undefined) return missing('redirect_uri');
    if (codeVerifier === undefined) return missing('code_verifier');
    return { grant: 'code', code, redirectUri, codeVerifier };
  }
  if (grantType === 'refresh_token') {
    const refreshToken = form.get('refresh_token');
    if (refreshToken === undefined) return missing('refresh_token');
    return { grant: 'refresh', refreshToken, scope: form.get('scope') };
  }
  if (grantType === undefined) return missing('grant_type');
  return { error: 'unsupported_grant_type', why: 'grant_type must be authorization_code or refresh_token' };
}

function missing(name: string): Refusal {
  return { error: 'invalid_request', why: `${name} is missing` };
}
