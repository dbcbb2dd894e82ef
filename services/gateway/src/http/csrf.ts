import { timingSafeEqual } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Asked {
  method: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Keeps pages of other sites from having a browser do something in the name of whoever sits in front of it. */
export class ForgeryGuard {
  private readonly ours: string;
  private readonly scheme: string;

  constructor(publicUrl: string) {
    const { origin, protocol } = new URL(publicUrl);
    this.ours = origin;
    this.scheme = protocol;
  }

  /**
   * A browser sends the cookie with requests other sites make it send. So a request that changes something must carry a
   * value only our page knows, and must not say that it comes from elsewhere.
   *
   * @throws AppError unauthenticated `csrf.refused`
   */
  refuseForgery({ method, headers }: Asked, csrfToken: string | null): void {
    if (SAFE.has(method)) return;
    this.refuseForeignPage(headers);
    const given = headers['x-csrf-token'];
    if (typeof given !== 'string' || csrfToken === null || !equal(given, csrfToken))
      throw refused('the token is missing or wrong');
  }

  /**
   * For requests that come before there is a session, too: signing a stranger in to an attacker's account is forgery.
   * Programs say neither where they come from; older browsers, and all on plain http, name the origin only.
   *
   * @throws AppError unauthenticated `csrf.refused`
   */
  refuseForeignPage({ 'sec-fetch-site': site, origin, host }: Asked['headers']): void {
    if (site === 'cross-site' || site === 'same-site') throw refused(`sec-fetch-site is ${site}`);
    if (site !== undefined || origin === undefined) return;
    // A proxy may call us by another name than the browser knows.
    const known = [this.ours, `${this.scheme}//${host}`, `https://${host}`];
    if (typeof origin !== 'string' || !known.includes(origin)) throw refused('the origin is another');
  }
}

function equal(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(why: string): AppError {
  return new AppError('unauthenticated', 'csrf.refused', 'CSRF token verification failed!', why);
}
