import type { UserInput } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { adminOnlyUserFields, mayUsers, type Viewer } from '../../domain/access.ts';
import type { GroupAccess } from '../../domain/rights.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import type { UserValues } from '../../persistence/user.table.ts';
import { ResolveGroupAccess } from '../groups/access-input.ts';
import { allKnown, allNamed, sorted } from '../references.ts';
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
    private readonly access: ResolveGroupAccess,
  ) {}

  /** @throws AppError invalid: a name or id that does not exist */
  async run(tx: EntityManager, input: UserInput): Promise<ResolvedUser> {
    const [organizationId, organizationIds, roleIds, groups] = [
      await this.organization(tx, input),
      await this.secondary(tx, input),
      await this.role(tx, input),
      await this.access.run(tx, input),
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
    return sorted(
      allNamed('organizations', input.organizations, await this.organizations.idsByNames(tx, input.organizations)),
    );
  }

  private async role(tx: EntityManager, input: UserInput): Promise<number[] | undefined> {
    if (input.role_ids) {
      return allKnown('roles', input.role_ids, await this.roles.names(tx, input.role_ids));
    }
    if (!input.roles) return undefined;
    return sorted(allNamed('roles', input.roles, await this.roles.idsByNames(tx, input.roles)));
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
