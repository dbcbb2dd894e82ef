import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { ApiError, call, request } from '../../app/api.ts';

export type Me = OutputOf<Endpoints['currentUser']>;

/** Who is signed in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await call('currentUser', { query: { expand: true }, signal });
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

/** @throws ApiError 401 when e-mail and password do not belong together */
export const signIn = (username: string, password: string): Promise<unknown> =>
  request('POST', '/api/v1/signin', { username, password, fingerprint: deviceFingerprint() });

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
