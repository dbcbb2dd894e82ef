import type { authenticate, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { mayUsers } from '../../domain/access.ts';
import { normalAddress } from '../../domain/address.ts';
import { narrow } from '../../domain/permissions.ts';
import { record } from '../../events.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { OAuthGrantStore } from '../../persistence/oauth-grant.store.ts';
import { type Principal, PrincipalStore } from '../../persistence/principal.store.ts';
import { SettingStore } from '../../persistence/setting.store.ts';

import { Acting } from '../audit/acting.ts';
import { refusals } from '../refusals.ts';
import { equalHashes, hashOf, isSecret, oauthTokenKind, parseApiToken } from '../secrets.ts';
import { type ActorOptions, actorOf } from './actor-of.ts';
import { CheckPassword } from './check-password.ts';
import { Maintenance } from './maintenance.ts';

type Input = ParsedInputOf<typeof authenticate>;
type Output = OutputOf<typeof authenticate>;

const HOUR_MS = 3_600_000;
/** How long the gateway may reuse an answer; `access.v1.changed` ends it sooner. */
const REUSE_MS = 30_000;
/** Uses are recorded at most this often: reading must not become writing. */
const TOUCH_MS = 60_000;

/** Never active: existing clients act for it to write what nobody in particular wrote. */
const SYSTEM_USER = 1;

interface From {
  address: string | undefined;
  requestId: string | undefined;
}

interface Proven {
  principal: Principal;
  options: ActorOptions;
  csrfToken: string | null;
  /** The credential is good for this long. */
  leftMs: number;
  /** As whom the session looks at the desk. */
  viewing?: { userId: number; until: Date };
}

/** Who is this? @throws AppError unauthenticated, forbidden, limited */
@Injectable()
export class Authenticate {
  constructor(
    private readonly db: DataSource,
    private readonly principals: PrincipalStore,
    private readonly credentials: CredentialStore,
    private readonly passwords: CheckPassword,
    private readonly oauth: OAuthGrantStore,
    private readonly acting: Acting,
    private readonly settings: SettingStore,
    private readonly maintenance: Maintenance,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  async run({ credential, onBehalfOf, ip }: Input, requestId?: string): Promise<Output> {
    const proven = await this.prove(credential, ip);
    const { principal, options, csrfToken, viewing } = proven;
    // Whoever provisions people works on, or they would be lost.
    if (options.directoryId === undefined) await this.maintenance.pass(principal);
    const seen = viewing && (await this.seenAs(proven, viewing));
    if (seen) {
      if (onBehalfOf?.trim()) {
        const detail = 'You look at the desk as somebody else: nothing can be changed.';
        throw new AppError('forbidden', 'auth.view-only', detail);
      }
      return { actor: seen, csrfToken, maxAgeMs: this.reusable(proven.leftMs, viewing.until) };
    }
    const actor =
      onBehalfOf === undefined || onBehalfOf.trim() === ''
        ? actorOf(principal, options)
        : await this.actFor(principal, options, onBehalfOf.trim(), { address: ip, requestId });
    return { actor, csrfToken, maxAgeMs: Math.max(0, Math.min(REUSE_MS, proven.leftMs)) };
  }

  private prove(credential: Input['credential'], ip: string | undefined): Promise<Proven> {
    switch (credential.scheme) {
      case 'basic':
        return this.byPassword(credential.login, credential.password, ip);
      case 'token':
        return oauthTokenKind(credential.token) === 'access'
          ? this.byAccessToken(credential.token)
          : this.byToken(credential.token);
      case 'session':
        return this.bySession(credential.sessionToken);
    }
  }

  private async byPassword(login: string, password: string, ip: string | undefined): Promise<Proven> {
    await this.requireAccess('api_password_access', 'API password access disabled!');
    const principal = await this.passwords.run({ login, password, ip, way: 'basic' });
    if (!principal) throw refused('identity.basic-refused', 'Invalid BasicAuth credentials');
    if (principal.secondFactor || principal.secondFactorDemanded) {
      throw refused(
        'identity.second-factor-basic',
        'Basic authentication is not possible for accounts with a second factor. Use an API token instead.',
      );
    }
    return { principal, options: { via: 'basic', token: null }, csrfToken: null, leftMs: REUSE_MS };
  }

  /** One that an application was given by somebody's consent: their rights, inside what both sides agreed on. */
  private async byAccessToken(token: string): Promise<Proven> {
    const unknown = () => refused('identity.access-token-unknown', 'The provided token is invalid.');
    const row = await this.oauth.token(this.db, hashOf(token));
    if (row?.kind !== 'access') throw unknown();
    const now = this.clock.now();
    const leftMs = row.expiresAt.getTime() - now;
    if (leftMs <= 0) throw refused('identity.access-token-expired', 'OAuth2 token is expired!');
    const principal = await this.principals.byId(this.db, row.userId);
    if (!principal?.grants.active) throw unknown();
    if (!row.lastUsedAt || now - row.lastUsedAt.getTime() >= TOUCH_MS) {
      await this.oauth.touch(this.db, row.grantId, new Date(now));
    }
    // What the application lost since then it has lost for this token as well.
    const agreed = narrow(row.scopes, row.applicationScopes);
    return {
      principal,
      options: { via: 'token', token: agreed, expiresAt: row.expiresAt },
      csrfToken: null,
      leftMs,
    };
  }

  private async byToken(token: string): Promise<Proven> {
    const unknown = () => refused('identity.token-unknown', "Can't find User for Token");
    const parts = parseApiToken(token.trim());
    const row = parts && (await this.credentials.apiToken(this.db, parts.id));
    if (!row || !equalHashes(row.secretHash, hashOf(parts.secret))) throw unknown();
    // Whoever provisions people does not use the API of a person.
    if (row.directoryId === null) await this.requireAccess('api_token_access', 'API token access disabled!');
    const now = this.clock.now();
    const leftMs = row.expiresAt ? row.expiresAt.getTime() - now : REUSE_MS;
    if (leftMs <= 0) throw refused('identity.token-expired', 'Not authorized (token expired)!');
    const principal = await this.principals.byId(this.db, row.userId);
    if (!principal?.grants.active) throw unknown();
    if (!row.lastUsedAt || now - row.lastUsedAt.getTime() >= TOUCH_MS) {
      await this.credentials.touchApiToken(this.db, row.id, new Date(now));
    }
    const options = {
      via: 'token' as const,
      token: row.permissions,
      ...(row.expiresAt && { expiresAt: row.expiresAt }),
      ...(row.directoryId !== null && { directoryId: row.directoryId }),
    };
    return { principal, options, csrfToken: null, leftMs };
  }

  /** @throws AppError forbidden: administrators have closed this way */
  private async requireAccess(name: 'api_password_access' | 'api_token_access', detail: string): Promise<void> {
    if ((await this.settings.value(this.db, name)) === false) {
      throw new AppError('forbidden', 'identity.api-access-off', detail);
    }
  }

  private async bySession(sessionToken: string): Promise<Proven> {
    const ended = () => refused('identity.session-ended', 'Authentication required');
    if (!isSecret(sessionToken)) throw ended();
    const session = await this.credentials.session(this.db, hashOf(sessionToken));
    if (!session) throw ended();
    const now = this.clock.now();
    const idleMs = now - session.lastSeenAt.getTime();
    const leftMs = Math.min(session.expiresAt.getTime() - now, this.config.SESSION_IDLE_HOURS * HOUR_MS - idleMs);
    if (leftMs <= 0) throw ended();
    const principal = await this.principals.byId(this.db, session.userId);
    if (!principal?.grants.active) throw ended();
    if (idleMs >= TOUCH_MS) await this.credentials.touchSession(this.db, session.id, new Date(now));
    return {
      principal,
      options: { via: 'session', token: null, sessionId: session.id, mustEnrol: session.enrolOnly },
      csrfToken: session.csrfToken,
      leftMs,
      ...(session.viewingId !== null &&
        session.viewingUntil !== null && { viewing: { userId: session.viewingId, until: session.viewingUntil } }),
    };
  }

  /**
   * The person as whom somebody looks at the desk: their groups and organizations, and of their permissions those that
   * are about work. Looked at anew each time: it is over with its time, and when either side's rights are others.
   */
  private async seenAs(
    { principal, options }: Proven,
    { userId, until }: NonNullable<Proven['viewing']>,
  ): Promise<Output['actor'] | undefined> {
    if (until.getTime() <= this.clock.now()) return undefined;
    const target = await this.principals.byId(this.db, userId);
    if (!target?.grants.active) return undefined;
    const viewer = actorOf(principal, options);
    if (!mayUsers.actAs(viewer, { id: target.id, permissions: target.grants.permissions })) return undefined;
    const { administers: _, ...actor } = actorOf(target, { ...options, actingUserId: principal.id });
    const permissions = actor.permissions.filter(mayUsers.shownToViewers);
    return { ...actor, permissions, viewingUntil: until.toISOString() };
  }

  private reusable(leftMs: number, until: Date): number {
    return Math.max(0, Math.min(REUSE_MS, leftMs, until.getTime() - this.clock.now()));
  }

  /**
   * The header `From`: all rights are those of the named user from here on, still narrowed to the token's. Who may
   * manage users may do it, for anybody who may sign in and administers no more than they, and for the system user. A refusal names both in the audit
   * log; what is done is recorded request by request.
   */
  private async actFor(caller: Principal, options: ActorOptions, name: string, from: From): Promise<Output['actor']> {
    const target = await this.named(name);
    const refuse = async (refusal: AppError): Promise<never> => {
      await this.acting.refused(caller.id, { id: target?.id ?? null, name }, from);
      throw refusal;
    };
    const actor = actorOf(caller, options);
    if (!mayUsers.actFor(actor)) {
      const detail = "Current user has no permission to use 'From'/'X-On-Behalf-Of'!";
      return refuse(new AppError('forbidden', 'identity.acting-not-allowed', detail));
    }
    if (!target || (!target.grants.active && target.id !== SYSTEM_USER)) {
      return refuse(new AppError('forbidden', 'identity.acting-for-unknown', `No such user '${name}'`));
    }
    if (!mayUsers.actAs(actor, { id: target.id, permissions: target.grants.permissions })) {
      return refuse(refusals.beyondOwnRights());
    }
    record.actsFor(caller.id, target.id);
    return actorOf(target, { ...options, actingUserId: caller.id });
  }

  private async named(name: string): Promise<Principal | undefined> {
    const byId = /^\d{1,9}$/.test(name) ? await this.principals.byId(this.db, Number(name)) : undefined;
    return byId ?? this.principals.byLogin(this.db, normalAddress(name));
  }
}

function refused(code: string, detail: string): AppError {
  return new AppError('unauthenticated', code, detail);
}
