import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type Actor, actorSchema } from '@helpmesh/contracts';
import { AppError, type Clock, SystemClock } from '@helpmesh/kernel';
import { LruMap } from './lru-map.ts';

/** Longest life of a token, and the clock difference between two machines that is forgiven. Milliseconds. */
const LIFE_MS = 60_000;
const SKEW_MS = 60_000;
/** Only the edge has seen a person's credential, so only it may speak for one. */
const SPEAKS_FOR_USERS = 'gateway';

interface Claims {
  /** Name of the service that signed; its public key is looked up by it. */
  kid: string;
  /** Issued at and expires at, epoch ms. */
  iat: number;
  exp: number;
  actor: Actor;
}

/** What a service is when it speaks for itself. */
export function serviceActor(name: string): Actor {
  return {
    kind: 'service',
    userId: 1,
    login: `service:${name}`,
    permissions: [],
    groups: {},
    organizationIds: [],
    sharedOrganizationIds: [],
    locale: 'en',
    via: 'service',
  };
}

/** Signs who acts: `base64url(claims).base64url(Ed25519 signature)`. A token costs about 50 µs: reuse it while it is young. */
export class ActorSigner {
  private readonly key: KeyObject;
  private readonly clock: Clock;
  private own: { token: string; until: number } | undefined;

  /** @param options.key  PKCS#8 DER in base64 */
  constructor(private readonly options: { service: string; key: string; clock?: Clock }) {
    this.key = createPrivateKey({ key: Buffer.from(options.key, 'base64'), format: 'der', type: 'pkcs8' });
    this.clock = options.clock ?? new SystemClock();
  }

  /** @param lifeMs  at most a minute */
  sign(actor: Actor, lifeMs = LIFE_MS): string {
    const iat = this.clock.now();
    const claims: Claims = { kid: this.options.service, iat, exp: iat + Math.min(lifeMs, LIFE_MS), actor };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${payload}.${sign(null, Buffer.from(payload), this.key).toString('base64url')}`;
  }

  /** A token of the service itself, made anew every half minute. */
  service(): string {
    const now = this.clock.now();
    if (!this.own || this.own.until <= now)
      this.own = { token: this.sign(serviceActor(this.options.service)), until: now + LIFE_MS / 2 };
    return this.own.token;
  }
}

/** Tells who acts from a token, and refuses what no trusted service can have signed. */
export class ActorVerifier {
  private readonly keys: Map<string, KeyObject>;
  private readonly clock: Clock;
  /** Verified tokens; a check costs about 100 µs and the gateway sends one token many times. */
  private readonly seen = new LruMap<string, Claims>(5_000);

  /** @param options.trustedKeys  service name to SPKI DER in base64 */
  constructor(options: { trustedKeys: Readonly<Record<string, string>>; clock?: Clock }) {
    this.keys = new Map(
      Object.entries(options.trustedKeys).map(([name, key]) => [
        name,
        createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
      ]),
    );
    this.clock = options.clock ?? new SystemClock();
  }

  /** @throws AppError unauthenticated `actor.token-refused`; the reason is for our logs only */
  verify(token: string): Actor {
    const claims = this.seen.get(token) ?? this.check(token);
    const now = this.clock.now();
    if (claims.exp <= now - SKEW_MS) throw refused('expired');
    if (claims.iat > now + SKEW_MS) throw refused('issued in the future');
    return claims.actor;
  }

  private check(token: string): Claims {
    const dot = token.indexOf('.');
    if (dot < 0 || token.length > 64_000) throw refused('not a token');
    const claims = parse(token.slice(0, dot));
    const key = this.keys.get(claims.kid);
    if (!key) throw refused(`signed by ${claims.kid}, which is not trusted`);
    const signature = Buffer.from(token.slice(dot + 1), 'base64url');
    if (!verify(null, Buffer.from(token.slice(0, dot)), key, signature)) throw refused('the signature is wrong');
    if (!(claims.exp - claims.iat <= LIFE_MS)) throw refused('lives too long');
    const { kind, login } = claims.actor;
    if (kind === 'user' && claims.kid !== SPEAKS_FOR_USERS) throw refused(`${claims.kid} may not speak for a user`);
    if (kind === 'service' && login !== `service:${claims.kid}`) throw refused(`${claims.kid} claims to be ${login}`);
    this.seen.set(token, claims);
    return claims;
  }
}

function parse(payload: string): Claims {
  try {
    const { kid, iat, exp, actor } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
    if (typeof kid !== 'string' || !Number.isFinite(iat) || !Number.isFinite(exp)) throw refused('claims are missing');
    return { kid, iat, exp, actor: Object.freeze(actorSchema.parse(actor)) };
  } catch (error) {
    throw error instanceof AppError ? error : refused('unreadable claims');
  }
}

function refused(why: string): AppError {
  return new AppError('unauthenticated', 'actor.token-refused', 'Not authorized', `actor token: ${why}`);
}
