import { counter, logger } from '@helpmesh/telemetry';
import type { TicketCreated } from './domain/redirect.ts';
import type { Redirected } from './persistence/agreement.store.ts';

const left = counter({
  name: 'helpmesh_tickets_redirected_total',
  help: 'Tickets that left for the mailing list of an agreement.',
});
const stayed = counter({
  name: 'helpmesh_tickets_not_redirected_total',
  help: 'New tickets of a group with an agreement that stayed here, because nobody could be answered or it was a loop.',
});

/** Business events as metrics and log records. Addresses and texts stay out of both. */
export class FederationEvents {
  private readonly log = logger('agreement');

  redirected({ ticketId, agreementId, mailId }: Redirected): void {
    left.inc();
    this.log.info({ ticketId, agreementId, mailId }, 'ticket redirected');
  }

  kept({ ticket }: TicketCreated, why: string): void {
    stayed.inc();
    this.log.info({ ticketId: ticket.id, why }, 'ticket of a group with an agreement stays here');
  }
}
