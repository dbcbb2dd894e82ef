import { isDeepStrictEqual } from 'node:util';
import {
  type Actor,
  changesBetween,
  type openIdProviders as endpoints,
  type OutputOf,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayFederation } from '../../domain/federated/access.ts';
import { FederatedStore } from '../../persistence/federated.store.ts';
import { type ProviderRow, ProviderStore } from '../../persistence/provider.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { FederatedRights } from './federated-rights.ts';
import { OpenIdClients } from './openid-clients.ts';
import { OpenIdProtocol } from './openid-protocol.ts';

type Shown = OutputOf<typeof endpoints.get>;
type Input = ParsedInputOf<typeof endpoints.create>['body'];
type Change = ParsedInputOf<typeof endpoints.update>['body'];

/** The providers that people may sign in by; administrators only. */
@Injectable()
export class Providers {
  constructor(
    private readonly db: DataSource,
    private readonly providers: ProviderStore,
    private readonly federated: FederatedStore,
    private readonly clients: OpenIdClients,
    private readonly protocol: OpenIdProtocol,
    private readonly rights: FederatedRights,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<Shown[]> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    return (await this.providers.all(this.db)).map((row) => this.shown(row));
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<Shown> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    return this.shown(found(await this.providers.byId(this.db, id), id));
  }

  /** @throws AppError forbidden; invalid `net.address-refused`; unavailable `openid.provider-unavailable` */
  async check(actor: Actor, issuer: string): Promise<OutputOf<typeof endpoints.check>> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    this.protocol.checkIssuer(issuer);
    return this.protocol.describe(issuer);
  }

  /** @throws AppError forbidden; invalid `net.address-refused`, `openid.provider-exists` */
  async create(actor: Actor, input: Input): Promise<Shown> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    this.protocol.checkIssuer(input.issuer);
    const { name, title, issuer, client_id, client_secret, scopes = ['profile', 'email'] } = input;
    const { enabled = true, trusts_email = false, creates_accounts = true } = input;
    const values = { name, title, issuer, client_id, scopes, enabled, trusts_email, creates_accounts };
    return this.guarded(async (tx) => {
      const id = await this.providers.add(tx, values, this.by(actor));
      if (client_secret) {
        const sealed = this.clients.sealSecret(id, client_secret);
        await this.providers.change(tx, id, { client_secret: sealed }, this.by(actor));
      }
      await this.recordChange(tx, actor, 'created', null, found(await this.providers.byId(tx, id), id));
      return this.row(tx, id);
    });
  }

  /** One that is disabled gives nothing any more: neither sign-ins nor sessions nor rights. @throws AppError forbidden, not-found */
  async update(actor: Actor, id: number, { client_secret, ...change }: Change): Promise<Shown> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    const written = Object.entries(change).filter(([, value]) => value !== undefined);
    const values: Partial<ProviderRow> = Object.fromEntries(written);
    if (client_secret !== undefined) {
      values.client_secret = client_secret ? this.clients.sealSecret(id, client_secret) : null;
    }
    return this.guarded(async (tx) => {
      const before = found(await this.providers.lock(tx, id, 'UPDATE'), id);
      await this.providers.change(tx, id, values, this.by(actor));
      if (change.enabled !== undefined && change.enabled !== before.enabled) {
        if (!change.enabled) await this.endSessions(tx, id);
        await this.rights.settle(tx, await this.federated.usersWithGrantsOf(tx, id));
      }
      await this.recordChange(tx, actor, 'changed', before, found(await this.providers.byId(tx, id), id));
      return this.row(tx, id);
    });
  }

  /** Accounts stay: whoever comes back by the same issuer is the same person. @throws AppError forbidden, not-found */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const before = found(await this.providers.lock(tx, id, 'UPDATE'), id);
      await this.endSessions(tx, id);
      const userIds = await this.federated.usersWithGrantsOf(tx, id);
      await this.providers.delete(tx, id);
      await this.rights.settle(tx, userIds);
      await this.recordChange(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  private async recordChange(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: ProviderRow | null,
    after: ProviderRow | null,
  ): Promise<void> {
    const { id, name, client_secret: secret } = (after ?? before) as ProviderRow;
    const changes = changesBetween(before, after, auditedColumns);
    if (what === 'changed' && !isDeepStrictEqual(before?.client_secret, secret)) changes.client_secret = {};
    await this.audit.record(tx, actor, {
      action: `oidc-provider.${what}`,
      object: { type: 'OpenIdProvider', id, label: name },
      changes,
    });
  }

  private async endSessions(tx: EntityManager, providerId: number): Promise<void> {
    await this.announce.accessChanged(tx, await this.federated.endSessions(tx, { providerId }), 'provider');
  }

  private async row(tx: EntityManager, id: number): Promise<Shown> {
    return this.shown((await this.providers.byId(tx, id)) as ProviderRow);
  }

  private shown({ client_secret, created_at, updated_at, ...row }: ProviderRow): Shown {
    return {
      ...row,
      client_secret_set: client_secret !== null,
      redirect_uri: this.clients.redirectUri(row.name),
      backchannel_logout_uri: this.clients.backchannelLogoutUri(row.name),
      created_at: created_at.toISOString(),
      updated_at: updated_at.toISOString(),
    };
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.actingUserId ?? actor.userId, at: new Date(this.clock.now()) };
  }

  private async guarded<T>(fn: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, fn);
    } catch (error) {
      const taken = ['openid_providers_name_key', 'openid_providers_issuer_key'];
      if (!taken.some((constraint) => violates(error, constraint))) throw error;
      throw new AppError('invalid', 'openid.provider-exists', 'A provider with this name or issuer exists already.');
    }
  }
}

const auditedColumns = [
  'name',
  'title',
  'issuer',
  'client_id',
  'scopes',
  'enabled',
  'trusts_email',
  'creates_accounts',
] as const;

function found(row: ProviderRow | undefined, id: number): ProviderRow {
  if (row) return row;
  throw new AppError('not-found', 'openid.no-such-provider', `Couldn't find OpenIdProvider with 'id'=${id}`);
}
