import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  hasPermission,
  type JobInput,
  recordAudit,
  type TriggerInput,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { parseActions, refuseActor } from '../../domain/action/action.ts';
import { timeplanOf } from '../../domain/job/timeplan.ts';
import { isZone } from '../../domain/time/zone.ts';
import { jobKnowledge, triggerKnowledge } from '../../domain/trigger/trigger.ts';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { RuleStore } from '../../persistence/rule.store.ts';
import { RuleAdminStore, type RuleKind, type RuleValues, type ShownRule } from '../../persistence/rule-admin.store.ts';
import type { RuleObject, ScheduleRow } from '../../persistence/schedule.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notFound, requireAnyOf } from '../access.ts';
import { knownAttributes } from '../attributes/known-attributes.ts';
import { checkedSettable } from '../attributes/settable.ts';
import { conditionOf } from '../conditions.ts';
import { RuleTimer } from './rule-timer.ts';
import { nextOf, RunJobs } from './run-jobs.ts';
import { RunPeopleJobs } from './run-people-jobs.ts';

const classes = { trigger: 'Trigger', job: 'Job' } as const;
export const rulePermissions = { trigger: 'admin.trigger', job: 'admin.scheduler' } as const;
const common = [
  ...['name', 'condition', 'perform', 'disable_notification', 'localization', 'timezone', 'note', 'active'],
] as const;
const audited = {
  trigger: [...common, 'activator', 'execution_condition_mode'],
  job: [...common, 'object', 'timeplan'],
} as const;

interface Reading {
  expand?: boolean | undefined;
  full?: boolean | undefined;
}
interface Paging extends Reading {
  page?: number | undefined;
  per_page?: number | undefined;
}

/** Triggers and schedules. What is saved holds from the next change of a ticket on. */
@Injectable()
export class ManageRules {
  constructor(
    private readonly db: DataSource,
    private readonly store: RuleAdminStore,
    private readonly rules: RuleStore,
    private readonly desk: DeskSettingStore,
    private readonly jobs: RunJobs,
    private readonly people: RunPeopleJobs,
    private readonly attributes: AttributeBook,
    private readonly timer: RuleTimer,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor, kind: RuleKind, { page = 1, per_page = 500, full }: Paging): Promise<unknown> {
    requireAnyOf(actor, [rulePermissions[kind]]);
    const limit = Math.min(per_page, 1000);
    const rows = await this.withProblems(kind, await this.store.list(this.db, kind, limit, (page - 1) * limit));
    return full ? { record_ids: rows.map(({ id }) => id), assets: assetsOf(kind, rows) } : rows;
  }

  async get(actor: Actor, kind: RuleKind, id: number, { full }: Reading): Promise<unknown> {
    requireAnyOf(actor, [rulePermissions[kind]]);
    const rows = await this.withProblems(kind, [await this.existing(this.db, kind, id)]);
    return shown(kind, rows[0] as ShownRule, full);
  }

  async create(actor: Caller, kind: RuleKind, input: TriggerInput | JobInput, { full }: Reading): Promise<unknown> {
    requireAnyOf(actor, [rulePermissions[kind]]);
    await this.checkPeople(actor, { condition: {}, perform: {}, ...defined(input) });
    return this.write(actor, kind, async (tx, now) => {
      const rule = { condition: {}, perform: {}, name: '', ...defined(input) };
      const values = valuesOf(kind, rule, {}, await this.attributes.of('Ticket'));
      const planned = { ...values, ...(await this.planned(tx, kind, values, now)) };
      const id = await this.store.insert(tx, kind, planned, actor.userId, now);
      const row = await this.existing(tx, kind, id);
      await this.tell(tx, actor, kind, 'created', null, row);
      return shown(kind, (await this.withProblems(kind, [row]))[0] as ShownRule, full);
    });
  }

  async update(actor: Caller, kind: RuleKind, id: number, input: TriggerInput | JobInput, { full }: Reading) {
    requireAnyOf(actor, [rulePermissions[kind]]);
    if (kind === 'job')
      await this.checkPeople(actor, { ...(await this.existing(this.db, kind, id)), ...defined(input) });
    return this.write(actor, kind, async (tx, now) => {
      const before = await this.existing(tx, kind, id);
      const values = valuesOf(kind, defined(input), before, await this.attributes.of('Ticket'));
      const planned = { ...values, ...(await this.planned(tx, kind, { ...before, ...values }, now)) };
      await this.store.update(tx, kind, id, planned, actor.userId, now);
      const row = await this.existing(tx, kind, id);
      await this.tell(tx, actor, kind, 'changed', before, row);
      return shown(kind, (await this.withProblems(kind, [row]))[0] as ShownRule, full);
    });
  }

  async remove(actor: Caller, kind: RuleKind, id: number): Promise<void> {
    await this.write(actor, kind, async (tx) => {
      const before = await this.existing(tx, kind, id);
      await this.store.remove(tx, kind, id);
      await this.tell(tx, actor, kind, 'deleted', before, null);
    });
  }

  /** @throws AppError conflict `job.running` */
  async runNow(actor: Actor, id: number): Promise<unknown> {
    requireAnyOf(actor, [rulePermissions.job]);
    requirePeople(actor, await this.existing(this.db, 'job', id));
    await this.jobs.beginNow(id, actor.userId);
    this.timer.wake();
    return this.get(actor, 'job', id, {});
  }

  async runs(
    actor: Actor,
    kind: RuleKind,
    id: number,
    page: { before?: number | undefined; limit?: number | undefined },
  ) {
    requireAnyOf(actor, [rulePermissions[kind]]);
    await this.existing(this.db, kind, id);
    const { before, limit = 50 } = page;
    const visible = VisibleTickets.to(actor, 'read');
    const found = await this.rules.runsOf(this.db, visible, { kind: classes[kind], id }, limit, before);
    const runs = seesPeople(actor) ? found : found.map((run) => ({ ...run, object: null }));
    return { runs, next: runs.length === limit ? (runs.at(-1)?.id ?? null) : null };
  }

  /** Of a schedule over people or organizations, the service that keeps them says whether it can be. */
  private async checkPeople(actor: Actor, rule: RuleValues): Promise<void> {
    const { object = 'Ticket', condition, perform } = rule as Partial<ScheduleRow>;
    if (!isOfPeople(object)) return;
    requirePeople(actor, rule);
    const asked = { object, condition: condition ?? {}, perform: perform ?? {}, localization: null, timezone: null };
    await this.people.pick(asked, { limit: 0, examples: 0 });
  }

  /** Schedules with why they cannot be used as they are stored, as far as that is known here. */
  private async withProblems(kind: RuleKind, rows: readonly ShownRule[]): Promise<readonly ShownRule[]> {
    if (kind === 'trigger') return rows;
    const attributes = await this.attributes.of('Ticket');
    return rows.map((row) => ({ ...row, problem: problemOf(row, attributes) }));
  }

  /** When a schedule runs next. */
  private async planned(tx: EntityManager, kind: RuleKind, rule: RuleValues, now: EpochMs): Promise<RuleValues> {
    if (kind === 'trigger') return {};
    const { active = true, timeplan = {}, timezone = null } = rule as Partial<ScheduleRow> & { active?: boolean };
    const at = active ? nextOf({ timeplan, timezone, localization: null }, now, await this.desk.zone(tx)) : null;
    return { next_run_at: at === null ? null : isoTime(at) };
  }

  private async existing(on: DataSource | EntityManager, kind: RuleKind, id: number): Promise<ShownRule> {
    const row = await this.store.get(on, kind, id);
    if (!row) throw notFound(classes[kind], id);
    return row;
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    kind: RuleKind,
    what: 'created' | 'changed' | 'deleted',
    before: ShownRule | null,
    after: ShownRule | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as ShownRule;
    const changes = changesBetween(before, after, audited[kind]);
    const told = { action: `${kind}.${what}`, object: { type: classes[kind], id, label: name }, changes };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async write<T>(actor: Actor, kind: RuleKind, work: (tx: EntityManager, now: EpochMs) => Promise<T>) {
    requireAnyOf(actor, [rulePermissions[kind]]);
    try {
      return await transaction(this.db, (tx) => work(tx, this.clock.now()));
    } catch (error) {
      if (sqlstateOf(error) !== '23505') throw error;
      throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
    }
  }
}

/**
 * What is stored of an input, once it was seen that it can be used.
 * @throws AppError invalid `condition.unsupported`, `action.invalid`, `job.timeplan-invalid`, `job.object-unknown`,
 *         `job.object-changed`,
 *         `rule.timezone-unknown`, `input.name-blank`, `attribute.value-invalid`
 */
export function valuesOf(kind: RuleKind, input: RuleValues, before: RuleValues, attributes: AttributeSet): RuleValues {
  const values = { ...input };
  if (values.name !== undefined) {
    values.name = String(values.name).trim();
    if (values.name === '') throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
  }
  if ('condition' in values) values.condition ??= {};
  const ofTickets = !isOfPeople({ ...before, ...values }.object);
  if (ofTickets && 'condition' in values) {
    conditionOf(values.condition, (kind === 'trigger' ? triggerKnowledge : jobKnowledge)(knownAttributes(attributes)));
  }
  if (ofTickets && values.perform !== undefined) {
    const actions = parseActions(values.perform, undefined, checkedSettable(attributes));
    if (kind === 'job') refuseActor(actions);
  }
  const next: RuleValues = { timezone: null, timeplan: {}, ...before, ...values };
  const timezone = next.timezone as string | null;
  if (timezone && timezone !== 'system' && !isZone(timezone)) {
    throw new AppError('invalid', 'rule.timezone-unknown', `There is no time zone "${timezone.slice(0, 50)}".`);
  }
  if (kind === 'trigger') return values;
  if (ofTickets && next.object !== undefined && next.object !== 'Ticket') {
    throw new AppError('invalid', 'job.object-unknown', 'A schedule works on objects of Ticket, User or Organization.');
  }
  // What was written for others means something else here.
  if (values.object !== undefined && before.object !== undefined && values.object !== before.object) {
    if (values.condition === undefined || values.perform === undefined) {
      const why = 'Another object of a schedule takes another condition and other actions with it.';
      throw new AppError('invalid', 'job.object-changed', why);
    }
  }
  if (!timeplanOf(next.timeplan)) {
    const why = 'A timeplan has days Mon to Sun, hours 0 to 23, and minutes 0, 10, 20, 30, 40 and 50.';
    throw new AppError('invalid', 'job.timeplan-invalid', why);
  }
  return values;
}

/** Null: nothing is wrong with a schedule, or another service knows. */
function problemOf({ condition, perform, ...row }: ShownRule, attributes: AttributeSet): string | null {
  try {
    valuesOf('job', { condition, perform }, row, attributes);
    return null;
  } catch (error) {
    return AppError.from(error).detail;
  }
}

/** Who orders something for people must be one who may do it by hand. @throws AppError forbidden */
export function requirePeople(actor: Actor, { object, perform }: RuleValues): void {
  if (!isOfPeople(object)) return;
  requireAnyOf(actor, [object === 'User' ? 'admin.user' : 'admin.organization']);
  if (Object.hasOwn((perform ?? {}) as object, 'user.action')) requireAnyOf(actor, ['admin.data_privacy']);
}

const seesPeople = (actor: Actor) => hasPermission(actor, 'admin.user') || hasPermission(actor, 'admin.organization');

export function isOfPeople(object: unknown): object is Exclude<RuleObject, 'Ticket'> {
  return object === 'User' || object === 'Organization';
}

export function defined(input: object): RuleValues {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function shown(kind: RuleKind, row: ShownRule, full: boolean | undefined): unknown {
  return full ? { id: row.id, assets: assetsOf(kind, [row]) } : row;
}

function assetsOf(kind: RuleKind, rows: readonly ShownRule[]) {
  return { [classes[kind]]: Object.fromEntries(rows.map((row) => [row.id, row])) };
}
