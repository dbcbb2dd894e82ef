import type { OutputOf, oauthEndpoints, ParsedInputOf } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { readScope, within } from '../../domain/oauth/scopes.ts';
import {
  type ClientRequest,
  type Refusal,
  readClientRequest,
  readTokenWish,
  type TokenWish,
} from '../../domain/oauth/token-request.ts';
import { narrow } from '../../domain/permissions.ts';
import { record } from '../../events.ts';
import { type ApplicationRow, ApplicationStore } from '../../persistence/application.store.ts';
import { OAuthGrantStore } from '../../persistence/oauth-grant.store.ts';
import { PrincipalStore } from '../../persistence/principal.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { equalHashes, hashOf, newOAuthToken, oauthTokenKind } from '../secrets.ts';
import { provesChallenge } from './pkce.ts';

type Input = ParsedInputOf<typeof oauthEndpoints.token>;
type Answer = OutputOf<typeof oauthEndpoints.token>;

const ACCESS_MS = 30 * 60_000;
/** Without being used for so long, a consent is over. */
const REFRESH_MS = 30 * 86_400_000;

interface Issue {
  grantId: number;
  userId: number;
  /** Of the access token. */
  scopes: string[];
  /** Of the consent; the next refresh may ask for all of it again. */
  grantedScopes: string[];
}

/** What applications ask by themselves: tokens for a code or a refresh token, their end, and what one is good for. */
@Injectable()
export class OAuthTokens {
  /** Compared against when there is no such application, or none with a secret. */
  private readonly nobody = hashOf('');

  constructor(
    private readonly db: DataSource,
    private readonly applications: ApplicationStore,
    private readonly grants: OAuthGrantStore,
    private readonly principals: PrincipalStore,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  /** RFC 6749 3.2 */
  issue(input: Input): Promise<Answer> {
    return this.forClient(input, async (application, { form }) => {
      const wish = readTokenWish(form);
      if ('error' in wish) return wish;
      return transaction(this.db, (tx) =>
        wish.grant === 'code' ? this.byCode(tx, application, wish) : this.byRefreshToken(tx, application, wish),
      );
    });
  }

  /** RFC 7009. Whatever is no token of this application is revoked already. */
  revoke(input: Input): Promise<Answer> {
    return this.forClient(input, async (application, { form }) => {
      const token = form.get('token');
      if (token === undefined) return { error: 'invalid_request', why: 'token is missing' };
      if (oauthTokenKind(token) === undefined) return {};
      return transaction(this.db, async (tx) => {
        const row = await this.grants.lockToken(tx, hashOf(token));
        if (row?.applicationId !== application.id) return {};
        const { kind, grantId, userId } = row;
        if (kind === 'access') await this.grants.deleteToken(tx, hashOf(token));
        else await this.grants.delete(tx, grantId);
        await this.announce.accessChanged(tx, [userId], 'application-revoked');
        // The end of a consent, as when the person takes it back; that of one token is an everyday matter.
        if (kind === 'refresh') await this.recordEnd(tx, 'application.revoked', application, userId);
        return {};
      });
    });
  }

  /** RFC 7662, for confidential applications and their own tokens. */
  introspect(input: Input): Promise<Answer> {
    return this.forClient(input, async (application, { form }) => {
      if (application.secret_hash === null) return { error: 'invalid_client', why: 'public clients cannot ask' };
      const token = form.get('token');
      if (token === undefined) return { error: 'invalid_request', why: 'token is missing' };
      const row = oauthTokenKind(token) && (await this.grants.token(this.db, hashOf(token)));
      const person = row && (await this.principals.byId(this.db, row.userId));
      const over = !row || row.usedAt !== null || row.expiresAt.getTime() <= this.clock.now();
      if (over || row.applicationId !== application.id || !person?.grants.active) return { active: false };
      return {
        active: true,
        scope: narrow(row.scopes, application.scopes).join(' '),
        client_id: application.uid,
        username: person.login,
        sub: String(person.id),
        ...(row.kind === 'access' && { token_type: 'Bearer' }),
        iat: Math.floor(row.createdAt.getTime() / 1000),
        exp: Math.floor(row.expiresAt.getTime() / 1000),
        iss: this.config.HELPMESH_PUBLIC_URL.replace(/\/+$/, ''),
      };
    });
  }

  /** Finds out which application asks (RFC 6749 2.3), and puts what comes of it into the words of the RFC. */
  private async forClient(
    { form, authorization }: Input,
    answer: (application: ApplicationRow, request: ClientRequest) => Promise<Refusal | Record<string, unknown>>,
  ): Promise<Answer> {
    const request = readClientRequest(form, authorization);
    if ('error' in request) return refused(request);
    const { id, secret } = request.client;
    const application = await this.applications.byUid(this.db, id);
    const stored = application?.secret_hash ?? null;
    const right = equalHashes(hashOf(secret ?? ''), stored ?? this.nobody);
    // A public client that shows a secret is another one than the registered.
    if (!application || (stored === null ? secret !== null : !right)) {
      return refused({ error: 'invalid_client', why: 'the client is unknown, or its secret is wrong' });
    }
    const result = await answer(application, request);
    return isRefusal(result) ? refused(result) : { status: 200, body: result };
  }

  private async byCode(
    tx: EntityManager,
    application: ApplicationRow,
    { code, redirectUri, codeVerifier }: TokenWish & { grant: 'code' },
  ): Promise<Refusal | Record<string, unknown>> {
    const grant = await this.grants.lockByCode(tx, hashOf(code));
    if (grant?.applicationId !== application.id) return invalidGrant('the code is not known');
    if (grant.codeUsedAt !== null) return this.reused(tx, application, grant.id, grant.userId);
    const now = this.clock.now();
    if (grant.codeExpiresAt.getTime() <= now) return invalidGrant('the code has expired');
    if (grant.redirectUri !== redirectUri) return invalidGrant('redirect_uri is not the one of the code');
    if (!provesChallenge(codeVerifier, grant.codeChallenge)) return invalidGrant('code_verifier is wrong');
    await this.grants.useCode(tx, grant.id, new Date(now));
    const { id: grantId, userId, scopes } = grant;
    return this.tokens(tx, application, { grantId, userId, scopes, grantedScopes: scopes });
  }

  private async byRefreshToken(
    tx: EntityManager,
    application: ApplicationRow,
    { refreshToken, scope }: TokenWish & { grant: 'refresh' },
  ): Promise<Refusal | Record<string, unknown>> {
    const known = oauthTokenKind(refreshToken) === 'refresh';
    const row = known ? await this.grants.lockToken(tx, hashOf(refreshToken)) : undefined;
    if (row?.applicationId !== application.id) return invalidGrant('the refresh token is not known');
    if (row.usedAt !== null) return this.reused(tx, application, row.grantId, row.userId);
    const now = this.clock.now();
    if (row.expiresAt.getTime() <= now) return invalidGrant('the refresh token has expired');
    const scopes = scope === undefined ? row.grantedScopes : readScope(scope);
    if (!scopes || !within(scopes, row.grantedScopes)) {
      return { error: 'invalid_scope', why: 'this was not granted' };
    }
    await this.grants.useToken(tx, hashOf(refreshToken), new Date(now));
    const { grantId, userId, grantedScopes } = row;
    return this.tokens(tx, application, { grantId, userId, scopes, grantedScopes });
  }

  private async tokens(
    tx: EntityManager,
    application: ApplicationRow,
    { grantId, userId, scopes: asked, grantedScopes }: Issue,
  ): Promise<Refusal | Record<string, unknown>> {
    const principal = await this.principals.byId(tx, userId);
    if (!principal?.grants.active) return invalidGrant('the account is closed');
    const scopes = narrow(asked, application.scopes);
    if (scopes.length === 0) return invalidGrant('the application lost what was granted');
    const now = this.clock.now();
    const at = new Date(now);
    const [access, refresh] = [newOAuthToken('access'), newOAuthToken('refresh')];
    const common = { grantId, at };
    const [accessEnds, refreshEnds] = [new Date(now + ACCESS_MS), new Date(now + REFRESH_MS)];
    await this.grants.addToken(tx, { ...common, hash: hashOf(access), kind: 'access', scopes, expiresAt: accessEnds });
    const more = { hash: hashOf(refresh), kind: 'refresh' as const, scopes: grantedScopes, expiresAt: refreshEnds };
    await this.grants.addToken(tx, { ...common, ...more });
    record.oauthTokenIssued(application.id, userId);
    return {
      access_token: access,
      token_type: 'Bearer',
      expires_in: ACCESS_MS / 1000,
      refresh_token: refresh,
      scope: scopes.join(' '),
    };
  }

  /**
   * Twice the same: one of the two who have it stole it, and nobody can tell which. All that came of the consent ends
   * (RFC 6749 4.1.2, RFC 9700 4.14.2), and stays so: this is an answer, not an error that would undo it.
   */
  private async reused(
    tx: EntityManager,
    application: ApplicationRow,
    grantId: number,
    userId: number,
  ): Promise<Refusal> {
    await this.grants.delete(tx, grantId);
    await this.announce.accessChanged(tx, [userId], 'application-revoked');
    await this.recordEnd(tx, 'application.token-reused', application, userId);
    record.oauthTokenReused(application.id, userId);
    return invalidGrant('it was used before; all that came of it has ended');
  }

  private recordEnd(
    tx: EntityManager,
    action: 'application.revoked' | 'application.token-reused',
    { id, name }: ApplicationRow,
    userId: number,
  ): Promise<void> {
    const object = { type: 'Application', id, label: name };
    return this.audit.record(tx, null, { action, object, changes: { user_id: { from: userId } } });
  }
}

function isRefusal(result: Refusal | Record<string, unknown>): result is Refusal {
  return 'error' in result;
}

function invalidGrant(why: string): Refusal {
  return { error: 'invalid_grant', why };
}

function refused({ error, why }: Refusal): Answer {
  return { status: error === 'invalid_client' ? 401 : 400, body: { error, error_description: why } };
}
