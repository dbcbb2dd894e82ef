import type { Caller } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notFound, requireAnyOf } from './access.ts';
import type { Ledger } from './change-tickets.ts';
import { LegalHolds } from './privacy/legal-holds.ts';
import { PurgeTickets } from './privacy/purge-tickets.ts';
import { References } from './references.ts';
import { wantTickets } from './want-tickets.ts';

/** Removes tickets for good, with their articles, files and history. Administrators only, whatever the group. */
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
    await this.many(actor, [id], {
      open: async () => new Set([id]),
      close: async (_tx, results) => {
        const why = results.get(id);
        if (why instanceof AppError) throw why;
      },
    });
  }

  /**
   * Several in one transaction with what the work itself writes: each goes, or is told why it stays.
   * @throws AppError forbidden; whatever the ledger throws, and then nothing was deleted
   */
  async many(actor: Caller, ids: readonly number[], ledger: Ledger<'deleted'>): Promise<void> {
    requireAnyOf(actor, ['admin'], 'Not authorized (admin permission required)!');
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    const holds = await this.holds.now();
    await transaction(this.db, async (tx) => {
      const open = await ledger.open(tx, ids);
      const wanted = ids.filter((id) => open.has(id));
      const tickets = await this.tickets.lock(tx, VisibleTickets.toTheService(), wanted);
      const results = new Map<number, 'deleted' | AppError>();
      for (const id of wanted) {
        const ticket = tickets.get(id);
        const why = ticket ? await this.holds.whyKept(tx, id, holds) : notFound('Ticket', id);
        if (ticket && !why) await this.purge.remove(tx, ticket, refs, actor);
        results.set(id, why ?? 'deleted');
      }
      await ledger.close(tx, results);
    });
  }
}
