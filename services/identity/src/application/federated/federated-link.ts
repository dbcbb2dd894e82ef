import type {
  Actor,
  beginOpenIdLink,
  finishOpenIdLink,
  linkedAccounts,
  OutputOf,
  ParsedInputOf,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { lockInTransaction, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayCredentials } from '../../domain/access.ts';
import { readClaims } from '../../domain/entitlement/claims.ts';
import { earnedMappings } from '../../domain/entitlement/mapping.ts';
import { FederatedStore } from '../../persistence/federated.store.ts';
import { PasskeyStore } from '../../persistence/passkey.store.ts';
import { PrincipalStore } from '../../persistence/principal.store.ts';
import { ProviderStore } from '../../persistence/provider.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { Freshness } from '../sign-in/freshness.ts';
import { TellOwner } from '../sign-in/tell-owner.ts';
import { FederatedRights } from './federated-rights.ts';
import { ProviderErrand } from './provider-errand.ts';

/** Binds what comes back to the very session that sent the browser away. */
interface Memo {
  userId: number;
  sessionId: number;
}

/** People link accounts at providers to their own, and unlink them. */
@Injectable()
export class FederatedLink {
  constructor(
    private readonly db: DataSource,
    private readonly errand: ProviderErrand,
    private readonly federated: FederatedStore,
    private readonly providers: ProviderStore,
    private readonly users: UserStore,
    private readonly principals: PrincipalStore,
    private readonly passkeys: PasskeyStore,
    private readonly fresh: Freshness,
    private readonly rights: FederatedRights,
    private readonly announce: Announce,
    private readonly audit: Audit,
    private readonly owner: TellOwner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<OutputOf<typeof linkedAccounts.list>> {
    if (!mayCredentials.linkedAccounts(actor)) throw refusals.notAuthorized();
    const byIssuer = new Map((await this.providers.all(this.db)).map((provider) => [provider.issuer, provider]));
    return (await this.federated.identitiesOf(this.db, actor.userId)).map((identity) => ({
      id: identity.id,
      provider: byIssuer.get(identity.issuer)?.name ?? null,
      title: byIssuer.get(identity.issuer)?.title ?? null,
      issuer: identity.issuer,
      subject: identity.subject,
      last_sign_in_at: identity.last_sign_in_at?.toISOString() ?? null,
      created_at: identity.created_at.toISOString(),
    }));
  }

  /**
   * A further key to the account: only a session that was proven of late may make one, as with passkeys.
   * @throws AppError forbidden, `identity.proof-needed`; not-found; unavailable
   */
  async begin(
    actor: Actor,
    { provider: name }: ParsedInputOf<typeof beginOpenIdLink>,
  ): Promise<OutputOf<typeof beginOpenIdLink>> {
    const { userId, sessionId } = this.session(actor);
    await this.fresh.demand(actor);
    const provider = await this.errand.enabled(name);
    return this.errand.begin('openid link', provider, { userId, sessionId } satisfies Memo);
  }

  /**
   * What the provider says of the person counts at once, as at a sign-in.
   * @throws AppError unauthenticated `openid.not-started`, also for another session; invalid `openid.identity-exists`
   */
  async finish(
    actor: Actor,
    { provider: name, ...came }: ParsedInputOf<typeof finishOpenIdLink>,
  ): Promise<Record<string, never>> {
    const { userId, sessionId } = this.session(actor);
    const provider = await this.errand.enabled(name);
    const { vouched } = await this.errand.finish<Memo>(
      'openid link',
      provider,
      came,
      (memo) => memo.userId === userId && memo.sessionId === sessionId,
    );
    const person = readClaims(vouched.subject, vouched.idToken, vouched.userinfo);
    const at = new Date(this.clock.now());
    await transaction(this.db, async (tx) => {
      const { id: providerId, issuer } = await this.errand.hold(tx, provider);
      // A first sign-in with it may come at the same moment.
      await lockInTransaction(tx, `identity.openid ${issuer} ${person.subject}`);
      const known = await this.federated.find(tx, issuer, person.subject);
      if (known?.user_id === userId) return;
      if (known) {
        const detail = 'This account at the provider belongs to a user already.';
        throw new AppError('invalid', 'openid.identity-exists', detail);
      }
      const user = await this.users.lock(tx, userId);
      if (!user?.active) throw refusals.notAuthorized();
      const id = await this.federated.addIdentity(tx, { issuer, subject: person.subject, userId, at });
      const earned = earnedMappings(await this.providers.mappings(tx, providerId), person.entitlements);
      await this.federated.recordSignIn(tx, id, { ...person, mappingIds: earned.map((one) => one.mappingId), at });
      await this.rights.settle(tx, [userId]);
      await this.audit.record(tx, actor, {
        action: 'openid-identity.linked',
        object: { type: 'User', id: userId },
        changes: { issuer: { to: issuer } },
      });
      await this.owner.changed(tx, actor, userId, 'provider-linked');
    });
    return {};
  }

  /** @throws AppError forbidden; not-found, also for those of others; conflict `openid.last-way-in` */
  async unlink(actor: Actor, id: number): Promise<Record<string, never>> {
    const { userId } = this.session(actor);
    await this.fresh.demand(actor);
    await transaction(this.db, async (tx) => {
      // One after the other: two that are unlinked at once must not both be the last but one.
      await this.users.lock(tx, userId);
      const own = await this.federated.identitiesOf(tx, userId);
      const identity = own.find((one) => one.id === id);
      if (!identity) {
        throw new AppError('not-found', 'openid.no-such-identity', `Couldn't find OpenIdIdentity with 'id'=${id}`);
      }
      const open = new Set((await this.providers.all(tx)).flatMap(({ enabled, issuer }) => (enabled ? [issuer] : [])));
      // One at a provider that was removed or closed here opens nothing.
      const others = own.filter((one) => one.id !== id && open.has(one.issuer));
      if (others.length === 0 && !(await this.otherWayIn(tx, userId))) {
        const detail = 'This is the only way you can sign in by. Set a password first.';
        throw new AppError('conflict', 'openid.last-way-in', detail);
      }
      const ended = await this.federated.endSessions(tx, { identityId: id });
      await this.federated.deleteIdentity(tx, id);
      await this.announce.accessChanged(tx, ended, 'unlinked');
      await this.rights.settle(tx, [userId]);
      await this.audit.record(tx, actor, {
        action: 'openid-identity.unlinked',
        object: { type: 'User', id: userId },
        changes: { issuer: { from: identity.issuer } },
      });
      await this.owner.changed(tx, actor, userId, 'provider-unlinked');
    });
    return {};
  }

  private async otherWayIn(tx: EntityManager, userId: number): Promise<boolean> {
    const principal = await this.principals.byId(tx, userId);
    return Boolean(principal?.passwordHash) || (await this.passkeys.ofUser(tx, userId)).length > 0;
  }

  /** @throws AppError forbidden: for tokens, for a password in the request, and for whoever acts for another */
  private session(actor: Actor): Memo {
    const { userId, sessionId, via } = actor;
    if (!mayCredentials.linkedAccounts(actor) || via !== 'session' || sessionId === undefined) {
      throw refusals.notAuthorized();
    }
    return { userId, sessionId };
  }
}
