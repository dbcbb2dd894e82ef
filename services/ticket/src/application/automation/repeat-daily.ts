import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dayIn } from '../../domain/notice/day.ts';
import { ScheduleStore } from '../../persistence/schedule.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { References } from '../references.ts';
import { wantTickets } from '../want-tickets.ts';
import { Writing } from '../writing.ts';

const BATCH = 100;

/**
 * Shows triggers of time the tickets whose time came on a day before and that still wait: they look once a day, as long
 * as nobody goes on. How far a day's round is stands in the database, so it goes on where it was; one replica at a time.
 */
@Injectable()
export class RepeatDaily {
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
    const { day, afterId, zone } = await this.schedules.round(this.db);
    const today = dayIn(zone, now);
    if (day >= today) return false;
    const ids = await this.schedules.stillDue(this.db, afterId, now, BATCH);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    return transaction(this.db, async (tx) => {
      // Another replica may have taken the batch meanwhile.
      const last = ids.length === BATCH ? (ids.at(-1) as number) : null;
      if (!(await this.schedules.advanceRound(tx, { day, afterId }, today, last))) return true;
      const loaded = await this.schedules.lockStillDue(tx, ids, now);
      const writing = new Writing(this.outbox, refs, now, loaded);
      for (const ticket of loaded.values()) {
        const waits = refs.states.get(ticket.stateId).type === 'pending reminder';
        writing.comeDue(ticket.id, [waits ? 'pending_time' : 'escalation_at']);
      }
      await writing.save(tx, this.tickets);
      return last !== null;
    });
  }
}
