import type { Actor, ParsedInputOf, users } from '@helpmesh/contracts';
import { onPage } from '@helpmesh/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayUsers } from '../../domain/access.ts';
import { grantedBy } from '../../domain/permissions.ts';
import { searchTerms, windowOf } from '../../domain/reading.ts';
import { UserStore, userSearchFields } from '../../persistence/user.store.ts';
import { shownUserColumns, type UserRow } from '../../persistence/user.table.ts';
import { Attributes } from '../attributes/attributes.ts';
import { Pages } from '../pages.ts';
import { ReadCondition } from '../people-rules/read-condition.ts';
import { type Json, Present, type Shape } from '../present.ts';
import { refusals } from '../refusals.ts';
import { fullName } from '../sign-in/links.ts';

type ListQuery = ParsedInputOf<typeof users.list>['query'];
type SearchQuery = ParsedInputOf<typeof users.search>['query'];

const listed = { standard: 100, max: 1000, columns: shownUserColumns, order: 'id' };
const searched = { standard: 50, max: 200, columns: shownUserColumns, order: 'updated_at DESC, id DESC' };

@Injectable()
export class ReadUsers {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly present: Present,
    private readonly pages: Pages,
    private readonly attributes: Attributes,
    private readonly conditions: ReadCondition,
  ) {}

  async list(actor: Actor, query: ListQuery): Promise<Json | Json[]> {
    const only = mayUsers.list(actor) === 'all' ? null : actor.userId;
    const page = this.pages.of('users', query, listed);
    const ids = await this.users.page(this.db, only, page.window);
    const total = query.with_total_count ? await this.users.count(this.db, only) : undefined;
    const rows = await this.users.byIds(this.db, ids);
    return page.told(await this.present.many(this.db, actor, 'users', rows, query), { ids, total });
  }

  /** @throws AppError forbidden for customers */
  async search(actor: Actor, query: SearchQuery): Promise<Json | Json[]> {
    if (!mayUsers.search(actor)) throw refusals.notAuthorized();
    const search = {
      terms: searchTerms(query.query ?? query.term ?? '', [
        ...userSearchFields,
        ...(await this.attributes.searchable(actor, 'User')),
      ]),
      ids: query.ids,
      roleIds: query.role_ids,
      groupIds: query.group_ids,
      permissions: query.permissions?.flatMap(grantedBy),
      picked: await this.conditions.ofSearch(actor, query.condition, 'User'),
    };
    const { ids, total } = await this.users.search(this.db, search, windowOf(query, searched));
    if (query.only_total_count) return { total_count: total };
    const rows = await this.users.byIds(this.db, ids);
    if (query.label || query.term !== undefined) return rows.map((row) => labelled(row, query.term !== undefined));
    return onPage(await this.present.many(this.db, actor, 'users', rows, query, total), { total });
  }

  /** @throws AppError not-found */
  async get(actor: Actor, id: number, shape: Shape): Promise<Json> {
    const [row] = await this.users.byIds(this.db, [id]);
    if (!row || mayUsers.see(actor, id) === 'nothing') throw refusals.notFound('User', id);
    return this.present.one(this.db, actor, 'users', row, shape);
  }

  /** The signed-in user, with the effective permissions and group access of the credential in use. */
  async me(actor: Actor, shape: Shape): Promise<Json> {
    const shown = await this.get(actor, actor.userId, shape);
    const { permissions, groups } = actor;
    const own = { permissions, effective_group_ids: groups, acting_user_id: actor.actingUserId ?? null };
    const looksAfter = actor.administers && { administered_group_ids: actor.administers };
    const viewed = actor.viewingUntil !== undefined && { viewing_until: actor.viewingUntil };
    return { ...shown, ...own, ...looksAfter, ...(actor.mustEnrol && { two_factor_required: true }), ...viewed };
  }
}

/** For pickers. @param forTerm  then the value is the address, and inactive people are marked */
function labelled(row: UserRow, forTerm: boolean): Json {
  const name = fullName(row) || row.login;
  const label = row.email === '' ? name : `${name} <${row.email}>`;
  return forTerm ? { id: row.id, label, value: row.email, inactive: !row.active } : { id: row.id, label, value: label };
}
