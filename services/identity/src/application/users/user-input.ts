import type { UserInput } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { adminOnlyUserFields, mayUsers, type Viewer } from '../../domain/access.ts';
import { type AccessLevel, accessLevels, type GroupAccess } from '../../domain/rights.ts';
import { GroupStore } from '../../persistence/group.store.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import type { UserValues } from '../../persistence/user.table.ts';
import { refusals } from '../refusals.ts';

/** What a written user means once names are ids. Absent: not written. */
export interface ResolvedUser {
  values: UserValues;
  roleIds?: number[];
  organizationIds?: number[];
  groups?: GroupAccess;
}

const texts = ['fax', 'web', 'department', 'street', 'zip', 'city', 'country', 'address', 'note'] as const;
const flags = ['vip', 'active', 'verified'] as const;
const largestPreferences = 20_000;

/** Drops what this viewer may not write: silently, as clients expect. */
export function writableInput(viewer: Viewer, input: UserInput): UserInput {
  if (mayUsers.grant(viewer)) return input;
  const dropped: readonly string[] = adminOnlyUserFields;
  return Object.fromEntries(Object.entries(input).filter(([field]) => !dropped.includes(field)));
}

/** Reads names and ids of a written user; where both are given the ids win. */
@Injectable()
export class ResolveUserInput {
  constructor(
    private readonly organizations: OrganizationStore,
    private readonly roles: RoleStore,
    private readonly groups: GroupStore,
  ) {}

  /** @throws AppError invalid: a name or id that does not exist */
  async run(tx: EntityManager, input: UserInput): Promise<ResolvedUser> {
    const [organizationId, organizationIds, roleIds, groups] = [
      await this.organization(tx, input),
      await this.secondary(tx, input),
      await this.role(tx, input),
      await this.access(tx, input),
    ];
    return {
      values: { ...plainValues(input), ...(organizationId !== undefined && { organization_id: organizationId }) },
      ...(organizationIds && { organizationIds }),
      ...(roleIds && { roleIds }),
      ...(groups && { groups }),
    };
  }

  private async organization(tx: EntityManager, input: UserInput): Promise<number | null | undefined> {
    if (input.organization_id !== undefined) {
      const id = input.organization_id;
      if (id === null) return null;
      if (!(await this.organizations.names(tx, [id])).has(id)) throw refusals.badParameter('organization_id', id);
      return id;
    }
    if (input.organization === undefined) return undefined;
    const name = input.organization?.trim() ?? '';
    if (name === '') return null;
    const id = (await this.organizations.idsByNames(tx, [name])).get(name);
    if (id === undefined) throw refusals.noSuchName('organization', name);
    return id;
  }

  private async secondary(tx: EntityManager, input: UserInput): Promise<number[] | undefined> {
    if (input.organization_ids) {
      return allKnown(
        'organizations',
        input.organization_ids,
        await this.organizations.names(tx, input.organization_ids),
      );
    }
    if (!input.organizations) return undefined;
    return allNamed('organizations', input.organizations, await this.organizations.idsByNames(tx, input.organizations));
  }

  private async role(tx: EntityManager, input: UserInput): Promise<number[] | undefined> {
    if (input.role_ids) {
      const known = new Map((await this.roles.byIds(tx, input.role_ids)).map((role) => [role.id, role.name]));
      return allKnown('roles', input.role_ids, known);
    }
    if (!input.roles) return undefined;
    return allNamed('roles', input.roles, await this.roles.idsByNames(tx, input.roles));
  }

  private async access(tx: EntityManager, input: UserInput): Promise<GroupAccess | undefined> {
    if (input.group_ids) {
      const entries = Object.entries(input.group_ids);
      const ids = entries.map(([id]) => (/^\d{1,9}$/.test(id) ? Number(id) : 0));
      allKnown('groups', ids, await this.groups.names(tx, ids));
      return Object.fromEntries(entries.map(([id, levels]) => [id, levelsOf(levels)]));
    }
    if (!input.groups) return undefined;
    const entries = Object.entries(input.groups);
    const names = entries.map(([name]) => name);
    const ids = allNamed('groups', names, await this.groups.idsByNames(tx, names), 'keep order');
    return Object.fromEntries(entries.map(([, levels], i) => [String(ids[i]), levelsOf(levels)]));
  }
}

function plainValues(input: UserInput): UserValues {
  const values: UserValues = {};
  for (const field of texts) if (input[field] !== undefined) values[field] = input[field]?.trim() ?? '';
  for (const field of flags) if (input[field] !== undefined) values[field] = input[field];
  if (input.preferences) {
    if (JSON.stringify(input.preferences).length > largestPreferences) {
      throw refusals.badParameter('preferences', 'too large');
    }
    values.preferences = input.preferences;
  }
  return values;
}

function allKnown(attribute: string, ids: readonly number[], known: ReadonlyMap<number, string>): number[] {
  const stranger = ids.find((id) => !known.has(id));
  if (stranger !== undefined) throw refusals.noSuchId(attribute, stranger);
  return [...new Set(ids)].sort((a, b) => a - b);
}

function allNamed(
  attribute: string,
  names: readonly string[],
  known: ReadonlyMap<string, number>,
  order?: 'keep order',
): number[] {
  const ids = names.map((name) => {
    const id = known.get(name);
    if (id === undefined) throw refusals.noSuchName(attribute, name);
    return id;
  });
  return order ? ids : [...new Set(ids)].sort((a, b) => a - b);
}

function levelsOf(levels: string | string[]): AccessLevel[] {
  const list = [levels].flat();
  const stranger = list.find((level) => !(accessLevels as readonly string[]).includes(level));
  if (stranger !== undefined) throw refusals.badParameter('groups', stranger);
  return list as AccessLevel[];
}
