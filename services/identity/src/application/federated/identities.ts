import type { Actor, openIdIdentities as endpoints, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayUsers } from '../../domain/access.ts';
import { mayFederation } from '../../domain/federated/access.ts';
import { FederatedStore, type IdentityRow } from '../../persistence/federated.store.ts';
import { ProviderStore } from '../../persistence/provider.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { TellOwner } from '../sign-in/tell-owner.ts';
import { FederatedRights } from './federated-rights.ts';

type Shown = OutputOf<typeof endpoints.create>;

/** Which accounts at providers belong to whom; administrators only. */
@Injectable()
export class Identities {
  constructor(
    private readonly db: DataSource,
    private readonly federated: FederatedStore,
    private readonly providers: ProviderStore,
    private readonly users: UserStore,
    private readonly rights: FederatedRights,
    private readonly announce: Announce,
    private readonly audit: Audit,
    private readonly owner: TellOwner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor, userId: number): Promise<Shown[]> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    return (await this.federated.identitiesOf(this.db, userId)).map(shown);
  }

  /** @throws AppError forbidden; invalid for an unknown user or provider, `openid.identity-exists` */
  async link(actor: Actor, input: ParsedInputOf<typeof endpoints.create>['body']): Promise<Shown> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    const { user_id: userId, provider_id, subject } = input;
    const at = new Date(this.clock.now());
    try {
      return await transaction(this.db, async (tx) => {
        const provider = await this.providers.byId(tx, provider_id);
        if (!provider) throw refusals.noSuchId('provider', provider_id);
        const person = userId === 1 ? undefined : await this.users.lock(tx, userId);
        if (!person) throw refusals.noSuchId('user', userId);
        if (!mayUsers.changeAccount(actor, person)) throw refusals.beyondOwnRights();
        const id = await this.federated.addIdentity(tx, { issuer: provider.issuer, subject, userId, at });
        await this.audit.record(tx, actor, {
          action: 'openid-identity.linked',
          object: { type: 'User', id: userId },
          changes: { issuer: { to: provider.issuer } },
        });
        await this.owner.changed(tx, actor, userId, 'provider-linked');
        return shown((await this.federated.identity(tx, id)) as IdentityRow);
      });
    } catch (error) {
      if (!violates(error, 'openid_identities_subject_key')) throw error;
      const detail = 'This account at the provider belongs to a user already.';
      throw new AppError('invalid', 'openid.identity-exists', detail);
    }
  }

  /** Ends what it opened and what it gave. @throws AppError forbidden, not-found */
  async unlink(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const identity = await this.federated.identity(tx, id);
      if (!identity) {
        throw new AppError('not-found', 'openid.no-such-identity', `Couldn't find OpenIdIdentity with 'id'=${id}`);
      }
      const [person] = await this.users.byIds(tx, [identity.user_id]);
      if (person && !mayUsers.changeAccount(actor, person)) throw refusals.beyondOwnRights();
      const ended = await this.federated.endSessions(tx, { identityId: id });
      await this.federated.deleteIdentity(tx, id);
      await this.announce.accessChanged(tx, ended, 'unlinked');
      await this.rights.settle(tx, [identity.user_id]);
      await this.audit.record(tx, actor, {
        action: 'openid-identity.unlinked',
        object: { type: 'User', id: identity.user_id },
        changes: { issuer: { from: identity.issuer } },
      });
      await this.owner.changed(tx, actor, identity.user_id, 'provider-unlinked');
    });
    return {};
  }
}

function shown({ last_sign_in_at, created_at, ...row }: IdentityRow): Shown {
  return {
    ...row,
    last_sign_in_at: last_sign_in_at?.toISOString() ?? null,
    created_at: created_at.toISOString(),
  };
}
