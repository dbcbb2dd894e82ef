import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type Actor, actorSchema, type EndpointDefinition, type QuestionDefinition } from '@helpmesh/contracts';
import { AppError, type Clock, SystemClock } from '@helpmesh/kernel';
import { counter, logger } from '@helpmesh/telemetry';
import { LruMap } from './lru-map.ts';

/** Longest life of a token, and the clock difference between two machines that is forgiven: a minute in all. */
const LIFE_MS = 55_000;
const SKEW_MS = 5_000;
/** Then a token is made anew; half its life is left for the slowest call. */
const REUSE_MS = 25_000;
/** Only the edge has seen a person's credential, so only it may speak for one. */
const SPEAKS_FOR_PEOPLE = 'gateway';

interface Claims {
  /** Name of the service that signed; its public key is looked up by it. */
  kid: string;
  /** Issued at and expires at, epoch ms. */
  iat: number;
  exp: number;
  /** The service it is shown to: what one service got to see is worth nothing at another. */
  aud: string;
  /** Left out for a stranger at the edge: then the signature says only which service asks. */
  actor?: Actor;
}

/** Makes the token for the service that will answer. */
export type TokenFor = (audience: string) => string;

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

const refusals = counter({
  name: 'helpmesh_actor_refused_total',
  help: 'Questions refused for what they say about who asks, by reason.',
  labels: ['reason'],
});
/** Why a token or its bearer is refused; a label of the metric. */
type Reason = 'missing' | 'malformed' | 'forged' | 'expired' | 'audience' | 'claims' | 'caller';

/**
 * Signs who acts: `base64url(claims).base64url(Ed25519 signature)`. A token costs about 50 µs, so it is used again while
 * it is young.
 */
export class ActorSigner {
  private readonly key: KeyObject;
  private readonly clock: Clock;
  /** This service speaking for itself. */
  readonly service: () => TokenFor;
  /** For questions of people who have not said who they are. */
  readonly stranger: () => TokenFor;

  /** @param options.key  PKCS#8 DER in base64 */
  constructor(private readonly options: { service: string; key: string; clock?: Clock }) {
    this.key = createPrivateKey({ key: Buffer.from(options.key, 'base64'), format: 'der', type: 'pkcs8' });
    this.clock = options.clock ?? new SystemClock();
    const [own, nobody] = [this.for(serviceActor(options.service)), this.for(undefined)];
    this.service = () => own;
    this.stranger = () => nobody;
  }

  /** Tokens for one actor, each made once in 25 s for each service that it is shown to. */
  for(actor: Actor | undefined): TokenFor {
    const young = new Map<string, { token: string; until: number }>();
    return (audience) => {
      const now = this.clock.now();
      const known = young.get(audience);
      if (known && known.until > now) return known.token;
      const token = this.sign(actor, audience);
      young.set(audience, { token, until: now + REUSE_MS });
      return token;
    };
  }

  /** @param lifeMs  at most 55 s */
  sign(actor: Actor | undefined, audience: string, lifeMs = LIFE_MS): string {
    const iat = this.clock.now();
    const exp = iat + Math.min(lifeMs, LIFE_MS);
    const claims: Claims = { kid: this.options.service, aud: audience, iat, exp, ...(actor && { actor }) };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${payload}.${sign(null, Buffer.from(payload), this.key).toString('base64url')}`;
  }
}

/** What a token that is believed says. */
interface Admitted {
  /** The service that asks. */
  caller: string;
  /** For whom; undefined for a stranger at the edge. */
  actor: Actor | undefined;
}

/** Tells who asks from a token, and refuses what no trusted service can have signed for this one. */
export class ActorVerifier {
  private readonly keys: Map<string, KeyObject>;
  private readonly audience: string;
  private readonly clock: Clock;
  private readonly log = logger('access');
  /** Verified tokens; a check costs about 100 µs and the gateway sends one token many times. */
  private readonly seen = new LruMap<string, Claims>(5_000);

  /**
   * @param options.trustedKeys  service name to SPKI DER in base64
   * @param options.audience  the service that answers
   */
  constructor(options: { trustedKeys: Readonly<Record<string, string>>; audience: string; clock?: Clock }) {
    this.keys = new Map(
      Object.entries(options.trustedKeys).map(([name, key]) => [
        name,
        createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
      ]),
    );
    this.audience = options.audience;
    this.clock = options.clock ?? new SystemClock();
  }

  /**
   * Lets a question in, or counts and logs why not.
   * @returns for whom it is asked; undefined for a stranger at the edge
   * @throws AppError unauthenticated `actor.token-refused`; forbidden `actor.caller-refused`, and `auth.view-only` of
   *   what changes something, for who looks at the desk as somebody else
   */
  admit(token: string | undefined, question: QuestionDefinition): Actor | undefined {
    const { subject, callers } = question;
    try {
      const { caller, actor } = this.judge(token);
      if (!(callers as readonly string[]).includes(caller)) throw new Refused('caller', `${caller} is no caller of it`);
      if (actor?.viewingUntil !== undefined && changesSomething(question)) {
        throw new AppError(
          'forbidden',
          'auth.view-only',
          'You look at the desk as somebody else: nothing can be changed.',
        );
      }
      return actor;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { reason, message: why } = error;
      refusals.inc({ reason });
      this.log.warn({ question: subject, reason, why }, 'a question was refused');
      // Who is refused learns no reason: it would help a forger more than anybody else.
      if (reason === 'caller') throw new AppError('forbidden', 'actor.caller-refused', 'Not authorized', why);
      throw new AppError('unauthenticated', 'actor.token-refused', 'Not authorized', why);
    }
  }

  /** @throws Refused */
  private judge(token: string | undefined): Admitted {
    if (token === undefined) throw new Refused('missing', 'there is no token');
    const claims = this.seen.get(token) ?? this.check(token);
    const now = this.clock.now();
    if (claims.exp <= now - SKEW_MS) throw new Refused('expired', `the token of ${claims.kid} expired`);
    if (claims.iat > now + SKEW_MS) throw new Refused('expired', `${claims.kid} issued the token in the future`);
    return { caller: claims.kid, actor: claims.actor };
  }

  private check(token: string): Claims {
    const dot = token.indexOf('.');
    if (dot < 0 || token.length > 64_000) throw new Refused('malformed', 'not a token');
    const claims = parse(token.slice(0, dot));
    const { kid, aud, actor } = claims;
    const key = this.keys.get(kid);
    if (!key) throw new Refused('forged', `signed by ${kid}, which is not trusted`);
    const signature = Buffer.from(token.slice(dot + 1), 'base64url');
    if (!verify(null, Buffer.from(token.slice(0, dot)), key, signature)) {
      throw new Refused('forged', 'the signature is wrong');
    }
    if (aud !== this.audience) throw new Refused('audience', `${kid} signed it for ${aud}`);
    if (!(claims.exp - claims.iat <= LIFE_MS)) throw new Refused('claims', 'lives too long');
    if (actor?.kind === 'service' ? actor.login !== `service:${kid}` : kid !== SPEAKS_FOR_PEOPLE) {
      throw new Refused('claims', `${kid} may not speak for ${actor?.login ?? 'strangers'}`);
    }
    this.seen.set(token, claims);
    return claims;
  }
}

function parse(payload: string): Claims {
  try {
    const { kid, aud, iat, exp, actor } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
    const complete = typeof kid === 'string' && typeof aud === 'string' && Number.isFinite(iat) && Number.isFinite(exp);
    if (!complete) throw new Refused('malformed', 'claims are missing');
    return { kid, aud, iat, exp, ...(actor !== undefined && { actor: Object.freeze(actorSchema.parse(actor)) }) };
  } catch (error) {
    throw error instanceof Refused ? error : new Refused('malformed', 'unreadable claims');
  }
}

/** Never leaves this file: `admit` counts it and says something else to the outside. */
class Refused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, why: string) {
    super(why);
    this.reason = reason;
  }
}

/** Of routes the method tells; other questions are asked by routes that are held to the same at the edge. */
function changesSomething(question: QuestionDefinition | EndpointDefinition): boolean {
  return 'method' in question && question.method !== 'GET' && !question.whileViewing;
}
