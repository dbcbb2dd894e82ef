import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { follow } from '../../domain/sla/follow.ts';
import { SlaStore } from '../../persistence/sla.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { References, Wanted } from '../references.ts';

const BATCH = 200;

/**
 * Reckons the open tickets again after SLAs, calendars or states changed. How far it has come is in the tickets, so it
 * can stop anywhere, go on anywhere, and run on several replicas at once.
 */
@Injectable()
export class RecomputeSlas {
  constructor(
    private readonly db: DataSource,
    private readonly slas: SlaStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
  ) {}

  /** One batch. @returns whether there may be more */
  async run(): Promise<boolean> {
    const { slaRules, states } = await this.references.resolve(new Wanted());
    return transaction(this.db, async (tx) => {
      const tickets = await this.slas.lockStale(tx, slaRules.revision, BATCH);
      const ids = tickets.map(({ id }) => id);
      const moves = await this.tickets.moves(tx, slaRules.empty ? [] : ids);
      const tags = await this.tickets.tagKeys(tx, slaRules.readsTags ? ids : []);
      const reckoned = tickets.map((ticket) => ({
        ...ticket,
        escalation: follow(
          { before: ticket, after: [ticket] },
          moves.get(ticket.id) ?? [],
          states,
          slaRules,
          tags.get(ticket.id),
        ),
      }));
      if (reckoned.length > 0) await this.slas.save(tx, reckoned);
      return tickets.length === BATCH;
    });
  }
}
