import { createHash, randomBytes } from 'node:crypto';

/** Of tokens that administrators make, and of those for a signature. */
const prefixes = { made: 'hmp_', access: 'hma_' } as const;

/** Kept nowhere: what is stored is its hash. */
export function newToken(kind: keyof typeof prefixes): string {
  return `${prefixes[kind]}${randomBytes(32).toString('base64url')}`;
}

export function isAccessToken(token: string): boolean {
  return token.startsWith(prefixes.access);
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
