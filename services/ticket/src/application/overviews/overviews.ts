import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import { type Circumstances, fieldsOf } from '@helpmesh/conditions';
import type { Actor } from '@helpmesh/contracts';
import { type Clock, isoTime } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Condition } from '../../domain/condition/condition.ts';
import { type Audience, isFor, plainFilterOf } from '../../domain/list/overview.ts';
import { ListStore } from '../../persistence/list.store.ts';
import type { CustomColumn } from '../../persistence/list-keys.ts';
import type { ListFilter, ListOrder } from '../../persistence/list-statement.ts';
import { type OverviewJson, type OverviewRow, OverviewStore } from '../../persistence/overview.store.ts';
import { ReplicaStore } from '../../persistence/replica.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { invalidParam } from '../access.ts';
import { Conditions } from '../conditions.ts';
import { ReadTickets } from '../read-tickets.ts';
import { customColumns, groupKeyNamed, orderKeyNamed } from './list-columns.ts';

/** Tickets of one overview that are answered at once; the pages of `ticket_list` go on. */
const FIRST = 200;

/** An overview as a list: which tickets, gathered by what, with which custom attributes beside them. */
export interface OverviewList {
  filter: ListFilter;
  group: ListOrder['group'];
  custom: CustomColumn[];
}

/** The overviews of a person, as the lists that they are. */
@Injectable()
export class Overviews {
  constructor(
    private readonly db: DataSource,
    private readonly store: OverviewStore,
    private readonly lists: ListStore,
    private readonly reads: ReadTickets,
    private readonly conditions: Conditions,
    private readonly replicas: ReplicaStore,
    private readonly attributes: AttributeBook,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Theirs, in their own order. */
  async mine(actor: Actor): Promise<OverviewRow[]> {
    return (await this.of(actor)).rows;
  }

  /** Theirs, each with its exact number: one statement for all of them. */
  async counts(actor: Actor) {
    const { rows: mine, replaced } = await this.of(actor);
    const conditions = await Promise.all(mine.map(({ json }) => this.conditions.read(json.condition)));
    const circumstances = await this.conditions.circumstances(actor, conditions);
    const filters = conditions.map((condition, i) =>
      filterOf(condition, seenBy(circumstances, mine[i]?.json, replaced)),
    );
    const visible = VisibleTickets.to(actor, 'overview');
    const counts = mine.length === 0 ? [] : await this.lists.totals(this.db, visible, filters);
    const attributes = await this.attributes.of('Ticket');
    return mine.map(({ id, json: { name, prio, link, order, personal, view, group_by, group_direction } }, i) => ({
      ...{ id, name, prio, link, count: counts[i] ?? 0, personal, view, group_by, group_direction },
      order: { ...order, by: shownName(order.by, attributes) },
      depends_on: [...(conditions[i] ? fieldsOf(conditions[i]) : [])],
    }));
  }

  /** The first tickets of one of them, with everything they refer to. @returns JSON */
  async show(actor: Actor, link: string): Promise<string> {
    const { id, json, replaced } = await this.named(actor, link);
    const visible = VisibleTickets.to(actor, 'overview');
    const attributes = await this.attributes.of('Ticket');
    const page = await this.lists.page(this.db, visible, await this.filter(actor, json, replaced), {
      ...orderOf(json.order, attributes),
      group: groupOf(json, attributes),
      limit: FIRST,
    });
    const lines = JSON.parse(page.tickets) as { id: number; updated_at: string }[];
    const records = await this.reads.records(
      visible,
      actor,
      lines.map((line) => line.id),
    );
    const { assets } = JSON.parse(records) as { assets: Record<string, object> };
    return JSON.stringify({
      assets: { ...assets, Overview: { [id]: json } },
      index: {
        overview: { id, view: json.link, name: json.name, updated_at: json.updated_at },
        tickets: lines.map(({ id: ticketId, updated_at }) => ({ id: ticketId, updated_at })),
        count: page.total,
      },
    });
  }

  /** One of theirs. @throws AppError invalid `input.unknown-id` */
  async listNamed(actor: Actor, link: string): Promise<OverviewList> {
    const { json, replaced } = await this.named(actor, link);
    const attributes = await this.attributes.of('Ticket');
    return {
      filter: await this.filter(actor, json, replaced),
      group: groupOf(json, attributes),
      custom: customColumns({ ...json.view, d: [json.view.d, json.group_by].flat() }, attributes),
    };
  }

  private async filter(actor: Actor, json: OverviewJson, replaced: readonly number[]): Promise<ListFilter> {
    const condition = await this.conditions.read(json.condition);
    return filterOf(condition, seenBy(await this.conditions.circumstances(actor, [condition]), json, replaced));
  }

  private async named(actor: Actor, link: string): Promise<OverviewRow & { replaced: readonly number[] }> {
    const { rows, replaced } = await this.of(actor, link);
    const found = rows.find(({ json }) => json.link === link);
    if (!found) throw invalidParam('view', link);
    return { ...found, replaced };
  }

  /**
   * Theirs, and for whom they stand in, which is looked up for those overviews alone that ask for it.
   * @param link  of the only one that is wanted
   */
  private async of(actor: Actor, link?: string): Promise<{ rows: OverviewRow[]; replaced: readonly number[] }> {
    const { userId, roleIds = [], sharedOrganizationIds } = actor;
    const inUse = await this.store.inUse(this.db, userId);
    const wanted = link === undefined ? inUse : inUse.filter(({ json }) => json.link === link);
    const reader = { userId, roleIds, sharedOrganizationIds, standsIn: true };
    const theirs = wanted.filter((row) => isFor(reader, audienceOf(row)));
    if (!theirs.some(({ json }) => json.out_of_office)) return { rows: theirs, replaced: [] };
    const replaced = await this.replicas.replacedBy(this.db, userId, isoTime(this.clock.now()).slice(0, 10));
    const standsIn = replaced.length > 0;
    return { rows: theirs.filter((row) => isFor({ ...reader, standsIn }, audienceOf(row))), replaced };
  }
}

function audienceOf({ ownerId, json }: OverviewRow): Audience {
  return {
    ...{ active: json.active, ownerId, roleIds: json.role_ids, userIds: json.user_ids },
    ...{ organizationShared: json.organization_shared, outOfOffice: json.out_of_office },
  };
}

/** Of an overview for replacements, "mine" is what belongs to those who are away. */
function seenBy(
  circumstances: Circumstances,
  json: OverviewJson | undefined,
  replaced: readonly number[],
): Circumstances {
  const { viewer } = circumstances;
  return json?.out_of_office && viewer ? { ...circumstances, viewer: { ...viewer, replaced } } : circumstances;
}

function filterOf(condition: Condition | null, circumstances: Circumstances): ListFilter {
  const plain = plainFilterOf(condition, circumstances);
  if (plain) return plain;
  return condition ? { condition: { condition, circumstances } } : {};
}

/** Of what no list is sorted by, the newest change comes first. */
function orderOf(
  { by, direction }: OverviewJson['order'],
  attributes: AttributeSet,
): Pick<ListOrder, 'key' | 'descending'> {
  const key = orderKeyNamed(by, attributes);
  return key ? { key, descending: direction === 'DESC' } : { key: 'updated_at', descending: true };
}

function groupOf({ group_by, group_direction }: OverviewJson, attributes: AttributeSet): ListOrder['group'] {
  const key = groupKeyNamed(group_by, attributes);
  return key && { key, descending: group_direction === 'DESC' };
}

/** As `ticket_list` sorts by it; what it knows nothing of stays what it is. */
function shownName(by: string, attributes: AttributeSet): string {
  const key = orderKeyNamed(by, attributes);
  return typeof key === 'object' ? `custom.${key.name}` : (key ?? by);
}
