import type { articleAdded, Message, ticketCreated, ticketUpdated } from '@helpmesh/contracts';
import { AppError, backoffMs, type Clock, type EpochMs } from '@helpmesh/kernel';
import { afterCommit } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { entryOf } from '../../domain/cmdb/entry.ts';
import type { FederationEvents } from '../../events.ts';
import type { CmdbStore, DueEntry } from '../../persistence/cmdb.store.ts';
import type { CmdbWire } from './ports.ts';
import type { CmdbSettings } from './settings.ts';

const POLL_MS = 5_000;
const LEASE_MS = 60_000;
const AT_ONCE = 20;
const RETRY = { baseMs: 10_000, capMs: 3_600_000 };
/** What a logbook is not told for a week it is not told at all. */
const GIVEN_UP_MS = 7 * 86_400_000;

type Step = Message<typeof ticketCreated | typeof ticketUpdated | typeof articleAdded>;

/**
 * Writes into logbooks of the CMDB. What is to be written is a row, in the transaction of the event that tells of it, so
 * a CMDB that is down delays nothing and loses nothing.
 */
export class CmdbLogbook implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = logger('cmdb');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(
    private readonly db: DataSource,
    private readonly store: CmdbStore,
    private readonly settings: CmdbSettings,
    private readonly wire: CmdbWire,
    private readonly clock: Clock,
    private readonly events: FederationEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.ring(), POLL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  async take(tx: EntityManager, steps: readonly Step[]): Promise<void> {
    for (const { id, data, type } of steps) {
      const changes = type === 'ticket.v1.created' ? undefined : 'changes' in data ? data.changes : {};
      const entry = entryOf(data.ticket, changes);
      if (!entry) continue;
      await this.store.addEntry(tx, id, entry, this.clock.now());
      afterCommit(tx, this.bell);
    }
  }

  private readonly bell = () => this.ring();

  private ring(): void {
    this.running ??= this.run()
      .catch((error: unknown) => this.log.warn({ err: error }, 'logbooks cannot be written now'))
      .finally(() => {
        this.running = undefined;
      });
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const now = this.clock.now();
      const due = await this.store.claim(this.db, AT_ONCE, (now + LEASE_MS) as EpochMs, now);
      if (due.length === 0) return;
      await this.write(due);
    }
  }

  private async write(due: readonly DueEntry[]): Promise<void> {
    const ready = await this.settings.access();
    // Switched off meanwhile: nobody wants them any more.
    if (!ready?.logbook)
      return this.store.done(
        this.db,
        due.map(({ id }) => id),
      );
    const calls = due.map(({ objectIds, message, description, comment }) => ({
      method: 'cmdb.logbook.create',
      params: {
        ...{ object_ids: objectIds.map(Number), message, description, comment },
        ...{ source: 'C__LOGBOOK_SOURCE__EXTERNAL', alert_level: 'C__LOGBOOK__ALERT_LEVEL__0' },
      },
    }));
    const answers = await this.wire.ask(ready.access, calls).catch((error: unknown) => AppError.from(error));
    for (const [at, entry] of due.entries()) {
      const answer = Array.isArray(answers) ? answers[at] : undefined;
      if (answer?.ok) {
        this.events.logbookWritten('written');
        await this.store.done(this.db, [entry.id]);
        continue;
      }
      const why = answer ? answer.message : answers instanceof AppError ? answers.code : 'no answer';
      await this.again(entry, why);
    }
  }

  private async again({ id, ticketId, attempts, createdAt }: DueEntry, why: string): Promise<void> {
    const now = this.clock.now();
    if (now - createdAt.getTime() > GIVEN_UP_MS) {
      this.events.logbookWritten('given-up');
      this.log.warn({ ticketId, why }, 'a logbook was not written and will not be');
      return this.store.done(this.db, [id]);
    }
    this.events.logbookWritten('failed');
    this.log.info({ ticketId, attempts, why }, 'a logbook could not be written yet');
    await this.store.later(this.db, id, (now + backoffMs(attempts, RETRY)) as EpochMs);
  }
}
