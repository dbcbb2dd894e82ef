import type { Actor, CommunityAgent, communities, ParsedInputOf } from '@helpmesh/contracts';
import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayCommunities, mayUsers } from '../../domain/access.ts';
import { normalAddress } from '../../domain/address.ts';
import { communityRole, withAccess } from '../../domain/community.ts';
import { grants } from '../../domain/permissions.ts';
import { type GroupAccess, groupAccess } from '../../domain/rights.ts';
import { type CommunityRow, CommunityStore } from '../../persistence/community.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow } from '../../persistence/user.table.ts';
import { ResolveGroupAccess } from '../groups/access-input.ts';
import { refusals } from '../refusals.ts';
import { ChangeUser } from '../users/change-user.ts';
import { WriteUser } from '../users/write-user.ts';
import { visible } from './communities.ts';

type Input = ParsedInputOf<typeof communities.setAgent>['body'];

/** Who works in the groups of a community. Whoever administers it says so, of these groups and of nothing else. */
@Injectable()
export class CommunityAgents {
  constructor(
    private readonly db: DataSource,
    private readonly store: CommunityStore,
    private readonly users: UserStore,
    private readonly roles: RoleStore,
    private readonly access: ResolveGroupAccess,
    private readonly write: WriteUser,
    private readonly change: ChangeUser,
  ) {}

  /** @throws AppError forbidden, not-found */
  async list(actor: Actor, id: number): Promise<CommunityAgent[]> {
    if (mayCommunities.list(actor) === 'none') throw refusals.notAuthorized();
    const { group_ids } = visible(actor, await this.store.byId(this.db, id), id);
    return this.store.agents(this.db, group_ids);
  }

  /** @throws AppError forbidden, not-found; invalid `identity.community-other-group`, `identity.community-role` */
  async set(actor: Actor, id: number, input: Input): Promise<CommunityAgent> {
    if (mayCommunities.list(actor) === 'none') throw refusals.notAuthorized();
    return transaction(this.db, async (tx) => {
      const community = visible(actor, await this.store.lock(tx, id), id);
      const given = (await this.access.run(tx, { group_ids: input.group_ids })) ?? {};
      const stranger = Object.keys(given).find((groupId) => !community.group_ids.includes(Number(groupId)));
      if (stranger !== undefined) throw refusals.otherGroup(Number(stranger));
      const person = await this.personOf(tx, community, input);
      const userId = person
        ? await this.reassign(tx, actor, community, person, given)
        : await this.invite(tx, actor, community, input, given);
      return (await this.store.agents(tx, community.group_ids, userId))[0] as CommunityAgent;
    });
  }

  /** Ids are for people who work there already: they would tell anybody's name. @throws AppError not-found */
  private async personOf(tx: EntityManager, { group_ids }: CommunityRow, input: Input): Promise<UserRow | undefined> {
    if (input.user_id != null) {
      const person = await this.users.lock(tx, input.user_id);
      const [agent] = person ? await this.store.agents(tx, group_ids, person.id) : [];
      const there = agent && (Object.keys(agent.group_ids).length > 0 || agent.role_group_ids.length > 0);
      if (!person || !there) throw refusals.notFound('User', input.user_id);
      return person;
    }
    const email = normalAddress(input.email ?? '');
    if (email === '') throw refusals.required('email');
    const found = await this.users.findId(tx, email);
    return found === undefined ? undefined : this.users.lock(tx, found);
  }

  private async reassign(
    tx: EntityManager,
    actor: Actor,
    community: CommunityRow,
    person: UserRow,
    given: GroupAccess,
  ): Promise<number> {
    if (!person.active) throw refusals.noSuchId('user', person.id);
    const groups = withAccess(groupAccess(person.group_access), community.group_ids, given);
    const roleIds = await this.rolesOf(tx, community, person, Object.keys(given).length > 0);
    // A role that comes or goes ends the sessions of whoever it is: not of those who administer more than the actor.
    if (roleIds && !mayUsers.changeAccount(actor, person)) throw refusals.beyondOwnRights();
    const told = { action: 'user.changed', more: { community: { from: null, to: community.name } } };
    await this.change.run(tx, actor, person, { values: {}, groups, ...(roleIds && { roleIds }) }, told);
    return person.id;
  }

  /** The roles of somebody who becomes an agent by the community, or is one no longer; undefined: as they are. */
  private async rolesOf(
    tx: EntityManager,
    community: CommunityRow,
    person: UserRow,
    works: boolean,
  ): Promise<number[] | undefined> {
    if (!works) {
      const taken = await this.store.takeRole(tx, community.id, person.id);
      if (taken === undefined || !person.role_ids.includes(taken)) return undefined;
      return person.role_ids.filter((roleId) => roleId !== taken);
    }
    if (grants(person.permissions, 'ticket.agent')) return undefined;
    const roleId = await this.roleOf(tx, community);
    await this.store.gaveRole(tx, community.id, person.id, roleId);
    return [...new Set([...person.role_ids, roleId])].sort((a, b) => a - b);
  }

  private async invite(
    tx: EntityManager,
    actor: Actor,
    community: CommunityRow,
    { email, firstname, lastname }: Input,
    given: GroupAccess,
  ): Promise<number> {
    // Nobody is invited to nothing.
    if (Object.keys(given).length === 0) throw refusals.required('group_ids');
    const roleId = await this.roleOf(tx, community);
    const input = { email, firstname, lastname, role_ids: [roleId], group_ids: given, invite: true };
    const { id } = await this.write.createIn(tx, actor, input);
    await this.store.gaveRole(tx, community.id, id, roleId);
    return id;
  }

  /** Looked at each time: the role may be another one than it was. @throws AppError invalid `identity.community-role` */
  private async roleOf(tx: EntityManager, { agent_role_id: roleId, group_ids }: CommunityRow): Promise<number> {
    if (roleId === null) throw refusals.communityRole('none');
    const [role] = await this.roles.byIds(tx, [roleId]);
    const why = role ? communityRole(role, group_ids) : 'none';
    if (why) throw refusals.communityRole(why);
    return roleId;
  }
}
