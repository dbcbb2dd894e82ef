import { type Actor, groupsWith, hasPermission, type OutputOf, type ticketsAround } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AroundStore, type Whose } from '../persistence/around.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notFound } from './access.ts';
import { ReadTickets } from './read-tickets.ts';

type Around = typeof ticketsAround;
type Assets = OutputOf<Around['recent']>['assets'];

const OF_CUSTOMER = 15;
const OF_STATS = 100;
const RELATED = 6;
const RECENT = 10;
/** Views of a person that are kept: more than are shown, for some of the tickets may leave their sight. */
const KEPT = 50;
const MONTHS = 12;

/** What is shown beside a ticket or a person: other tickets, always as far as the caller may read them. */
@Injectable()
export class TicketsAround {
  constructor(
    private readonly db: DataSource,
    private readonly store: AroundStore,
    private readonly reads: ReadTickets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async ofCustomer(actor: Actor, customerId: number): Promise<OutputOf<Around['customer']>> {
    const whose = { customerId, organizationId: null };
    const [open, closed] = await this.openAndOver(actor, whose, OF_CUSTOMER);
    return { ticket_ids_open: open, ticket_ids_closed: closed, assets: await this.assets(actor, [...open, ...closed]) };
  }

  /** @throws AppError not-found */
  async related(actor: Actor, id: number): Promise<OutputOf<Around['related']>> {
    const visible = VisibleTickets.to(actor, 'read');
    const customerId = await this.store.customerOf(this.db, visible, id);
    if (customerId === undefined) throw notFound('Ticket', id);
    const whose = { customerId, organizationId: null };
    const others = await this.store.ids(this.db, visible, whose, { over: false, limit: RELATED + 1 });
    const byCustomer = others.filter((other) => other !== id).slice(0, RELATED);
    const viewed = (await this.viewed(actor)).filter((other) => other !== id);
    const assets = await this.assets(actor, [...byCustomer, ...viewed]);
    return { ticket_ids_by_customer: byCustomer, ticket_ids_recent_viewed: viewed, assets };
  }

  async recent(actor: Actor): Promise<OutputOf<Around['recent']>> {
    const viewed = await this.viewed(actor);
    return { ticket_ids_recent_viewed: viewed, assets: await this.assets(actor, viewed) };
  }

  async stats(
    actor: Actor,
    {
      user_id = null,
      organization_id = null,
    }: { user_id?: number | undefined | null; organization_id?: number | undefined | null },
  ): Promise<OutputOf<Around['stats']>> {
    if (user_id === null && organization_id === null) {
      throw new AppError('invalid', 'input.value-missing', "The required value 'user_id' is missing.");
    }
    const user = await this.statsOf(actor, { customerId: user_id, organizationId: null });
    const organization = await this.statsOf(actor, { customerId: null, organizationId: organization_id });
    const shown = [user, organization].flatMap(({ open_ids, closed_ids }) => [...open_ids, ...closed_ids]);
    return { user, organization, assets: await this.assets(actor, [...new Set(shown)]) };
  }

  async form(actor: Actor): Promise<OutputOf<Around['form']>> {
    const mayOpen = hasPermission(actor, 'ticket.agent') ? groupsWith(actor, 'create') : [];
    const { states, priorities, groups, owners } = await this.store.choices(this.db, mayOpen);
    const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id);
    const byId = (rows: readonly { id: number }[]) => Object.fromEntries(rows.map((row) => [row.id, row]));
    const ownersOf = (group: number) => ids(owners.filter((owner) => owner.groups.includes(group)));
    return {
      form_meta: {
        filter: { group_id: ids(groups), state_id: ids(states), priority_id: ids(priorities) },
        dependencies: { group_id: Object.fromEntries(groups.map(({ id }) => [id, { owner_id: ownersOf(id) }])) },
      },
      assets: {
        Group: byId(groups),
        TicketState: byId(states),
        TicketPriority: byId(priorities),
        User: byId(owners.map(({ groups: _, ...person }) => person)),
      },
    };
  }

  async views(actor: Actor): Promise<OutputOf<Around['views']>> {
    const views = await this.store.viewed(this.db, VisibleTickets.to(actor, 'read'), actor.userId, RECENT);
    return views.map(({ id, ticketId, seenAt }) => ({
      ...{ id, object: 'Ticket' as const, o_id: ticketId },
      ...{ created_by_id: actor.userId, created_at: seenAt.toISOString() },
    }));
  }

  /** @throws AppError not-found */
  async view(actor: Actor, id: number): Promise<{ message: 'ok' }> {
    const visible = VisibleTickets.to(actor, 'read');
    if ((await this.store.customerOf(this.db, visible, id)) === undefined) throw notFound('Ticket', id);
    await transaction(this.db, (tx) => this.store.see(tx, actor.userId, id, this.clock.now(), KEPT));
    return { message: 'ok' };
  }

  private async viewed(actor: Actor): Promise<number[]> {
    const views = await this.store.viewed(this.db, VisibleTickets.to(actor, 'read'), actor.userId, RECENT);
    return views.map(({ ticketId }) => ticketId);
  }

  private openAndOver(actor: Actor, whose: Whose, limit: number): Promise<[number[], number[]]> {
    const visible = VisibleTickets.to(actor, 'read');
    return Promise.all([
      this.store.ids(this.db, visible, whose, { over: false, limit }),
      this.store.ids(this.db, visible, whose, { over: true, limit }),
    ]);
  }

  private async statsOf(actor: Actor, whose: Whose): Promise<OutputOf<Around['stats']>['user']> {
    if (whose.customerId === null && whose.organizationId === null) {
      return { open_ids: [], closed_ids: [], volume_by_year: [] };
    }
    const months = lastMonths(new Date(this.clock.now()));
    const [first] = months as [Month];
    const since = new Date(Date.UTC(first.year, first.month - 1, 1)).toISOString();
    const [[open_ids, closed_ids], volume] = await Promise.all([
      this.openAndOver(actor, whose, OF_STATS),
      this.store.volume(this.db, VisibleTickets.to(actor, 'read'), whose, since),
    ]);
    const volume_by_year = months.map(({ year, month, text }) => {
      const { created = 0, closed = 0 } = volume.find((one) => one.year === year && one.month === month) ?? {};
      return { month, year, text, created, closed };
    });
    return { open_ids, closed_ids, volume_by_year };
  }

  private async assets(actor: Actor, ids: number[]): Promise<Assets> {
    if (ids.length === 0) return {};
    const records = await this.reads.records(VisibleTickets.to(actor, 'read'), actor, ids);
    return (JSON.parse(records) as { assets: Assets }).assets;
  }
}

interface Month {
  year: number;
  month: number;
  text: string;
}

/** The last twelve, oldest first, the present one among them. */
function lastMonths(now: Date): Month[] {
  const name = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' });
  return Array.from({ length: MONTHS }, (_, i) => {
    const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - (MONTHS - 1 - i), 1));
    return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, text: name.format(at) };
  });
}
