import type { Actor, DraftContent, DraftKind } from '@helpmesh/contracts';
import { type Clock, isoTime } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DraftStore, type DraftsOfTicket } from '../../persistence/draft.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notFound } from '../access.ts';

/** What somebody typed on a ticket they see and did not send yet, wherever they go on with it. No event tells of it. */
@Injectable()
export class OwnDrafts {
  constructor(
    private readonly db: DataSource,
    private readonly drafts: DraftStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async of(actor: Actor, ticketId: number): Promise<DraftsOfTicket> {
    const found = await this.drafts.of(this.db, VisibleTickets.to(actor, 'read'), ticketId, actor.userId);
    if (!found) throw notFound('Ticket', ticketId);
    return found;
  }

  /** In the place of the one before. Internal notes are for agents. */
  async keep(actor: Actor, ticketId: number, kind: DraftKind, content: DraftContent): Promise<{ updated_at: string }> {
    const now = this.clock.now();
    const draft = { ticketId, userId: actor.userId, kind, content };
    if (!(await this.drafts.keep(this.db, VisibleTickets.to(actor, 'read'), draft, now)))
      throw notFound('Ticket', ticketId);
    return { updated_at: isoTime(now) };
  }

  /** One's own; there may be none, and the ticket may be out of sight by now. */
  async remove(actor: Actor, ticketId: number, kind: DraftKind): Promise<void> {
    await this.drafts.remove(this.db, ticketId, actor.userId, kind);
  }
}
