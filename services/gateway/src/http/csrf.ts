import { timingSafeEqual } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Asked {
  method: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * A browser sends the cookie with requests other sites make it send. So a request that changes something must carry a
 * value only our page knows, and must not say that it comes from elsewhere.
 *
 * @throws AppError unauthenticated `csrf.refused`
 */
export function refuseForgery({ method, headers }: Asked, csrfToken: string | null): void {
  if (SAFE.has(method)) return;
  refuseForeignPage(headers);
  const given = headers['x-csrf-token'];
  if (typeof given !== 'string' || csrfToken === null || !equal(given, csrfToken))
    throw refused('the token is missing or wrong');
}

/** For requests that come before there is a session: signing a stranger in to an attacker's account is forgery too. */
export function refuseForeignPage(headers: Asked['headers']): void {
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') throw refused(`sec-fetch-site is ${site}`);
}

function equal(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(why: string): AppError {
  return new AppError('unauthenticated', 'csrf.refused', 'CSRF token verification failed!', why);
}
