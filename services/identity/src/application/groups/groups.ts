import { isDeepStrictEqual } from 'node:util';
import {
  type Actor,
  administersAny,
  changesBetween,
  type groups as endpoints,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { onPage } from '@helpmesh/messaging';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayGroups } from '../../domain/access.ts';
import { deepest, isInside, joinGroupName, separator, splitGroupName } from '../../domain/group-path.ts';
import { searchTerms, windowOf } from '../../domain/reading.ts';
import { type CommunityRow, CommunityStore } from '../../persistence/community.store.ts';
import { type GroupRow, GroupStore, type GroupValues, groupSearchFields } from '../../persistence/group.store.ts';
import { Announce } from '../announce.ts';
import { Attributes } from '../attributes/attributes.ts';
import { Audit } from '../audit/audit.ts';
import { History } from '../history/history.ts';
import { Pages } from '../pages.ts';
import { refuseCondition } from '../people-rules/read-condition.ts';
import { type Json, Present, type Shape } from '../present.ts';
import { refusals } from '../refusals.ts';
import { Senders } from '../senders/senders.ts';
import { TicketReferences } from '../ticket-references.ts';

type ListQuery = ParsedInputOf<typeof endpoints.list>['query'];
type SearchQuery = ParsedInputOf<typeof endpoints.search>['query'];
type Input = ParsedInputOf<typeof endpoints.create>['body'];

const columns = ['id', 'name', 'name_last', 'parent_id', 'active', 'note', 'created_at', 'updated_at'];
const listed = { standard: 500, max: 1000, columns, order: 'id' };
const searched = { standard: 50, max: 200, columns, order: 'updated_at DESC, id DESC' };

@Injectable()
export class Groups {
  constructor(
    private readonly db: DataSource,
    private readonly groups: GroupStore,
    private readonly communities: CommunityStore,
    private readonly announce: Announce,
    private readonly present: Present,
    private readonly pages: Pages,
    private readonly attributes: Attributes,
    private readonly history: History,
    private readonly audit: Audit,
    private readonly tickets: TicketReferences,
    private readonly senders: Senders,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Customers get the active ones, with what they need to choose one; of those they administer everything. @throws AppError forbidden */
  async list(actor: Actor, query: ListQuery): Promise<Json | Json[]> {
    const sight = mayGroups.list(actor);
    if (sight === 'nothing') throw refusals.notAuthorized();
    const page = this.pages.of('groups', query, listed);
    const own = actor.administers ?? [];
    const found = await this.groups.page(this.db, page.window, { onlyActiveBut: sight === 'reduced' ? own : null });
    const rows = await this.groups.byIds(this.db, found.ids);
    if (sight === 'reduced') {
      const ofOwn = rows.filter(({ id }) => own.includes(id));
      const whole = (await this.present.many(this.db, actor, 'groups', ofOwn, {})) as Json[];
      const reduced = ({ id, name, active }: GroupRow): Json => ({ id, name, active });
      return page.told(
        rows.map((row) => whole.find(({ id }) => id === row.id) ?? reduced(row)),
        found,
      );
    }
    const total = page.walked ? undefined : found.total;
    return page.told(await this.present.many(this.db, actor, 'groups', rows, query, total), found);
  }

  /** @throws AppError forbidden for customers */
  async search(actor: Actor, query: SearchQuery): Promise<Json | Json[]> {
    if (!mayGroups.search(actor)) throw refusals.notAuthorized();
    refuseCondition(query.condition, 'groups');
    const terms = searchTerms(query.query ?? query.term ?? '', [
      ...groupSearchFields,
      ...(await this.attributes.searchable(actor, 'Group')),
    ]);
    const { ids, total } = await this.groups.search(this.db, terms, query.ids ?? null, windowOf(query, searched));
    if (query.only_total_count) return { total_count: total };
    const rows = await this.groups.byIds(this.db, ids);
    if (query.label || query.term !== undefined) {
      return rows.map(({ id, name, active }) => ({
        id,
        label: name,
        value: name,
        ...(query.term !== undefined && { inactive: !active }),
      }));
    }
    return onPage(await this.present.many(this.db, actor, 'groups', rows, query, total), { total });
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number, shape: Shape): Promise<Json> {
    if (!mayGroups.see(actor, id)) throw refusals.notAuthorized();
    const [row] = await this.groups.byIds(this.db, [id]);
    if (!row) throw refusals.notFound('Group', id);
    return this.present.one(this.db, actor, 'groups', row, shape);
  }

  /** One below a group of a community belongs to it as well. @throws AppError forbidden, invalid */
  async create(actor: Actor, input: Input, shape: Shape): Promise<Json> {
    if (!mayGroups.write(actor) && !administersAny(actor)) throw refusals.notAuthorized();
    if (!(input.name ?? input.name_last)?.trim()) throw refusals.blank('Name');
    await this.checkMatrix(input);
    return this.guarded(async (tx) => {
      const place = await this.placeOf(tx, input, null);
      if (!mayGroups.createBelow(actor, place.parent_id)) throw refusals.notAuthorized();
      const community = place.parent_id === null ? undefined : await this.communities.ofGroup(tx, place.parent_id);
      const custom = await this.attributes.made(actor, 'Group', input.custom);
      const sender = await this.senderOf(tx, actor, input, community, null);
      const id = await this.groups.insert(tx, { ...valuesOf(input), ...sender, ...place, custom }, this.by(actor));
      await this.announce.groupsChanged(tx, 'created', [id]);
      if (community) {
        await this.communities.addGroup(tx, community.id, id);
        await this.announce.accessChanged(tx, community.administrator_ids, 'community');
      }
      await this.recordChange(tx, actor, 'created', null, await this.row(tx, id));
      return this.present.one(tx, actor, 'groups', await this.row(tx, id), shape);
    });
  }

  /** A renamed or moved group takes its descendants along. @throws AppError forbidden, not-found, invalid */
  async update(actor: Actor, id: number, input: Input, shape: Shape): Promise<Json> {
    if (!mayGroups.change(actor, id)) throw refusals.notAuthorized();
    await this.checkMatrix(input);
    return this.guarded(async (tx) => {
      const [before] = await this.groups.byIds(tx, [id]);
      if (!before) throw refusals.notFound('Group', id);
      const place = await this.placeOf(tx, input, before);
      if (!mayGroups.write(actor) && place.parent_id !== before.parent_id) throw refusals.notAuthorized();
      const old: Record<string, unknown> = { ...before };
      const custom = await this.attributes.changed(actor, 'Group', before, input.custom);
      const sender = await this.senderOf(tx, actor, input, await this.communities.ofGroup(tx, id), before);
      const written = Object.entries({ ...valuesOf(input), ...sender, ...place, custom });
      const changed = written.filter(([name, value]) => !isDeepStrictEqual(old[name], value));
      if (changed.length > 0) {
        const below = place.name === before.name ? [] : await this.groups.below(tx, before.name);
        refuseTooDeep(below, before, place);
        await this.groups.update(tx, id, Object.fromEntries(changed), this.by(actor));
        await this.groups.movePaths(tx, before.name, place.name, this.by(actor));
        const moved = [id, ...below.map((row) => row.id)];
        await this.announce.groupsChanged(tx, 'updated', moved);
        if (changed.some(([name]) => name === 'active')) await this.announce.accessChanged(tx, null, 'group-active');
        await this.history.groups(tx, [before, ...below], await this.groups.byIds(tx, moved), this.by(actor));
        await this.recordChange(tx, actor, 'changed', before, await this.row(tx, id));
      }
      return this.present.one(tx, actor, 'groups', await this.row(tx, id), shape);
    });
  }

  /** @throws AppError forbidden, not-found, invalid when a ticket, a person or a subgroup refers to it */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayGroups.write(actor)) throw refusals.notAuthorized();
    const inTickets = await this.tickets.referTo('group', id);
    await this.guarded(async (tx) => {
      const [before] = await this.groups.byIds(tx, [id]);
      if (!before) throw refusals.notFound('Group', id);
      if (inTickets || (await this.groups.isReferenced(tx, id))) throw refusals.referenced();
      await this.announce.groupDeleted(tx, id);
      await this.groups.delete(tx, id);
      await this.history.forget(tx, 'Group', id);
      await this.recordChange(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  /** Priorities are the ticket service's. @throws AppError invalid */
  private async checkMatrix({ priority_matrix: matrix }: Input): Promise<void> {
    if (!matrix) return;
    const ids = Object.values(matrix).flatMap((row) => Object.values(row));
    const [missing] = await this.tickets.missingPriorities([...new Set(ids)]);
    if (missing !== undefined) throw refusals.badParameter('priority_matrix', missing);
  }

  /** Name and parent after the write: from `name` as a path, or from `name_last` with `parent_id` or `parent`. */
  private async placeOf(
    tx: EntityManager,
    input: Input,
    before: GroupRow | null,
  ): Promise<{ name: string; name_last: string; parent_id: number | null }> {
    const written = input.name?.trim() || input.name_last?.trim();
    const path = splitGroupName(written ?? before?.name_last ?? '');
    if (!path.ok) throw refusals.badParameter('name', written);
    const parent = await this.parentOf(tx, input, path.parent, written === undefined ? before : null);
    if (parent && before && isInside(parent.name, before.name)) throw refusals.badParameter('parent_id', parent.id);
    const name = joinGroupName(parent?.name ?? null, path.last);
    if (name.split(separator).length > deepest) throw refusals.badParameter('name', name);
    return { name, name_last: path.last, parent_id: parent?.id ?? null };
  }

  private async parentOf(
    tx: EntityManager,
    input: Input,
    fromPath: string | null,
    keep: GroupRow | null,
  ): Promise<{ id: number; name: string } | null> {
    if (input.parent_id !== undefined && input.parent_id !== null) return this.groupById(tx, input.parent_id);
    const name = fromPath ?? (input.parent?.trim() || null);
    if (name !== null) {
      const id = (await this.groups.idsByNames(tx, [name])).get(name);
      if (id === undefined) throw refusals.noSuchName('parent', name);
      return this.groupById(tx, id);
    }
    const unsaid = input.parent_id === undefined && input.parent === undefined;
    return unsaid && keep?.parent_id ? this.groupById(tx, keep.parent_id) : null;
  }

  private async groupById(tx: EntityManager, id: number): Promise<{ id: number; name: string }> {
    const name = (await this.groups.names(tx, [id])).get(id);
    if (name === undefined) throw refusals.badParameter('parent_id', id);
    return { id, name };
  }

  /**
   * What it sends with, by id or in words; an id counts more.
   * @param community  that the group belongs to
   * @throws AppError invalid; forbidden for whoever administers the community, of what is not its own
   */
  private async senderOf(
    tx: EntityManager,
    actor: Actor,
    input: Input,
    community: CommunityRow | undefined,
    before: GroupRow | null,
  ): Promise<GroupValues> {
    const values: GroupValues = {};
    const email = input.email_address === undefined ? input.email : input.email_address;
    if (input.email_address_id !== undefined) values.email_address_id = input.email_address_id;
    else if (email !== undefined) {
      values.email_address_id = email?.trim() ? await this.senders.addressOf(tx, actor, email) : null;
    }
    const { signature } = input;
    if (input.signature_id !== undefined) values.signature_id = input.signature_id;
    else if (signature !== undefined) {
      values.signature_id = signature?.trim() ? await this.senders.signatureNamed(tx, signature) : null;
    }
    for (const kind of ['email-address', 'signature'] as const) {
      const id = kind === 'signature' ? values.signature_id : values.email_address_id;
      const held = kind === 'signature' ? before?.signature_id : before?.email_address_id;
      if (id != null && id !== held) await this.senders.requireUsable(tx, actor, kind, id, community);
    }
    return values;
  }

  /** One change of the tree at a time; violated unique names become the documented refusals. */
  private async guarded<T>(fn: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, async (tx) => {
        await this.groups.lockTree(tx);
        return fn(tx);
      });
    } catch (error) {
      if (violates(error, 'groups_name_key')) throw refusals.exists();
      throw error;
    }
  }

  private async recordChange(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: GroupRow | null,
    after: GroupRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as GroupRow;
    const changes = changesBetween(before, after, auditedColumns);
    await this.audit.record(tx, actor, {
      action: `group.${what}`,
      object: { type: 'Group', id, label: name },
      changes,
    });
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.userId, at: new Date(this.clock.now()) };
  }

  private async row(tx: EntityManager, id: number): Promise<GroupRow> {
    return (await this.groups.byIds(tx, [id]))[0] as GroupRow;
  }
}

const auditedColumns = [
  'name',
  'assignment_timeout',
  'follow_up_possible',
  'follow_up_assignment',
  'reopen_time_in_days',
  'priority_matrix',
  'ask_rating',
  'active',
  'note',
  'email_address',
  'signature',
  'shared_drafts',
  'summary_generation',
  'custom',
] as const;

/** What lies below moves along, and may lie no deeper than anything else. @throws AppError invalid */
function refuseTooDeep(below: readonly GroupRow[], before: GroupRow, after: { name: string }): void {
  for (const { name } of below) {
    const moved = `${after.name}${name.slice(before.name.length)}`;
    if (moved.split(separator).length > deepest) throw refusals.badParameter('name', moved);
  }
}

function valuesOf(input: Input): GroupValues {
  const values: GroupValues = {};
  if (input.shared_drafts !== undefined) values.shared_drafts = input.shared_drafts;
  if (input.summary_generation !== undefined) values.summary_generation = input.summary_generation;
  if (input.assignment_timeout !== undefined) values.assignment_timeout = input.assignment_timeout;
  if (input.follow_up_possible !== undefined) values.follow_up_possible = input.follow_up_possible;
  if (input.follow_up_assignment !== undefined) values.follow_up_assignment = input.follow_up_assignment;
  if (input.reopen_time_in_days !== undefined) values.reopen_time_in_days = input.reopen_time_in_days;
  if (input.priority_matrix !== undefined) values.priority_matrix = input.priority_matrix;
  if (input.ask_rating !== undefined) values.ask_rating = input.ask_rating;
  if (input.active !== undefined) values.active = input.active;
  if (input.note !== undefined) values.note = input.note;
  return values;
}
