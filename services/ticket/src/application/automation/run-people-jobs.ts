import type { OutputOf, pickPeople } from '@helpmesh/contracts';
import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { RuleStore } from '../../persistence/rule.store.ts';
import { type HeldRun, type ScheduleRow, ScheduleStore } from '../../persistence/schedule.store.ts';
import { SlaStore } from '../../persistence/sla.store.ts';
import { IDENTITY, type Identity } from '../ports.ts';
import { References, Wanted } from '../references.ts';

const BATCH = 20;

type Picked = OutputOf<typeof pickPeople>;
type Asked = Pick<ScheduleRow, 'object' | 'condition' | 'perform'>;

/**
 * Runs of schedules over people and organizations. Identity keeps them, so it picks and changes them; here is how far a
 * run is and what it did. Who was changed just before a process died is asked for once more: nothing is left to do then.
 */
@Injectable()
export class RunPeopleJobs {
  constructor(
    private readonly db: DataSource,
    private readonly schedules: ScheduleStore,
    private readonly rules: RuleStore,
    private readonly slas: SlaStore,
    private readonly references: References,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whom it is for now. @throws AppError invalid: what it asks for or does is not possible; unavailable */
  async pick(row: Asked, limit: number, examples: number): Promise<Picked> {
    return this.identity.pickPeople({ ...(await this.asking(row)), limit, examples });
  }

  /** Works on a run until it is over or somebody else's. */
  async work(run: HeldRun, most: number, until: () => ReturnType<Clock['now']>, stopped: () => boolean): Promise<void> {
    const { schedule } = run;
    const hold = (tx: EntityManager) => this.schedules.hold(tx, run, until());
    let ids = run.objectIds;
    if (ids === null) {
      ids = await this.pickFor(schedule, most);
      const found = ids;
      const held = await transaction(this.db, async (tx) => {
        if (!(await hold(tx))) return false;
        await this.schedules.keepObjects(tx, run.id, found);
        return true;
      });
      if (!held) return;
    }
    for (let done = run.objectsDone; done < ids.length && !stopped(); done += BATCH) {
      const batch = ids.slice(done, done + BATCH);
      const asking = { ...(await this.asking(schedule)), rule: { id: schedule.id, name: schedule.name }, ids: batch };
      const outcomes = await this.change(asking);
      if (outcomes === null) break;
      const held = await transaction(this.db, async (tx) => {
        if (!(await hold(tx))) return false;
        await this.log(tx, schedule, outcomes);
        await this.schedules.objectsDone(tx, run.id, done + batch.length);
        return true;
      });
      if (!held) return;
    }
    if (stopped()) return;
    await transaction(this.db, async (tx) => {
      if (await hold(tx)) await this.schedules.finish(tx, run.id, this.clock.now());
    });
  }

  /** What can no longer be asked ends the run instead of stopping the timer. */
  private async pickFor(schedule: ScheduleRow, most: number): Promise<number[]> {
    try {
      return (await this.pick(schedule, most, 0)).ids;
    } catch (error) {
      if (AppError.from(error).kind !== 'invalid') throw error;
      return [];
    }
  }

  /** @returns null: what it does is possible no longer, which ends the run */
  private async change(asking: Parameters<Identity['changePeople']>[0]) {
    try {
      return (await this.identity.changePeople(asking)).outcomes;
    } catch (error) {
      if (AppError.from(error).kind !== 'invalid') throw error;
      return null;
    }
  }

  private async log(
    tx: EntityManager,
    { id: ruleId, name: ruleName, object }: ScheduleRow,
    outcomes: Awaited<ReturnType<Identity['changePeople']>>['outcomes'],
  ): Promise<void> {
    if (object === 'Ticket') return;
    const at = epochMs(this.clock.now());
    const lines = [];
    for (const { id: objectId, outcome, did, heldBack } of outcomes) {
      const about = { kind: 'Job' as const, ruleId, ruleName, ticketId: null, object, objectId, cause: 'schedule' };
      lines.push({ id: await this.rules.takeRunId(tx), ...about, outcome, chain: [ruleName], did, heldBack, at });
    }
    await this.rules.log(tx, lines);
  }

  private async asking({ object, condition, perform }: Asked) {
    if (object === 'Ticket') throw new Error('tickets are not people');
    const { slaRules } = await this.references.resolve(new Wanted());
    const now = this.clock.now();
    const { calendars } = await this.slas.rules(this.db);
    return {
      object,
      condition: (condition ?? {}) as Record<string, unknown>,
      perform: perform as Record<string, unknown>,
      openCalendarIds: calendars.map(({ id }) => id).filter((id) => slaRules.isOpen(id, now)),
    };
  }
}
