import {
  type deleteTicketForGood,
  type Message,
  type OutputOf,
  type ParsedInputOf,
  type previewTicketDeletion,
  recordTicketDeletion,
} from '@helpmesh/contracts';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PurgeStore } from '../../persistence/purge.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { References } from '../references.ts';
import { wantTickets } from '../want-tickets.ts';
import { LegalHolds } from './legal-holds.ts';
import { PurgeTickets } from './purge-tickets.ts';

type Command = Message<typeof deleteTicketForGood>;

/** Deletes tickets that identity orders to be deleted, for whoever looks after data protection. */
@Injectable()
export class TicketDeletions {
  constructor(
    private readonly db: DataSource,
    private readonly store: PurgeStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly holds: LegalHolds,
    private readonly purge: PurgeTickets,
    private readonly outbox: Outbox,
  ) {}

  async preview({
    ticketId,
  }: ParsedInputOf<typeof previewTicketDeletion>): Promise<OutputOf<typeof previewTicketDeletion>> {
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.toTheService(), id: ticketId }]);
    if (!ticket) return { counts: null, held: false };
    const { articles, files, mails } = await this.store.belongings(this.db, ticketId);
    const counts = { tickets: 1, articles, files: files.length, mails: mails.length };
    return { counts, held: await this.holds.keep(this.db, ticketId, await this.holds.now()) };
  }

  async prepare(messages: Command[]): Promise<(tx: EntityManager, fresh: Command[]) => Promise<Verdict[]>> {
    const ids = messages.map(({ data }) => data.ticketId);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    const holds = await this.holds.now();
    return async (tx, fresh) => {
      const verdicts: Verdict[] = [];
      for (const { data, id: causationId, correlationId } of fresh) {
        const { taskId, ticketId, orderedById } = data;
        const ticket = (await this.tickets.lock(tx, VisibleTickets.toTheService(), [ticketId])).get(ticketId);
        let outcome: 'deleted' | 'gone' | 'held' = ticket ? 'deleted' : 'gone';
        let counts: Record<string, number> = {};
        if (ticket && (await this.holds.keep(tx, ticketId, holds))) outcome = 'held';
        else if (ticket) {
          const by = { kind: 'user' as const, userId: orderedById };
          const { articles, files, mails } = await this.purge.remove(tx, ticket, refs, by);
          counts = { tickets: 1, articles, files: files.length, mails: mails.length };
        }
        await this.outbox.add(tx, recordTicketDeletion, {
          aggregateId: `ticket-deletion-${taskId}`,
          data: { taskId, outcome, counts },
          ...{ causationId, correlationId },
        });
        verdicts.push({ do: 'ack' });
      }
      return verdicts;
    };
  }
}
