/** A public key (RFC 7517) that signatures of helpdesks are checked with. */
export interface PublicKey {
  kid: string;
  kty: string;
  [member: string]: unknown;
}

/** Algorithms that only the owner of the private key can sign with. */
export const algorithms: readonly string[] = ['ES256', 'EdDSA', 'Ed25519', 'RS256'];

const SHORTEST_RSA = 2_048;
const LONGEST_RSA = 8_192;
const MOST = 20;
/** What is kept of a key. */
const members = ['kid', 'kty', 'crv', 'x', 'y', 'n', 'e', 'alg', 'use'];
/** With one of these it is no public key. */
const secrets = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const curves: Readonly<Record<string, readonly string[]>> = { 'P-256': ['ES256'], Ed25519: ['EdDSA', 'Ed25519'] };

/** Why a key cannot be used; null: it can. */
export function keyTrouble(key: unknown): string | null {
  if (typeof key !== 'object' || key === null) return 'it is no key';
  const { kid, kty, crv, x, y, n, e, alg, use } = key as Record<string, unknown>;
  if (secrets.some((name) => name in key)) return 'it is a private key: keep it, and give its public part';
  if (typeof kid !== 'string' || kid === '' || kid.length > 200) return 'it has no kid';
  if (use !== undefined && use !== 'sig') return 'it is not for signatures';
  if (kty === 'RSA') {
    if (!isNumber(n) || !isNumber(e)) return 'it is not whole';
    if (alg !== undefined && alg !== 'RS256') return 'its algorithm is not one of those taken';
    const bits = bitsOf(n);
    if (bits < SHORTEST_RSA || bits > LONGEST_RSA) return `it has ${bits} bits, and ${SHORTEST_RSA} are the fewest`;
    return null;
  }
  const of = typeof crv === 'string' && Object.hasOwn(curves, crv) ? curves[crv] : undefined;
  if (!of || kty !== (crv === 'P-256' ? 'EC' : 'OKP')) return 'its kind is not one of those taken';
  if (!isNumber(x) || (kty === 'EC' && !isNumber(y))) return 'it is not whole';
  return alg === undefined || of.includes(String(alg)) ? null : 'its algorithm is not one of those taken';
}

/** The keys of a set that can be used; others are for something else. */
export function usableKeys(set: unknown): PublicKey[] {
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(keys)) return [];
  return keys
    .slice(0, MOST)
    .filter((key) => keyTrouble(key) === null)
    .map(plainKey);
}

/** What is written down of a key: nothing that is not part of it. */
export function plainKey(key: Record<string, unknown>): PublicKey {
  return Object.fromEntries(members.flatMap((name) => (name in key ? [[name, key[name]]] : []))) as PublicKey;
}

function isNumber(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{1,1500}$/.test(text);
}

/** Of a number in base64url. */
function bitsOf(text: string): number {
  const bytes = Buffer.from(text, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first] as number) - 24);
}
