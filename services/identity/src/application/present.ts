import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  mayGroups,
  mayOrganizations,
  mayRoles,
  mayUsers,
  reducedOrganizationFields,
  reducedUserFields,
  type Sight,
  type Viewer,
} from '../domain/access.ts';
import { grants } from '../domain/permissions.ts';
import { type GroupAccess, groupAccess } from '../domain/rights.ts';
import { type GroupRow, GroupStore } from '../persistence/group.store.ts';
import { type OrganizationRow, OrganizationStore } from '../persistence/organization.store.ts';
import { type RoleRow, RoleStore } from '../persistence/role.store.ts';
import type { SenderRow } from '../persistence/sender.store.ts';
import { UserStore } from '../persistence/user.store.ts';
import { shownUserColumns, type UserRow } from '../persistence/user.table.ts';
import { Attributes } from './attributes/attributes.ts';

type Read = EntityManager | DataSource;
export type Json = Record<string, unknown>;

/** How a row is wanted: bare, with names (`expand`), or as id and everything it refers to (`full`). */
export interface Shape {
  expand?: boolean | undefined;
  full?: boolean | undefined;
}

interface Rows {
  users?: readonly UserRow[];
  organizations?: readonly OrganizationRow[];
  groups?: readonly GroupRow[];
  roles?: readonly RoleRow[];
}

/** Members of an organization that ride along in its assets. */
const MEMBERS_SHOWN = 100;

/** Turns rows into the JSON of REST, as far as the viewer may see them (zammad-api 2.3, 2.6). */
@Injectable()
export class Present {
  constructor(
    private readonly userStore: UserStore,
    private readonly organizationStore: OrganizationStore,
    private readonly groupStore: GroupStore,
    private readonly roleStore: RoleStore,
    private readonly attributes: Attributes,
  ) {}

  /** One row: `{id, assets}` when full, else the row. */
  async one(tx: Read, viewer: Viewer, kind: keyof Rows, row: { id: number }, shape: Shape): Promise<Json> {
    const rows = { [kind]: [row] } as Rows;
    if (shape.full) return { id: row.id, assets: await this.assets(tx, viewer, rows) };
    return (await this.plain(tx, viewer, rows, shape))[0] as Json;
  }

  /** A list: rows, or `{record_ids, assets}` when full, with `total_count` where a total is given. */
  async many(
    tx: Read,
    viewer: Viewer,
    kind: keyof Rows,
    found: readonly { id: number }[],
    shape: Shape,
    total?: number,
  ): Promise<Json | Json[]> {
    const rows = { [kind]: found } as Rows;
    if (!shape.full) return this.plain(tx, viewer, rows, shape);
    return {
      record_ids: found.map((row) => row.id),
      assets: await this.assets(tx, viewer, rows),
      ...(total !== undefined && { total_count: total }),
    };
  }

  private async plain(tx: Read, viewer: Viewer, rows: Rows, { expand }: Shape): Promise<Json[]> {
    const names = expand ? await this.namesFor(tx, rows) : undefined;
    const { user, organization, group } = await this.shapes(viewer);
    return [
      ...(rows.users ?? []).map((row) => seenUser(viewer, row, { ...user(row), ...(names && userNames(row, names)) })),
      ...(rows.organizations ?? []).map((row) =>
        seenOrganization(viewer, row, { ...organization(row), ...(names && organizationNames(row, names)) }),
      ),
      ...(rows.groups ?? []).map((row) => ({ ...group(row), ...(names && groupNames(row, names)) })),
      ...(rows.roles ?? []).map((row) => ({ ...roleJson(row), ...(names && roleNames(row, names)) })),
    ];
  }

  /** Addresses and signatures, as those see them who may look after them. */
  async senders(tx: Read, rows: readonly SenderRow[], { expand }: Shape): Promise<Json[]> {
    if (!expand) return rows.map(datesAsText);
    const unique = (ids: number[]) => [...new Set(ids)];
    const people = unique(rows.flatMap((row) => [row.created_by_id, row.updated_by_id]));
    const users = await this.userStore.logins(tx, people);
    const groups = await this.groupStore.names(tx, unique(rows.flatMap((row) => row.group_ids)));
    return rows.map((row) => ({
      ...datesAsText(row),
      ...authorNames(row, { users }),
      groups: namesOf(row.group_ids, groups),
    }));
  }

  /**
   * The rows and everything they refer to, by kind and id, bare.
   * @param written  other rows, whose authors come along
   */
  async assets(
    tx: Read,
    viewer: Viewer,
    rows: Rows,
    written: readonly { created_by_id: number; updated_by_id: number }[] = [],
  ): Promise<Record<string, Record<string, Json>>> {
    const users = [...(rows.users ?? [])];
    const organizations = [...(rows.organizations ?? [])];
    const groups = [...(rows.groups ?? [])];
    const all = [...users, ...organizations, ...groups, ...(rows.roles ?? [])];
    const authors = [...all, ...written].flatMap((row) => [row.created_by_id, row.updated_by_id]);
    const members = organizations.flatMap(({ member_ids, secondary_member_ids }) =>
      [...member_ids, ...secondary_member_ids].slice(0, MEMBERS_SHOWN),
    );
    users.push(...(await this.userStore.byIds(tx, missing(users, [...authors, ...members]))));
    const ofUsers = (rows.users ?? []).flatMap((row) => [row.organization_id ?? 0, ...row.organization_ids]);
    organizations.push(...(await this.organizationStore.byIds(tx, missing(organizations, ofUsers))));
    const roles = [...(rows.roles ?? [])];
    const ofPeople = users.flatMap((row) => row.role_ids);
    roles.push(...(await this.roleStore.byIds(tx, missing(roles, ofPeople))));
    const ofAccess = [
      ...(rows.users ?? []).flatMap((row) => Object.keys(shownAccess(row)).map(Number)),
      ...(rows.roles ?? []).flatMap((row) => row.group_access.map(({ groupId }) => groupId)),
    ];
    const parents = groups.flatMap((row) => row.parent_id ?? []);
    groups.push(...(await this.groupStore.byIds(tx, missing(groups, [...ofAccess, ...parents]))));

    const people = users.filter((row) => mayUsers.see(viewer, row.id) !== 'nothing');
    const visible = organizations.filter((row) => mayOrganizations.see(viewer, row.id) !== 'nothing');
    const { user, organization, group } = await this.shapes(viewer);
    return nonEmpty({
      User: byId(people, (row) => seenUser(viewer, row, user(row))),
      Organization: byId(visible, (row) => seenOrganization(viewer, row, organization(row))),
      Group: byId(
        groups.filter((row) => mayGroups.see(viewer, row.id)),
        group,
      ),
      Role: mayRoles.see(viewer) ? byId(roles, roleJson) : {},
    });
  }

  /** Rows with their custom attributes, as far as the viewer sees these. */
  private async shapes(viewer: Viewer) {
    const ofUser = await this.attributes.shownTo(viewer, 'User');
    const ofOrganization = await this.attributes.shownTo(viewer, 'Organization');
    const ofGroup = await this.attributes.shownTo(viewer, 'Group');
    return {
      user: (row: UserRow): Json => ({ ...userJson(row), ...ofUser(row) }),
      organization: (row: OrganizationRow): Json => ({ ...organizationJson(row), ...ofOrganization(row) }),
      group: (row: GroupRow): Json => ({ ...groupJson(row), ...ofGroup(row) }),
    };
  }

  private async namesFor(tx: Read, rows: Rows): Promise<Names> {
    const all = [rows.users, rows.organizations, rows.groups, rows.roles].flatMap((list) => [...(list ?? [])]);
    const people = [
      ...all.flatMap((row) => [row.created_by_id, row.updated_by_id]),
      ...(rows.users ?? []).map((row) => row.out_of_office_replacement_id ?? 0),
      ...(rows.organizations ?? []).flatMap((row) => [...row.member_ids, ...row.secondary_member_ids]),
      ...(rows.groups ?? []).flatMap((row) => row.user_ids),
    ];
    const organizations = (rows.users ?? []).flatMap((row) => [row.organization_id ?? 0, ...row.organization_ids]);
    const groups = [
      ...[...(rows.users ?? []), ...(rows.roles ?? [])].flatMap((row) => row.group_access.map((one) => one.groupId)),
      ...(rows.groups ?? []).map((row) => row.parent_id ?? 0),
    ];
    const roles = (rows.users ?? []).flatMap((row) => row.role_ids);
    const unique = (ids: number[]) => [...new Set(ids)].filter((id) => id > 0);
    const none = new Map<number, string>();
    return {
      users: people.length > 0 ? await this.userStore.logins(tx, unique(people)) : none,
      organizations: organizations.length > 0 ? await this.organizationStore.names(tx, unique(organizations)) : none,
      groups: groups.length > 0 ? await this.groupStore.names(tx, unique(groups)) : none,
      roles: roles.length > 0 ? await this.roleStore.names(tx, unique(roles)) : none,
    };
  }
}

interface Names {
  users: Map<number, string>;
  organizations: Map<number, string>;
  groups: Map<number, string>;
  roles: Map<number, string>;
}

function userJson(row: UserRow): Json {
  return {
    ...Object.fromEntries(shownUserColumns.map((column) => [column, jsonValue(row[column])])),
    role_ids: row.role_ids,
    organization_ids: row.organization_ids,
    authorization_ids: [],
    two_factor_preference_ids: [],
    overview_sorting_ids: row.overview_sorting_ids,
    group_ids: shownAccess(row),
  };
}

/** Stored access is shown only while it counts: to active people who are agents by role. */
function shownAccess(row: UserRow): GroupAccess {
  return row.active && grants(row.permissions, 'ticket.agent') ? groupAccess(row.group_access) : {};
}

function userNames(row: UserRow, names: Names): Json {
  const replacement = row.out_of_office_replacement_id;
  return {
    ...authorNames(row, names),
    roles: namesOf(row.role_ids, names.roles),
    ...(row.organization_id !== null && { organization: names.organizations.get(row.organization_id) }),
    ...(replacement !== null && { out_of_office_replacement: names.users.get(replacement) }),
    organizations: namesOf(row.organization_ids, names.organizations),
    authorizations: [],
    groups: withGroupNames(shownAccess(row), names),
  };
}

function organizationJson({ custom: _, ...row }: OrganizationRow): Json {
  return datesAsText(row);
}

function organizationNames(row: OrganizationRow, names: Names): Json {
  return {
    ...authorNames(row, names),
    members: namesOf(row.member_ids, names.users),
    secondary_members: namesOf(row.secondary_member_ids, names.users),
  };
}

function groupJson({ email_name, email_address, signature: _signature, custom: _, ...row }: GroupRow): Json {
  return { ...datesAsText(row), email: mailboxOf({ email_name, email_address }) };
}

function mailboxOf({ email_name, email_address }: Pick<GroupRow, 'email_name' | 'email_address'>): string | null {
  return email_address !== null && email_name ? `${email_name} <${email_address}>` : email_address;
}

function groupNames(row: GroupRow, names: Names): Json {
  return {
    ...authorNames(row, names),
    ...(row.parent_id !== null && { parent: names.groups.get(row.parent_id) }),
    ...(row.email_address !== null && { email_address: mailboxOf(row) }),
    ...(row.signature !== null && { signature: row.signature }),
    users: namesOf(row.user_ids, names.users),
  };
}

function roleJson({ group_access, permissions: _names, ...row }: RoleRow): Json {
  return { ...datesAsText(row), knowledge_base_permission_ids: [], group_ids: groupAccess(group_access) };
}

function roleNames(row: RoleRow, names: Names): Json {
  return {
    ...authorNames(row, names),
    permissions: row.permissions,
    groups: withGroupNames(groupAccess(row.group_access), names),
  };
}

function authorNames(row: { created_by_id: number; updated_by_id: number }, names: Pick<Names, 'users'>): Json {
  return { created_by: names.users.get(row.created_by_id), updated_by: names.users.get(row.updated_by_id) };
}

function withGroupNames(access: GroupAccess, names: Names): Json {
  return Object.fromEntries(Object.entries(access).map(([id, levels]) => [names.groups.get(Number(id)) ?? id, levels]));
}

function namesOf(ids: readonly number[], names: Map<number, string>): string[] {
  return ids.flatMap((id) => names.get(id) ?? []);
}

function seenUser(viewer: Viewer, row: UserRow, json: Json): Json {
  return pick(mayUsers.see(viewer, row.id), json, reducedUserFields);
}

function seenOrganization(viewer: Viewer, row: OrganizationRow, json: Json): Json {
  return pick(mayOrganizations.see(viewer, row.id), json, reducedOrganizationFields);
}

function pick(sight: Sight, json: Json, fields: readonly string[]): Json {
  return sight === 'whole' ? json : Object.fromEntries(fields.map((field) => [field, json[field]]));
}

function missing(rows: readonly { id: number }[], wanted: readonly number[]): number[] {
  const have = new Set(rows.map((row) => row.id));
  return [...new Set(wanted)].filter((id) => id > 0 && !have.has(id));
}

function byId<R extends { id: number }>(rows: readonly R[], json: (row: R) => Json): Record<string, Json> {
  return Object.fromEntries(rows.map((row) => [String(row.id), json(row)]));
}

function nonEmpty<T extends object>(assets: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(assets).filter(([, rows]) => Object.keys(rows).length > 0));
}

function datesAsText(row: object): Json {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, jsonValue(value)]));
}

function jsonValue(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}
