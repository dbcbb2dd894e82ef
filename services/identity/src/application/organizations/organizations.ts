import { isDeepStrictEqual } from 'node:util';
import { type Actor, changesBetween, type organizations as endpoints, type ParsedInputOf } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayOrganizations, mayUsers } from '../../domain/access.ts';
import { normalAddress } from '../../domain/address.ts';
import { searchTerms, windowOf } from '../../domain/reading.ts';
import {
  type OrganizationRow,
  OrganizationStore,
  type OrganizationValues,
  organizationSearchFields,
} from '../../persistence/organization.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';

import { type Json, Present, type Shape } from '../present.ts';
import { refusals } from '../refusals.ts';

type ListQuery = ParsedInputOf<typeof endpoints.list>['query'];
type SearchQuery = ParsedInputOf<typeof endpoints.search>['query'];
type Input = ParsedInputOf<typeof endpoints.create>['body'];

const columns = [
  'id',
  'name',
  'shared',
  'domain',
  'domain_assignment',
  'active',
  'vip',
  'note',
  'created_at',
  'updated_at',
];
const listed = { standard: 500, max: 1000, columns, order: 'id' };
const searched = { standard: 50, max: 200, columns, order: 'updated_at DESC, id DESC' };

@Injectable()
export class Organizations {
  constructor(
    private readonly db: DataSource,
    private readonly organizations: OrganizationStore,
    private readonly users: UserStore,
    private readonly announce: Announce,
    private readonly present: Present,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: ListQuery): Promise<Json | Json[]> {
    const only = mayOrganizations.list(actor) === 'all' ? null : actor.organizationIds;
    const { ids, total } = await this.organizations.page(this.db, only, windowOf(query, listed));
    const rows = await this.organizations.byIds(this.db, ids);
    return this.present.many(this.db, actor, 'organizations', rows, query, total);
  }

  /** @throws AppError forbidden for customers */
  async search(actor: Actor, query: SearchQuery): Promise<Json | Json[]> {
    if (!mayOrganizations.search(actor)) throw refusals.notAuthorized();
    const terms = searchTerms(query.query ?? query.term ?? '', organizationSearchFields);
    const { ids, total } = await this.organizations.search(this.db, terms, windowOf(query, searched));
    if (query.only_total_count) return { total_count: total };
    const rows = await this.organizations.byIds(this.db, ids);
    if (query.label || query.term !== undefined) {
      return rows.map(({ id, name, active }) => ({
        id,
        label: name,
        value: name,
        ...(query.term !== undefined && { inactive: !active }),
      }));
    }
    return this.present.many(this.db, actor, 'organizations', rows, query, total);
  }

  /** An organization of others is not there for a customer. @throws AppError not-found */
  async get(actor: Actor, id: number, shape: Shape): Promise<Json> {
    const [row] = await this.organizations.byIds(this.db, [id]);
    if (!row || mayOrganizations.see(actor, id) === 'nothing') throw refusals.notFound('Organization', id);
    return this.present.one(this.db, actor, 'organizations', row, shape);
  }

  /** @throws AppError forbidden, invalid */
  async create(actor: Actor, input: Input, shape: Shape): Promise<Json> {
    if (!mayOrganizations.create(actor)) throw refusals.notAuthorized();
    const values = valuesOf(input);
    if (!values.name) throw refusals.blank('Name');
    return this.guarded(async (tx) => {
      const id = await this.organizations.insert(tx, values, this.by(actor));
      await this.announce.organizationsChanged(tx, 'created', [id]);
      await this.setMembers(tx, actor, id, input);
      await this.recordChange(tx, actor, 'created', null, await this.row(tx, id));
      return this.present.one(tx, actor, 'organizations', await this.row(tx, id), shape);
    });
  }

  /** @throws AppError forbidden, not-found, invalid */
  async update(actor: Actor, id: number, input: Input, shape: Shape): Promise<Json> {
    if (!mayOrganizations.update(actor)) throw refusals.notAuthorized();
    const written = valuesOf(input);
    if (written.name === '') throw refusals.blank('Name');
    return this.guarded(async (tx) => {
      const before = await this.organizations.lock(tx, id);
      if (!before) throw refusals.notFound('Organization', id);
      const old: Record<string, unknown> = { ...before };
      const changed = Object.entries(written).filter(([name, value]) => !isDeepStrictEqual(old[name], value));
      const values: OrganizationValues = Object.fromEntries(changed);
      const membersChanged = await this.setMembers(tx, actor, id, input);
      if (changed.length > 0 || membersChanged) {
        await this.organizations.update(tx, id, values, this.by(actor));
        await this.announce.organizationsChanged(tx, 'updated', [id]);
      }
      if (values.shared !== undefined) {
        const people = [...before.member_ids, ...before.secondary_member_ids];
        await this.announce.accessChanged(tx, people.length > MANY ? null : people, 'organization-shared');
      }
      if (changed.length > 0 || membersChanged) {
        await this.recordChange(tx, actor, 'changed', before, await this.row(tx, id));
      }
      return this.present.one(tx, actor, 'organizations', await this.row(tx, id), shape);
    });
  }

  /** @throws AppError forbidden, not-found, invalid when anybody belongs to it or a ticket refers to it */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayOrganizations.delete(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const before = await this.organizations.lock(tx, id);
      if (!before) throw refusals.notFound('Organization', id);
      if (await this.organizations.isReferenced(tx, id)) throw refusals.referenced();
      await this.announce.organizationDeleted(tx, id);
      await this.organizations.delete(tx, id);
      await this.recordChange(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  /** @returns true when anybody came or went @throws AppError forbidden: somebody whom the actor may not change */
  private async setMembers(tx: EntityManager, actor: Actor, id: number, input: Input): Promise<boolean> {
    const memberIds = await this.memberIds(tx, input);
    if (!memberIds) return false;
    const moved = await this.organizations.setMembers(tx, id, memberIds, this.by(actor));
    const people = await this.users.byIds(tx, moved);
    if (!people.every((person) => mayUsers.update(actor, person))) throw refusals.notAuthorized();
    await this.announce.usersChanged(tx, 'updated', moved);
    await this.announce.accessChanged(tx, moved, 'organization-members');
    return moved.length > 0;
  }

  private async memberIds(tx: EntityManager, input: Input): Promise<number[] | undefined> {
    if (input.member_ids) {
      const known = await this.users.logins(tx, input.member_ids);
      const stranger = input.member_ids.find((id) => !known.has(id));
      if (stranger !== undefined) throw refusals.noSuchId('members', stranger);
      return input.member_ids;
    }
    if (!input.members) return undefined;
    const ids: number[] = [];
    for (const name of input.members) {
      const id = await this.users.findId(tx, normalAddress(name));
      if (id === undefined) throw refusals.noSuchName('members', name);
      ids.push(id);
    }
    return ids;
  }

  private async guarded<T>(fn: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, fn);
    } catch (error) {
      if (violates(error, 'organizations_name_key')) throw refusals.exists();
      throw error;
    }
  }

  private async recordChange(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: OrganizationRow | null,
    after: OrganizationRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as OrganizationRow;
    const changes = changesBetween(before, after, auditedColumns);
    await this.audit.record(tx, actor, {
      action: `organization.${what}`,
      object: { type: 'Organization', id, label: name },
      changes,
    });
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.userId, at: new Date(this.clock.now()) };
  }

  private async row(tx: EntityManager, id: number): Promise<OrganizationRow> {
    return (await this.organizations.byIds(tx, [id]))[0] as OrganizationRow;
  }
}

const auditedColumns = [
  ...(['name', 'shared', 'domain', 'domain_assignment', 'active', 'vip', 'note'] as const),
  'member_ids',
] as const;

/** Above this many members the news is for everybody. */
const MANY = 1000;

function valuesOf({ name, shared, domain, domain_assignment, active, vip, note }: Input): OrganizationValues {
  return {
    ...(name !== undefined && { name: name.trim() }),
    ...(shared !== undefined && { shared }),
    ...(domain !== undefined && { domain: (domain ?? '').trim().toLowerCase() }),
    ...(domain_assignment !== undefined && { domain_assignment }),
    ...(active !== undefined && { active }),
    ...(vip !== undefined && { vip }),
    ...(note !== undefined && { note: note ?? '' }),
  };
}
