import type { Actor, RecurringTicket, TicketInput } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, epochMs } from '@helpmesh/kernel';
import { escapeHtml } from '@helpmesh/kernel/template';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Recurrence } from '../../domain/recurring/recurrence.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { RecurringStore } from '../../persistence/recurring.store.ts';
import { CreateTickets } from '../create-tickets.ts';

const EVERY_MS = 5_000;
const BATCH = 20;
/** Missed occurrences of one rule that are made up for in one go; the next round goes on. */
const MOST_AT_ONCE = 10;

/** As whom they are opened: the desk itself, whatever becomes of who planned it. */
export const desk: Actor = {
  ...{ kind: 'service', userId: SYSTEM_USER, login: '-', permissions: [], groups: {}, organizationIds: [] },
  ...{ sharedOrganizationIds: [], locale: 'en', via: 'service' },
};

/**
 * Opens tickets that recur, by the door of all new ones. That an occurrence is over is written in the transaction that
 * opens its ticket, so there is one ticket of each however many replicas look and whoever dies.
 */
@Injectable()
export class OpenRecurring implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('recurring-tickets');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly store: RecurringStore,
    private readonly creates: CreateTickets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.run(), EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Opens what is due. */
  run(): Promise<void> {
    this.running = this.running
      .then(() => this.openDue())
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'recurring tickets could not be opened, the next round tries again');
      });
    return this.running;
  }

  private async openDue(): Promise<void> {
    for (let more = true; more && !this.stopped; ) {
      const due = await this.store.due(this.db, this.clock.now(), BATCH);
      let done = 0;
      for (const one of due) if (!this.stopped && (await this.open(one))) done += 1;
      more = done > 0;
    }
  }

  /** @returns false when another replica has it */
  private async open(row: RecurringTicket): Promise<boolean> {
    const times = this.timesOf(row);
    if (!times) return this.pass(row, null, { error: 'Its times cannot be reckoned any more: save it anew.' });
    const { make, next } = times;
    const [at] = make;
    // Those of a row follow each other, each in a transaction of its own.
    const then = make[1] ?? next;
    if (at === undefined) return this.pass(row, then, null);
    try {
      return await this.creates.runOnce(
        { actor: desk, input: inputOf(row, at), flags: {}, key: undefined },
        (tx) => this.store.take(tx, row),
        (tx, ticketId) => this.store.settle(tx, row.id, then, { at, ticketId }),
      );
    } catch (error) {
      const why = AppError.from(error);
      if (why.kind === 'unavailable' || why.kind === 'stale') throw why;
      this.log.warn({ err: why, recurring: row.id }, 'a recurring ticket was refused');
      return this.pass(row, then, { error: why.detail });
    }
  }

  /** What was saved was checked; what no longer holds, as a time zone that was given up, must not stop the others. */
  private timesOf(row: RecurringTicket) {
    try {
      const recurrence = new Recurrence(row.rrule, row.starts_at, row.timezone);
      const due = epochMs(Date.parse(row.next_at as string));
      return recurrence.dueBy(due, this.clock.now(), row.catch_up, MOST_AT_ONCE);
    } catch (error) {
      this.log.warn({ err: error, recurring: row.id }, 'the times of a recurring ticket cannot be reckoned');
      return undefined;
    }
  }

  private pass(row: RecurringTicket, next: EpochMs | null, outcome: { error: string } | null): Promise<boolean> {
    return transaction(this.db, async (tx) => {
      const taken = await this.store.take(tx, row);
      if (taken) await this.store.settle(tx, row.id, next, outcome);
      return taken;
    });
  }
}

/** The ticket of an occurrence: `#{day}` in its words is the day by the clock of the zone. */
export function inputOf({ ticket, timezone }: Pick<RecurringTicket, 'ticket' | 'timezone'>, at: EpochMs): TicketInput {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(at);
  const { article, title, ...fields } = ticket as RecurringTicket['ticket'] & { article?: TicketInput['article'] };
  const filled = (words: string) => words.replaceAll('#{day}', escapeHtml(day));
  return {
    ...fields,
    title: filled(title),
    ...(article && { article: { ...article, body: filled(article.body ?? '') } }),
  } as TicketInput;
}
