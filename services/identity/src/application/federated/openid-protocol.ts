import type { Claims } from '../../domain/entitlement/claims.ts';

/** This desk as one provider knows it. */
export interface OpenIdClient {
  issuer: string;
  clientId: string;
  /** Null: a public client, with PKCE alone. */
  clientSecret: string | null;
  scopes: readonly string[];
  redirectUri: string;
}

/** What is made for one sign-in and must come back with it. */
export interface SignInSecrets {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** What a provider vouches for. */
export interface Vouched {
  subject: string;
  idToken: Claims;
  /** Empty when the provider has none. */
  userinfo: Claims;
  /** The token itself, for signing out. */
  rawIdToken: string;
}

export interface LogoutToken {
  /** Unique to the token. */
  id: string;
  subject: string | undefined;
  sid: string | undefined;
}

/** OpenID Connect as the use cases need it; `peer/` speaks it. */
export abstract class OpenIdProtocol {
  /** @throws AppError invalid `net.address-refused`: never to be called from here */
  abstract checkIssuer(issuer: string): void;

  /** What an issuer says about itself, read anew. @throws AppError unavailable `openid.provider-unavailable` */
  abstract describe(
    issuer: string,
  ): Promise<{ issuer: string; authorization_endpoint: string; scopes_supported: string[] }>;

  abstract newSecrets(): SignInSecrets;

  /** Where the browser goes to sign in. @throws AppError unavailable `openid.provider-unavailable` */
  abstract authorizationUrl(client: OpenIdClient, secrets: SignInSecrets): Promise<string>;

  /**
   * Turns the query of an answer into claims: state, issuer, code, ID token with signature and nonce, userinfo.
   * @throws AppError unauthenticated `openid.cancelled`, `openid.refused`; unavailable `openid.provider-unavailable`
   */
  abstract finish(client: OpenIdClient, answer: string, secrets: SignInSecrets): Promise<Vouched>;

  /** Where the browser goes to sign out; null when the provider has no such place. */
  abstract endSessionUrl(client: OpenIdClient, idToken: string, returnTo: string): Promise<string | null>;

  /** @throws AppError invalid `openid.logout-token-refused`; unavailable `openid.provider-unavailable` */
  abstract readLogoutToken(client: OpenIdClient, token: string): Promise<LogoutToken>;
}
