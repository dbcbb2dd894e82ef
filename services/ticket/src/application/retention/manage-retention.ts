import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type OutputOf,
  type RetentionRuleInput,
  recordAudit,
  type retentionRules,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { TicketConfig } from '../../config.ts';
import { nextRunAt, quietBefore } from '../../domain/retention/schedule.ts';
import {
  type RetentionScope,
  RetentionStore,
  type RuleRow,
  type RuleValues,
  type RunRow,
} from '../../persistence/retention.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { invalidParam, missingValue, notFound, requireAnyOf } from '../access.ts';
import { LegalHolds } from '../privacy/legal-holds.ts';
import { References, Wanted } from '../references.ts';
import { RetentionTimer } from './retention-timer.ts';

type Rule = OutputOf<typeof retentionRules.get>;
type Preview = OutputOf<typeof retentionRules.preview>;
type Run = OutputOf<typeof retentionRules.run>;

const EXAMPLES = 10;
const MAX_RUNS = 100;
const audited = ['name', 'active', 'group_ids', 'state_types', 'older_than_days', 'action'] as const;

/** How long tickets are kept: the rules, what they would do, and what they did. */
@Injectable()
export class ManageRetention {
  constructor(
    private readonly db: DataSource,
    private readonly store: RetentionStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly holds: LegalHolds,
    private readonly timer: RetentionTimer,
    private readonly outbox: Outbox,
    @Inject(CONFIG) private readonly config: TicketConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor): Promise<Rule[]> {
    requirePrivacy(actor);
    return this.store.rules(this.db);
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<Rule> {
    requirePrivacy(actor);
    return this.existing(this.db, id);
  }

  /** @throws AppError forbidden, invalid */
  async create(actor: Caller, input: RetentionRuleInput): Promise<Rule> {
    requirePrivacy(actor);
    if (!input.name?.trim()) throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
    await this.requireGroups(input.group_ids);
    return this.unique(async (tx, now) => {
      const row = await this.store.insertRule(tx, this.valuesOf(input, undefined, now), actor.userId, now);
      await this.tell(tx, actor, 'rule.created', null, row);
      return row;
    });
  }

  /** What is under way by the old rule stops. @throws AppError forbidden, not-found, invalid */
  async update(actor: Caller, id: number, input: RetentionRuleInput): Promise<Rule> {
    requirePrivacy(actor);
    if (input.name !== undefined && !input.name.trim()) {
      throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
    }
    await this.requireGroups(input.group_ids);
    return this.unique(async (tx, now) => {
      const before = await this.existing(tx, id);
      await this.store.stop(tx, id, now);
      const row = await this.store.updateRule(tx, id, this.valuesOf(input, before, now), actor.userId, now);
      await this.tell(tx, actor, 'rule.changed', before, row);
      return row;
    });
  }

  /** @throws AppError forbidden, not-found */
  async remove(actor: Caller, id: number): Promise<void> {
    requirePrivacy(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.existing(tx, id);
      await this.store.deleteRule(tx, id);
      await this.tell(tx, actor, 'rule.deleted', before, null);
    });
  }

  /** @throws AppError forbidden, not-found */
  async preview(actor: Actor, id: number): Promise<Preview> {
    requirePrivacy(actor);
    return this.previewOf(actor, await this.existing(this.db, id));
  }

  /** Of a rule that is not there yet. @throws AppError forbidden, invalid */
  async tryOut(actor: Actor, input: RetentionRuleInput): Promise<Preview> {
    requirePrivacy(actor);
    await this.requireGroups(input.group_ids);
    return this.previewOf(actor, this.valuesOf(input, undefined, this.clock.now()));
  }

  /** @throws AppError forbidden, not-found; conflict */
  async order(actor: Caller, id: number): Promise<Run> {
    requirePrivacy(actor);
    const now = this.clock.now();
    const run = await transaction(this.db, async (tx) => {
      const rule = await this.existing(tx, id);
      if (!rule.active) {
        throw new AppError('conflict', 'retention.inactive', 'The rule is not active.');
      }
      const quiet = quietBefore(now, rule.older_than_days);
      const row = await this.store.addRun(tx, id, actor.actingUserId ?? actor.userId, quiet, now);
      if (!row) throw new AppError('conflict', 'retention.under-way', 'A run of this rule is under way.');
      await this.tell(tx, actor, 'run.ordered', null, rule);
      return row;
    });
    this.timer.wake();
    return run;
  }

  /** Newest first. @throws AppError forbidden, not-found */
  async runs(actor: Actor, id: number): Promise<RunRow[]> {
    requirePrivacy(actor);
    await this.existing(this.db, id);
    return this.store.runs(this.db, id, MAX_RUNS);
  }

  private async previewOf(
    actor: Actor,
    rule: Pick<RuleRow, 'group_ids' | 'state_types' | 'older_than_days' | 'action'>,
  ): Promise<Preview> {
    const scope: RetentionScope = {
      ...{ groupIds: rule.group_ids, stateTypes: rule.state_types, action: rule.action },
      quietBefore: quietBefore(this.clock.now(), rule.older_than_days),
    };
    const holds = await this.holds.now();
    const counts = await this.store.count(this.db, scope, holds);
    const examples = await this.store.page(this.db, scope, holds, 0, EXAMPLES);
    const visible = VisibleTickets.to(actor, 'read');
    const readable = await this.tickets.facts(
      this.db,
      examples.map(({ id }) => ({ visible, id })),
    );
    return {
      ...counts,
      examples: examples.map((example, i) => ({ ...example, title: readable[i]?.title ?? null })),
    };
  }

  private valuesOf(input: RetentionRuleInput, before: RuleRow | undefined, now: EpochMs): RuleValues {
    const active = input.active ?? before?.active ?? false;
    const olderThanDays = input.older_than_days ?? before?.older_than_days;
    if (olderThanDays === undefined) throw missingValue('older_than_days');
    const action = input.action ?? before?.action;
    if (action === undefined) throw missingValue('action');
    const stateTypes = input.state_types ?? before?.state_types ?? ['closed', 'merged'];
    if (stateTypes.length === 0) throw missingValue('state_types');
    const next = before?.next_run_at ?? isoTime(nextRunAt(now, this.config.RETENTION_HOUR));
    return {
      ...{ name: input.name ?? before?.name ?? '', active, action },
      group_ids: [...new Set(input.group_ids ?? before?.group_ids ?? [])],
      state_types: [...new Set(stateTypes)],
      older_than_days: olderThanDays,
      next_run_at: active ? next : null,
    };
  }

  /** @throws AppError invalid for groups that there are not */
  private async requireGroups(ids: readonly number[] = []): Promise<void> {
    const wanted = new Wanted();
    for (const id of ids) wanted.group(id);
    const refs = await this.references.resolve(wanted);
    for (const id of ids) if (!refs.group(id)) throw invalidParam('group_ids', id);
  }

  private async existing(on: DataSource | EntityManager, id: number): Promise<RuleRow> {
    const row = await this.store.rule(on, id);
    if (!row) throw notFound('RetentionRule', id);
    return row;
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    what: string,
    before: RuleRow | null,
    after: RuleRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as RuleRow;
    const told = {
      action: `retention-${what}`,
      object: { type: 'RetentionRule', id, label: name },
      ...(what.startsWith('rule') && { changes: changesBetween(before, after, audited) }),
    };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async unique(work: (tx: EntityManager, now: EpochMs) => Promise<RuleRow>): Promise<RuleRow> {
    try {
      return await transaction(this.db, (tx) => work(tx, this.clock.now()));
    } catch (error) {
      if (!violates(error, 'retention_rule_name_key')) throw error;
      throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
    }
  }
}

/** @throws AppError forbidden */
function requirePrivacy(actor: Actor): void {
  requireAnyOf(actor, ['admin.data_privacy']);
}
