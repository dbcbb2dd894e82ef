import { type Actor, hasPermission, type TimeAccountingInput } from '@helpmesh/contracts';
import { AppError, epochMs } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { timeEntry } from '../../domain/ticket/history.ts';
import { shownUnits } from '../../domain/time/units.ts';
import { AdminRowStore } from '../../persistence/admin-row.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { type ShownTime, type TimeLogBy, TimeStore } from '../../persistence/time.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { invalidParam, missingValue, noLookupValue, notAuthorized, notFound, requireAnyOf } from '../access.ts';
import { AgentWrites } from '../ties/agent-writes.ts';

/** The kind of work as clients name it. */
export interface TypeKey {
  id: number | null | undefined;
  name: string | null | undefined;
}

interface Page {
  page?: number | undefined;
  per_page?: number | undefined;
  limit?: number | undefined;
}

/** Time that agents spend on tickets. Customers never learn of it. */
@Injectable()
export class Times {
  constructor(
    private readonly db: DataSource,
    private readonly times: TimeStore,
    private readonly tickets: TicketStore,
    private readonly types: AdminRowStore,
    private readonly writes: AgentWrites,
  ) {}

  async ofTicket(actor: Actor, ticketId: number): Promise<ShownTime[]> {
    const visible = VisibleTickets.to(actor, 'read');
    const [ticket] = await this.tickets.facts(this.db, [{ visible, id: ticketId }]);
    if (!ticket) throw notFound('Ticket', ticketId);
    if (!visible.scope.everything && !visible.scope.groupIds.includes(ticket.groupId)) throw notAuthorized();
    return this.times.list(this.db, visible, ticketId, { limit: 1000, offset: 0 });
  }

  async all(actor: Actor, { page = 1, per_page, limit }: Page): Promise<ShownTime[]> {
    requireAnyOf(actor, ['ticket.agent']);
    const size = Math.min(per_page ?? limit ?? 500, 1000);
    const at = { limit: size, offset: (page - 1) * size };
    return this.times.list(this.db, VisibleTickets.to(actor, 'read'), null, at);
  }

  /** @param ticketId  the one it must be of; undefined: any that the actor sees as an agent */
  async get(actor: Actor, id: number, ticketId?: number): Promise<ShownTime> {
    const time = await this.times.get(this.db, VisibleTickets.to(actor, 'read'), id);
    if (!time || (ticketId !== undefined && time.ticket_id !== ticketId)) throw notFound('Ticket::TimeAccounting', id);
    return time;
  }

  /** @throws AppError invalid `time-accounting.article-unfit` */
  async create(actor: Actor, ticketId: number, input: TimeAccountingInput): Promise<ShownTime> {
    const { time_unit: units, ticket_article_id: articleId = null } = input;
    if (units === undefined) throw missingValue('time_unit');
    const typeId = await this.typeOf({ id: input.type_id, name: input.type });
    const id = await this.writes.run(actor, { change: [ticketId] }, async ({ tx, writing }) => {
      if (articleId !== null && !(await this.times.fits(tx, articleId, ticketId))) {
        const detail = 'The article is not one of this ticket, or bears its time already.';
        throw new AppError('invalid', 'time-accounting.article-unfit', detail);
      }
      const by = actor.userId;
      const [made] = (await this.times.add(tx, [{ ticketId, articleId, units, typeId, by }], writing.now)) as [number];
      const to = shownUnits(units);
      const entry = timeEntry('added', { ticketId, id: made, by, at: writing.now }, { to });
      writing.note(ticketId, { time_unit: { from: null, to } }, [entry], by);
      return made;
    });
    return this.get(actor, id);
  }

  async update(actor: Actor, id: number, input: TimeAccountingInput, ofTicket?: number): Promise<ShownTime> {
    const before = await this.get(actor, id, ofTicket);
    requireOwn(actor, before);
    const { type_id, type, time_unit: units = before.time_unit } = input;
    const typeId =
      type_id === undefined && type === undefined ? before.type_id : await this.typeOf({ id: type_id, name: type });
    const ticketId = before.ticket_id;
    await this.writes.run(actor, { change: [ticketId] }, async ({ tx, writing }) => {
      const by = actor.userId;
      await this.times.change(tx, id, { units, typeId, by }, writing.now);
      const change = { from: before.time_unit, to: shownUnits(units) };
      const entry = timeEntry('updated', { ticketId, id, by, at: writing.now }, change);
      writing.note(ticketId, { time_unit: change }, [entry], by);
    });
    return this.get(actor, id);
  }

  async remove(actor: Actor, id: number, ofTicket?: number): Promise<void> {
    const before = await this.get(actor, id, ofTicket);
    requireOwn(actor, before);
    const ticketId = before.ticket_id;
    await this.writes.run(actor, { change: [ticketId] }, async ({ tx, writing }) => {
      const by = actor.userId;
      await this.times.remove(tx, id);
      const from = before.time_unit;
      const entry = timeEntry('removed', { ticketId, id, by, at: writing.now }, { from });
      writing.note(ticketId, { time_unit: { from, to: null } }, [entry], by);
    });
  }

  /** What was spent in a month of UTC. */
  async log(actor: Actor, by: TimeLogBy, { year, month }: { year: number; month: number }): Promise<unknown[]> {
    requireAnyOf(actor, ['admin.time_accounting']);
    const [from, to] = [epochMs(Date.UTC(year, month - 1)), epochMs(Date.UTC(year, month))];
    return this.times.log(this.db, by, from, to);
  }

  /** @throws AppError invalid for a kind of work that there is not, or not any more */
  async typeOf({ id, name }: TypeKey): Promise<number | null> {
    if (id != null) {
      const type = await this.types.get(this.db, 'activity-type', id);
      if (!type?.active) throw invalidParam('type_id', id);
      return id;
    }
    if (!name) return null;
    const type = await this.types.named(this.db, 'activity-type', name);
    if (!type?.active) throw noLookupValue('type', name);
    return type.id;
  }
}

/** What others noted is for those to correct who account for it. */
function requireOwn(actor: Actor, time: ShownTime): void {
  if (actor.kind === 'service' || time.created_by_id === actor.userId) return;
  if (!hasPermission(actor, 'admin.time_accounting')) throw notAuthorized();
}
