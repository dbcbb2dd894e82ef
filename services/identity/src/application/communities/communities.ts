import {
  type Actor,
  type CommunityInput,
  changesBetween,
  type communityGroups,
  type communities as endpoints,
  type OutputOf,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayCommunities } from '../../domain/access.ts';
import { isDomain } from '../../domain/address.ts';
import { communityRole } from '../../domain/community.ts';
import { type CommunityRow, CommunityStore, type CommunityValues } from '../../persistence/community.store.ts';
import { GroupStore } from '../../persistence/group.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';

type Shown = OutputOf<typeof endpoints.get>;

const audited = [
  ...(['name', 'note', 'active', 'group_ids', 'administrator_ids', 'agent_role_id', 'mail_domains'] as const),
];

/** Which groups are whose. Who may make administrators says so; those who administer a community see theirs. */
@Injectable()
export class Communities {
  constructor(
    private readonly db: DataSource,
    private readonly store: CommunityStore,
    private readonly groups: GroupStore,
    private readonly users: UserStore,
    private readonly roles: RoleStore,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor, limit: number, offset: number): Promise<Shown[]> {
    const reach = mayCommunities.list(actor);
    if (reach === 'none') throw refusals.notAuthorized();
    const rows = await this.store.all(this.db, reach === 'all' ? null : actor.userId, limit, offset);
    return rows.map(shown);
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<Shown> {
    if (mayCommunities.list(actor) === 'none') throw refusals.notAuthorized();
    return shown(visible(actor, await this.store.byId(this.db, id), id));
  }

  /** The active ones, for other services. */
  ofGroups(): Promise<OutputOf<typeof communityGroups>['communities']> {
    return this.store.ofGroups(this.db);
  }

  /** @throws AppError forbidden, invalid; conflict `identity.group-of-community` */
  async create(actor: Actor, input: CommunityInput): Promise<Shown> {
    return this.write(actor, async (tx) => {
      const blank = { name: '', note: null, active: true, agent_role_id: null, mail_domains: [] };
      const values = checked(input, blank);
      const id = await this.store.insert(tx, values, this.by(actor));
      return this.finish(tx, actor, id, input, null);
    });
  }

  /** @throws AppError like `create`; not-found */
  async update(actor: Actor, id: number, input: CommunityInput): Promise<Shown> {
    return this.write(actor, async (tx) => {
      const before = await this.store.lock(tx, id);
      if (!before) throw refusals.notFound('Community', id);
      await this.store.update(tx, id, checked(input, before), this.by(actor));
      return this.finish(tx, actor, id, input, before);
    });
  }

  /** People whom it made agents keep what they may do: that is the desk's to decide from now on. @throws AppError */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    await this.write(actor, async (tx) => {
      const before = await this.store.lock(tx, id);
      if (!before) throw refusals.notFound('Community', id);
      await this.store.delete(tx, id);
      await this.announce.accessChanged(tx, before.administrator_ids, 'community');
      await this.record(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  private async finish(
    tx: EntityManager,
    actor: Actor,
    id: number,
    { group_ids: groupIds, administrator_ids: userIds }: CommunityInput,
    before: CommunityRow | null,
  ): Promise<Shown> {
    if (groupIds !== undefined) {
      const known = await this.groups.names(tx, groupIds);
      const unknown = groupIds.find((groupId) => !known.has(groupId));
      if (unknown !== undefined) throw refusals.noSuchId('group', unknown);
      await this.store.setGroups(tx, id, groupIds);
    }
    if (userIds !== undefined) {
      const people = await this.users.byIds(tx, userIds);
      const unknown = userIds.find((userId) => !people.some((person) => person.id === userId && person.active));
      if (unknown !== undefined) throw refusals.noSuchId('user', unknown);
      await this.store.setAdministrators(tx, id, userIds);
    }
    const after = (await this.store.byId(tx, id)) as CommunityRow;
    await this.checkRole(tx, after);
    const concerned = new Set([...(before?.administrator_ids ?? []), ...after.administrator_ids]);
    await this.announce.accessChanged(tx, [...concerned], 'community');
    await this.record(tx, actor, before ? 'changed' : 'created', before, after);
    return shown(after);
  }

  /** @throws AppError invalid `identity.community-role` */
  private async checkRole(tx: EntityManager, { agent_role_id: roleId, group_ids: groupIds }: CommunityRow) {
    if (roleId === null) return;
    const [role] = await this.roles.byIds(tx, [roleId]);
    if (!role) throw refusals.noSuchId('role', roleId);
    const why = communityRole(role, groupIds);
    if (why) throw refusals.communityRole(why);
  }

  private async record(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: CommunityRow | null,
    after: CommunityRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as CommunityRow;
    const object = { type: 'Community', id, label: name };
    await this.audit.record(tx, actor, {
      ...{ action: `community.${what}`, object, changes: changesBetween(before, after, audited) },
    });
  }

  private async write<T>(actor: Actor, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    if (!mayCommunities.write(actor)) throw refusals.notAuthorized();
    try {
      return await transaction(this.db, async (tx) => {
        // Whoever changes groups waits meanwhile: those below one of a community belong to it.
        await this.groups.lockTree(tx);
        return work(tx);
      });
    } catch (error) {
      if (violates(error, 'communities_name_key')) throw refusals.exists();
      if (violates(error, 'community_groups_pkey')) {
        const detail = 'One of these groups belongs to another community.';
        throw new AppError('conflict', 'identity.group-of-community', detail);
      }
      throw error;
    }
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.actingUserId ?? actor.userId, at: new Date(this.clock.now()) };
  }
}

/** What others administer is not there for somebody who administers a community. @throws AppError not-found */
export function visible(actor: Actor, row: CommunityRow | undefined, id: number): CommunityRow {
  const theirs = row?.active === true && row.administrator_ids.includes(actor.userId);
  if (!row || (mayCommunities.list(actor) === 'own' && !theirs)) throw refusals.notFound('Community', id);
  return row;
}

/** @throws AppError invalid */
function checked(input: CommunityInput, before: CommunityValues): CommunityValues {
  const domains = input.mail_domains?.map((domain) => domain.trim().toLowerCase().replace(/^@/, ''));
  const wrong = domains?.find((domain) => !isDomain(domain));
  if (wrong !== undefined) throw refusals.badParameter('mail_domains', wrong);
  const next = {
    name: input.name?.trim() ?? before.name,
    note: input.note === undefined ? before.note : input.note?.trim() || null,
    active: input.active ?? before.active,
    agent_role_id: input.agent_role_id === undefined ? before.agent_role_id : input.agent_role_id,
    mail_domains: domains ? [...new Set(domains)] : before.mail_domains,
  };
  if (next.name === '') throw refusals.blank('Name');
  return next;
}

function shown({ created_at, updated_at, ...row }: CommunityRow): Shown {
  return { ...row, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}
