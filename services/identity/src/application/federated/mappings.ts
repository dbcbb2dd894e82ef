import {
  type Actor,
  changesBetween,
  type entitlementMappings as endpoints,
  type OutputOf,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayUsers } from '../../domain/access.ts';
import { formatEntitlement, parseEntitlement } from '../../domain/entitlement/entitlement.ts';
import { earnedMappings } from '../../domain/entitlement/mapping.ts';
import { mayFederation } from '../../domain/federated/access.ts';
import { groupAccess } from '../../domain/rights.ts';
import { FederatedStore } from '../../persistence/federated.store.ts';
import { GroupStore } from '../../persistence/group.store.ts';
import { type MappingRow, ProviderStore } from '../../persistence/provider.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { FederatedRights } from './federated-rights.ts';

type Shown = OutputOf<typeof endpoints.get>;
type Input = ParsedInputOf<typeof endpoints.create>['body'];
type Change = ParsedInputOf<typeof endpoints.update>['body'];
type Preview = ParsedInputOf<typeof endpoints.preview>['body'];
/** What a mapping gives. */
type Gift = Pick<MappingRow, 'role_id' | 'group_id' | 'access'>;

/** What entitlements are worth; administrators only. */
@Injectable()
export class Mappings {
  constructor(
    private readonly db: DataSource,
    private readonly providers: ProviderStore,
    private readonly federated: FederatedStore,
    private readonly roles: RoleStore,
    private readonly groups: GroupStore,
    private readonly rights: FederatedRights,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<Shown[]> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    return (await this.providers.mappings(this.db, null)).map(shown);
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<Shown> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    return shown(found(await this.providers.mapping(this.db, id), id));
  }

  /** @throws AppError forbidden; invalid `openid.pattern-invalid`, `openid.mapping-gives-nothing`, unknown ids or names */
  async create(actor: Actor, input: Input): Promise<Shown> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    const pattern = normalPattern(input.pattern);
    return transaction(this.db, async (tx) => {
      const { provider_id, note } = input;
      if (!(await this.providers.lock(tx, provider_id, 'SHARE'))) throw refusals.noSuchId('provider', provider_id);
      const gift = await this.giftOf(tx, input, { role_id: null, group_id: null, access: null });
      await this.refuseBeyond(tx, actor, gift);
      const values = { provider_id, pattern, ...gift, note: note ?? '' };
      const id = await this.providers.addMapping(tx, values, this.by(actor));
      const after = found(await this.providers.mapping(tx, id), id);
      await this.recordChange(tx, actor, 'created', null, after);
      return shown(after);
    });
  }

  /**
   * What it gives changes at once for those who have it; a new pattern has to be earned at their next sign-in.
   * @throws AppError forbidden, not-found; invalid as `create`
   */
  async update(actor: Actor, id: number, change: Change): Promise<Shown> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    return transaction(this.db, async (tx) => {
      const before = found(await this.providers.lockMapping(tx, id), id);
      const pattern = change.pattern === undefined ? before.pattern : normalPattern(change.pattern);
      const gift = await this.giftOf(tx, change, before);
      await this.refuseBeyond(tx, actor, gift);
      const holders = await this.federated.usersWithMapping(tx, id);
      const note = change.note === undefined ? before.note : (change.note ?? '');
      await this.providers.changeMapping(tx, id, { pattern, ...gift, note }, this.by(actor));
      if (pattern !== before.pattern) await this.federated.forgetGrants(tx, id);
      await this.rights.settle(tx, holders);
      const after = found(await this.providers.mapping(tx, id), id);
      await this.recordChange(tx, actor, 'changed', before, after);
      return shown(after);
    });
  }

  /** @throws AppError forbidden, not-found */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const before = found(await this.providers.lockMapping(tx, id), id);
      const holders = await this.federated.usersWithMapping(tx, id);
      await this.providers.deleteMapping(tx, id);
      await this.rights.settle(tx, holders);
      await this.recordChange(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  /** What somebody with these entitlements would get. @throws AppError forbidden; invalid for an unknown provider */
  async preview(actor: Actor, input: Preview): Promise<OutputOf<typeof endpoints.preview>> {
    if (!mayFederation.manage(actor)) throw refusals.notAuthorized();
    const { provider_id, entitlements } = input;
    if (!(await this.providers.byId(this.db, provider_id))) throw refusals.noSuchId('provider', provider_id);
    const mappings = await this.providers.mappings(this.db, provider_id);
    const earned = earnedMappings(mappings, entitlements);
    const given = mappings.filter(({ id }) => earned.some(({ mappingId }) => mappingId === id));
    const groups = given.flatMap(({ group_id: groupId, access }) => (groupId && access ? [{ groupId, access }] : []));
    const roleIds = given.flatMap(({ role_id }) => role_id ?? []);
    return {
      entitlements: entitlements.map((value) => ({ value, normal: normalForm(value) })),
      mappings: earned.map(({ mappingId: id, entitlement }) => ({ id, entitlement })),
      role_ids: [...new Set(roleIds)].sort((a, b) => a - b),
      group_ids: groupAccess(groups),
    };
  }

  /** Role and group by id or by name; what is not written stays. */
  private async giftOf(tx: EntityManager, input: Change, before: Gift): Promise<Gift> {
    const role_id = await this.roleOf(tx, input, before.role_id);
    const group_id = await this.groupOf(tx, input, before.group_id);
    const access = group_id === null ? null : input.access === undefined ? before.access : input.access;
    if (group_id !== null && access === null) throw refusals.required('access');
    if (role_id === null && group_id === null) {
      throw new AppError('invalid', 'openid.mapping-gives-nothing', 'A mapping needs a role, or a group with access.');
    }
    return { role_id, group_id, access };
  }

  /** Who says what earns a role gives it. @throws AppError forbidden */
  private async refuseBeyond(tx: EntityManager, actor: Actor, { role_id }: Gift): Promise<void> {
    const [role] = role_id === null ? [] : await this.roles.byIds(tx, [role_id]);
    if (role && !mayUsers.giveRoles(actor, role.permissions)) throw refusals.beyondOwnRights();
  }

  private async roleOf(tx: EntityManager, input: Change, before: number | null): Promise<number | null> {
    const { role_id: id, role: name } = input;
    if (id !== undefined) {
      if (id !== null && (await this.roles.byIds(tx, [id])).length === 0) throw refusals.noSuchId('role', id);
      return id;
    }
    if (name === undefined) return before;
    if (name === null) return null;
    const named = (await this.roles.idsByNames(tx, [name])).get(name);
    if (named === undefined) throw refusals.noSuchName('role', name);
    return named;
  }

  private async groupOf(tx: EntityManager, input: Change, before: number | null): Promise<number | null> {
    const { group_id: id, group: name } = input;
    if (id !== undefined) {
      if (id !== null && !(await this.groups.names(tx, [id])).has(id)) throw refusals.noSuchId('group', id);
      return id;
    }
    if (name === undefined) return before;
    if (name === null) return null;
    const named = (await this.groups.idsByNames(tx, [name])).get(name);
    if (named === undefined) throw refusals.noSuchName('group', name);
    return named;
  }

  private async recordChange(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: MappingRow | null,
    after: MappingRow | null,
  ): Promise<void> {
    const { id, pattern } = (after ?? before) as MappingRow;
    const columns = ['provider_id', 'pattern', 'role_id', 'group_id', 'access', 'note'] as const;
    await this.audit.record(tx, actor, {
      action: `entitlement-mapping.${what}`,
      object: { type: 'EntitlementMapping', id, label: pattern },
      changes: changesBetween(before, after, columns),
    });
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.actingUserId ?? actor.userId, at: new Date(this.clock.now()) };
  }
}

function normalForm(text: string): string | null {
  const entitlement = parseEntitlement(text.trim());
  return entitlement && formatEntitlement(entitlement);
}

function normalPattern(text: string): string {
  const normal = normalForm(text);
  if (normal !== null) return normal;
  throw new AppError(
    'invalid',
    'openid.pattern-invalid',
    'The pattern must be a group entitlement, like urn:mace:egi.eu:group:vo.example.org:role=member#aai.egi.eu.',
  );
}

function shown({ created_at, updated_at, ...row }: MappingRow): Shown {
  return { ...row, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

function found(row: MappingRow | undefined, id: number): MappingRow {
  if (row) return row;
  throw new AppError('not-found', 'openid.no-such-mapping', `Couldn't find EntitlementMapping with 'id'=${id}`);
}
