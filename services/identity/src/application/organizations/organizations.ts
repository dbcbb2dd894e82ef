import { isDeepStrictEqual } from 'node:util';
import { type Actor, changesBetween, type organizations as endpoints, type ParsedInputOf } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { onPage } from '@helpmesh/messaging';
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
import { Attributes } from '../attributes/attributes.ts';
import { Audit } from '../audit/audit.ts';
import { History, type RuleCause } from '../history/history.ts';
import { Pages } from '../pages.ts';
import { ReadCondition } from '../people-rules/read-condition.ts';
import { type Json, Present, type Shape } from '../present.ts';
import { allKnown, allNamed, sorted } from '../references.ts';
import { refusals } from '../refusals.ts';
import { TicketReferences } from '../ticket-references.ts';

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
    private readonly pages: Pages,
    private readonly attributes: Attributes,
    private readonly conditions: ReadCondition,
    private readonly history: History,
    private readonly audit: Audit,
    private readonly tickets: TicketReferences,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: ListQuery): Promise<Json | Json[]> {
    const only = mayOrganizations.list(actor) === 'all' ? null : actor.organizationIds;
    const page = this.pages.of('organizations', query, listed);
    const found = await this.organizations.page(this.db, only, page.window);
    const rows = await this.organizations.byIds(this.db, found.ids);
    const total = page.walked ? undefined : found.total;
    return page.told(await this.present.many(this.db, actor, 'organizations', rows, query, total), found);
  }

  /** @throws AppError forbidden for customers */
  async search(actor: Actor, query: SearchQuery): Promise<Json | Json[]> {
    if (!mayOrganizations.search(actor)) throw refusals.notAuthorized();
    const terms = searchTerms(query.query ?? query.term ?? '', [
      ...organizationSearchFields,
      ...(await this.attributes.searchable(actor, 'Organization')),
    ]);
    const picked = await this.conditions.ofSearch(actor, query.condition, 'Organization');
    const asked = { terms, ids: query.ids ?? null, picked };
    const { ids, total } = await this.organizations.search(this.db, asked, windowOf(query, searched));
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
    return onPage(await this.present.many(this.db, actor, 'organizations', rows, query, total), { total });
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
    return transaction(this.db, async (tx) => {
      return this.present.one(tx, actor, 'organizations', await this.createIn(tx, actor, input), shape);
    });
  }

  /** @throws AppError invalid, forbidden */
  async createIn(tx: EntityManager, actor: Actor, input: Input): Promise<OrganizationRow> {
    const values = valuesOf(input);
    if (!values.name) throw refusals.blank('Name');
    return this.named(async () => {
      const custom = await this.attributes.made(actor, 'Organization', input.custom);
      const id = await this.organizations.insert(tx, { ...values, custom }, this.by(actor));
      await this.announce.organizationsChanged(tx, 'created', [id]);
      await this.setMembers(tx, actor, id, input);
      const row = await this.row(tx, id);
      await this.recordChange(tx, actor, 'created', null, row);
      return row;
    });
  }

  /** @throws AppError forbidden, not-found, invalid */
  async update(actor: Actor, id: number, input: Input, shape: Shape): Promise<Json> {
    if (!mayOrganizations.update(actor)) throw refusals.notAuthorized();
    return transaction(this.db, async (tx) => {
      await this.updateIn(tx, actor, id, input);
      return this.present.one(tx, actor, 'organizations', await this.row(tx, id), shape);
    });
  }

  /** @returns whether anything changed @throws AppError as `createIn`; not-found */
  async updateIn(tx: EntityManager, actor: Actor, id: number, input: Input, cause?: RuleCause): Promise<boolean> {
    const written = valuesOf(input);
    if (written.name === '') throw refusals.blank('Name');
    return this.named(async () => {
      const before = await this.organizations.lock(tx, id);
      if (!before) throw refusals.notFound('Organization', id);
      const old: Record<string, unknown> = { ...before };
      const custom = await this.attributes.changed(actor, 'Organization', before, input.custom);
      const changed = Object.entries({ ...written, custom }).filter(
        ([name, value]) => !isDeepStrictEqual(old[name], value),
      );
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
        const after = await this.row(tx, id);
        await this.history.organization(tx, before, after, { ...this.by(actor), cause });
        await this.recordChange(tx, actor, 'changed', before, after, cause);
      }
      return changed.length > 0 || membersChanged;
    });
  }

  /** @throws AppError forbidden, not-found, invalid when anybody belongs to it or a ticket refers to it */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayOrganizations.delete(actor)) throw refusals.notAuthorized();
    const inTickets = await this.tickets.referTo('organization', id);
    await transaction(this.db, async (tx) => {
      const before = await this.organizations.lock(tx, id);
      if (!before) throw refusals.notFound('Organization', id);
      if (inTickets || (await this.organizations.isReferenced(tx, id))) throw refusals.referenced();
      await this.announce.organizationDeleted(tx, id);
      await this.organizations.delete(tx, id);
      await this.history.forget(tx, 'Organization', id);
      await this.recordChange(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  /** @returns true when anybody came or went @throws AppError forbidden: somebody whom the actor may not change */
  private async setMembers(tx: EntityManager, actor: Actor, id: number, input: Input): Promise<boolean> {
    const primary = await this.peopleOf(tx, 'members', input.member_ids, input.members);
    const secondary = await this.peopleOf(tx, 'secondary_members', input.secondary_member_ids, input.secondary_members);
    if (!primary && !secondary) return false;
    const [now] = await this.organizations.byIds(tx, [id]);
    const before = await this.users.byIds(tx, [
      ...differing(now?.member_ids ?? [], primary),
      ...differing(now?.secondary_member_ids ?? [], secondary),
    ]);
    if (!before.every((person) => mayUsers.update(actor, person))) throw refusals.notAuthorized();
    const moved = [...new Set(before.map((person) => person.id))];
    if (moved.length === 0) return false;
    if (primary) await this.organizations.setMembers(tx, id, primary);
    if (secondary) await this.organizations.setSecondaryMembers(tx, id, secondary);
    await this.users.touch(tx, moved, this.by(actor));
    await this.history.users(tx, before, await this.users.byIds(tx, moved), this.by(actor));
    await this.announce.usersChanged(tx, 'updated', moved);
    await this.announce.accessChanged(tx, moved.length > MANY ? null : moved, 'organization-members');
    return true;
  }

  private async peopleOf(
    tx: EntityManager,
    attribute: string,
    ids: readonly number[] | undefined,
    names: readonly string[] | undefined,
  ): Promise<number[] | undefined> {
    if (ids) return allKnown(attribute, ids, await this.users.logins(tx, ids));
    if (!names) return undefined;
    const known = new Map<string, number>();
    for (const name of names) {
      const id = await this.users.findId(tx, normalAddress(name));
      if (id !== undefined) known.set(name, id);
    }
    return sorted(allNamed(attribute, names, known));
  }

  private async named<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
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
    cause?: RuleCause,
  ): Promise<void> {
    const { id, name } = (after ?? before) as OrganizationRow;
    const changes = {
      ...changesBetween(before, after, auditedColumns),
      ...(cause && { rule: { to: cause.name } }),
    };
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
  ...(['member_ids', 'secondary_member_ids', 'custom'] as const),
] as const;

/** Who would come or go; nobody when nothing is wished. */
function differing(are: readonly number[], wished: readonly number[] | undefined): number[] {
  if (!wished) return [];
  return [...are.filter((id) => !wished.includes(id)), ...wished.filter((id) => !are.includes(id))];
}

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
