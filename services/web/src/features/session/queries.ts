import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import { sessionKey } from '../../app/ahead.ts';
import type { Endpoints } from '../../app/api.gen.ts';
import { ApiError, call, request } from '../../app/api.ts';

export type Me = OutputOf<Endpoints['currentUser']>;

/** Who is signed in; null when nobody is. Strangers are asked for in a way that is never refused: a browser shows each refusal. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    if (localStorage.getItem(sessionKey) === null && !(await hasSession(signal))) return null;
    try {
      const me = await call('currentUser', { query: { expand: true }, signal });
      localStorage.setItem(sessionKey, 'yes');
      return me;
    } catch (error) {
      if (!(error instanceof ApiError && (error.status === 401 || error.status === 403))) throw error;
      localStorage.removeItem(sessionKey);
      return null;
    }
  },
  staleTime: 5 * 60_000,
});

const hasSession = async (signal: AbortSignal): Promise<boolean> =>
  'session' in ((await request('GET', '/api/v1/signshow', undefined, signal)) as object);

export type FactorMethod = 'authenticator_app' | 'security_keys' | 'recovery_codes';

/** What a sign-in with a second factor waits for. */
export interface SecondStep {
  token: string;
  available_two_factor_authentication_methods: Exclude<FactorMethod, 'recovery_codes'>[];
  recovery_codes_available: boolean;
  passkey_options: PublicKeyCredentialRequestOptionsJSON | null;
}

/**
 * @returns what the second step needs, or null when there is none and the session is open
 * @throws ApiError 401 when e-mail and password do not belong together
 */
export async function signIn(username: string, password: string): Promise<SecondStep | null> {
  try {
    await request('POST', '/api/v1/signin', { username, password, fingerprint: deviceFingerprint() });
    return null;
  } catch (error) {
    const answer = error instanceof ApiError ? (error.answer as { two_factor_required?: SecondStep } | null) : null;
    if (answer?.two_factor_required) return answer.two_factor_required;
    throw error;
  }
}

/** @throws ApiError 401 for a wrong factor, and when too much time has passed (`identity.second-step-over`) */
export const signInSecondStep = (token: string, method: FactorMethod, payload: unknown): Promise<unknown> =>
  request('POST', '/api/v1/signin/second_factor', { token, method, payload });

/** @throws NotAllowedError of the browser when the person does not go on; ApiError */
export async function answerByPasskey(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  return startAuthentication({ optionsJSON: options as never });
}

/** Without a name or a password. */
export async function signInByPasskey(): Promise<void> {
  const options = await request('POST', '/api/v1/signin/passkey/options', {});
  const credential = await answerByPasskey(options as PublicKeyCredentialRequestOptionsJSON);
  await request('POST', '/api/v1/signin/passkey', { credential });
}

/** May strangers make themselves an account, and customers sign in by a link in a mail? Is the desk being maintained? */
export const signUpQuery = queryOptions({
  queryKey: ['sign-up'],
  queryFn: ({ signal }) => call('signUpSettings', { signal }),
  staleTime: 30_000,
});

/** Opens the session of a link that was mailed. @throws ApiError 401 when it was used or is over */
export const signInByLink = (token: string): Promise<unknown> => request('POST', '/api/v1/signin/link', { token });

/** Was there ever an administrator? */
export const setupQuery = queryOptions({
  queryKey: ['getting-started'],
  queryFn: async ({ signal }) => (await call('gettingStarted', { signal })).setup_done,
  retry: false,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The providers that people may sign in by. */
export const providersQuery = queryOptions({
  queryKey: ['sign-in-providers'],
  queryFn: ({ signal }) => call('signInProviders', { signal }),
  // Without them people can still sign in with a password; they should not wait for that.
  retry: false,
  staleTime: 5 * 60_000,
});

/** @returns where to go to sign out at the provider as well, when the session was opened by one */
export async function signOut(): Promise<string | undefined> {
  const { end_session_url: url } = (await request('DELETE', '/api/v1/signout')) as { end_session_url?: string };
  localStorage.removeItem(sessionKey);
  return url;
}

/** Names this browser to the session list; says nothing about the machine. */
function deviceFingerprint(): string {
  const key = 'helpmesh.device';
  const known = localStorage.getItem(key);
  if (known) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => byte.toString(16).padStart(2, '0'));
  localStorage.setItem(key, made.join(''));
  return made.join('');
}
