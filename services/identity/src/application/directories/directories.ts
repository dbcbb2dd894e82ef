import {
  type Actor,
  changesBetween,
  type directories as endpoints,
  type OutputOf,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayUsers } from '../../domain/access.ts';
import { mayDirectories } from '../../domain/directory/access.ts';
import { isPlainCustomer } from '../../domain/federated/account.ts';
import {
  type DirectoryMapping,
  type DirectoryRow,
  DirectoryStore,
  type DirectoryValues,
} from '../../persistence/directory.store.ts';
import { DirectoryGroupStore } from '../../persistence/directory-group.store.ts';
import { GroupStore } from '../../persistence/group.store.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { FederatedRights } from '../federated/federated-rights.ts';
import { refusals } from '../refusals.ts';

type Shown = OutputOf<typeof endpoints.get>;
type Input = ParsedInputOf<typeof endpoints.create>['body'];
type Change = ParsedInputOf<typeof endpoints.update>['body'];

/** Which directories provision people, and what their groups are worth; administrators only. */
@Injectable()
export class Directories {
  constructor(
    private readonly db: DataSource,
    private readonly directories: DirectoryStore,
    private readonly members: DirectoryGroupStore,
    private readonly roles: RoleStore,
    private readonly groups: GroupStore,
    private readonly organizations: OrganizationStore,
    private readonly rights: FederatedRights,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<Shown[]> {
    if (!mayDirectories.manage(actor)) throw refusals.notAuthorized();
    return (await this.directories.all(this.db)).map(shown);
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<Shown> {
    if (!mayDirectories.manage(actor)) throw refusals.notAuthorized();
    return shown(found(await this.directories.byId(this.db, id), id));
  }

  /** @throws AppError forbidden; invalid for unknown ids, `directory.exists`, `directory.default-role-has-rights` */
  async create(actor: Actor, input: Input): Promise<Shown> {
    if (!mayDirectories.manage(actor)) throw refusals.notAuthorized();
    return this.guarded(async (tx) => {
      const { claims_accounts = false, enabled = true } = input;
      const values = { organization_id: null, default_role_id: null, ...valuesOf(input), claims_accounts, enabled };
      await this.refuseUnknown(tx, values);
      const id = await this.directories.add(tx, values, this.by(actor));
      await this.setMappings(tx, actor, id, input.mappings ?? []);
      const after = await this.row(tx, id);
      await this.recordChange(tx, actor, 'created', null, after);
      return shown(after);
    });
  }

  /** One that is disabled changes nothing and gives nothing. @throws AppError forbidden, not-found; invalid as `create` */
  async update(actor: Actor, id: number, change: Change): Promise<Shown> {
    if (!mayDirectories.manage(actor)) throw refusals.notAuthorized();
    return this.guarded(async (tx) => {
      const before = found(await this.directories.lock(tx, id), id);
      const values = valuesOf(change);
      await this.refuseUnknown(tx, values);
      await this.directories.change(tx, id, values, this.by(actor));
      if (change.mappings) await this.setMappings(tx, actor, id, change.mappings);
      const decides = change.mappings || (change.enabled !== undefined && change.enabled !== before.enabled);
      if (decides) await this.rights.settle(tx, await this.members.membersOf(tx, id));
      const after = await this.row(tx, id);
      await this.recordChange(tx, actor, 'changed', before, after);
      return shown(after);
    });
  }

  /** Accounts stay, as they are; what groups gave them goes. @throws AppError forbidden, not-found */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayDirectories.manage(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const before = found(await this.directories.lock(tx, id), id);
      const members = await this.members.membersOf(tx, id);
      const makers = (await this.directories.tokens(tx, id)).map((token) => token.user_id);
      await this.directories.delete(tx, id);
      await this.announce.accessChanged(tx, [...new Set(makers)], 'directory-deleted');
      await this.rights.settle(tx, members);
      await this.recordChange(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  private async setMappings(
    tx: EntityManager,
    actor: Actor,
    id: number,
    given: NonNullable<Change['mappings']>,
  ): Promise<void> {
    const mappings = given.map(
      ({ directory_group, role_id = null, group_id = null, access = null }): DirectoryMapping => {
        if (group_id !== null && access === null) throw refusals.required('access');
        if (role_id === null && group_id === null) {
          const detail = 'A mapping needs a role, or a group with access.';
          throw new AppError('invalid', 'directory.mapping-gives-nothing', detail);
        }
        return { directory_group, role_id, group_id, access: group_id === null ? null : access };
      },
    );
    const roleIds = [...new Set(mappings.flatMap(({ role_id }) => role_id ?? []))];
    const groupIds = [...new Set(mappings.flatMap(({ group_id }) => group_id ?? []))];
    const rows = await this.roles.byIds(tx, roleIds);
    const roles = new Set(rows.map((role) => role.id));
    const groups = await this.groups.names(tx, groupIds);
    for (const role of roleIds) if (!roles.has(role)) throw refusals.noSuchId('role', role);
    for (const group of groupIds) if (!groups.has(group)) throw refusals.noSuchId('group', group);
    // Who says what a group is worth gives it.
    if (!rows.every((role) => mayUsers.giveRoles(actor, role.permissions))) throw refusals.beyondOwnRights();
    await this.directories.setMappings(tx, id, mappings);
  }

  private async refuseUnknown(tx: EntityManager, values: DirectoryValues): Promise<void> {
    const { organization_id: organization, default_role_id: role } = values;
    if (organization && !(await this.organizations.names(tx, [organization])).has(organization)) {
      throw refusals.noSuchId('organization', organization);
    }
    if (!role) return;
    const [row] = await this.roles.byIds(tx, [role]);
    if (!row) throw refusals.noSuchId('role', role);
    // Everybody whom the directory brings has it, for good: rights are for its groups to give and to take.
    if (isPlainCustomer(row)) return;
    const detail = 'The default role must give no more than customers have; map a group of the directory to this role.';
    throw new AppError('invalid', 'directory.default-role-has-rights', detail);
  }

  private async recordChange(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: DirectoryRow | null,
    after: DirectoryRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as DirectoryRow;
    await this.audit.record(tx, actor, {
      action: `directory.${what}`,
      object: { type: 'Directory', id, label: name },
      changes: changesBetween(before, after, auditedColumns),
    });
  }

  private async row(tx: EntityManager, id: number): Promise<DirectoryRow> {
    return (await this.directories.byId(tx, id)) as DirectoryRow;
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.actingUserId ?? actor.userId, at: new Date(this.clock.now()) };
  }

  private async guarded<T>(fn: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, fn);
    } catch (error) {
      if (!violates(error, 'directories_name_key')) throw error;
      throw new AppError('invalid', 'directory.exists', 'A directory with this name exists already.');
    }
  }
}

const auditedColumns = [
  ...(['name', 'domains', 'organization_id', 'default_role_id', 'claims_accounts', 'enabled', 'mappings'] as const),
] as const;

/** What is written of the row itself; what is not written stays. */
function valuesOf({ mappings: _mappings, domains, ...written }: Change): DirectoryValues {
  const values = Object.entries(written).filter(([, value]) => value !== undefined);
  const lower = domains && [...new Set(domains.map((domain) => domain.toLowerCase()))];
  return { ...Object.fromEntries(values), ...(lower && { domains: lower }) };
}

function shown({ created_at, updated_at, ...row }: DirectoryRow): Shown {
  return { ...row, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

export function found(row: DirectoryRow | undefined, id: number): DirectoryRow {
  if (row) return row;
  throw new AppError('not-found', 'directory.unknown', `Couldn't find Directory with 'id'=${id}`);
}
