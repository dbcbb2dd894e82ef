import { AppError, type Clock, type EpochMs, epochMs, uuidv7 } from '@helpmesh/kernel';
import { LruMap, type SafeFetch } from '@helpmesh/service-kit';
import type { Assertions, KeySource, SigningKey } from '../application/sign-in/ports.ts';
import { algorithms, type PublicKey, usableKeys } from '../domain/sign-in/key-set.ts';

/** How far the clocks of two helpdesks may be apart, seconds. */
const TOLERANCE = 60;
/** A signature is made for one call: whoever says that it is good for longer is not believed, seconds. */
const LONGEST = 300;
const OURS_SECONDS = 60;
/** Keys are read anew after so long, and sooner for one that is not among them. */
const KEEP_MS = 10 * 60_000;
const AGAIN_MS = 30_000;
/** While they cannot be read those of before count for so long. */
const STALE_MS = 3_600_000;
const KEYS_BYTES = 100_000;
const READ_MS = 5_000;
const SOURCES = 500;
const kinds = [undefined, 'jwt', 'client-authentication+jwt'];

interface Known {
  keys: PublicKey[];
  readAt: EpochMs;
  triedAt: EpochMs;
  /** Of the last try. */
  trouble?: AppError;
}

/** Signatures as JWTs (RFC 7523 3), with keys that a helpdesk has given or publishes. */
export class Signatures implements Assertions {
  private readonly known = new LruMap<string, Known>(SOURCES);
  private readonly reading = new Map<string, Promise<void>>();

  constructor(
    private readonly safe: Pick<SafeFetch, 'fetch'>,
    private readonly clock: Clock,
  ) {}

  issuerOf(assertion: string): string | undefined {
    try {
      const payload: unknown = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
      const issuer = (payload as { iss?: unknown } | null)?.iss;
      return typeof issuer === 'string' && issuer.length <= 250 ? issuer : undefined;
    } catch {
      return undefined;
    }
  }

  async verify(
    assertion: string,
    { issuer, audiences, from }: { issuer: string; audiences: readonly string[]; from: KeySource },
  ): Promise<{ id: string; expiresAt: EpochMs }> {
    const { createLocalJWKSet, decodeProtectedHeader, jwtVerify } = await import('jose');
    const now = this.clock.now();
    try {
      const { kid, alg, typ, crit } = decodeProtectedHeader(assertion);
      if (typeof kid !== 'string' || crit !== undefined || !kinds.includes(typ?.toLowerCase())) {
        throw new Error('its header is not one of a helpdesk');
      }
      if (!algorithms.includes(String(alg))) throw new Error('its algorithm is not one of those taken');
      const keys = await this.keysOf(from, kid);
      const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: [...keys] }), {
        ...{ algorithms: [...algorithms], issuer, subject: issuer, clockTolerance: TOLERANCE },
        ...{ requiredClaims: ['exp', 'aud', 'jti'], currentDate: new Date(now) },
      });
      const { aud, jti, exp = 0, iat = 0 } = payload;
      // One audience: what was signed for somebody else as well could be shown by them.
      const [audience, ...others] = [aud].flat();
      if (audience === undefined || others.length > 0 || !audiences.includes(audience)) {
        throw new Error('it is for somebody else');
      }
      if (typeof jti !== 'string' || jti === '' || jti.length > 255) throw new Error('its jti is no name');
      const seconds = now / 1_000;
      if (exp > seconds + LONGEST + TOLERANCE || iat > seconds + TOLERANCE) throw new Error('it is good for too long');
      // It is taken for a little longer than it says.
      return { id: jti, expiresAt: epochMs(Math.ceil((exp + TOLERANCE + 1) * 1_000)) };
    } catch (error) {
      if (error instanceof AppError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new AppError('unauthenticated', 'peer.assertion-refused', 'The signature is not good here.', why);
    }
  }

  /** Ours, for somebody. */
  async sign(key: SigningKey, node: string, audience: string): Promise<string> {
    const { importJWK, SignJWT } = await import('jose');
    const seconds = Math.floor(this.clock.now() / 1_000);
    return new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'JWT' })
      .setIssuer(node)
      .setSubject(node)
      .setAudience(audience)
      .setJti(uuidv7())
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + OURS_SECONDS)
      .sign(await importJWK(key.jwk, 'ES256'));
  }

  /** @throws AppError as `SafeFetch` does, and unavailable `peer.keys-unreadable` */
  private async keysOf(from: KeySource, kid: string): Promise<readonly PublicKey[]> {
    if ('keys' in from) return from.keys;
    const { url } = from;
    const now = this.clock.now();
    const held = this.known.get(url);
    const isKnown = held && now - held.readAt < KEEP_MS && held.keys.some((key) => key.kid === kid);
    // Strangers may name keys that there are not: that alone does not have us call somebody again and again.
    const isResting = held && now - held.triedAt < AGAIN_MS;
    if (!isKnown && !isResting) {
      const reading = this.reading.get(url) ?? this.read(url).finally(() => this.reading.delete(url));
      this.reading.set(url, reading);
      await reading;
    }
    const { keys, readAt, trouble } = this.known.get(url) as Known;
    if (now - readAt < STALE_MS) return keys;
    throw trouble;
  }

  private async read(url: string): Promise<void> {
    const { keys, readAt } = this.known.get(url) ?? { keys: [], readAt: epochMs(0) };
    const now = this.clock.now();
    try {
      const response = await this.safe.fetch(url, { timeoutMs: READ_MS, maxBytes: KEYS_BYTES });
      const set: unknown = response.ok ? await response.json().catch(() => null) : null;
      if (set === null) throw unreadable(`${new URL(url).host} answers ${response.status}.`);
      this.known.set(url, { keys: usableKeys(set), readAt: now, triedAt: now });
    } catch (error) {
      this.known.set(url, { keys, readAt, triedAt: now, trouble: AppError.from(error) });
    }
  }
}

function unreadable(detail: string): AppError {
  return new AppError('unavailable', 'peer.keys-unreadable', `The keys cannot be read: ${detail}`);
}
