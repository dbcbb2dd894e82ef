import { type Actor, groupsWith } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, isoTime } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Ticket } from '../../domain/ticket/ticket.ts';
import { type Mention, MentionStore } from '../../persistence/mention.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { missingValue, notAuthorized, notFound } from '../access.ts';
import type { Refs } from '../refs.ts';

const MOST_OFFERED = 10;

/** People called by an article of a ticket. */
export interface MentionCall {
  ticket: Pick<Ticket, 'id' | 'groupId'>;
  mentioned: readonly (number | string)[];
  by: number;
}

export interface MentionWish {
  mentionable_type?: string | undefined;
  mentionable_id?: number | undefined;
}

/** Who is told about a ticket because they want to be. Agents who may read it only. */
@Injectable()
export class Mentions {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly mentions: MentionStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async of(actor: Actor, wish: MentionWish) {
    const ticket = await this.readable(actor, wish);
    return (await this.mentions.held(this.db, [ticket.id])).map(shown);
  }

  /** Subscribes the actor. */
  async add(actor: Actor, wish: MentionWish): Promise<void> {
    const { id: ticketId } = await this.readable(actor, wish);
    const own = { ticketId, userId: actor.userId, by: actor.userId };
    await transaction(this.db, (tx) => this.mentions.add(tx, [own], this.clock.now()));
  }

  async remove(actor: Actor, id: number): Promise<void> {
    const mention = await this.mentions.get(this.db, VisibleTickets.to(actor, 'read'), id);
    if (!mention) throw new AppError('not-found', 'mention.not-found', `Couldn't find Mention with 'id'=${id}`);
    if (mention.userId !== actor.userId) {
      const ticket = await this.readable(actor, { mentionable_type: 'Ticket', mentionable_id: mention.ticketId });
      if (!groupsWith(actor, 'change').includes(ticket.groupId)) throw notAuthorized();
    }
    await this.mentions.remove(this.db, [id]);
  }

  /** Whom an article of the ticket may call. @param words  parts of names, logins or addresses */
  async mentionable(actor: Actor, wish: MentionWish, words: string) {
    const { groupId } = await this.readable(actor, wish);
    return this.mentions.readers(this.db, groupId, words.toLowerCase().split(/\s+/).filter(Boolean), MOST_OFFERED);
  }

  /** Subscribes those whom articles call, as far as they may read the ticket as agents. */
  async call(tx: EntityManager, calls: readonly MentionCall[], refs: Refs, now: EpochMs): Promise<void> {
    const called = calls.flatMap(({ ticket, mentioned, by }) => {
      const people = mentioned.flatMap(
        (who) => (typeof who === 'number' ? refs.person(who) : refs.personNamed(who)) ?? [],
      );
      const agents = people.filter((one) => one.active && one.agent);
      return agents.map(({ id }) => ({ ticketId: ticket.id, groupId: ticket.groupId, userId: id, by }));
    });
    await this.mentions.addReaders(tx, called, now);
  }

  /** The ticket, as its agent. */
  private async readable(actor: Actor, { mentionable_type, mentionable_id: id }: MentionWish): Promise<Ticket> {
    if (id === undefined) throw missingValue('mentionable_id');
    if (mentionable_type === undefined) throw missingValue('mentionable_type');
    const visible = VisibleTickets.to(actor, 'read');
    const [ticket] = mentionable_type === 'Ticket' ? await this.tickets.facts(this.db, [{ visible, id }]) : [];
    if (!ticket) throw notFound('Ticket', id);
    if (actor.kind !== 'service' && !groupsWith(actor, 'read').includes(ticket.groupId)) throw notAuthorized();
    return ticket;
  }
}

function shown({ id, ticketId, userId, createdById, createdAt }: Mention) {
  return {
    id,
    mentionable_type: 'Ticket',
    mentionable_id: ticketId,
    user_id: userId,
    created_by_id: createdById,
    updated_by_id: createdById,
    created_at: isoTime(createdAt),
    updated_at: isoTime(createdAt),
  };
}
