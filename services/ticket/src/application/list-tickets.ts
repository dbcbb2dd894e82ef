import { AttributeBook } from '@helpmesh/attributes';
import {
  type Actor,
  type exportTickets,
  hasPermission,
  type ParsedInputOf,
  type ticketList,
} from '@helpmesh/contracts';
import { type Clock, type EpochMs, isoTime } from '@helpmesh/kernel';
import { CLOCK, CursorCodec } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { agentViews, customerViews, homeViews, isView, type View, viewRules } from '../domain/list/views.ts';
import { type ListPage, ListStore } from '../persistence/list.store.ts';
import type { ListFilter, ListOrder } from '../persistence/list-statement.ts';
import { ReadStore } from '../persistence/read.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { invalidParam, noLookupValue, notAuthorized } from './access.ts';
import { SearchQueries } from './attributes/search-attributes.ts';
import { orderKeyNamed } from './overviews/list-columns.ts';
import { type OverviewList, Overviews } from './overviews/overviews.ts';
import { isAgent } from './read-tickets.ts';
import { References, Wanted } from './references.ts';

type Query = ParsedInputOf<typeof ticketList>['query'];

/** Tickets of one page of a file. */
const FILE_PAGE = 200;

/** What the list screens show: pages with an exact total, and how many tickets each standard view has. */
@Injectable()
export class ListTickets {
  constructor(
    private readonly db: DataSource,
    private readonly lists: ListStore,
    private readonly reads: ReadStore,
    private readonly references: References,
    private readonly overviews: Overviews,
    private readonly cursors: CursorCodec,
    private readonly attributes: AttributeBook,
    private readonly queries: SearchQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns the answer of the endpoint as JSON */
  async page(actor: Actor, query: Query): Promise<string> {
    const preview = query.preview ? VisibleTickets.to(actor, 'read') : undefined;
    const { page, next } = await this.take(actor, query, { limit: query.limit, preview });
    return `{"tickets":${page.tickets},"total":${page.total},"next":${JSON.stringify(next)}}`;
  }

  /**
   * A page of the same list with all that the actor may read of each ticket, for a file: what a list shows, and where
   * they may read the ticket its fields, people by their logins.
   * @returns JSON
   */
  async rows(actor: Actor, query: ParsedInputOf<typeof exportTickets>): Promise<string> {
    const { page, next } = await this.take(actor, query, { limit: FILE_PAGE, uncounted: true });
    const lines = JSON.parse(page.tickets) as { id: number; owner: string | null; customer: string }[];
    const ids = lines.map(({ id }) => id);
    const read = VisibleTickets.to(actor, 'read');
    const known = await this.reads.tickets(this.db, read, ids, 'bare-expanded', isAgent(actor));
    const rows = lines.map(({ owner, customer, ...line }) => {
      const fields = known.get(line.id);
      const names = { owner_name: owner, customer_name: customer };
      return { ...line, ...names, ...(fields && (JSON.parse(fields) as object)) };
    });
    return JSON.stringify({ rows, next });
  }

  /** Ids of the tickets of a list, `most` at most. */
  async ids(actor: Actor, list: Omit<Query, 'sort' | 'order' | 'limit'>, most: number): Promise<number[]> {
    const query: Query = { ...list, sort: 'created_at', order: 'asc', limit: most };
    return this.lists.ids(this.db, visibleIn(query, actor), (await this.listOf(actor, query)).filter, most);
  }

  async counts(actor: Actor): Promise<{ view: View; count: number }[]> {
    const visible = VisibleTickets.to(actor, 'read');
    if (!isAgent(actor)) {
      const count = (view: View) => this.lists.count(this.db, visible, viewFilter(view, actor, this.clock.now()));
      return Promise.all(customerViews.map(async (view) => ({ view, count: await count(view) })));
    }
    const now = this.clock.now();
    const [tally, mine, escalated] = await Promise.all([
      this.lists.tally(this.db, visible),
      this.lists.count(this.db, visible, viewFilter('my-open', actor, now)),
      this.lists.countDue(this.db, visible, isoTime(now)),
    ]);
    return agentViews.map((view) => {
      if (view === 'my-open') return { view, count: mine };
      if (view === 'escalated') return { view, count: escalated };
      const { stateTypes, unassigned } = viewFilter(view, actor, now);
      const rows = tally.filter(
        (row) => (!stateTypes || stateTypes.includes(row.stateType)) && (!unassigned || row.unassigned),
      );
      return { view, count: rows.reduce((sum, row) => sum + row.n, 0) };
    });
  }

  /** What waits for an agent, as one statement. @throws AppError forbidden for who is none */
  async home(actor: Actor): Promise<{ view: View; count: number }[]> {
    if (!isAgent(actor)) throw notAuthorized();
    const now = this.clock.now();
    const lists = homeViews.map((view) => viewFilter(view, actor, now));
    const totals = await this.lists.totals(this.db, VisibleTickets.to(actor, 'read'), lists);
    return homeViews.map((view, i) => ({ view, count: totals[i] ?? 0 }));
  }

  private async take(
    actor: Actor,
    query: Omit<Query, 'limit'>,
    how: Pick<ListOrder, 'limit' | 'uncounted' | 'preview'>,
  ): Promise<{ page: ListPage; next: string | null }> {
    const sort = orderKeyNamed(query.sort, await this.attributes.of('Ticket'));
    if (!sort) throw invalidParam('sort', query.sort);
    const { filter, group, custom } = await this.listOf(actor, query);
    // A cursor goes on in the order it was made for, that of the groups included.
    const kind = `tickets ${query.sort} ${query.order}${group ? ` ${JSON.stringify(group)}` : ''}`;
    const [key, id, last] = query.after ? this.cursors.decode(kind, query.after) : [];
    const page = await this.lists.page(this.db, visibleIn(query, actor), filter, {
      ...{ key: sort, descending: query.order === 'desc', group, ...how },
      // A file has them with the fields of the tickets.
      custom: how.uncounted ? [] : custom,
      after: query.after ? { key: String(key), id: Number(id), group: String(last) } : undefined,
    });
    const more = page.count === how.limit && page.lastKey !== null;
    const place = [page.lastKey, page.lastId, ...(group ? [page.lastGroup ?? null] : [])];
    return { page, next: more ? this.cursors.encode(kind, place) : null };
  }

  private async listOf(
    actor: Actor,
    query: Omit<Query, 'limit'>,
  ): Promise<Partial<OverviewList> & Pick<OverviewList, 'filter'>> {
    const filter: ListFilter = {};
    const overview = query.view && !isView(query.view) ? await this.overviews.listNamed(actor, query.view) : undefined;
    if (query.view) {
      Object.assign(filter, isView(query.view) ? viewFilter(query.view, actor, this.clock.now()) : overview?.filter);
    }
    if (query.state) {
      const { states } = await this.references.resolve(new Wanted());
      const state = states.find({ name: query.state });
      if (!state) throw noLookupValue('state', query.state);
      const within =
        (!filter.stateTypes || filter.stateTypes.includes(state.type)) &&
        (!filter.stateIds || filter.stateIds.includes(state.id));
      filter.stateIds = within ? [state.id] : [];
    }
    if (query.group_id !== undefined) filter.groupId = query.group_id;
    if (query.owner_id === 1) filter.unassigned = true;
    else if (query.owner_id !== undefined) filter.ownerId = query.owner_id;
    if (query.customer_id !== undefined) filter.customerId = query.customer_id;
    if (query.organization_id !== undefined) filter.organizationIds = [query.organization_id];
    if (query.query?.trim()) filter.search = await this.queries.read(actor, query.query);
    return { ...overview, filter };
  }
}

/** Overviews also show tickets that one may see there and not open. */
function visibleIn({ view }: Pick<Query, 'view'>, actor: Actor): VisibleTickets {
  const isOverview = view !== undefined && view !== '' && !isView(view);
  return VisibleTickets.to(actor, isOverview ? 'overview' : 'read');
}

function viewFilter(view: View, actor: Actor, now: EpochMs): ListFilter {
  const rule = viewRules[view];
  return {
    ...(rule.types && { stateTypes: rule.types }),
    ...(rule.owner === 'nobody' && { unassigned: true }),
    ...(rule.escalated && { dueBy: isoTime(now) }),
    ...(rule.waiting && { waiting: true }),
    ...(rule.reminded && { remindedBy: isoTime(now) }),
    ...(rule.drafts && { draftsOf: actor.userId }),
    ...(rule.bounced && { bounced: true }),
    ...(rule.owner === 'me' && { ownerId: actor.userId }),
    ...(rule.customer === 'me' && { customerId: actor.userId }),
    ...(rule.customer === 'organization' && {
      organizationIds: hasPermission(actor, 'ticket.customer') ? actor.sharedOrganizationIds : [],
    }),
  };
}
