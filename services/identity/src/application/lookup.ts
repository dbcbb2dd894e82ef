import type { lookup, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { normalAddress } from '../domain/address.ts';
import { GroupStore } from '../persistence/group.store.ts';
import { OrganizationStore } from '../persistence/organization.store.ts';
import { UserStore } from '../persistence/user.store.ts';

const MOST_HOLDERS = 100;

/** Answers neighbours that miss a row of theirs. What does not exist is left out. */
@Injectable()
export class Lookup {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly organizations: OrganizationStore,
    private readonly groups: GroupStore,
  ) {}

  async run(input: ParsedInputOf<typeof lookup>): Promise<OutputOf<typeof lookup>> {
    const { userIds = [], logins = [], organizationIds = [], organizationNames = [] } = input;
    const { groupIds = [], groupNames = [] } = input;
    const users = [...userIds];
    if (logins.length > 0) users.push(...(await this.users.idsByLogins(this.db, logins.map(normalAddress))));
    if (input.permission !== undefined) users.push(...(await this.holding(input.permission)));
    if (input.phone !== undefined) users.push(...(await this.users.idsByPhone(this.db, input.phone)));
    const organizations = [...organizationIds];
    if (organizationNames.length > 0) {
      organizations.push(...(await this.organizations.idsByNames(this.db, organizationNames)).values());
    }
    const groups = [...groupIds];
    if (groupNames.length > 0) groups.push(...(await this.groups.idsByNames(this.db, groupNames)).values());
    const unique = (ids: number[]) => [...new Set(ids)];
    return {
      users: users.length === 0 ? [] : (await this.users.snapshots(this.db, unique(users))).map(({ user }) => user),
      organizations:
        organizations.length === 0
          ? []
          : (await this.organizations.snapshots(this.db, unique(organizations))).map((row) => row.organization),
      groups:
        groups.length === 0 && !input.allGroups
          ? []
          : (await this.groups.snapshots(this.db, input.allGroups ? null : unique(groups))).map(({ group }) => group),
    };
  }

  private async holding(permission: string): Promise<number[]> {
    const permissions = [permission, permission.replace(/\.[^.]*$/, '')];
    const window = { limit: MOST_HOLDERS, offset: 0, orderBy: 'id' };
    return (await this.users.search(this.db, { terms: [], permissions, active: true }, window)).ids;
  }
}
