import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import { matches, readsOf, SelectorError } from '@helpmesh/conditions';
import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { parseActions } from '../../domain/action/action.ts';
import { parseCondition } from '../../domain/condition/parse.ts';
import { nextRun, timeplanOf } from '../../domain/job/timeplan.ts';
import { jobKnowledge, type Rule } from '../../domain/trigger/trigger.ts';
import { RuleStore } from '../../persistence/rule.store.ts';
import { type HeldRun, type ScheduleRow, ScheduleStore } from '../../persistence/schedule.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { knownAttributes } from '../attributes/known-attributes.ts';
import { settable } from '../attributes/settable.ts';
import { References, Wanted } from '../references.ts';
import { type Refs } from '../refs.ts';
import { wantTickets } from '../want-tickets.ts';
import { Writing } from '../writing.ts';
import { CarryOut } from './carry-out.ts';
import { RunPeopleJobs } from './run-people-jobs.ts';
import { TicketFacts } from './ticket-facts.ts';
import { namedBy, tellingOf } from './trigger-book.ts';

/** Most tickets of one run; the rest is for the next one. */
export const MOST_MATCHES = 2_000;
const BATCH = 20;
/** A process that has not been heard of for so long is dead. */
const LEASE_MS = 60_000;

/**
 * Runs schedules. A run begins with the list of its tickets; each is done in the transaction of its effect, so a run
 * may stop anywhere and go on in any process, and every ticket has its turn once.
 */
@Injectable()
export class RunJobs {
  private readonly log = logger('schedules');

  constructor(
    private readonly db: DataSource,
    private readonly schedules: ScheduleStore,
    private readonly rules: RuleStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly attributes: AttributeBook,
    private readonly carryOut: CarryOut,
    private readonly facts: TicketFacts,
    private readonly people: RunPeopleJobs,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Begins one run that is due. @returns whether there may be more */
  async beginDue(): Promise<boolean> {
    const refs = await this.references.resolve(new Wanted());
    return transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const row = await this.schedules.lockDue(tx, now);
      if (!row) return false;
      // What was missed while nothing ran is made up for once.
      await this.schedules.planNext(tx, row.id, nextOf(row, now, refs.zone));
      await this.begin(tx, row, refs, null);
      return true;
    });
  }

  /** Begins a run because somebody wants it. @throws AppError conflict `job.running`, not-found */
  async beginNow(id: number, askedBy: number): Promise<void> {
    const refs = await this.references.resolve(new Wanted());
    await transaction(this.db, async (tx) => {
      const row = await this.schedules.lock(tx, id);
      if (!row) throw new AppError('not-found', 'job.not-found', `Couldn't find Job with 'id'=${id}`);
      if (await this.begin(tx, row, refs, askedBy)) return;
      throw new AppError('conflict', 'job.running', 'The schedule is running already.');
    });
  }

  /** Works on one run until it is over, or so far that others should have their turn. @returns whether there was one */
  async work(stopped: () => boolean): Promise<boolean> {
    const run = await this.schedules.claim(this.db, this.clock.now(), this.lease());
    if (!run) return false;
    if (run.schedule.object !== 'Ticket') {
      await this.people.work(run, () => this.lease(), stopped);
      return true;
    }
    const rule = this.ruleOf(run.schedule, await this.attributes.of('Ticket'));
    if ('reason' in rule) {
      await this.people.fail(run, rule.reason, () => this.lease());
      return true;
    }
    for (let more = true; more && !stopped(); ) more = await this.batch(run, rule);
    return true;
  }

  async matching(row: Pick<ScheduleRow, 'condition'>, refs: Refs, on: DataSource | EntityManager, limit: number) {
    const condition = parseCondition(row.condition, jobKnowledge(knownAttributes(refs.attributes)));
    const circumstances = this.facts.circumstances(new Writing(this.outbox, refs, this.clock.now()), null);
    return this.schedules.matching(on, condition, circumstances, limit);
  }

  private async begin(tx: EntityManager, row: ScheduleRow, refs: Refs, askedBy: number | null): Promise<boolean> {
    // Whom it is for is another service's to say, and not while this transaction holds its rows.
    const ids = row.object === 'Ticket' ? await this.picked(tx, row, refs) : [];
    return this.schedules.begin(tx, row.id, ids, askedBy, this.clock.now());
  }

  /** None by a condition that can be asked no longer; why, the run says. */
  private async picked(tx: EntityManager, row: ScheduleRow, refs: Refs): Promise<number[]> {
    try {
      return await this.matching(row, refs, tx, MOST_MATCHES);
    } catch (error) {
      if (error instanceof SelectorError) return [];
      throw error;
    }
  }

  /** @returns whether there may be more */
  private async batch(run: HeldRun, rule: Rule): Promise<boolean> {
    const ids = await this.schedules.work(this.db, run.id, BATCH);
    if (ids.length === 0) return this.end(run);
    const refs = await this.refsFor(ids, rule);
    try {
      return await transaction(this.db, (tx) => this.carry(tx, run, rule, ids, refs));
    } catch (error) {
      this.log.warn({ err: error, schedule: rule.id }, 'tickets of a schedule are tried one by one');
    }
    for (const id of ids) {
      const held = await transaction(this.db, (tx) => this.carry(tx, run, rule, [id], refs)).catch((error: unknown) =>
        this.giveUp(run, rule, id, AppError.from(error)),
      );
      if (!held) return false;
    }
    return true;
  }

  private async refsFor(ids: readonly number[], rule: Rule): Promise<Refs> {
    const wanted = await wantTickets(this.db, this.tickets, ids);
    const { userIds, groupIds } = namedBy(rule.actions);
    for (const id of userIds) wanted.user(id);
    for (const id of groupIds) wanted.group(id);
    return this.references.resolve(wanted);
  }

  private async carry(tx: EntityManager, run: HeldRun, rule: Rule, ids: readonly number[], refs: Refs) {
    if (!(await this.schedules.hold(tx, run, this.lease()))) return false;
    const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), ids);
    const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
    for (const ticketId of loaded.keys()) {
      if (!(await this.isStillPicked(tx, writing, rule, ticketId))) continue;
      const wish = { ticketId, article: null, by: null, cause: 'schedule', chain: [rule.name] };
      await this.carryOut.run(tx, writing, rule, wish);
    }
    await writing.save(tx, this.tickets);
    await this.schedules.done(tx, run.id, ids);
    return true;
  }

  /** Somebody may have changed it since the run began. */
  private async isStillPicked(tx: EntityManager, writing: Writing, { condition }: Rule, ticketId: number) {
    if (condition === null) return true;
    const facts = await this.facts.all(tx, writing, ticketId, { article: null }, readsOf(condition));
    return matches(condition, facts, this.facts.circumstances(writing, null));
  }

  private async giveUp(run: HeldRun, rule: Rule, ticketId: number, error: AppError): Promise<boolean> {
    this.log.error({ err: error, schedule: rule.id, ticket: ticketId }, 'a schedule failed for a ticket');
    return transaction(this.db, async (tx) => {
      if (!(await this.schedules.hold(tx, run, this.lease()))) return false;
      await this.schedules.done(tx, run.id, [ticketId]);
      const line = { kind: rule.kind, ruleId: rule.id, ruleName: rule.name, ticketId, cause: 'schedule' };
      const why = [{ action: '*', why: error.kind === 'bug' ? 'Something went wrong on our side.' : error.message }];
      const outcome = { outcome: 'failed' as const, chain: [rule.name], did: [], heldBack: why, at: this.clock.now() };
      await this.rules.log(tx, [{ id: await this.rules.takeRunId(tx), ...line, ...outcome }]);
      return true;
    });
  }

  private async end(run: HeldRun): Promise<false> {
    await transaction(this.db, async (tx) => {
      if (await this.schedules.hold(tx, run, this.lease())) await this.schedules.finish(tx, run.id, this.clock.now());
    });
    return false;
  }

  /** What a later release no longer reads ends the run instead of stopping the timer. */
  private ruleOf(row: ScheduleRow, attributes: AttributeSet): Rule | { reason: string } {
    try {
      return jobOf(row, attributes);
    } catch (error) {
      this.log.warn({ err: error, schedule: row.id }, 'a schedule cannot be used');
      return { reason: error instanceof SelectorError ? error.message : AppError.from(error).detail };
    }
  }

  private lease() {
    return epochMs(this.clock.now() + LEASE_MS);
  }
}

/** @throws AppError or SelectorError for what cannot be done or asked */
export function jobOf(row: Omit<ScheduleRow, 'timeplan' | 'object'>, attributes: AttributeSet): Rule {
  return {
    ...{ kind: 'Job', id: row.id, name: row.name, quiet: row.disable_notification, ...tellingOf(row) },
    condition: parseCondition(row.condition, jobKnowledge(knownAttributes(attributes))),
    actions: parseActions(row.perform, undefined, settable(attributes)),
  };
}

/** @param zone  where the desk is, for schedules that name no other place */
export function nextOf(
  row: Pick<ScheduleRow, 'timeplan' | 'timezone' | 'localization'>,
  now: ReturnType<Clock['now']>,
  zone: string,
) {
  const plan = timeplanOf(row.timeplan);
  return plan ? nextRun(plan, tellingOf(row).timezone ?? zone, now) : null;
}
