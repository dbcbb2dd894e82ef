import type { Actor, OutputOf, oauthGrants } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { mayCredentials, mayUsers } from '../../domain/access.ts';
import { type AuthorizationRequest, clientOf, judge } from '../../domain/oauth/authorization-request.ts';
import { withAnswer } from '../../domain/oauth/redirect-uri.ts';
import { narrow } from '../../domain/permissions.ts';
import { type ApplicationRow, ApplicationStore } from '../../persistence/application.store.ts';
import { OAuthGrantStore } from '../../persistence/oauth-grant.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { hashOf, newSecret } from '../secrets.ts';
import { Freshness } from '../sign-in/freshness.ts';
import { TellOwner } from '../sign-in/tell-owner.ts';

/** An application exchanges it at once; nobody types it. */
const CODE_MS = 60_000;

type Redirect = OutputOf<typeof oauthGrants.decide>;

interface Asked {
  application: ApplicationRow;
  request: AuthorizationRequest;
  /** Of what is asked for, what the person may do: nothing else is ever granted. */
  scopes: string[];
}

/** People let applications act for them, and take it back (RFC 6749 4.1.1, 4.1.2). */
@Injectable()
export class Authorizations {
  constructor(
    private readonly db: DataSource,
    private readonly applications: ApplicationStore,
    private readonly grants: OAuthGrantStore,
    private readonly users: UserStore,
    private readonly fresh: Freshness,
    private readonly announce: Announce,
    private readonly audit: Audit,
    private readonly owner: TellOwner,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  /** What the consent page shows. @throws AppError forbidden; invalid `oauth.application-unknown`, `oauth.redirect-uri-unknown` */
  async preview(actor: Actor, query: string): Promise<OutputOf<typeof oauthGrants.preview>> {
    const asked = await this.read(actor, query);
    if ('redirect_to' in asked) return asked;
    const { application, request, scopes } = asked;
    const { protocol, host } = new URL(request.redirectUri);
    // In the address of an app a host says nothing of who gets the answer.
    const place = protocol === 'https:' || protocol === 'http:' ? host : protocol;
    return { application: { name: application.name, redirect_host: place }, scopes };
  }

  /**
   * Grants or denies, and says where the browser goes on to. A grant outlives the session, so it wants a recent proof
   * like every other key.
   * @param seen  scopes that the page showed: a registration that was widened since then widens no consent
   * @throws AppError forbidden, `identity.proof-needed`; invalid as above
   */
  async decide(actor: Actor, query: string, allow: boolean, seen: readonly string[]): Promise<Redirect> {
    const asked = await this.read(actor, query);
    if ('redirect_to' in asked) return asked;
    const { application, request } = asked;
    const { redirectUri, state, codeChallenge } = request;
    const scopes = narrow(asked.scopes, seen);
    if (!allow || scopes.length === 0) return this.answer(redirectUri, { error: 'access_denied', state });
    await this.fresh.demand(actor);
    const code = newSecret();
    const now = this.clock.now();
    await transaction(this.db, async (tx) => {
      await this.grants.add(tx, {
        applicationId: application.id,
        userId: actor.userId,
        scopes,
        redirectUri,
        codeHash: hashOf(code),
        codeChallenge,
        codeExpiresAt: new Date(now + CODE_MS),
        at: new Date(now),
      });
      await this.audit.record(tx, actor, {
        action: 'application.granted',
        object: { type: 'Application', id: application.id, label: application.name },
        changes: { scopes: { to: scopes } },
      });
      await this.owner.changed(tx, actor, actor.userId, 'application-granted');
    });
    return this.answer(redirectUri, { code, state });
  }

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<OutputOf<typeof oauthGrants.list>> {
    if (!mayCredentials.sessions(actor)) throw refusals.notAuthorized();
    return this.grantedBy(actor.userId);
  }

  /** @throws AppError forbidden; not-found: also when nothing was granted */
  async revoke(actor: Actor, applicationId: number): Promise<Record<string, never>> {
    if (!mayCredentials.sessions(actor)) throw refusals.notAuthorized();
    return this.end(actor, actor.userId, applicationId);
  }

  /** Of anybody. @throws AppError forbidden, not-found */
  async ofUser(actor: Actor, userId: number): Promise<OutputOf<typeof oauthGrants.listOfUser>> {
    if (!mayCredentials.manageTokens(actor)) throw refusals.notAuthorized();
    if ((await this.users.byIds(this.db, [userId])).length === 0) throw refusals.notFound('User', userId);
    return this.grantedBy(userId);
  }

  /** @throws AppError forbidden; not-found: also when nothing was granted */
  async revokeOfUser(actor: Actor, userId: number, applicationId: number): Promise<Record<string, never>> {
    if (!mayCredentials.manageTokens(actor)) throw refusals.notAuthorized();
    const [person] = await this.users.byIds(this.db, [userId]);
    if (!person) throw refusals.notFound('User', userId);
    if (!mayUsers.endAccess(actor, person)) throw refusals.beyondOwnRights();
    return this.end(actor, userId, applicationId);
  }

  private async grantedBy(userId: number): Promise<OutputOf<typeof oauthGrants.list>> {
    const rows = await this.grants.ofUser(this.db, userId, new Date(this.clock.now()));
    return rows.map(({ createdAt, lastUsedAt, ...row }) => ({
      ...row,
      created_at: createdAt.toISOString(),
      last_used_at: lastUsedAt?.toISOString() ?? null,
    }));
  }

  private async end(actor: Actor, userId: number, applicationId: number): Promise<Record<string, never>> {
    await transaction(this.db, async (tx) => {
      const ended = await this.grants.deleteOfUser(tx, userId, applicationId);
      if (ended === 0) throw refusals.notFound('Application', applicationId);
      await this.announce.accessChanged(tx, [userId], 'application-revoked');
      const application = await this.applications.byId(tx, applicationId);
      await this.audit.record(tx, actor, {
        action: 'application.revoked',
        object: { type: 'Application', id: applicationId, ...(application && { label: application.name }) },
        ...(userId !== actor.userId && { changes: { user_id: { from: userId } } }),
      });
      await this.owner.changed(tx, actor, userId, 'application-revoked');
    });
    return {};
  }

  private async read(actor: Actor, query: string): Promise<Asked | Redirect> {
    // A token never makes another key, and acting for somebody leaves none behind.
    if (actor.via !== 'session' || !mayCredentials.inPerson(actor) || actor.mustEnrol) throw refusals.notAuthorized();
    const params = new URLSearchParams(query);
    const client = clientOf(params);
    const application = client === undefined ? undefined : await this.applications.byUid(this.db, client);
    const judged = judge(
      params,
      application && { redirectUris: application.redirect_uris, scopes: application.scopes },
    );
    if (judged.do === 'stop' || !application) throw stopped(judged.do === 'stop' ? judged.why : 'application');
    if (judged.do === 'answer') {
      const { redirectUri, state, error, why } = judged;
      return this.answer(redirectUri, { error, error_description: why, state });
    }
    const { request } = judged;
    const scopes = narrow(actor.permissions, request.scopes);
    if (scopes.length > 0) return { application, request, scopes };
    const why = 'the person may do nothing of what is asked for';
    return this.answer(request.redirectUri, { error: 'access_denied', error_description: why, state: request.state });
  }

  /** With the name of this server, so that an application of several servers sees whose answer it is (RFC 9207). */
  private answer(redirectUri: string, answer: Record<string, string | undefined>): Redirect {
    const iss = this.config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '');
    return { redirect_to: withAnswer(redirectUri, { ...answer, iss }) };
  }
}

function stopped(why: 'application' | 'redirect-uri'): AppError {
  if (why === 'application') {
    return new AppError('invalid', 'oauth.application-unknown', 'No application is registered under this name.');
  }
  return new AppError(
    'invalid',
    'oauth.redirect-uri-unknown',
    'The application wants to be answered at an address that it is not registered with.',
  );
}
