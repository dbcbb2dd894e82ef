import type { Attribute, AttributeSet } from '@helpmesh/attributes';
import { type Circumstances, dayOf, instantOf, matches, readsOf } from '@helpmesh/conditions';
import type { Actor, changePeople, OutputOf, ParsedInputOf, pickPeople } from '@helpmesh/contracts';
import { AppError, type Clock, isoTime } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type PeopleActions, parsePeopleActions, refuseTooLong } from '../../domain/people-rule/actions.ts';
import { type Condition, isAlways, type RuleObject } from '../../domain/people-rule/fields.ts';
import { filled, hasVariables } from '../../domain/people-rule/words.ts';
import { type OrganizationRow, OrganizationStore } from '../../persistence/organization.store.ts';
import { PeopleRuleStore } from '../../persistence/people-rule.store.ts';
import { PrivacyStore } from '../../persistence/privacy.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow } from '../../persistence/user.table.ts';
import { Attributes } from '../attributes/attributes.ts';
import type { RuleCause } from '../history/history.ts';
import { Organizations } from '../organizations/organizations.ts';
import { ErasePeople } from '../privacy/erase-people.ts';
import { fullName } from '../sign-in/links.ts';
import { WriteUser } from '../users/write-user.ts';
import { ReadCondition } from './read-condition.ts';

type Asked = ParsedInputOf<typeof pickPeople>;
type Outcome = OutputOf<typeof changePeople>['outcomes'][number];
type Row = UserRow | OrganizationRow;

/** What one rule comes to. */
interface Rule {
  object: RuleObject;
  condition: Condition | null;
  actions: PeopleActions;
  attributes: AttributeSet;
  circumstances: Circumstances & { zone: string };
  telling: Asked['telling'];
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
    const { after, limit } = asked;
    const ids = await this.store.pick(this.db, rule.object, rule, after, limit);
    const total = after === 0 && limit > 0 ? await this.store.count(this.db, rule.object, rule) : null;
    const shown = ids.slice(0, asked.examples);
    const rows = await this.rows(this.db, rule.object, shown);
    const organizations = new Map((await this.organizationsOf(this.db, rule, rows)).map((one) => [one.id, one]));
    const examples = rows.map((row) => ({
      ...prospect(row, rule, wordsOf(row, organizations.get(organizationIdOf(row) ?? 0), rule)),
      label: 'login' in row ? fullName(row) || row.login : row.name,
    }));
    return { ids, total, examples };
  }

  /** @throws AppError invalid */
  async change(asked: ParsedInputOf<typeof changePeople>): Promise<OutputOf<typeof changePeople>> {
    const rule = await this.ruleOf(asked);
    const cause = { type: 'Job', ...asked.rule } as const;
    const outcomes: Outcome[] = [];
    for (const id of asked.ids) {
      const outcome = await this.carry(rule, id, cause, asked.run).catch((error: unknown) => this.refusalOf(id, error));
      if (outcome) outcomes.push(outcome);
    }
    return { outcomes };
  }

  /** @returns null: it is picked no longer */
  private async carry(rule: Rule, id: number, cause: RuleCause, runId: number | undefined): Promise<Outcome | null> {
    const { object, actions } = rule;
    const done = (did: string[]): Outcome => ({ id, outcome: 'done', did, heldBack: [] });
    let again = false;
    const did = await transaction(this.db, async (tx) => {
      const before = await this.lock(tx, object, id);
      if (!before) return null;
      const known = runId === undefined ? undefined : await this.store.didTo(tx, runId, object, id);
      again = known !== undefined;
      if (known) return known;
      if ((await this.isNobody(tx, object, id)) || !(await this.isPicked(tx, rule, before))) return null;
      const changed = await this.write(tx, rule, before, cause);
      if (runId !== undefined && (changed.length > 0 || actions.erase)) {
        await this.store.keepDone(tx, runId, object, id, changed, this.clock.now());
      }
      return changed;
    });
    if (did === null) return null;
    if (!actions.erase) return done(did);
    if (again && (await this.privacy.taskOf(this.db, id))) return done([...did, 'user.action']);
    try {
      await this.erasing.orderByRule(id);
    } catch (error) {
      // What was written before stays written.
      const refused = this.refusalOf(id, error, 'user.action');
      return did.length > 0 ? { ...refused, outcome: 'partly', did } : refused;
    }
    return done([...did, 'user.action']);
  }

  /** @returns what was changed, by the names of the actions */
  private async write(tx: EntityManager, rule: Rule, before: Row, cause: RuleCause): Promise<string[]> {
    const { object, actions } = rule;
    const [organization] = await this.organizationsOf(tx, rule, [before]);
    const { fields, custom } = wordsOf(before, organization, rule);
    const input = { ...fields, ...(hasAny(custom) && { custom }) };
    if (!hasAny(input)) return [];
    if (object === 'User') await this.writeUser.updateIn(tx, system, before.id, input, {}, cause);
    else await this.organizations.updateIn(tx, system, before.id, input, cause);
    const [after] = (await this.rows(tx, object, [before.id])) as [Row];
    return [...Object.keys(actions.fields), ...Object.keys(actions.custom)]
      .filter((name) => !isSame(valueIn(before, name, rule), valueIn(after, name, rule)))
      .map((name) => `${object.toLowerCase()}.${name}`);
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
    const id = object === 'User' && readsOf(condition).has('organization') ? organizationIdOf(row) : null;
    const [organization] = id === null ? [] : await this.organizationStore.byIds(tx, [id]);
    const facts = { row: { ...row }, organization: organization && { ...organization } };
    return matches(condition, facts, circumstances);
  }

  /** Of people, where a text names them. */
  private async organizationsOf(on: DataSource | EntityManager, rule: Rule, rows: readonly Row[]) {
    if (rule.object !== 'User' || !textsOf(rule).some((text) => text.includes('organization'))) return [];
    const ids = rows.flatMap((row) => organizationIdOf(row) ?? []);
    return ids.length === 0 ? [] : this.organizationStore.byIds(on, [...new Set(ids)]);
  }

  private async lock(tx: EntityManager, object: RuleObject, id: number): Promise<Row | undefined> {
    return object === 'User' ? this.users.lock(tx, id) : this.organizationStore.lock(tx, id);
  }

  private async rows(on: DataSource | EntityManager, object: RuleObject, ids: readonly number[]): Promise<Row[]> {
    return (object === 'User' ? this.users : this.organizationStore).byIds(on, ids);
  }

  /** @throws AppError invalid `condition.unsupported`, `action.invalid`, `attribute.value-invalid` */
  private async ruleOf({
    object,
    condition,
    perform,
    openCalendarIds,
    zone,
    telling,
  }: Omit<Asked, 'after' | 'limit' | 'examples'>): Promise<Rule> {
    const attributes = await this.attributes.set(object);
    const open = new Set(openCalendarIds);
    const circumstances = { now: this.clock.now(), zone, isOpen: (id: number) => open.has(id) };
    const actions = parsePeopleActions(perform, object, (name) => attributes.get(name) !== undefined);
    const rule = { object, actions, attributes, circumstances, telling };
    for (const [name, value] of Object.entries(customOf(rule))) {
      if (!isFilled(value, attributes.get(name))) attributes.get(name)?.read(value);
    }
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
      return [name, isDay ? dayOf(until, circumstances) : isoTime(instantOf(until, circumstances))];
    }),
  );
}

/** Whether variables of it become values: those of texts do. */
function isFilled(value: unknown, attribute: Attribute | undefined): value is string {
  return typeof value === 'string' && (attribute?.isText ?? true) && hasVariables(value);
}

function textsOf({ actions, attributes }: Rule): string[] {
  const custom = Object.entries(actions.custom).flatMap(([name, given]) =>
    'value' in given && isFilled(given.value, attributes.get(name)) ? [given.value] : [],
  );
  return [...Object.values(actions.fields).filter((value) => isFilled(value, undefined)), ...custom] as string[];
}

/** What the rule writes of this one. @throws AppError invalid `action.invalid`: its words are too long here */
function wordsOf(row: Row, organization: object | undefined, rule: Rule) {
  const { object, actions, attributes, circumstances, telling } = rule;
  const shown = attributes.shown(row.custom);
  const custom = Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [name, attributes.get(name)?.shown(value) ?? null]),
  );
  const about = { row: { ...row }, organization: organization && { ...organization }, custom };
  const own = 'preferences' in row ? row.preferences.locale : undefined;
  const told = {
    locale: telling.locale ?? (typeof own === 'string' ? own : 'en'),
    zone: telling.timezone ?? circumstances.zone,
  };
  const fill = (value: unknown, attribute?: Attribute) =>
    isFilled(value, attribute) ? filled(value, object, about, told) : value;
  const fields = Object.fromEntries(Object.entries(actions.fields).map(([name, value]) => [name, fill(value)]));
  for (const [name, value] of Object.entries(fields)) refuseTooLong(`${object.toLowerCase()}.${name}`, value);
  return {
    fields,
    custom: Object.fromEntries(
      Object.entries(customOf(rule)).map(([name, value]) => [name, fill(value, attributes.get(name))]),
    ),
  };
}

const organizationIdOf = (row: Row) => ('organization_id' in row ? row.organization_id : null);

function prospect(row: Row, rule: Rule, { fields, custom }: ReturnType<typeof wordsOf>) {
  const { object, actions } = rule;
  const wished: Record<string, unknown> = { ...fields, ...custom };
  const would = Object.entries(wished)
    .map(([name, to]) => ({ action: `${object.toLowerCase()}.${name}`, from: valueIn(row, name, rule), to }))
    .filter(({ from, to }) => !isSame(from, to));
  return { id: row.id, would: [...would, ...(actions.erase ? [{ action: 'user.action', to: 'erase' }] : [])] };
}

function valueIn(row: Row, name: string, { attributes }: Pick<Rule, 'attributes'>): unknown {
  const attribute = attributes.get(name);
  if (attribute) return row.custom?.[name] ?? attribute.fallback;
  return ({ ...row } as Record<string, unknown>)[name];
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
const hasAny = (of: object) => Object.keys(of).length > 0;
