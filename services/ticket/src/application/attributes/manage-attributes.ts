import { AttributeBook, checkDefinition, choicesOf } from '@helpmesh/attributes';
import {
  type Actor,
  type AttributeInput,
  type AttributeObject,
  attributeChanged,
  attributeDeleted,
  attributeObjects,
  auditMessage,
  type Caller,
  changesBetween,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { afterCommit, sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AttributeRow, AttributeStore, definitionOf } from '../../persistence/attribute.store.ts';
import { requireAnyOf } from '../access.ts';
import { DropValues } from './drop-values.ts';

type On = DataSource | EntityManager;
type Json = Record<string, unknown>;

/** How an attribute is named: by its id, or by its object and its name. */
export interface AttributeKey {
  id: string;
  object?: string | undefined;
  name?: string | undefined;
}

interface Paging {
  page?: number | undefined;
  per_page?: number | undefined;
}

/** Many fields make every ticket larger and every form longer; nobody fills in more. */
const MOST_ATTRIBUTES = 150;
const PERMISSION = 'admin.object';
const audited = [
  ...(['name', 'display', 'type', 'option', 'option_new', 'screens', 'active', 'position'] as const),
  ...(['to_create', 'to_config', 'to_delete'] as const),
];

/**
 * The definitions of custom attributes. As clients know it, what values an attribute takes waits to be carried out,
 * also that it is there or gone; what it is called, where it stands and who sees it changes at once.
 */
@Injectable()
export class ManageAttributes {
  constructor(
    private readonly db: DataSource,
    private readonly store: AttributeStore,
    private readonly book: AttributeBook,
    private readonly dropping: DropValues,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor, { page = 1, per_page = 500 }: Paging): Promise<Json[]> {
    requireAnyOf(actor, [PERMISSION]);
    const limit = Math.min(per_page, 1000);
    const rows = await this.store.list(this.db, limit, Math.min((page - 1) * limit, 1_000_000));
    return Promise.all(rows.map((row) => this.shown(this.db, row)));
  }

  async get(actor: Actor, key: AttributeKey): Promise<Json> {
    requireAnyOf(actor, [PERMISSION]);
    return this.shown(this.db, await this.existing(this.db, key));
  }

  /** @throws AppError invalid */
  async create(actor: Caller, input: AttributeInput): Promise<Json> {
    return this.write(actor, async (tx, now) => {
      const object = objectOf(input.object);
      const { type, ...checked } = checkDefinition(object, input);
      // Names and the number of them are decided by one at a time.
      await this.store.nextRevision(tx, object);
      if ((await this.store.count(tx, object)) >= MOST_ATTRIBUTES) {
        const why = `There are ${MOST_ATTRIBUTES} attributes already; more are not possible.`;
        throw new AppError('invalid', 'attribute.too-many', why);
      }
      const position = input.position ?? (await this.store.lastPosition(tx, object)) + 10;
      const values = { ...checked, type, object, position, active: input.active ?? true };
      const id = await this.store.insert(tx, values, actor.userId, now);
      const row = (await this.store.get(tx, id)) as AttributeRow;
      await this.audit(tx, actor, 'created', null, row);
      return this.shown(tx, row);
    });
  }

  /** @throws AppError invalid, not-found */
  async update(actor: Caller, key: AttributeKey, input: AttributeInput): Promise<Json> {
    return this.write(actor, async (tx, now) => {
      const before = await this.existing(tx, key);
      if (input.object !== undefined && input.object !== before.object) {
        throw new AppError('invalid', 'attribute.definition-invalid', "Object can't be altered after creation");
      }
      const { object, id } = before;
      const wanted = { ...before, type: before.type_new ?? before.type, option: before.option_new ?? before.option };
      const { name: _, type, option, ...rest } = checkDefinition(object, input, wanted);
      const later = input.data_option !== undefined || type !== before.type;
      const waits = later && !before.to_create;
      const values = {
        ...rest,
        ...(input.active !== undefined && { active: input.active }),
        ...(input.position !== undefined && { position: input.position }),
        ...(later && before.to_create && { type, option }),
        ...(waits && { type_new: type, option_new: option, to_config: true }),
        ...(waits && migrates(before, option) && { to_migrate: true }),
      };
      await this.store.update(tx, id, values, actor.userId, now);
      const row = (await this.store.get(tx, id)) as AttributeRow;
      await this.audit(tx, actor, 'changed', before, row);
      if (!row.to_create) await this.tell(tx, row);
      return this.shown(tx, row);
    });
  }

  /** Of one that nobody uses yet nothing is left at once. @throws AppError invalid while rules name it; not-found */
  async remove(actor: Caller, key: AttributeKey): Promise<void> {
    await this.write(actor, async (tx, now) => {
      const before = await this.existing(tx, key);
      await this.refuseUsed(tx, before);
      if (before.to_create) {
        await this.store.remove(tx, before.id);
        return this.audit(tx, actor, 'deleted', before, null);
      }
      await this.store.update(tx, before.id, { to_delete: true }, actor.userId, now);
      await this.audit(tx, actor, 'changed', before, { ...before, to_delete: true });
    });
  }

  /** Carries out what waits. @throws AppError invalid when a rule came to name what is to be deleted */
  async execute(actor: Caller): Promise<void> {
    await this.write(actor, async (tx, now) => {
      for (const row of await this.store.waiting(tx)) {
        if (row.to_delete) await this.delete(tx, actor, row);
        else await this.bringIntoForce(tx, actor, row, now);
      }
    });
    this.dropping.wake();
  }

  async discard(actor: Caller): Promise<void> {
    await this.write(actor, async (tx, now) => {
      for (const row of await this.store.waiting(tx)) {
        if (row.to_create) {
          await this.store.remove(tx, row.id);
          await this.audit(tx, actor, 'deleted', row, null);
          continue;
        }
        const none = { type_new: null, option_new: null, to_migrate: false, to_config: false, to_delete: false };
        await this.store.update(tx, row.id, none, actor.userId, now);
        await this.audit(tx, actor, 'changed', row, { ...row, ...none });
      }
    });
  }

  private async bringIntoForce(tx: EntityManager, actor: Caller, row: AttributeRow, now: EpochMs): Promise<void> {
    const option = row.option_new ?? row.option;
    const former = { ...asRecord(row.option.historical_options), ...asRecord(row.option.options) };
    const remembers = row.option_new !== null && Object.keys(former).length > 0;
    const values = {
      type: row.type_new ?? row.type,
      option: remembers ? { ...option, historical_options: former } : option,
      ...{ type_new: null, option_new: null },
      ...{ to_create: false, to_migrate: false, to_config: false },
    };
    await this.store.update(tx, row.id, values, actor.userId, now);
    const after = (await this.store.get(tx, row.id)) as AttributeRow;
    await this.audit(tx, actor, 'changed', row, after);
    await this.tell(tx, after);
  }

  private async delete(tx: EntityManager, actor: Caller, row: AttributeRow): Promise<void> {
    await this.refuseUsed(tx, row);
    const { id, object, name } = row;
    await this.store.markGone(tx, id);
    await this.audit(tx, actor, 'deleted', row, null);
    const aggregateVersion = await this.revise(tx, object);
    await this.outbox.add(tx, attributeDeleted, { aggregateId: object, aggregateVersion, data: { object, id, name } });
  }

  private async tell(tx: EntityManager, row: AttributeRow): Promise<void> {
    const { object } = row;
    const aggregateVersion = await this.revise(tx, object);
    const data = { object, attribute: definitionOf(row) };
    await this.outbox.add(tx, attributeChanged, { aggregateId: object, aggregateVersion, data });
  }

  private async revise(tx: EntityManager, object: AttributeObject): Promise<number> {
    const revision = await this.store.nextRevision(tx, object);
    afterCommit(tx, () => this.book.expect(object, revision));
    return revision;
  }

  private async existing(on: On, { id, object, name }: AttributeKey): Promise<AttributeRow> {
    const named = object ?? (/^\d+$/.test(id) ? undefined : id);
    const found =
      named !== undefined && name !== undefined ? await this.store.idNamed(on, named, name.toLowerCase()) : id;
    const number = Number(found);
    const row = Number.isSafeInteger(number) && number <= 2_147_483_647 ? await this.store.get(on, number) : undefined;
    if (row) return row;
    const what = name === undefined ? `'id'=${id.slice(0, 20)}` : `'name'=${name}`;
    throw new AppError('not-found', 'attribute.not-found', `Couldn't find ObjectManager::Attribute with ${what}`);
  }

  private async refuseUsed(on: On, { object, name }: AttributeRow): Promise<void> {
    const used = await this.usedBy(on, object, name);
    if (used === undefined) return;
    const why = `${object}.${name} is referenced by ${used} and thus cannot be deleted!`;
    throw new AppError('invalid', 'attribute.in-use', why);
  }

  private async usedBy(on: On, object: AttributeObject, name: string): Promise<string | undefined> {
    const users = await this.store.users(on, object, name);
    return users.length === 0 ? undefined : users.map(({ kind, names }) => `${kind}: ${names.join(',')}`).join('; ');
  }

  private async shown(on: On, row: AttributeRow): Promise<Json> {
    const { type, type_new, option, option_new, created_by_id, updated_by_id, created_at, updated_at, ...rest } = row;
    const used = await this.usedBy(on, row.object, row.name);
    return {
      ...rest,
      object_lookup_id: attributeObjects.indexOf(row.object) + 1,
      data_type: type_new ?? type,
      data_option: option,
      data_option_new: option_new ?? {},
      editable: true,
      deletable: used === undefined,
      ...(used !== undefined && {
        not_deletable_reason: `This attribute is referenced by ${used} and thus cannot be deleted!`,
      }),
      ...{ created_by_id, updated_by_id, created_at, updated_at },
    };
  }

  private async audit(
    tx: EntityManager,
    actor: Caller,
    what: 'created' | 'changed' | 'deleted',
    before: AttributeRow | null,
    after: AttributeRow | null,
  ): Promise<void> {
    const { id, object, name } = (after ?? before) as AttributeRow;
    const told = {
      action: `attribute.${what}`,
      object: { type: 'ObjectManager::Attribute', id, label: `${object}.${name}` },
      changes: changesBetween(before, after, audited),
    };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async write<T>(actor: Actor, work: (tx: EntityManager, now: EpochMs) => Promise<T>): Promise<T> {
    requireAnyOf(actor, [PERMISSION]);
    try {
      return await transaction(this.db, (tx) => work(tx, this.clock.now()));
    } catch (error) {
      if (sqlstateOf(error) !== '23505') throw error;
      throw new AppError('invalid', 'attribute.name-invalid', 'Name already exists!');
    }
  }
}

function objectOf(name: string | undefined): AttributeObject {
  const object = attributeObjects.find((one) => one === name);
  if (object) return object;
  const why = `Object must be one of ${attributeObjects.join(', ')}.`;
  throw new AppError('invalid', 'attribute.definition-invalid', why);
}

/** What clients were told to be a change of a table; here no change is. */
function migrates(before: AttributeRow, option: Record<string, unknown>): boolean {
  return before.option.maxlength !== option.maxlength;
}

/** Choices of a flat select by value. Those of trees name themselves. */
function asRecord(options: unknown): Record<string, unknown> {
  if (typeof options !== 'object' || options === null) return {};
  if (!Array.isArray(options)) return options as Record<string, unknown>;
  return Object.fromEntries(choicesOf(options).map(({ value, label }) => [value, label]));
}
