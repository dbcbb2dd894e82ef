import { AppError, type Clock } from '@helpmesh/kernel';
import { LruMap, SafeFetch } from '@helpmesh/service-kit';
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type ServerMetadata,
} from 'openid-client';
import {
  type LogoutToken,
  type OpenIdClient,
  OpenIdProtocol,
  type SignInSecrets,
  type Vouched,
} from '../application/federated/openid-protocol.ts';

/** Addresses of a provider change seldom; its keys are read anew for each sign-in. */
const METADATA_MS = 10 * 60_000;
const PROVIDERS = 100;
/** How far the clocks of provider and desk may be apart. */
const TOLERANCE_SECONDS = 30;
const REQUEST_SECONDS = 10;
/** Signatures that only the provider can make: with a shared secret (HS256) or none there would be nothing to check. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
];
const BACKCHANNEL = 'http://schemas.openid.net/event/backchannel-logout';
/** Subjects are at most 255 ASCII characters (OpenID Connect Core 2). */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;

interface Known {
  metadata: ServerMetadata;
  until: number;
}

/** OpenID Connect by `openid-client`; every request goes through `SafeFetch`. */
export class OpenIdConnect extends OpenIdProtocol {
  private readonly known = new LruMap<string, Known>(PROVIDERS);
  private readonly request: CustomFetch;

  constructor(
    private readonly safe: SafeFetch,
    private readonly clock: Clock,
  ) {
    super();
    this.request = (url, { method, headers, body, signal }) =>
      safe.fetch(url, { method, headers, body: body as string | URLSearchParams | undefined, signal });
  }

  override checkIssuer(issuer: string): void {
    this.safe.check(issuer);
  }

  override async describe(issuer: string): ReturnType<OpenIdProtocol['describe']> {
    const metadata = await this.translated(() => this.discovered(issuer, 'helpmesh'));
    const { authorization_endpoint: endpoint, scopes_supported: scopes } = metadata;
    if (endpoint === undefined) throw unavailable('the provider names no place to sign in');
    return {
      issuer: metadata.issuer,
      authorization_endpoint: webAddress(new URL(endpoint)),
      scopes_supported: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [],
    };
  }

  override newSecrets(): SignInSecrets {
    return { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
  }

  override async authorizationUrl(client: OpenIdClient, secrets: SignInSecrets): Promise<string> {
    return this.translated(async () => {
      const url = buildAuthorizationUrl(await this.configuration(client), {
        redirect_uri: client.redirectUri,
        scope: [...new Set(['openid', ...client.scopes])].join(' '),
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
        code_challenge_method: 'S256',
      });
      return webAddress(url);
    });
  }

  override async finish(client: OpenIdClient, answer: string, secrets: SignInSecrets): Promise<Vouched> {
    return this.translated(async () => {
      const configuration = await this.configuration(client);
      const tokens = await authorizationCodeGrant(configuration, new URL(`${client.redirectUri}?${answer}`), {
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        pkceCodeVerifier: secrets.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims || !tokens.id_token || !SUBJECT.test(claims.sub)) throw refused('the subject is missing or too long');
      const userinfo = configuration.serverMetadata().userinfo_endpoint
        ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : {};
      return { subject: claims.sub, idToken: claims, userinfo, rawIdToken: tokens.id_token };
    }, refused);
  }

  override async endSessionUrl(client: OpenIdClient, idToken: string, returnTo: string): Promise<string | null> {
    return this.translated(async () => {
      const configuration = await this.configuration(client);
      if (!configuration.serverMetadata().end_session_endpoint) return null;
      const parameters = { id_token_hint: idToken, post_logout_redirect_uri: returnTo };
      return webAddress(buildEndSessionUrl(configuration, parameters));
    });
  }

  override async readLogoutToken(client: OpenIdClient, token: string): Promise<LogoutToken> {
    const { jwks_uri: keysAt } = (await this.translated(() => this.configuration(client))).serverMetadata();
    const keys = await this.translated(async () => {
      const response = await this.safe.fetch(keysAt ?? '');
      return createLocalJWKSet((await response.json()) as JSONWebKeySet);
    });
    const payload = await jwtVerify(token, keys, {
      issuer: client.issuer,
      audience: client.clientId,
      algorithms: ALGORITHMS,
      clockTolerance: TOLERANCE_SECONDS,
      maxTokenAge: '5 minutes',
      requiredClaims: ['jti'],
      currentDate: new Date(this.clock.now()),
    }).then(
      (verified) => verified.payload,
      (error: unknown) => {
        throw logoutRefused('it does not verify', error);
      },
    );
    return logoutTokenOf(payload);
  }

  /**
   * The client at a provider whose addresses are known. It starts without keys, so that each sign-in is checked with
   * those of this moment: a rotated key is found, a withdrawn one is not believed.
   */
  private async configuration(client: OpenIdClient): Promise<Configuration> {
    const metadata = await this.metadataOf(client);
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const configuration = new Configuration(
      metadata,
      client.clientId,
      { [clockTolerance]: TOLERANCE_SECONDS },
      authentication(client.clientSecret, methods),
    );
    configuration[customFetch] = this.request;
    configuration.timeout = REQUEST_SECONDS;
    // SafeFetch decides about http: only a host that the operator named may be called so.
    allowInsecureRequests(configuration);
    enableNonRepudiationChecks(configuration);
    return configuration;
  }

  private async metadataOf({ issuer, clientId }: OpenIdClient): Promise<ServerMetadata> {
    const known = this.known.get(issuer);
    if (known && known.until > this.clock.now()) return known.metadata;
    const metadata = await this.discovered(issuer, clientId);
    this.known.set(issuer, { metadata, until: this.clock.now() + METADATA_MS });
    return metadata;
  }

  private async discovered(issuer: string, clientId: string): Promise<ServerMetadata> {
    const found = await discovery(new URL(issuer), clientId, undefined, None(), {
      [customFetch]: this.request,
      timeout: REQUEST_SECONDS,
      execute: [allowInsecureRequests],
    }).catch((error: unknown) => {
      throw unavailable(error instanceof Error ? describe(error) : String(error), error);
    });
    const metadata = found.serverMetadata();
    // Accounts are keyed by the issuer, to the letter.
    if (metadata.issuer !== issuer) throw unavailable(`the provider calls itself ${metadata.issuer}`);
    return metadata;
  }

  /** What goes wrong at or with a provider, in our words; what it said itself goes to the log only. */
  private async translated<T>(step: () => Promise<T>, otherwise: Wrong = unavailable): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw asAppError(error, otherwise);
    }
  }
}

function authentication(secret: string | null, methods: readonly string[]): ClientAuth {
  if (secret === null) return None();
  return methods.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

function webAddress(url: URL): string {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw unavailable(`the provider names ${url.protocol}`);
  return url.href;
}

function logoutTokenOf({ events, jti, sub, sid, nonce }: JWTPayload): LogoutToken {
  const happened = events as Record<string, unknown> | undefined;
  if (typeof happened !== 'object' || happened === null || typeof happened[BACKCHANNEL] !== 'object') {
    throw logoutRefused('it is about something else');
  }
  // An ID token is signed with the same keys; it has a nonce, and a logout token must not (2.4).
  if (nonce !== undefined) throw logoutRefused('it is an ID token');
  const session = typeof sid === 'string' ? sid : undefined;
  if (sub === undefined && session === undefined) throw logoutRefused('it names nobody');
  return { id: String(jti), subject: sub, sid: session };
}

type Wrong = (why: string, cause?: unknown) => AppError;

/** @param otherwise  what it means when it is neither the network nor the person who changed their mind */
function asAppError(error: unknown, otherwise: Wrong): AppError {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (!(at instanceof AppError)) continue;
    return at.code.startsWith('net.') ? unavailable(at.detail, at) : at;
  }
  const why = error instanceof Error ? describe(error) : String(error);
  if (error instanceof AuthorizationResponseError && error.error === 'access_denied') return cancelled(why, error);
  const code = (error as { code?: unknown } | null)?.code;
  const theirFault = code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT' || code === 'OAUTH_RESPONSE_IS_NOT_CONFORM';
  return theirFault ? unavailable(why, error) : otherwise(why, error);
}

/** Causes carry tokens and claims: only what kind of thing was wrong is written down. */
function describe(error: Error): string {
  const { code, error: word } = error as { code?: unknown; error?: unknown };
  return [error.message, code, word].filter((part) => typeof part === 'string').join(', ');
}

function cancelled(why: string, cause: unknown): AppError {
  const detail = 'The sign-in was cancelled at the provider.';
  return new AppError('unauthenticated', 'openid.cancelled', detail, why, { cause: plain(cause) });
}

function refused(why: string, cause?: unknown): AppError {
  const detail = 'The answer of the sign-in provider could not be verified. Start again.';
  return new AppError('unauthenticated', 'openid.refused', detail, why, { cause: plain(cause) });
}

function logoutRefused(why: string, cause?: unknown): AppError {
  return new AppError('unreadable', 'openid.logout-token-refused', 'The logout token is not valid.', why, {
    cause: plain(cause),
  });
}

function unavailable(why: string, cause?: unknown): AppError {
  const detail = 'The sign-in provider does not answer as it should. Try again later.';
  return new AppError('unavailable', 'openid.provider-unavailable', detail, why, { cause: plain(cause) });
}

/** The same without what hangs on it: responses and tokens have no place in a log. */
function plain(error: unknown): unknown {
  return error instanceof Error && !(error instanceof AppError) ? new Error(describe(error)) : error;
}
