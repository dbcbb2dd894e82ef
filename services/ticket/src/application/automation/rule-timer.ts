import { type Clock, epochMs, guardWindowMs } from '@helpmesh/kernel';
import { CLOCK, Rounds } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dayIn } from '../../domain/notice/day.ts';
import { RuleStore } from '../../persistence/rule.store.ts';
import { ScheduleStore } from '../../persistence/schedule.store.ts';
import { RULE_LOG_DAYS } from '../ports.ts';
import { DeleteDoomed } from './delete-doomed.ts';
import { RepeatDaily } from './repeat-daily.ts';
import { RunJobs } from './run-jobs.ts';
import { TellPending } from './tell-pending.ts';

const EVERY_MS = 2_000;
const TIDY_EVERY_MS = 600_000;
const DAY_MS = 86_400_000;

/** Looks for what time does to tickets; one look into small indexes when there is nothing. */
@Injectable()
export class RuleTimer extends Rounds {
  private tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly schedules: ScheduleStore,
    private readonly rules: RuleStore,
    private readonly jobs: RunJobs,
    private readonly pending: TellPending,
    private readonly daily: RepeatDaily,
    private readonly deletion: DeleteDoomed,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RULE_LOG_DAYS) private readonly logDays: number,
  ) {
    super('schedules', EVERY_MS, 'schedules could not go on, the next round tries again');
  }

  override onModuleInit(): void {
    super.onModuleInit();
    this.tidying = setInterval(() => void this.tidy(), TIDY_EVERY_MS).unref();
  }

  override async onApplicationShutdown(): Promise<void> {
    clearInterval(this.tidying);
    await super.onApplicationShutdown();
  }

  /** The log is bounded. */
  async tidy(): Promise<void> {
    const now = this.clock.now();
    const runsBefore = epochMs(now - this.logDays * DAY_MS);
    await this.rules.forget(this.db, runsBefore, epochMs(now - guardWindowMs)).catch((error: unknown) => {
      this.log.warn({ err: error }, 'old lines of the log stay for now');
    });
  }

  protected async round(): Promise<boolean> {
    const now = this.clock.now();
    const { due, runs, pending, doomed, round } = await this.schedules.waiting(this.db, now);
    for (let more = pending; more && !this.stopped; ) more = await this.pending.run();
    const repeats = round !== null && round.day < dayIn(round.zone, now);
    for (let more = repeats; more && !this.stopped; ) more = await this.daily.run();
    for (let more = due; more && !this.stopped; ) more = await this.jobs.beginDue();
    const worked = (due || runs) && !this.stopped && (await this.jobs.work(() => this.stopped));
    for (let more = doomed; more && !this.stopped; ) more = await this.deletion.run();
    // A run of many has pauses, so that nothing else waits for its end.
    return worked;
  }
}
