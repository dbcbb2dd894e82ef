import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ScheduleStore } from '../../persistence/schedule.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { References } from '../references.ts';
import { wantTickets } from '../want-tickets.ts';
import { Writing } from '../writing.ts';

const BATCH = 100;

/** What happens when a pending time comes: a reminder is told of once, a pending action moves on to its next state. */
@Injectable()
export class TellPending {
  constructor(
    private readonly db: DataSource,
    private readonly schedules: ScheduleStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One batch. @returns whether there may be more */
  async run(): Promise<boolean> {
    const now = this.clock.now();
    const ids = await this.schedules.pendingDue(this.db, now, BATCH);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    return transaction(this.db, async (tx) => {
      const loaded = await this.schedules.takePending(tx, ids, now);
      const writing = new Writing(this.outbox, refs, now, loaded);
      for (const ticket of loaded.values()) {
        const { type, nextStateId } = refs.states.get(ticket.stateId);
        if (type === 'pending action' && nextStateId !== null)
          writing.change(ticket.id, { stateId: nextStateId }, null, null);
        else if (type === 'pending reminder') writing.remind(ticket.id);
        else writing.comeDue(ticket.id, ['pending_time']);
      }
      await writing.save(tx, this.tickets);
      return ids.length === BATCH && loaded.size > 0;
    });
  }
}
