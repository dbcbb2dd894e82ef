import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { RuleStore } from '../../persistence/rule.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { LegalHolds } from '../privacy/legal-holds.ts';
import { PurgeTickets } from '../privacy/purge-tickets.ts';
import { References, Wanted } from '../references.ts';

const BATCH = 50;

/** Deletes tickets that rules want gone; those under a legal hold stay. */
@Injectable()
export class DeleteDoomed {
  constructor(
    private readonly db: DataSource,
    private readonly rules: RuleStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly holds: LegalHolds,
    private readonly purge: PurgeTickets,
  ) {}

  /** One batch. @returns whether there may be more */
  async run(): Promise<boolean> {
    const refs = await this.references.resolve(new Wanted());
    const holds = await this.holds.now();
    return transaction(this.db, async (tx) => {
      const ids = await this.rules.takeDoomed(tx, BATCH);
      for (const ticket of (await this.tickets.lock(tx, VisibleTickets.toTheService(), ids)).values()) {
        if (await this.holds.keep(tx, ticket.id, holds)) continue;
        await this.purge.remove(tx, ticket, refs, { kind: 'service', userId: SYSTEM_USER });
      }
      return ids.length === BATCH;
    });
  }
}
