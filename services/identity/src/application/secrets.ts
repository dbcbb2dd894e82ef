import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** 256 random bits, 43 characters that survive in cookies and links. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** True for what `newSecret` can have made: nothing blank, null-like or oversized ever reaches a comparison. */
export function isSecret(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** What is stored of a secret. Plain SHA-256 is enough for 256 random bits. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares in constant time. */
export function equalHashes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/**
 * API tokens look like `hm_<id>_<64 hex digits of the secret><8 hex digits of a checksum>`: secret scanners find the
 * prefix, the id makes the look-up one row, and the checksum refuses a mistyped token before any database is asked.
 */
export interface ApiTokenParts {
  id: number;
  secret: string;
}

const shape = /^hm_([1-9]\d{0,9})_([0-9a-f]{64})([0-9a-f]{8})$/;
const largestId = 2_147_483_647;

export function newApiTokenSecret(): string {
  return randomBytes(32).toString('hex');
}

export function formatApiToken({ id, secret }: ApiTokenParts): string {
  return `hm_${id}_${secret}${checksum(id, secret)}`;
}

/** Null for whatever was never one of our tokens. */
export function parseApiToken(token: string): ApiTokenParts | null {
  const [, digits, secret = '', sum] = shape.exec(token) ?? [];
  const id = Number(digits);
  return digits && id <= largestId && sum === checksum(id, secret) ? { id, secret } : null;
}

function checksum(id: number, secret: string): string {
  return crc32(`${id}_${secret}`).toString(16).padStart(8, '0');
}

const prefixes = { access: 'hma_', refresh: 'hmr_' } as const;
export type OAuthTokenKind = keyof typeof prefixes;

/** Tokens of OAuth applications: nothing in them but what they are, for secret scanners, and 256 random bits. */
export function newOAuthToken(kind: OAuthTokenKind): string {
  return `${prefixes[kind]}${newSecret()}`;
}

/** Undefined for whatever was never one of ours. */
export function oauthTokenKind(token: string): OAuthTokenKind | undefined {
  const kind = token.startsWith(prefixes.access)
    ? 'access'
    : token.startsWith(prefixes.refresh)
      ? 'refresh'
      : undefined;
  return kind && isSecret(token.slice(prefixes[kind].length)) ? kind : undefined;
}
