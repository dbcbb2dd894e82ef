import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import { logger } from '@helpmesh/telemetry';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Action, parseActions } from '../../domain/action/action.ts';
import { parseCondition } from '../../domain/condition/parse.ts';
import { type Trigger, Triggers, triggerKnowledge } from '../../domain/trigger/trigger.ts';
import { RuleStore, type TriggerRow } from '../../persistence/rule.store.ts';
import { knownAttributes } from '../attributes/known-attributes.ts';
import { settable } from '../attributes/settable.ts';

/** Users and groups that actions of triggers name. */
export interface Named {
  empty: boolean;
  userIds: readonly number[];
  groupIds: readonly number[];
}

/** The triggers in force, read once after each change of them. */
@Injectable()
export class TriggerBook {
  private readonly log = logger('triggers');
  private triggers: Triggers | undefined;
  /** The attributes that the triggers were read with. */
  private known: AttributeSet | undefined;
  private reading: Promise<Triggers> | undefined;
  /** As of the triggers that are held; another object whenever they change. */
  named: Named = { empty: true, userIds: [], groupIds: [] };

  constructor(
    private readonly db: DataSource,
    private readonly rules: RuleStore,
    private readonly attributes: AttributeBook,
  ) {}

  /** @param revision  the present one; what is answered may be newer */
  async at(revision: number): Promise<Triggers> {
    const attributes = await this.attributes.of('Ticket');
    if (this.triggers && this.triggers.revision >= revision && this.known === attributes) return this.triggers;
    this.reading ??= this.read(attributes).finally(() => {
      this.reading = undefined;
    });
    const triggers = await this.reading;
    // It may have been on its way before the change.
    return triggers.revision >= revision ? triggers : this.at(revision);
  }

  private async read(attributes: AttributeSet): Promise<Triggers> {
    const { revision, triggers } = await this.rules.triggers(this.db);
    this.triggers = new Triggers(
      revision,
      triggers.flatMap((row) => this.triggerOf(row, attributes)),
    );
    this.known = attributes;
    this.named = namedBy(this.triggers.all.flatMap(({ actions }) => actions));
    return this.triggers;
  }

  /** What was saved was checked; what a later release no longer reads must not stop the desk. */
  private triggerOf(row: TriggerRow, attributes: AttributeSet): Trigger[] {
    try {
      return [triggerOf(row, attributes)];
    } catch (error) {
      this.log.error({ err: error, trigger: row.id }, 'a trigger cannot be used and is left out');
      return [];
    }
  }
}

/** @throws AppError or SelectorError for what cannot be done or asked */
export function triggerOf(row: TriggerRow, attributes: AttributeSet): Trigger {
  return {
    kind: 'Trigger',
    id: row.id,
    name: row.name,
    condition: parseCondition(row.condition, triggerKnowledge(knownAttributes(attributes))),
    actions: parseActions(row.perform, undefined, settable(attributes)),
    quiet: row.disable_notification,
    ...tellingOf(row),
    activator: row.activator,
    selective: row.execution_condition_mode === 'selective',
  };
}

/** Null: as everywhere at the desk; `system` is what Zammad calls that. */
export function tellingOf({ localization, timezone }: Pick<TriggerRow, 'localization' | 'timezone'>) {
  const given = (value: string | null) => (value && value !== 'system' ? value : null);
  return { locale: given(localization), timezone: given(timezone) };
}

export function namedBy(actions: readonly Action[]): Named {
  const groupIds = actions.flatMap((one) => (one.do === 'set' && one.field === 'groupId' ? [one.id] : []));
  const userIds = actions.flatMap((one) => {
    if (one.do === 'mail') return one.to.flatMap((to) => (to.is === 'user' ? [to.id] : []));
    if (!('who' in one) || one.who.is !== 'user') return [];
    return one.do === 'appoint' && one.field === 'organizationId' ? [] : [one.who.id];
  });
  return { empty: groupIds.length + userIds.length === 0, userIds, groupIds };
}
