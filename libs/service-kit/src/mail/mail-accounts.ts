import { randomBytes } from 'node:crypto';
import { type MailAuthInput, type MailTransport, SECRET_MASK } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { SecretBox } from '../access/secret-box.ts';
import type { MailProvider, ProviderAccount, ProviderTokens } from '../net/provider-tokens.ts';

/** Where a mail server is. */
export interface MailServer {
  host: string;
  port: number;
  ssl: MailTransport;
  ssl_verify: boolean;
  user: string;
}

/** With whom OAuth 2 is spoken instead of a password. */
export interface MailAuth {
  provider: MailProvider;
  tenant: string | null;
  client_id: string;
  authorize_url: string | null;
  token_url: string | null;
  scope: string | null;
}

/** In clear only while a connection is made. */
export interface MailSecrets {
  password: string | null;
  client_secret: string | null;
  refresh_token: string | null;
}

/** Of a row: which server opens with them, and the secrets as they are stored. */
export interface SealedAccount {
  id: number;
  secrets: Buffer;
}

type Opened = { server: MailServer | null; auth: MailAuth | null };
/** What was typed in: nothing said, or the mask, means "as it is". */
type Given = Partial<Record<keyof MailSecrets, string | null | undefined>>;

export const mailSecretNames = ['password', 'client_secret', 'refresh_token'] as const;
export const noMailSecrets: MailSecrets = { password: null, client_secret: null, refresh_token: null };

/** How long somebody may take to agree on the provider's pages. */
const CONSENT_MS = 15 * 60_000;

/** Sealed into the `state` that travels over the provider's pages. */
interface Consent {
  id: number;
  verifier: string;
  userId: number;
  until: number;
}

/** The secrets of mail accounts: sealed in the rows of one table, never shown again, and shown to no other server. */
export class MailAccounts {
  constructor(
    private readonly parts: {
      /** Of the table. */
      noun: string;
      box: SecretBox;
      tokens: ProviderTokens;
      clock: Clock;
      /** Where the provider leads back to. */
      redirectUri: string;
    },
  ) {}

  seal(id: number, secrets: MailSecrets): Buffer {
    return this.parts.box.seal(Buffer.from(JSON.stringify(secrets)), this.context(id));
  }

  /** @throws AppError unavailable `secrets.unreadable` */
  open({ id, secrets }: SealedAccount): MailSecrets {
    const text = this.parts.box.open(secrets, this.context(id)).toString();
    return { ...noMailSecrets, ...(JSON.parse(text) as MailSecrets) };
  }

  /** What stands in an answer: that there is a secret, and nothing of it. */
  masked(account: SealedAccount): Record<keyof MailSecrets, typeof SECRET_MASK | null> {
    const secrets = this.open(account);
    const mask = (name: keyof MailSecrets) => (secrets[name] === null ? null : SECRET_MASK);
    return { password: mask('password'), client_secret: mask('client_secret'), refresh_token: mask('refresh_token') };
  }

  /**
   * A token of the provider that is good now.
   * @param key  see ProviderTokens
   * @param keep  is given the secrets when the provider replaced one of them
   * @throws AppError of ProviderTokens
   */
  accessToken(
    key: string,
    auth: MailAuth,
    secrets: MailSecrets,
    keep: (secrets: MailSecrets) => Promise<void>,
  ): Promise<string> {
    const keepToken = (refresh_token: string) => keep({ ...secrets, refresh_token });
    return this.parts.tokens.accessToken(key, accountOf(auth, secrets), keepToken);
  }

  forget(key: string): void {
    this.parts.tokens.forget(key);
  }

  /** The page on which somebody agrees. @throws AppError invalid `oauth.addresses-missing` */
  askConsent(userId: number, account: SealedAccount & { auth: MailAuth }, user: string): string {
    const { box, tokens, clock, redirectUri } = this.parts;
    const verifier = randomBytes(32).toString('base64url');
    const consent: Consent = { id: account.id, verifier, userId, until: clock.now() + CONSENT_MS };
    const state = box.seal(Buffer.from(JSON.stringify(consent)), this.consent).toString('base64url');
    const asking = { redirectUri, state: `${this.parts.noun}.${state}`, verifier, user };
    return tokens.authorizeUrl(accountOf(account.auth, this.open(account)), asking);
  }

  /** @throws AppError invalid `mail-account.consent-over` unless this very person asked for it a while ago */
  consentOf(state: string, userId: number): Pick<Consent, 'id' | 'verifier'> {
    const consent = this.readConsent(state);
    if (consent && consent.userId === userId && consent.until >= this.parts.clock.now()) return consent;
    throw consentOver();
  }

  /** @returns the refresh token @throws AppError of ProviderTokens */
  exchange(account: SealedAccount & { auth: MailAuth }, given: { code: string; verifier: string }): Promise<string> {
    const { tokens, redirectUri } = this.parts;
    return tokens.exchange(accountOf(account.auth, this.open(account)), { ...given, redirectUri });
  }

  /**
   * What is stored after a change, or is used for a test. A stored secret is shown to the server it was typed in for:
   * whoever may change an account must not learn its password by naming a server of their own.
   * @throws AppError invalid `mail-account.secret-needed`
   */
  secretsFor(given: Given, now: Opened, before?: SealedAccount & Opened): MailSecrets {
    let held = before ? this.open(before) : noMailSecrets;
    if (before && !isSameServer(now, before)) {
      const left = mailSecretNames.some((name) => held[name] !== null && given[name] === SECRET_MASK);
      if (left) {
        const detail = 'Server or account are others now: give the password or the secret again.';
        throw new AppError('invalid', 'mail-account.secret-needed', detail);
      }
      held = noMailSecrets;
    }
    const said = (name: keyof MailSecrets) => {
      const text = given[name];
      return text === undefined || text === SECRET_MASK ? held[name] : text || null;
    };
    return {
      password: now.auth ? null : said('password'),
      client_secret: now.auth ? said('client_secret') : null,
      refresh_token: now.auth ? said('refresh_token') : null,
    };
  }

  private readConsent(state: string): Consent | undefined {
    const [noun, sealed = ''] = state.split('.');
    if (noun !== this.parts.noun) return undefined;
    try {
      return JSON.parse(this.parts.box.open(Buffer.from(sealed, 'base64url'), this.consent).toString()) as Consent;
    } catch {
      return undefined;
    }
  }

  private get consent(): string {
    return `${this.parts.noun}:consent`;
  }

  private context(id: number): string {
    return `${this.parts.noun}:${id}`;
  }
}

export const consentOver = () =>
  new AppError('invalid', 'mail-account.consent-over', 'This consent is over, or was not asked for here. Begin again.');

/** Whether a secret typed in for one may be shown to the other. */
export function isSameServer(a: Opened, b: Opened): boolean {
  const place = ({ server, auth }: Opened) => [
    ...[server?.host.toLowerCase(), server?.user],
    ...[auth?.provider, auth?.tenant, auth?.client_id, auth?.token_url],
  ];
  return place(a).join('\n') === place(b).join('\n');
}

/** @throws AppError invalid `input.missing`, `mail-account.host-invalid` */
export function mailServerFrom(
  given: {
    host: string;
    port?: number | null | undefined;
    ssl?: MailTransport | undefined;
    ssl_verify?: boolean | undefined;
    user?: string | null | undefined;
  },
  ports: Record<MailTransport, number>,
): MailServer {
  const host = given.host.trim();
  if (host === '') throw new AppError('invalid', 'input.missing', "The required value 'host' is missing.");
  if (!/^[\w.:-]+$/.test(host)) {
    const detail = 'The server is a host name or an address, without a port.';
    throw new AppError('invalid', 'mail-account.host-invalid', detail);
  }
  const ssl = given.ssl ?? 'ssl';
  const user = given.user?.trim() ?? '';
  return { host, port: given.port ?? ports[ssl], ssl, ssl_verify: given.ssl_verify ?? true, user };
}

/** @throws AppError invalid `input.missing`, `oauth.addresses-missing` */
export function mailAuthFrom(input: MailAuthInput): MailAuth {
  const filled = (text: string | null | undefined) => text?.trim() || null;
  const client_id = input.client_id.trim();
  if (client_id === '') throw new AppError('invalid', 'input.missing', "The required value 'client_id' is missing.");
  const auth: MailAuth = {
    provider: input.provider,
    tenant: input.provider === 'microsoft' ? filled(input.tenant) : null,
    client_id,
    authorize_url: filled(input.authorize_url),
    token_url: filled(input.token_url),
    scope: filled(input.scope),
  };
  if (auth.provider === 'other' && !(auth.authorize_url && auth.token_url && auth.scope)) {
    throw new AppError(
      'invalid',
      'oauth.addresses-missing',
      'The addresses and the scope of the provider are missing.',
    );
  }
  return auth;
}

function accountOf(auth: MailAuth, secrets: MailSecrets): ProviderAccount {
  return {
    provider: auth.provider,
    tenant: auth.tenant,
    clientId: auth.client_id,
    clientSecret: secrets.client_secret,
    authorizeUrl: auth.authorize_url,
    tokenUrl: auth.token_url,
    scope: auth.scope,
    refreshToken: secrets.refresh_token,
  };
}
