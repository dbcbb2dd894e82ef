import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  hasPermission,
  type OverviewInput,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { linkOf } from '../../domain/list/overview.ts';
import { type OverviewRow, OverviewStore, type OverviewValues } from '../../persistence/overview.store.ts';
import { OverviewSortingStore } from '../../persistence/overview-sorting.store.ts';
import { missingValue, notAuthorized, notFound } from '../access.ts';
import { Conditions } from '../conditions.ts';
import { TellSortings } from './tell-sortings.ts';

const PERMISSION = 'admin.overview';
/** Every one of them is counted for its owner again and again. */
const MOST_OWN = 50;

const audited = [
  ...['name', 'link', 'prio', 'condition', 'order', 'group_by', 'group_direction', 'organization_shared', 'active'],
  ...['role_ids', 'user_ids', 'view', 'out_of_office'],
] as const;

interface Paging {
  page?: number | undefined;
  per_page?: number | undefined;
  full?: boolean | undefined;
}

/** Overviews: those that administrators share by role, and those that people make for themselves. */
@Injectable()
export class ManageOverviews {
  constructor(
    private readonly db: DataSource,
    private readonly store: OverviewStore,
    private readonly sortings: OverviewSortingStore,
    private readonly tellSortings: TellSortings,
    private readonly conditions: Conditions,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor, { page = 1, per_page = 500, full }: Paging): Promise<unknown> {
    requireOwner(actor);
    const limit = Math.min(per_page, 1000);
    const shared = hasPermission(actor, PERMISSION);
    const rows = await this.store.list(this.db, actor.userId, shared, limit, (page - 1) * limit);
    return full ? { record_ids: rows.map(({ id }) => id), assets: assetsOf(rows) } : rows.map(({ json }) => json);
  }

  async get(actor: Actor, id: number, full: boolean | undefined): Promise<unknown> {
    requireOwner(actor);
    return shown(await this.existing(this.db, actor, id), full);
  }

  async create(actor: Caller, input: OverviewInput, full: boolean | undefined): Promise<unknown> {
    requireOwner(actor);
    const personal = input.personal === true || !hasPermission(actor, PERMISSION);
    return this.write(async (tx, now) => {
      if (!input.name?.trim()) throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
      const values = await this.valuesOf(input, personal);
      if (!personal && !input.role_ids?.length) throw missingValue('role_ids');
      if (personal) {
        if ((await this.store.own(tx, actor.userId)) >= MOST_OWN) {
          const why = `Nobody may have more than ${MOST_OWN} own overviews.`;
          throw new AppError('invalid', 'overview.too-many', why);
        }
        values.owner_id = actor.userId;
      }
      values.prio ??= await this.store.lastPrio(tx);
      const plain = linkOf(input.name, new Set());
      values.link = linkOf(input.name, await this.store.links(tx, plain));
      const id = await this.store.insert(tx, values, actor.userId, now);
      const made = await this.existing(tx, actor, id);
      await this.tell(tx, actor, 'created', null, made);
      return shown(made, full);
    });
  }

  async update(actor: Caller, id: number, input: OverviewInput, full: boolean | undefined): Promise<unknown> {
    requireOwner(actor);
    return this.write(async (tx, now) => {
      const before = await this.existing(tx, actor, id);
      if (input.name !== undefined && !input.name.trim()) {
        throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
      }
      const personal = before.ownerId !== null;
      if (!personal && input.role_ids?.length === 0) throw missingValue('role_ids');
      await this.store.update(tx, id, await this.valuesOf(input, personal), actor.userId, now);
      const after = await this.existing(tx, actor, id);
      await this.tell(tx, actor, 'changed', before, after);
      return shown(after, full);
    });
  }

  async remove(actor: Caller, id: number): Promise<void> {
    requireOwner(actor);
    await this.write(async (tx) => {
      const before = await this.existing(tx, actor, id);
      const sorters = await this.sortings.sorters(tx, id);
      await this.store.remove(tx, id);
      await this.tellSortings.of(tx, sorters);
      await this.tell(tx, actor, 'deleted', before, null);
    });
  }

  /** @param prios  pairs of an id and its new place */
  async order(actor: Caller, prios: readonly (readonly [id: number, prio: number])[]): Promise<void> {
    requireOwner(actor);
    await this.write(async (tx, now) => {
      for (const [id, prio] of prios) {
        const before = await this.existing(tx, actor, id);
        if (before.json.prio === prio) continue;
        await this.store.update(tx, id, { prio }, actor.userId, now);
        await this.tell(tx, actor, 'changed', before, await this.existing(tx, actor, id));
      }
    });
  }

  private async valuesOf(input: OverviewInput, personal: boolean): Promise<OverviewValues> {
    const { personal: _, condition: wished, name, role_ids, user_ids, ...given } = input;
    const condition = wished && ownersForReplaced(wished);
    if (condition !== undefined) await this.conditions.read(condition);
    const values: OverviewValues = {
      ...given,
      ...(name !== undefined && { name: name.trim() }),
      ...(condition !== undefined && { condition: condition ?? {} }),
      // Whose own it is needs no other scope.
      ...(!personal && { role_ids, user_ids }),
    };
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  }

  /** Of what is not theirs nobody learns that it is there. @throws AppError not-found */
  private async existing(on: DataSource | EntityManager, actor: Actor, id: number): Promise<OverviewRow> {
    const row = await this.store.get(on, id);
    const theirs = row && (row.ownerId === null ? hasPermission(actor, PERMISSION) : row.ownerId === actor.userId);
    if (!theirs) throw notFound('Overview', id);
    return row;
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    what: 'created' | 'changed' | 'deleted',
    before: OverviewRow | null,
    after: OverviewRow | null,
  ): Promise<void> {
    const row = (after ?? before) as OverviewRow;
    // What people arrange for themselves is theirs.
    if (row.ownerId !== null) return;
    const told = {
      action: `overview.${what}`,
      object: { type: 'Overview', id: row.id, label: row.json.name },
      changes: changesBetween(before?.json ?? null, after?.json ?? null, audited),
    };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async write<T>(work: (tx: EntityManager, now: EpochMs) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, (tx) => work(tx, this.clock.now()));
    } catch (error) {
      // Two at once of the same name.
      if (sqlstateOf(error) !== '23505') throw error;
      throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
    }
  }
}

const REPLACEMENT = 'ticket.out_of_office_replacement_id';

/** Zammad asks for the replacement of the owner; here an overview for replacements is seen with the owner's eyes. */
function ownersForReplaced(condition: Record<string, unknown>): Record<string, unknown> {
  if (!Object.hasOwn(condition, REPLACEMENT)) return condition;
  const { [REPLACEMENT]: line, ...rest } = condition;
  return { ...rest, 'ticket.owner_id': line };
}

/** Own overviews are for those who work with lists. @throws AppError forbidden */
function requireOwner(actor: Actor): void {
  if (!hasPermission(actor, 'ticket.agent') && !hasPermission(actor, PERMISSION)) throw notAuthorized();
}

function shown(row: OverviewRow, full: boolean | undefined): unknown {
  return full ? { id: row.id, assets: assetsOf([row]) } : row.json;
}

function assetsOf(rows: readonly OverviewRow[]) {
  return { Overview: Object.fromEntries(rows.map(({ id, json }) => [id, json])) };
}
