import type { AttributeSet, Value } from '@helpmesh/attributes';
import { type Circumstances, dayOf, instantOf, matches, readsOf } from '@helpmesh/conditions';
import type { Actor, changePeople, OutputOf, ParsedInputOf, pickPeople } from '@helpmesh/contracts';
import { AppError, type Clock, isoTime } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type PeopleActions, parsePeopleActions } from '../../domain/people-rule/actions.ts';
import { type Condition, isAlways, type RuleObject } from '../../domain/people-rule/fields.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { PeopleRuleStore } from '../../persistence/people-rule.store.ts';
import { PrivacyStore } from '../../persistence/privacy.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Attributes } from '../attributes/attributes.ts';
import type { RuleCause } from '../history/history.ts';
import { Organizations } from '../organizations/organizations.ts';
import { ErasePeople } from '../privacy/erase-people.ts';
import { fullName } from '../sign-in/links.ts';
import { WriteUser } from '../users/write-user.ts';
import { ReadCondition } from './read-condition.ts';

type Asked = ParsedInputOf<typeof pickPeople>;
type Outcome = OutputOf<typeof changePeople>['outcomes'][number];
type Row = { id: number; custom: Readonly<Record<string, Value>> | null } & object;

/** What one rule comes to. */
interface Rule {
  object: RuleObject;
  condition: Condition | null;
  actions: PeopleActions;
  attributes: AttributeSet;
  circumstances: Circumstances;
}

/** In whose name rules act; that somebody may order them is seen where they are saved, and no account that administers more is reached. */
const system: Actor = {
  ...{ kind: 'service', userId: 1, login: '-', permissions: ['admin'], groups: {}, via: 'service', locale: 'en' },
  ...{ organizationIds: [], sharedOrganizationIds: [] },
};

/** What schedules do to people and organizations, in the words that a person would use: the same checks, history and log. */
@Injectable()
export class PeopleRules {
  private readonly log = logger('people-rules');

  constructor(
    private readonly db: DataSource,
    private readonly store: PeopleRuleStore,
    private readonly users: UserStore,
    private readonly privacy: PrivacyStore,
    private readonly organizationStore: OrganizationStore,
    private readonly attributes: Attributes,
    private readonly conditions: ReadCondition,
    private readonly writeUser: WriteUser,
    private readonly organizations: Organizations,
    private readonly erasing: ErasePeople,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError invalid */
  async pick(asked: Asked): Promise<OutputOf<typeof pickPeople>> {
    const rule = await this.ruleOf(asked);
    const ids = await this.store.pick(this.db, rule.object, rule.condition, rule.circumstances, asked.limit);
    const shown = ids.slice(0, asked.examples);
    if (rule.object === 'User') {
      const rows = await this.users.byIds(this.db, shown);
      return { ids, examples: rows.map((row) => ({ ...prospect(row, rule), label: fullName(row) || row.login })) };
    }
    const rows = await this.organizationStore.byIds(this.db, shown);
    return { ids, examples: rows.map((row) => ({ ...prospect(row, rule), label: row.name })) };
  }

  /** @throws AppError invalid */
  async change(asked: ParsedInputOf<typeof changePeople>): Promise<OutputOf<typeof changePeople>> {
    const rule = await this.ruleOf(asked);
    const cause = { type: 'Job', ...asked.rule } as const;
    const outcomes: Outcome[] = [];
    for (const id of asked.ids) {
      const outcome = await this.carry(rule, id, cause).catch((error: unknown) => this.refusalOf(id, error));
      if (outcome) outcomes.push(outcome);
    }
    return { outcomes };
  }

  /** @returns null: it is picked no longer */
  private async carry(rule: Rule, id: number, cause: RuleCause): Promise<Outcome | null> {
    const { object, actions } = rule;
    const done = (did: string[]): Outcome => ({ id, outcome: 'done', did, heldBack: [] });
    const did = await transaction(this.db, async (tx) => {
      const before = await this.lock(tx, object, id);
      if (!before || (await this.isNobody(tx, object, id)) || !(await this.isPicked(tx, rule, before))) return null;
      const input = { ...actions.fields, ...(hasAny(actions.custom) && { custom: customOf(rule) }) };
      if (!hasAny(input)) return [];
      if (object === 'User') await this.writeUser.updateIn(tx, system, id, input, {}, cause);
      else await this.organizations.updateIn(tx, system, id, input, cause);
      const after = (await this.byId(tx, object, id)) as Row;
      return [...Object.keys(actions.fields), ...Object.keys(actions.custom)]
        .filter((name) => !isSame(valueIn(before, name, rule), valueIn(after, name, rule)))
        .map((name) => `${object.toLowerCase()}.${name}`);
    });
    if (did === null) return null;
    if (!actions.erase) return done(did);
    try {
      await this.erasing.orderByRule(id);
    } catch (error) {
      // What was written before stays written.
      const refused = this.refusalOf(id, error, 'user.action');
      return did.length > 0 ? { ...refused, outcome: 'partly', did } : refused;
    }
    return done([...did, 'user.action']);
  }

  private refusalOf(id: number, error: unknown, action = '*'): Outcome {
    const known = AppError.from(error);
    if (known.kind !== 'bug' && known.kind !== 'unavailable') {
      return { id, outcome: 'held-back', did: [], heldBack: [{ action, why: known.detail }] };
    }
    this.log.error({ err: error, id }, 'a schedule failed for somebody');
    return { id, outcome: 'failed', did: [], heldBack: [{ action, why: 'Something went wrong on our side.' }] };
  }

  /** The system, and who was erased, also since they were picked. */
  private async isNobody(tx: EntityManager, object: RuleObject, id: number): Promise<boolean> {
    return object === 'User' && (id === system.userId || (await this.privacy.taskOf(tx, id)) !== undefined);
  }

  private async isPicked(tx: EntityManager, { object, condition, circumstances }: Rule, row: Row): Promise<boolean> {
    if (condition === null) return true;
    const organizationId = 'organization_id' in row ? (row.organization_id as number | null) : null;
    const asks = object === 'User' && organizationId !== null && readsOf(condition).has('organization');
    const [organization] = asks ? await this.organizationStore.byIds(tx, [organizationId]) : [];
    const facts = { row: { ...row }, organization: organization && { ...organization } };
    return matches(condition, facts, circumstances);
  }

  private async lock(tx: EntityManager, object: RuleObject, id: number): Promise<Row | undefined> {
    return object === 'User' ? this.users.lock(tx, id) : this.organizationStore.lock(tx, id);
  }

  private async byId(tx: EntityManager, object: RuleObject, id: number): Promise<Row | undefined> {
    return (await (object === 'User' ? this.users : this.organizationStore).byIds(tx, [id]))[0];
  }

  /** @throws AppError invalid `condition.unsupported`, `action.invalid`, `attribute.value-invalid` */
  private async ruleOf({
    object,
    condition,
    perform,
    openCalendarIds,
    zone,
  }: Omit<Asked, 'limit' | 'examples'>): Promise<Rule> {
    const attributes = await this.attributes.set(object);
    const open = new Set(openCalendarIds);
    const now = this.clock.now();
    const actions = parsePeopleActions(perform, object, (name) => attributes.get(name) !== undefined);
    const rule = { object, actions, attributes, circumstances: { now, zone, isOpen: (id: number) => open.has(id) } };
    for (const [name, value] of Object.entries(customOf(rule))) attributes.get(name)?.read(value);
    const picks = await this.conditions.ofRule(condition, object);
    if (actions.erase && (picks === null || isAlways(true, picks))) {
      throw new AppError('invalid', 'action.invalid', '"user.action" needs a condition that asks who it is for.');
    }
    return { ...rule, condition: picks };
  }
}

/** The values of custom attributes, those that count from now included. */
function customOf({ actions, attributes, circumstances }: Omit<Rule, 'condition'>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(actions.custom).map(([name, given]) => {
      if ('value' in given) return [name, given.value];
      const until = { shift: given.amount, range: given.range };
      const isDay = attributes.get(name)?.type === 'date';
      return [name, isDay ? dayOf(until, circumstances) : isoTime(instantOf(until, circumstances.now))];
    }),
  );
}

function prospect(row: Row, rule: Rule) {
  const { object, actions } = rule;
  const wished: Record<string, unknown> = { ...actions.fields, ...customOf(rule) };
  const would = Object.entries(wished)
    .map(([name, to]) => ({ action: `${object.toLowerCase()}.${name}`, from: valueIn(row, name, rule), to }))
    .filter(({ from, to }) => !isSame(from, to));
  return { id: row.id, would: [...would, ...(actions.erase ? [{ action: 'user.action', to: 'erase' }] : [])] };
}

function valueIn(row: Row, name: string, { attributes }: Pick<Rule, 'attributes'>): unknown {
  const attribute = attributes.get(name);
  if (attribute) return row.custom?.[name] ?? attribute.fallback;
  return (row as Record<string, unknown> & Row)[name];
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
const hasAny = (of: object) => Object.keys(of).length > 0;
