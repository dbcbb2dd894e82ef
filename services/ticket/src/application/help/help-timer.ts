import type { HelpAnswer } from '@helpmesh/contracts';
import { type Clock, epochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { dueMoves, scheduleAfter } from '../../domain/help/answer-life.ts';
import { HelpStore } from '../../persistence/help.store.ts';
import { HelpReadingStore } from '../../persistence/help-reading.store.ts';
import { desk } from '../recurring/open-recurring.ts';
import { tellOfAnswer } from './help-answers.ts';
import { HelpCounts } from './help-counts.ts';

const EVERY_MS = 5_000;
const BATCH = 20;

/**
 * Publishes and archives answers whose time has come, each once however many replicas look, and writes down what was
 * counted since.
 */
@Injectable()
export class HelpTimer implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('knowledge-base');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly store: HelpStore,
    private readonly readings: HelpReadingStore,
    private readonly counts: HelpCounts,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.run(), EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.run();
  }

  run(): Promise<void> {
    this.running = this.running
      .then(async () => {
        await this.counts.write((counted) => this.readings.count(this.db, counted));
        for (let more = true; more; ) more = (await transaction(this.db, (tx) => this.moveDue(tx))) === BATCH;
      })
      .catch((error: unknown) =>
        this.log.warn({ err: error }, 'answers could not be looked through, the next round tries again'),
      );
    return this.running;
  }

  private async moveDue(tx: EntityManager): Promise<number> {
    const now = this.clock.now();
    const due = await this.store.takeDue(tx, now, BATCH);
    for (const id of due) {
      const before = (await this.store.answer(tx, id)) as HelpAnswer;
      const at = (text: string | null) => (text === null ? null : epochMs(Date.parse(text)));
      const schedule = { publishAt: at(before.publish_at), archiveAt: at(before.archive_at) };
      const moves = dueMoves(before.state, schedule, now);
      const to = moves.at(-1) ?? before.state;
      await this.store.moveAnswer(
        tx,
        id,
        moves.length > 0 ? moves : [to],
        scheduleAfter(schedule, to),
        desk.userId,
        now,
      );
      await tellOfAnswer(this.outbox, tx, desk, 'changed', before, (await this.store.answer(tx, id)) as HelpAnswer);
    }
    return due.length;
  }
}
