import { type Actor, mayReadInternal, type TicketRating } from '@helpmesh/contracts';
import { type Clock, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Rating, rated, whyNotRated } from '../../domain/rating/rating.ts';
import { updated } from '../../domain/ticket/history.ts';
import type { Ticket } from '../../domain/ticket/ticket.ts';
import { RatingStore } from '../../persistence/rating.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, notFound } from '../access.ts';
import { References } from '../references.ts';
import type { Refs } from '../refs.ts';
import { wantTickets } from '../want-tickets.ts';
import { Writing } from '../writing.ts';

/** What the customer of a ticket thinks of how it went. */
@Injectable()
export class Ratings {
  constructor(
    private readonly db: DataSource,
    private readonly store: RatingStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** For the customer and for the agents of the ticket. @throws AppError not-found, forbidden */
  async get(actor: Actor, ticketId: number): Promise<TicketRating> {
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.to(actor, 'read'), id: ticketId }]);
    if (!ticket) throw notFound('Ticket', ticketId);
    if (!isCustomer(actor, ticket) && !mayReadInternal(actor, ticket)) throw notAuthorized();
    return this.shown(this.db, actor, ticket, await this.around(actor, ticketId));
  }

  /**
   * Gives or changes it.
   * @throws AppError not-found, forbidden; conflict `rating.not-asked`, `rating.changed-already`
   */
  async rate(
    actor: Actor,
    ticketId: number,
    input: { score: number; comment?: string | null | undefined },
  ): Promise<TicketRating> {
    const refs = await this.around(actor, ticketId);
    return transaction(this.db, async (tx) => {
      const loaded = await this.tickets.lock(tx, VisibleTickets.to(actor, 'read'), [ticketId]);
      const ticket = loaded.get(ticketId);
      if (!ticket) throw notFound('Ticket', ticketId);
      if (!isCustomer(actor, ticket)) throw notAuthorized('Only the customer of a ticket rates it.');
      const now = this.clock.now();
      const before = await this.store.get(tx, ticketId);
      const why = whyNotRated(ticket, refs.group(ticket.groupId), refs.states, before, now);
      const after = rated({ score: input.score, comment: input.comment?.trim() ?? '' }, before, why, now);
      if (after !== before) {
        await this.store.set(tx, ticketId, after);
        const writing = new Writing(this.outbox, refs, now, loaded);
        const changes = { rating: { from: before?.score ?? null, to: after.score } };
        const entries = updated(ticketId, changes, refs.nameOf, refs.shownOf, actor.userId, now);
        writing.note(ticketId, changes, entries, actor.userId);
        await writing.save(tx, this.tickets);
      }
      return this.shown(tx, actor, ticket, refs);
    });
  }

  private async around(actor: Actor, ticketId: number): Promise<Refs> {
    const wanted = await wantTickets(this.db, this.tickets, [ticketId]);
    return this.references.resolve(wanted.user(actor.userId));
  }

  private async shown(on: DataSource | EntityManager, actor: Actor, ticket: Ticket, refs: Refs): Promise<TicketRating> {
    const rating: Rating | undefined = await this.store.get(on, ticket.id);
    return {
      ticket_id: ticket.id,
      score: rating?.score ?? null,
      comment: rating?.comment ?? '',
      rated_at: rating ? isoTime(rating.ratedAt) : null,
      changed_at: rating?.changedAt ? isoTime(rating.changedAt) : null,
      may_rate:
        isCustomer(actor, ticket) &&
        whyNotRated(ticket, refs.group(ticket.groupId), refs.states, rating, this.clock.now()) === null,
    };
  }
}

const isCustomer = (actor: Actor, { customerId }: Ticket): boolean =>
  actor.kind === 'user' && actor.userId === customerId;
