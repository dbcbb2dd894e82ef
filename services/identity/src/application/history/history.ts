import type { AttributeSet, Value, Values } from '@helpmesh/attributes';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Change, changesOf, customChanges, type Named, shownValue, type Tracked } from '../../domain/history.ts';
import { type GroupRow, GroupStore } from '../../persistence/group.store.ts';
import { type HistoryObject, HistoryStore } from '../../persistence/history.store.ts';
import { type OrganizationRow, OrganizationStore } from '../../persistence/organization.store.ts';
import { type RoleRow, RoleStore } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow } from '../../persistence/user.table.ts';

import { Attributes } from '../attributes/attributes.ts';

/** The rule that did it. */
export interface RuleCause {
  type: 'Job';
  id: number;
  name: string;
}

type By = { userId: number; at: Date; cause?: RuleCause | undefined };

/**
 * Keeps what changed, from what to what and by whom, in the transaction of the change. Whoever writes rows of these
 * tables calls it with the rows as they were and as they are.
 */
@Injectable()
export class History {
  constructor(
    private readonly store: HistoryStore,
    private readonly userStore: UserStore,
    private readonly organizationStore: OrganizationStore,
    private readonly groupStore: GroupStore,
    private readonly roleStore: RoleStore,
    private readonly attributes: Attributes,
  ) {}

  async users(tx: EntityManager, before: readonly UserRow[], after: readonly UserRow[], by: By): Promise<void> {
    return this.record(tx, 'User', before, after, trackedOfUsers, by, await this.attributes.set('User'));
  }

  async organization(tx: EntityManager, before: OrganizationRow, after: OrganizationRow, by: By): Promise<void> {
    const set = await this.attributes.set('Organization');
    return this.record(tx, 'Organization', [before], [after], trackedOfOrganizations, by, set);
  }

  async groups(tx: EntityManager, before: readonly GroupRow[], after: readonly GroupRow[], by: By): Promise<void> {
    return this.record(tx, 'Group', before, after, trackedOfGroups, by, await this.attributes.set('Group'));
  }

  role(tx: EntityManager, before: RoleRow, after: RoleRow, by: By): Promise<void> {
    return this.record(tx, 'Role', [before], [after], trackedOfRoles, by);
  }

  forget(tx: EntityManager, object: HistoryObject, id: number): Promise<void> {
    return this.store.forget(tx, object, id);
  }

  private async record<R extends { id: number; custom?: Values }>(
    tx: EntityManager,
    object: HistoryObject,
    before: readonly R[],
    after: readonly R[],
    tracked: Tracked<R>,
    by: By,
    attributes?: AttributeSet,
  ): Promise<void> {
    const old = new Map(before.map((row) => [row.id, row]));
    const changes = after.flatMap((row) => {
      const was = old.get(row.id);
      if (!was) return [];
      const custom = customChanges(was.custom ?? null, row.custom ?? null, (name, value) => {
        return attributes?.get(name)?.shown(value as Value) ?? null;
      });
      return [...changesOf(was, row, tracked), ...custom].map((change) => ({ ...change, oId: row.id }));
    });
    if (changes.length === 0) return;
    const nameOf = await this.names(tx, changes);
    const lines = changes.map(({ oId, type, attribute, from, to, idFrom, idTo, named }) => ({
      ...{ oId, type, attribute, idFrom, idTo },
      valueFrom: shownValue(nameOf(named, idFrom), from),
      valueTo: shownValue(nameOf(named, idTo), to),
    }));
    await this.store.add(tx, object, lines, by);
  }

  private async names(tx: EntityManager, changes: readonly Change[]) {
    const stores = {
      users: (ids: number[]) => this.userStore.logins(tx, ids),
      organizations: (ids: number[]) => this.organizationStore.names(tx, ids),
      groups: (ids: number[]) => this.groupStore.names(tx, ids),
      roles: (ids: number[]) => this.roleStore.names(tx, ids),
    };
    const found = new Map<Named, Map<number, string>>();
    for (const named of Object.keys(stores) as Named[]) {
      const ids = changes.filter((one) => one.named === named).flatMap(({ idFrom, idTo }) => [idFrom ?? 0, idTo ?? 0]);
      if (ids.length > 0) found.set(named, await stores[named]([...new Set(ids)]));
    }
    return (named: Named | null, id: number | null): string | null =>
      named === null || id === null ? null : (found.get(named)?.get(id) ?? null);
  }
}

/** Neither preferences, which are the person's own business, nor anything of how they sign in. */
const trackedOfUsers: Tracked<UserRow> = {
  plain: [
    ...(['login', 'firstname', 'lastname', 'email', 'web', 'phone', 'fax', 'mobile', 'department', 'street'] as const),
    ...(['zip', 'city', 'country', 'address', 'vip', 'verified', 'active', 'note', 'out_of_office'] as const),
    ...(['out_of_office_start_at', 'out_of_office_end_at'] as const),
  ],
  references: {
    organization: { column: 'organization_id', named: 'organizations' },
    out_of_office_replacement: { column: 'out_of_office_replacement_id', named: 'users' },
  },
  sets: {
    roles: { column: 'role_ids', named: 'roles' },
    organizations: { column: 'organization_ids', named: 'organizations' },
  },
  words: {},
  access: 'group_access',
};

/** Who belongs to one is in the history of the person. */
const trackedOfOrganizations: Tracked<OrganizationRow> = {
  plain: ['name', 'shared', 'domain', 'domain_assignment', 'active', 'vip', 'note'],
  references: {},
  sets: {},
  words: {},
};

const trackedOfGroups: Tracked<GroupRow> = {
  plain: [
    ...(['name', 'assignment_timeout', 'follow_up_possible', 'follow_up_assignment', 'reopen_time_in_days'] as const),
    ...(['priority_matrix', 'ask_rating', 'active', 'shared_drafts', 'note', 'email_address', 'signature'] as const),
  ],
  references: { parent: { column: 'parent_id', named: 'groups' } },
  sets: {},
  words: {},
};

const trackedOfRoles: Tracked<RoleRow> = {
  plain: ['name', 'default_at_signup', 'active', 'note'],
  references: {},
  sets: {},
  words: { permissions: 'permissions' },
  access: 'group_access',
};
