import { createHash } from 'node:crypto';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { SafeFetch } from './safe-fetch.ts';

/** Who lets programs into a mailbox by OAuth 2. `other`: both addresses and the scope are written down. */
export type MailProvider = 'microsoft' | 'google' | 'other';

/** A program that a provider knows, and what it may do in somebody's name. */
export interface ProviderAccount {
  provider: MailProvider;
  /** Microsoft: the directory, by its id or a domain; null: `organizations`. */
  tenant: string | null;
  clientId: string;
  clientSecret: string | null;
  /** Null: those of the provider. */
  authorizeUrl: string | null;
  tokenUrl: string | null;
  scope: string | null;
  /** Null: nobody has agreed yet; the program then signs in as itself, where the provider allows that. */
  refreshToken: string | null;
}

interface Held {
  token: string;
  /** Epoch ms. */
  until: number;
}

/** A token is not used in its last minute: it must not end between being handed out and being looked at. */
const SPARE_MS = 60_000;
/** Of a provider that does not say how long its token lives. */
const USUAL_SECONDS = 300;
const WORDS = 300;

const MICROSOFT = 'https://login.microsoftonline.com';
const GOOGLE = {
  authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  scope: 'https://mail.google.com/',
};
const MICROSOFT_SCOPE = [
  'offline_access',
  'https://outlook.office.com/IMAP.AccessAsUser.All',
  'https://outlook.office.com/POP.AccessAsUser.All',
  'https://outlook.office.com/SMTP.Send',
].join(' ');
/** Of a program that signs in as itself. */
const MICROSOFT_OWN_SCOPE = 'https://outlook.office365.com/.default';

/** Access tokens of mail providers, kept until they end. Each provider is asked through SafeFetch. */
export class ProviderTokens {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly web: Pick<SafeFetch, 'fetch'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Where somebody agrees that the program reads their mailbox (RFC 6749 4.1, with PKCE).
   * @throws AppError invalid `oauth.addresses-missing`
   */
  authorizeUrl(
    account: ProviderAccount,
    asking: { redirectUri: string; state: string; verifier: string; user: string },
  ): string {
    // What somebody agrees to is another scope than that of a program that signs in as itself.
    const { authorizeUrl, scope } = placesOf({ ...account, refreshToken: account.refreshToken ?? '' });
    const url = new URL(authorizeUrl);
    const challenge = createHash('sha256').update(asking.verifier).digest('base64url');
    const query = {
      response_type: 'code',
      client_id: account.clientId,
      redirect_uri: asking.redirectUri,
      scope,
      state: asking.state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      login_hint: asking.user,
      // Google hands out a refresh token only to whoever asks for it, and only with a fresh consent.
      ...(account.provider === 'google' && { access_type: 'offline' }),
      prompt: 'consent',
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  }

  /**
   * Makes of the code that the provider sent along a refresh token.
   * @throws AppError invalid `oauth.refused`, `oauth.no-refresh-token`; what SafeFetch throws
   */
  async exchange(
    account: ProviderAccount,
    given: { code: string; verifier: string; redirectUri: string },
  ): Promise<string> {
    const answer = await this.ask(account, {
      grant_type: 'authorization_code',
      code: given.code,
      code_verifier: given.verifier,
      redirect_uri: given.redirectUri,
    });
    if (answer.refreshToken !== null) return answer.refreshToken;
    throw new AppError('invalid', 'oauth.no-refresh-token', 'The provider gave no lasting permission (refresh token).');
  }

  /**
   * A token that is good now.
   * @param key  tells accounts apart; whoever changes one forgets it
   * @param keep  is given the refresh token that takes the place of the present one, where the provider changes it
   * @throws AppError invalid `oauth.refused`, `oauth.not-authorized`; what SafeFetch throws
   */
  async accessToken(
    key: string,
    account: ProviderAccount,
    keep: (refreshToken: string) => Promise<void>,
  ): Promise<string> {
    const held = this.held.get(key);
    if (held && held.until - SPARE_MS > this.clock.now()) return held.token;
    const { refreshToken } = account;
    const { scope } = placesOf(account);
    const answer = await this.ask(
      account,
      refreshToken === null
        ? { grant_type: 'client_credentials', scope }
        : { grant_type: 'refresh_token', refresh_token: refreshToken, scope },
    );
    if (answer.refreshToken !== null && answer.refreshToken !== refreshToken) await keep(answer.refreshToken);
    this.held.set(key, { token: answer.token, until: this.clock.now() + answer.seconds * 1000 });
    return answer.token;
  }

  /** The mail server did not take the token, or the account is another one now. */
  forget(key: string): void {
    this.held.delete(key);
  }

  private async ask(account: ProviderAccount, form: Record<string, string>) {
    if (form.grant_type === 'client_credentials' && account.provider === 'google') {
      throw new AppError('invalid', 'oauth.not-authorized', 'Nobody has agreed yet that this account is used.');
    }
    const body = new URLSearchParams({ client_id: account.clientId, ...form });
    if (account.clientSecret !== null) body.set('client_secret', account.clientSecret);
    const response = await this.web.fetch(placesOf(account).tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body,
    });
    const answer = fieldsOf(await response.text());
    const token = answer.access_token;
    if (!response.ok || typeof token !== 'string' || token === '') {
      const why = [answer.error, answer.error_description].filter((word) => typeof word === 'string').join(': ');
      const said = why === '' ? `it answers ${response.status}` : why.slice(0, WORDS);
      throw new AppError('invalid', 'oauth.refused', `The provider refuses to sign in: ${said}`);
    }
    const seconds = Number(answer.expires_in);
    return {
      token,
      seconds: Number.isFinite(seconds) && seconds > 0 ? seconds : USUAL_SECONDS,
      refreshToken: typeof answer.refresh_token === 'string' ? answer.refresh_token : null,
    };
  }
}

/** @throws AppError invalid `oauth.addresses-missing` */
function placesOf(account: ProviderAccount): { authorizeUrl: string; tokenUrl: string; scope: string } {
  const { authorizeUrl, tokenUrl, scope } = account;
  const usual = usualPlaces(account);
  const places = {
    authorizeUrl: authorizeUrl ?? usual?.authorizeUrl,
    tokenUrl: tokenUrl ?? usual?.tokenUrl,
    scope: scope ?? usual?.scope,
  };
  if (places.authorizeUrl === undefined || places.tokenUrl === undefined || places.scope === undefined) {
    throw new AppError(
      'invalid',
      'oauth.addresses-missing',
      'The addresses and the scope of the provider are missing.',
    );
  }
  return { authorizeUrl: places.authorizeUrl, tokenUrl: places.tokenUrl, scope: places.scope };
}

function usualPlaces({ provider, tenant, refreshToken, clientSecret }: ProviderAccount) {
  if (provider === 'google') return GOOGLE;
  if (provider === 'other') return undefined;
  const base = `${MICROSOFT}/${encodeURIComponent(tenant ?? 'organizations')}/oauth2/v2.0`;
  const asItself = refreshToken === null && clientSecret !== null;
  return {
    authorizeUrl: `${base}/authorize`,
    tokenUrl: `${base}/token`,
    scope: asItself ? MICROSOFT_OWN_SCOPE : MICROSOFT_SCOPE,
  };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
