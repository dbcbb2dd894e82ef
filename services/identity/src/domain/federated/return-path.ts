/** A name that nobody can own. */
const here = 'http://this.invalid';

/**
 * Where a browser goes after signing in: a path of this site, as browsers read it, in ASCII; `/` for everything else
 * (other hosts, schemes, and what only looks like a path: `//evil.example`, `/\evil.example`, `/.//evil.example`).
 */
export function returnPath(wished: string | undefined): string {
  if (wished === undefined || !wished.startsWith('/') || !URL.canParse(wished, here)) return '/';
  const { origin, pathname, search, hash } = new URL(wished, here);
  if (origin !== here || pathname.startsWith('//')) return '/';
  return `${pathname}${search}${hash}`;
}
