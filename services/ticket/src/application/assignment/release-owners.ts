import { type Clock, epochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { IDENTITY, type Identity } from '../ports.ts';
import { References } from '../references.ts';
import { wantTickets } from '../want-tickets.ts';
import { Writing } from '../writing.ts';

const EVERY_MS = 60_000;
const MINUTE_MS = 60_000;
const BATCH = 100;

/** Takes open tickets from owners who do nothing for as long as their group allows, so that others see them again. */
@Injectable()
export class ReleaseOwners implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('assignment');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(IDENTITY) private readonly identity: Identity,
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

  run(): Promise<void> {
    this.running = this.running
      .then(() => this.release())
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'idle owners keep their tickets for now, the next round tries again');
      });
    return this.running;
  }

  private async release(): Promise<void> {
    const { groups } = await this.identity.lookup({ allGroups: true });
    for (const { id, assignmentTimeout } of groups) {
      if (!assignmentTimeout) continue;
      while (!this.stopped && (await this.releaseIn(id, assignmentTimeout)) === BATCH);
    }
  }

  /** @returns how many were taken from their owners */
  private async releaseIn(groupId: number, minutes: number): Promise<number> {
    const now = this.clock.now();
    const idle = { groupId, before: epochMs(now - minutes * MINUTE_MS) };
    const ids = await this.tickets.idle(this.db, idle, BATCH);
    if (ids.length === 0) return 0;
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, ids));
    return transaction(this.db, async (tx) => {
      const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), ids);
      // Once more under the locks: the owner may have begun to work in the meantime.
      const still = await this.tickets.idle(tx, { ...idle, ids }, BATCH);
      const writing = new Writing(this.outbox, refs, now, loaded);
      for (const id of still) writing.change(id, { ownerId: SYSTEM_USER }, null, null);
      await writing.save(tx, this.tickets);
      return still.length;
    });
  }
}
