import type { InputOf, OutputOf, pickPeople } from '@helpmesh/contracts';
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
import { tellingOf } from './trigger-book.ts';

/** So many are known to a run at a time, and so many are asked for at once. */
const PAGE = 500;
const BATCH = 20;
/** A run that was gone on with so often, and came no further, never will. */
const MOST_TRIES = 60;

type Picked = OutputOf<typeof pickPeople>;
type Asked = Pick<ScheduleRow, 'object' | 'condition' | 'perform' | 'localization' | 'timezone'>;
type Page = Pick<InputOf<typeof pickPeople>, 'after' | 'limit' | 'examples'>;

/**
 * Runs of schedules over people and organizations, all of them, by id. Identity keeps them, so it picks and changes them;
 * here is how far a run is and what it did. Who was changed just before a process died is asked for once more: identity
 * knows then what this run did to them.
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
  async pick(row: Asked, page: Page): Promise<Picked> {
    return this.identity.pickPeople({ ...(await this.asking(row)), ...page });
  }

  /** Works on a page of a run that it holds, and lets go of it. */
  async work(run: HeldRun, until: () => ReturnType<Clock['now']>, stopped: () => boolean): Promise<void> {
    const { schedule } = run;
    const hold = (tx: EntityManager) => this.schedules.hold(tx, run, until());
    if (run.tries > MOST_TRIES) return this.fail(run, `It was tried ${MOST_TRIES} times.`, until);
    let ids = (run.objectIds ?? []).filter((id) => id > run.objectsAfter);
    if (ids.length === 0) {
      const found = await this.orReason(this.pick(schedule, { after: run.objectsAfter, limit: PAGE, examples: 0 }));
      if ('reason' in found) return this.fail(run, found.reason, until);
      ids = found.ids;
      const held = await transaction(this.db, async (tx) => {
        if (!(await hold(tx))) return false;
        if (ids.length > 0) await this.schedules.keepObjects(tx, run.id, ids, found.total);
        else await this.schedules.finish(tx, run.id, this.clock.now());
        return ids.length > 0;
      });
      if (!held) return;
    }
    for (let done = 0; done < ids.length && !stopped(); done += BATCH) {
      const batch = ids.slice(done, done + BATCH);
      const rule = { id: schedule.id, name: schedule.name };
      const asking = { ...(await this.asking(schedule)), rule, run: run.id, ids: batch };
      const answer = await this.orReason(this.identity.changePeople(asking));
      if ('reason' in answer) return this.fail(run, answer.reason, until);
      const held = await transaction(this.db, async (tx) => {
        if (!(await hold(tx))) return false;
        await this.log(tx, schedule, answer.outcomes);
        await this.schedules.objectsDone(tx, run.id, batch.at(-1) as number, batch.length);
        return true;
      });
      if (!held) return;
    }
    // Whatever else is due comes before the next page, and another process may take it.
    await transaction(this.db, (tx) => this.schedules.hold(tx, run, this.clock.now()));
  }

  /** Why it can be asked or done no longer, which ends the run instead of stopping the timer. */
  private async orReason<T extends object>(answer: Promise<T>): Promise<T | { reason: string }> {
    try {
      return await answer;
    } catch (error) {
      const { kind, detail } = AppError.from(error);
      if (kind !== 'invalid') throw error;
      return { reason: detail };
    }
  }

  /** Ends the run, and its log says why. */
  async fail(run: HeldRun, reason: string, until: () => ReturnType<Clock['now']>): Promise<void> {
    const { id: ruleId, name: ruleName } = run.schedule;
    await transaction(this.db, async (tx) => {
      if (!(await this.schedules.hold(tx, run, until()))) return;
      const at = epochMs(this.clock.now());
      const heldBack = [{ action: '*', why: reason }];
      const about = { kind: 'Job' as const, ruleId, ruleName, ticketId: null, cause: 'schedule', chain: [ruleName] };
      const line = { ...about, outcome: 'failed' as const, did: [], heldBack, at };
      await this.rules.log(tx, [{ id: await this.rules.takeRunId(tx), ...line }]);
      await this.schedules.finish(tx, run.id, at);
    });
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
      // Who was so already is no news each night.
      if (did.length + heldBack.length === 0) continue;
      const about = { kind: 'Job' as const, ruleId, ruleName, ticketId: null, object, objectId, cause: 'schedule' };
      lines.push({ id: await this.rules.takeRunId(tx), ...about, outcome, chain: [ruleName], did, heldBack, at });
    }
    await this.rules.log(tx, lines);
  }

  private async asking({ object, condition, perform, localization, timezone }: Asked) {
    if (object === 'Ticket') throw new Error('tickets are not people');
    const { slaRules, zone } = await this.references.resolve(new Wanted());
    const now = this.clock.now();
    const { calendars } = await this.slas.rules(this.db);
    return {
      object,
      condition: (condition ?? {}) as Record<string, unknown>,
      perform: perform as Record<string, unknown>,
      openCalendarIds: calendars.map(({ id }) => id).filter((id) => slaRules.isOpen(id, now)),
      zone,
      telling: tellingOf({ localization, timezone }),
    };
  }
}
