import type { Actor } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Circumstances, type Condition, fieldsOf } from '../../domain/condition/condition.ts';
import { isFor, plainFilterOf } from '../../domain/list/overview.ts';
import { ListStore } from '../../persistence/list.store.ts';
import { type ListFilter, type ListOrder, type SortKey, sortKeys } from '../../persistence/list-statement.ts';
import { type OverviewJson, type OverviewRow, OverviewStore } from '../../persistence/overview.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { invalidParam } from '../access.ts';
import { Conditions } from '../conditions.ts';
import { ReadTickets } from '../read-tickets.ts';

/** Tickets of one overview that are answered at once; the pages of `ticket_list` go on. */
const FIRST = 200;

/** The overviews of a person, as the lists that they are. */
@Injectable()
export class Overviews {
  constructor(
    private readonly db: DataSource,
    private readonly store: OverviewStore,
    private readonly lists: ListStore,
    private readonly reads: ReadTickets,
    private readonly conditions: Conditions,
  ) {}

  /** Theirs, each with its exact number: one statement for all of them. */
  async counts(actor: Actor) {
    const mine = await this.of(actor);
    const conditions = mine.map(({ json }) => this.conditions.read(json.condition));
    const circumstances = await this.conditions.circumstances(actor, conditions);
    const filters = conditions.map((condition) => filterOf(condition, circumstances));
    const visible = VisibleTickets.to(actor, 'overview');
    const counts = mine.length === 0 ? [] : await this.lists.totals(this.db, visible, filters);
    return mine.map(({ id, json: { name, prio, link, order, personal } }, i) => ({
      ...{ id, name, prio, link, count: counts[i] ?? 0, order, personal },
      depends_on: [...(conditions[i] ? fieldsOf(conditions[i]) : [])],
    }));
  }

  /** The first tickets of one of them, with everything they refer to. @returns JSON */
  async show(actor: Actor, link: string): Promise<string> {
    const { id, json } = await this.named(actor, link);
    const visible = VisibleTickets.to(actor, 'overview');
    const page = await this.lists.page(this.db, visible, await this.filter(actor, json), {
      ...orderOf(json.order),
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

  /** One of theirs as a filter of lists. @throws AppError invalid `input.unknown-id` */
  async filterNamed(actor: Actor, link: string): Promise<ListFilter> {
    return this.filter(actor, (await this.named(actor, link)).json);
  }

  private async filter(actor: Actor, { condition: selector }: OverviewJson): Promise<ListFilter> {
    const condition = this.conditions.read(selector);
    return filterOf(condition, await this.conditions.circumstances(actor, [condition]));
  }

  private async named(actor: Actor, link: string): Promise<OverviewRow> {
    const found = (await this.of(actor)).find(({ json }) => json.link === link);
    if (!found) throw invalidParam('view', link);
    return found;
  }

  private async of(actor: Actor): Promise<OverviewRow[]> {
    const { userId, roleIds = [], sharedOrganizationIds } = actor;
    const rows = await this.store.inUse(this.db, userId);
    return rows.filter(({ ownerId, json }) =>
      isFor(
        { userId, roleIds, sharedOrganizationIds },
        {
          ...{ active: json.active, ownerId, roleIds: json.role_ids, userIds: json.user_ids },
          organizationShared: json.organization_shared,
        },
      ),
    );
  }
}

function filterOf(condition: Condition | null, circumstances: Circumstances): ListFilter {
  const plain = plainFilterOf(condition, circumstances);
  if (plain) return plain;
  return condition ? { condition: { condition, circumstances } } : {};
}

/** Of what no list is sorted by, the newest change comes first. */
function orderOf({ by, direction }: OverviewJson['order']): Pick<ListOrder, 'key' | 'descending'> {
  const key = by === 'priority_id' ? 'priority' : by;
  if (!Object.hasOwn(sortKeys, key)) return { key: 'updated_at', descending: true };
  return { key: key as SortKey, descending: direction === 'DESC' };
}
