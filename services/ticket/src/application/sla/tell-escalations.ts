import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { takeNotices } from '../../domain/sla/notices.ts';
import { SlaStore } from '../../persistence/sla.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { References } from '../references.ts';
import { wantTickets } from '../want-tickets.ts';
import { Writing } from '../writing.ts';

const BATCH = 100;

/** Tells that due times come near or have passed, once each. Replicas share the work: each claims tickets. */
@Injectable()
export class TellEscalations {
  constructor(
    private readonly db: DataSource,
    private readonly slas: SlaStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One batch. @returns whether there may be more */
  async run(): Promise<boolean> {
    const now = this.clock.now();
    const ids = await this.slas.dueNotices(this.db, now, BATCH);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    return transaction(this.db, async (tx) => {
      const loaded = await this.slas.lockDue(tx, ids, now);
      const writing = new Writing(this.outbox, refs, now, loaded);
      const tags = await this.tickets.tagKeys(tx, refs.slaRules.readsTags ? [...loaded.keys()] : []);
      let told = 0;
      for (const ticket of loaded.values()) {
        const sla = refs.slaRules.of(ticket, tags.get(ticket.id));
        // Its due times are about to be reckoned again, and may be others then.
        if (!sla || ticket.escalation.revision !== refs.slaRules.revision) continue;
        const { notices, after } = takeNotices(ticket.escalation, sla.time, now);
        writing.escalate(ticket.id, notices, after, sla);
        told++;
      }
      await writing.save(tx, this.tickets);
      return ids.length === BATCH && told > 0;
    });
  }
}
