import { randomUUID } from 'node:crypto';
import type {
  beginOpenIdSignIn,
  finishOpenIdSignIn,
  OutputOf,
  ParsedInputOf,
  signInProviders,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { lockInTransaction, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { domainOf } from '../../domain/address.ts';
import { type FederatedPerson, readClaims } from '../../domain/entitlement/claims.ts';
import { earnedMappings } from '../../domain/entitlement/mapping.ts';
import { type AccountDecision, decideAccount } from '../../domain/federated/account.ts';
import { returnPath } from '../../domain/federated/return-path.ts';
import { identify } from '../../domain/user.ts';
import { record } from '../../events.ts';
import { FederatedStore, type IdentityRow } from '../../persistence/federated.store.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { type ProviderRow, ProviderStore } from '../../persistence/provider.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { TriesStore } from '../../persistence/tries.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { hashOf } from '../secrets.ts';
import { OpenSession } from '../sign-in/open-session.ts';
import { FederatedRights } from './federated-rights.ts';
import { OpenIdClients } from './openid-clients.ts';
import { ProviderErrand } from './provider-errand.ts';

/** Acts for nobody in particular. */
const SYSTEM = 1;

/** Comes back with the browser. */
interface Memo {
  returnTo: string;
}

/** Sign-in by a provider: there and back. */
@Injectable()
export class FederatedSignIn {
  constructor(
    private readonly db: DataSource,
    private readonly providers: ProviderStore,
    private readonly federated: FederatedStore,
    private readonly users: UserStore,
    private readonly roles: RoleStore,
    private readonly organizations: OrganizationStore,
    private readonly tries: TriesStore,
    private readonly clients: OpenIdClients,
    private readonly errand: ProviderErrand,
    private readonly rights: FederatedRights,
    private readonly sessions: OpenSession,
    private readonly announce: Announce,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async buttons(): Promise<OutputOf<typeof signInProviders>> {
    const enabled = (await this.providers.all(this.db)).filter((provider) => provider.enabled);
    return enabled.map(({ name, title }) => ({ name, title }));
  }

  /**
   * Stores nothing, so that strangers who press the button cost no rows.
   * @throws AppError not-found `openid.provider-unknown`; unavailable `openid.provider-unavailable`
   */
  async begin({
    provider: name,
    returnTo,
  }: ParsedInputOf<typeof beginOpenIdSignIn>): Promise<OutputOf<typeof beginOpenIdSignIn>> {
    const provider = await this.errand.enabled(name);
    return this.errand.begin('openid sign-in', provider, { returnTo: returnPath(returnTo) } satisfies Memo);
  }

  /**
   * @throws AppError unauthenticated `openid.not-started`, `openid.cancelled`, `openid.refused`;
   *   forbidden `openid.no-account`, `openid.account-inactive`, `openid.account-has-rights`; not-found; unavailable
   */
  async finish(input: ParsedInputOf<typeof finishOpenIdSignIn>): Promise<OutputOf<typeof finishOpenIdSignIn>> {
    const provider = await this.errand.enabled(input.provider);
    try {
      return await this.finishAt(provider, input);
    } catch (error) {
      record.federatedSignIn('refused', { providerId: provider.id, why: AppError.from(error).code });
      throw error;
    }
  }

  private async finishAt(
    provider: ProviderRow,
    { answer, transaction: sealed, ip, userAgent }: ParsedInputOf<typeof finishOpenIdSignIn>,
  ): Promise<OutputOf<typeof finishOpenIdSignIn>> {
    const now = new Date(this.clock.now());
    const came = { answer, transaction: sealed };
    const { memo, vouched } = await this.errand.finish<Memo>('openid sign-in', provider, came);
    const person = readClaims(vouched.subject, vouched.idToken, vouched.userinfo);
    const { sid } = vouched.idToken;
    const opened = await transaction(this.db, async (tx) => {
      const current = await this.errand.hold(tx, provider);
      const identity = await this.identityOf(tx, current, person, now);
      const earned = earnedMappings(await this.providers.mappings(tx, current.id), person.entitlements);
      const mappingIds = earned.map(({ mappingId }) => mappingId);
      await this.federated.recordSignIn(tx, identity.id, { ...person, mappingIds, at: now });
      await this.rights.settle(tx, [identity.user_id]);
      await this.tries.signedIn(tx, identity.user_id, now);
      const session = await this.sessions.run(tx, { userId: identity.user_id, way: 'federated', ip, userAgent });
      const tokenHash = hashOf(session.sessionToken);
      await this.federated.addSession(tx, {
        tokenHash,
        providerId: current.id,
        identityId: identity.id,
        sid: typeof sid === 'string' ? sid.slice(0, 255) : null,
        idToken: this.clients.sealIdToken(tokenHash, vouched.rawIdToken),
      });
      return session;
    });
    record.federatedSignIn('ok', { providerId: provider.id, userId: opened.userId });
    const { sessionToken, csrfToken, userId, expiresAt } = opened;
    return { sessionToken, csrfToken, userId, expiresAt, returnTo: memo.returnTo };
  }

  /** The identity of a person who comes, with an account that may be used; both are made when there are none. */
  private async identityOf(
    tx: EntityManager,
    provider: ProviderRow,
    person: FederatedPerson,
    at: Date,
  ): Promise<Pick<IdentityRow, 'id' | 'user_id'>> {
    const { issuer } = provider;
    // The first sign-in may come twice at once.
    await lockInTransaction(tx, `identity.openid ${issuer} ${person.subject}`);
    const known = await this.federated.find(tx, issuer, person.subject);
    if (known) {
      const user = await this.users.lock(tx, known.user_id);
      if (!user?.active) throw refusal('inactive');
      return known;
    }
    const userId = await this.accountFor(tx, provider, person, at);
    const id = await this.federated.addIdentity(tx, { issuer, subject: person.subject, userId, at });
    return { id, user_id: userId };
  }

  private async accountFor(
    tx: EntityManager,
    provider: ProviderRow,
    person: FederatedPerson,
    at: Date,
  ): Promise<number> {
    const { verifiedEmail } = person;
    const newcomer = {
      verifiedEmail,
      emailTrusted: provider.trusts_email,
      createsAccounts: provider.creates_accounts,
    };
    // Whoever writes the same address by another way waits, or has written it already.
    if (verifiedEmail !== null) await lockInTransaction(tx, `identity.name ${verifiedEmail}`);
    const ids = verifiedEmail === null ? [] : await this.users.idsByLogins(tx, [verifiedEmail]);
    const decision = decideAccount(newcomer, await this.users.byIds(tx, ids));
    if (decision.do === 'refuse') throw refusal(decision.why);
    if (decision.do === 'link') {
      await this.users.lock(tx, decision.userId);
      return decision.userId;
    }
    return this.create(tx, person, decision.email, at);
  }

  private async create(tx: EntityManager, person: FederatedPerson, email: string, at: Date): Promise<number> {
    const { firstname, lastname, subject, voPersonId } = person;
    // A provider that tells no name leaves an id to go by.
    const named = firstname || lastname ? { firstname, lastname } : { firstname: '', lastname: voPersonId ?? subject };
    const identified = identify(null, { ...named, email }, `auto-${randomUUID()}`);
    if (!identified.ok) throw new AppError('bug', 'openid.account-unnamed', 'The account could not be made.');
    const values = {
      ...identified.identification,
      verified: email !== '',
      organization_id: email === '' ? null : await this.organizations.idByDomain(tx, domainOf(email)),
    };
    const id = await this.users.insert(tx, values, { userId: SYSTEM, at });
    await this.users.setRoles(tx, id, await this.roles.signupIds(tx));
    await this.announce.usersChanged(tx, 'created', [id]);
    record.usersCreated('provider', 1);
    return id;
  }
}

function refusal(why: Extract<AccountDecision, { do: 'refuse' }>['why']): AppError {
  switch (why) {
    case 'inactive':
      return new AppError('forbidden', 'openid.account-inactive', 'Your account here is closed.');
    case 'no-account':
      return new AppError('forbidden', 'openid.no-account', 'You have no account here. Ask an administrator for one.');
    case 'has-rights':
      return new AppError(
        'forbidden',
        'openid.account-has-rights',
        'An account with your e-mail address has rights of its own: an administrator has to link it to your sign-in.',
      );
  }
}
