import type { Caller } from '@helpmesh/contracts';
import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notFound, requireAnyOf } from './access.ts';
import { LegalHolds } from './privacy/legal-holds.ts';
import { PurgeTickets } from './privacy/purge-tickets.ts';
import { References } from './references.ts';
import { wantTickets } from './want-tickets.ts';

/** Removes a ticket for good, with its articles, files and history. Administrators only, whatever its group. */
@Injectable()
export class DeleteTicket {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly holds: LegalHolds,
    private readonly purge: PurgeTickets,
  ) {}

  /** @throws AppError forbidden, not-found; conflict `ticket.legal-hold` */
  async run(actor: Caller, id: number): Promise<void> {
    requireAnyOf(actor, ['admin']);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, [id]));
    const holds = await this.holds.now();
    await transaction(this.db, async (tx) => {
      const ticket = (await this.tickets.lock(tx, VisibleTickets.toTheService(), [id])).get(id);
      if (!ticket) throw notFound('Ticket', id);
      await this.holds.requireFree(tx, id, holds);
      await this.purge.remove(tx, ticket, refs, actor);
    });
  }
}
