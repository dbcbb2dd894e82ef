import { isDeepStrictEqual } from 'node:util';
import {
  type Actor,
  changesBetween,
  type roles as endpoints,
  type listPermissions,
  type OutputOf,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { onPage } from '@helpmesh/messaging';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayRoles } from '../../domain/access.ts';
import { allowedAtSignup, grants } from '../../domain/permissions.ts';
import { searchTerms, windowOf } from '../../domain/reading.ts';
import { groupAccess } from '../../domain/rights.ts';
import { type RoleRow, RoleStore, type RoleValues, roleSearchFields } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { ResolveGroupAccess } from '../groups/access-input.ts';
import { History } from '../history/history.ts';
import { Pages } from '../pages.ts';
import { refuseCondition } from '../people-rules/read-condition.ts';
import { type Json, Present, type Shape } from '../present.ts';
import { allKnown, allNamed, sorted } from '../references.ts';
import { refusals } from '../refusals.ts';

type ListQuery = ParsedInputOf<typeof endpoints.list>['query'];
type SearchQuery = ParsedInputOf<typeof endpoints.search>['query'];
type Input = ParsedInputOf<typeof endpoints.create>['body'];

const columns = ['id', 'name', 'default_at_signup', 'active', 'note', 'created_at', 'updated_at'];
const listed = { standard: 500, max: 1000, columns, order: 'id' };
const searched = { standard: 50, max: 200, columns, order: 'updated_at DESC, id DESC' };

/** What people may do, as named bundles of permissions and of access to groups. */
@Injectable()
export class Roles {
  constructor(
    private readonly db: DataSource,
    private readonly roles: RoleStore,
    private readonly users: UserStore,
    private readonly access: ResolveGroupAccess,
    private readonly announce: Announce,
    private readonly present: Present,
    private readonly pages: Pages,
    private readonly history: History,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden for customers */
  async list(actor: Actor, query: ListQuery): Promise<Json | Json[]> {
    if (!mayRoles.see(actor)) throw refusals.notAuthorized();
    const page = this.pages.of('roles', query, listed);
    const found = await this.roles.page(this.db, page.window);
    const rows = await this.roles.byIds(this.db, found.ids);
    const total = page.walked ? undefined : found.total;
    return page.told(await this.present.many(this.db, actor, 'roles', rows, query, total), found);
  }

  /** @throws AppError forbidden for customers */
  async search(actor: Actor, query: SearchQuery): Promise<Json | Json[]> {
    if (!mayRoles.see(actor)) throw refusals.notAuthorized();
    refuseCondition(query.condition, 'roles');
    const terms = searchTerms(query.query ?? query.term ?? '', roleSearchFields);
    const { ids, total } = await this.roles.search(this.db, terms, query.ids ?? null, windowOf(query, searched));
    if (query.only_total_count) return { total_count: total };
    const rows = await this.roles.byIds(this.db, ids);
    if (query.label || query.term !== undefined) {
      return rows.map(({ id, name, active }) => ({
        id,
        label: name,
        value: name,
        ...(query.term !== undefined && { inactive: !active }),
      }));
    }
    return onPage(await this.present.many(this.db, actor, 'roles', rows, query, total), { total });
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number, shape: Shape): Promise<Json> {
    if (!mayRoles.see(actor)) throw refusals.notAuthorized();
    const [row] = await this.roles.byIds(this.db, [id]);
    if (!row) throw refusals.notFound('Role', id);
    return this.present.one(this.db, actor, 'roles', row, shape);
  }

  /** What can be put into a role. @throws AppError forbidden for customers */
  async permissions(actor: Actor): Promise<OutputOf<typeof listPermissions>> {
    if (!mayRoles.see(actor)) throw refusals.notAuthorized();
    const all = await this.roles.permissions(this.db);
    return all.map(({ id, name }) => ({ id, name, allow_signup: allowedAtSignup(name) }));
  }

  /** @throws AppError forbidden, invalid */
  async create(actor: Actor, input: Input, shape: Shape): Promise<Json> {
    if (!mayRoles.write(actor, [])) throw refusals.notAuthorized();
    const values = valuesOf(input);
    if (!values.name) throw refusals.blank('Name');
    return this.guarded(async (tx) => {
      const id = await this.roles.insert(tx, values, this.by(actor));
      await this.setContent(tx, id, input);
      const row = await this.row(tx, id);
      refuseBeyond(actor, null, row);
      refuseAtSignup(row);
      await this.recordChange(tx, actor, 'created', null, row);
      return this.present.one(tx, actor, 'roles', row, shape);
    });
  }

  /**
   * A change of rights counts at once: for who is signed in, and for what neighbours keep of the people who have the role.
   * @throws AppError forbidden, not-found, invalid: it would leave nobody who administers users
   */
  async update(actor: Actor, id: number, input: Input, shape: Shape): Promise<Json> {
    if (!mayRoles.write(actor, [])) throw refusals.notAuthorized();
    const written = valuesOf(input);
    if (written.name === '') throw refusals.blank('Name');
    return this.guarded(async (tx) => {
      const before = await this.roles.lock(tx, id, 'changes');
      if (!before) throw refusals.notFound('Role', id);
      if (!mayRoles.write(actor, before.permissions)) throw refusals.beyondOwnRights();
      await this.setContent(tx, id, input);
      const [content] = await this.roles.byIds(tx, [id]);
      const old: Record<string, unknown> = { ...before };
      const changed = Object.entries(written).filter(([name, value]) => !isDeepStrictEqual(old[name], value));
      if (changed.length > 0 || !isDeepStrictEqual(rightsOf(content), rightsOf(before))) {
        await this.roles.update(tx, id, Object.fromEntries(changed), this.by(actor));
        await this.settle(tx, actor, before, await this.row(tx, id));
      }
      return this.present.one(tx, actor, 'roles', await this.row(tx, id), shape);
    });
  }

  /** @throws AppError forbidden, not-found, invalid when people have it, or a mapping or a setting names it */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayRoles.write(actor, [])) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const before = await this.roles.lock(tx, id, 'use');
      if (!before) throw refusals.notFound('Role', id);
      if (!mayRoles.write(actor, before.permissions)) throw refusals.beyondOwnRights();
      if (await this.roles.isReferenced(tx, id)) throw refusals.referenced();
      await this.roles.delete(tx, id);
      await this.history.forget(tx, 'Role', id);
      await this.recordChange(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  /** Permissions and access to groups, as far as they are written. */
  private async setContent(tx: EntityManager, id: number, input: Input): Promise<void> {
    const permissionIds = await this.permissionIds(tx, input);
    if (permissionIds) await this.roles.setPermissions(tx, id, permissionIds);
    const access = await this.access.run(tx, input);
    if (access) await this.roles.setGroups(tx, id, access);
  }

  private async permissionIds(tx: EntityManager, input: Input): Promise<number[] | undefined> {
    if (!input.permission_ids && !input.permissions) return undefined;
    const all = await this.roles.permissions(tx);
    if (input.permission_ids) {
      return allKnown('permissions', input.permission_ids, new Set(all.map(({ id }) => id)));
    }
    const known = new Map(all.map(({ id, name }) => [name, id]));
    return sorted(allNamed('permissions', input.permissions ?? [], known));
  }

  /** Lets a changed role be what it may be, and tells of it. */
  private async settle(tx: EntityManager, actor: Actor, before: RoleRow, after: RoleRow): Promise<void> {
    refuseBeyond(actor, before, after);
    refuseAtSignup(after);
    // People first, then the one lock of all administrators: the order in which users are changed.
    if (!isDeepStrictEqual(standingOf(before), standingOf(after))) {
      const holders = await this.roles.touchHolders(tx, after.id);
      for (let i = 0; i < holders.length; i += MANY) {
        await this.announce.usersChanged(tx, 'updated', holders.slice(i, i + MANY));
      }
    }
    if (administers(before) && !administers(after) && !(await this.users.anyAdminLeft(tx))) throw refusals.lastAdmin();
    const decides = before.active !== after.active || !isDeepStrictEqual(rightsOf(before), rightsOf(after));
    if (decides) await this.announce.accessChanged(tx, null, 'role');
    await this.history.role(tx, before, after, this.by(actor));
    await this.recordChange(tx, actor, 'changed', before, after);
  }

  private async guarded<T>(fn: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, fn);
    } catch (error) {
      if (violates(error, 'roles_name_key')) throw refusals.exists();
      throw error;
    }
  }

  private async recordChange(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: RoleRow | null,
    after: RoleRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as RoleRow;
    const told = (row: RoleRow | null) => row && { ...row, groups: groupAccess(row.group_access) };
    await this.audit.record(tx, actor, {
      action: `role.${what}`,
      object: { type: 'Role', id, label: name },
      changes: changesBetween(told(before), told(after), auditedColumns),
    });
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.userId, at: new Date(this.clock.now()) };
  }

  private async row(tx: EntityManager, id: number): Promise<RoleRow> {
    return (await this.roles.byIds(tx, [id]))[0] as RoleRow;
  }
}

/** People whose news is written at once. */
const MANY = 1000;

const auditedColumns = ['name', 'default_at_signup', 'active', 'note', 'permissions', 'groups'] as const;

function valuesOf({ name, default_at_signup, active, note }: Input): RoleValues {
  return {
    ...(name !== undefined && { name: name.trim() }),
    ...(default_at_signup !== undefined && { default_at_signup }),
    ...(active !== undefined && { active }),
    ...(note !== undefined && { note }),
  };
}

function rightsOf(row: RoleRow | undefined) {
  return row && { permissions: row.permissions, groups: groupAccess(row.group_access) };
}

/** What of a role neighbours keep with each user: whether it makes agents, and where with full access. */
function standingOf(row: RoleRow) {
  const full = row.group_access.filter(({ access }) => access === 'full').map(({ groupId }) => groupId);
  return row.active && { agent: grants(row.permissions, 'ticket.agent'), full: sorted(full) };
}

function administers(row: RoleRow): boolean {
  return row.active && grants(row.permissions, 'admin.user');
}

/** @throws AppError forbidden */
function refuseBeyond(actor: Actor, before: RoleRow | null, after: RoleRow): void {
  const content = (row: RoleRow) => ({ ...row, groups: groupAccess(row.group_access) });
  if (mayRoles.write(actor, after.permissions) && mayRoles.fill(actor, before && content(before), content(after)))
    return;
  throw refusals.beyondOwnRights();
}

/** Strangers give themselves this role: it may open nothing but their own. @throws AppError invalid */
function refuseAtSignup(row: RoleRow): void {
  if (!row.default_at_signup) return;
  const too = row.permissions.filter((name) => !allowedAtSignup(name));
  if (too.length === 0 && row.group_access.length === 0) return;
  const what = too.length > 0 ? `${too.join(', ')} permissions` : 'access to groups';
  throw new AppError(
    'invalid',
    'identity.role-too-strong-at-signup',
    `Cannot set default at signup when role has ${what}.`,
  );
}
