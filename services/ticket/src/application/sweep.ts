import { type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CallStore } from '../persistence/call.store.ts';
import { ChatStore } from '../persistence/chat.store.ts';
import { HeldStore } from '../persistence/held.store.ts';
import { IndexStore } from '../persistence/index.store.ts';
import { JobStore } from '../persistence/job.store.ts';
import { ListStore } from '../persistence/list.store.ts';
import { UploadStore } from '../persistence/upload.store.ts';
import { UnwantedFiles } from './privacy/unwanted-files.ts';

const DAY_MS = 86_400_000;
const OFTEN_MS = 2_000;
const SELDOM_MS = 60_000;
/** As long as Zammad keeps its caller log. */
const CALLS_KEPT_DAYS = 365;
/** Rows of the tally that a read may have to add up. */
const TALLY_ROWS = 500;

/** Housekeeping that every replica may do at any time; nothing depends on when it happens. */
@Injectable()
export class Sweep implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('sweep');
  private readonly timers: NodeJS.Timeout[] = [];
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly lists: ListStore,
    private readonly index: IndexStore,
    private readonly uploads: UploadStore,
    private readonly files: UnwantedFiles,
    private readonly jobs: JobStore,
    private readonly held: HeldStore,
    private readonly calls: CallStore,
    private readonly chats: ChatStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timers.push(setInterval(() => this.run(() => this.often()), OFTEN_MS).unref());
    this.timers.push(setInterval(() => this.run(() => this.seldom()), SELDOM_MS).unref());
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.running;
  }

  async often(): Promise<void> {
    if ((await this.lists.tallyRows(this.db)) > TALLY_ROWS) await this.lists.foldTally(this.db);
  }

  async seldom(): Promise<void> {
    const dayAgo = epochMs(this.clock.now() - DAY_MS);
    await this.lists.foldTally(this.db);
    await this.held.forgetSent(this.db, dayAgo);
    await this.uploads.forgetOld(this.db, dayAgo);
    await this.jobs.forgetOld(this.db, isoTime(epochMs(this.clock.now() - 7 * DAY_MS)));
    await this.calls.forgetOld(this.db, epochMs(this.clock.now() - CALLS_KEPT_DAYS * DAY_MS));
    await this.chats.forgetOld(this.db, dayAgo);
    await this.index.tidy(this.db);
    await this.files.remove();
  }

  private run(work: () => Promise<void>): void {
    this.running = this.running.then(work).catch((error: unknown) => {
      this.log.warn({ err: error }, 'housekeeping failed, the next round tries again');
    });
  }
}
