import { auditMessage, type Caller, recordAudit, ticketDeleted } from '@helpmesh/contracts';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notFound, requireAnyOf } from './access.ts';
import { References } from './references.ts';
import { ticketSnapshot } from './snapshots.ts';
import { wantTickets } from './want-tickets.ts';

/** Removes a ticket for good, with its articles, files' names and history. Administrators only, whatever its group. */
@Injectable()
export class DeleteTicket {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly outbox: Outbox,
  ) {}

  async run(actor: Caller, id: number): Promise<void> {
    requireAnyOf(actor, ['admin']);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, [id]));
    await transaction(this.db, async (tx) => {
      const ticket = (await this.tickets.lock(tx, VisibleTickets.toTheService(), [id])).get(id);
      if (!ticket) throw notFound('Ticket', id);
      await this.tickets.remove(tx, id);
      await this.outbox.add(tx, ticketDeleted, {
        aggregateId: id,
        aggregateVersion: ticket.version + 1,
        data: { ticket: ticketSnapshot(ticket, refs) },
      });
      const told = { action: 'ticket.deleted', object: { type: 'Ticket', id, label: ticket.number } };
      await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
    });
  }
}
