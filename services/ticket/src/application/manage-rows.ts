import { type Actor, auditMessage, type Caller, changesBetween, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { itemText } from '../domain/checklist/checklist.ts';
import { AdminRowStore, type RowKind, type RowValues, type ShownRow } from '../persistence/admin-row.store.ts';
import { notFound, requireAnyOf } from './access.ts';
import { Conditions } from './conditions.ts';

const kinds = {
  'checklist-template': {
    type: 'ChecklistTemplate',
    permission: 'admin.checklist',
    readers: ['ticket.agent'],
    audited: ['name', 'active', 'items'],
  },
  'activity-type': {
    type: 'Ticket::TimeAccounting::Type',
    permission: 'admin.time_accounting',
    readers: ['ticket.agent'],
    audited: ['name', 'note', 'active'],
  },
  'report-profile': {
    type: 'Report::Profile',
    permission: 'admin.report_profile',
    readers: ['report'],
    audited: ['name', 'condition', 'active'],
  },
} as const;

/** What administrators prepare for others to choose from: templates of checklists, kinds of work, profiles of reports. */
@Injectable()
export class ManageRows {
  constructor(
    private readonly db: DataSource,
    private readonly rows: AdminRowStore,
    private readonly conditions: Conditions,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(
    actor: Actor,
    kind: RowKind,
    { page = 1, per_page = 500 }: { page?: number | undefined; per_page?: number | undefined },
  ): Promise<ShownRow[]> {
    requireReader(actor, kind);
    const limit = Math.min(per_page, 1000);
    return this.rows.list(this.db, kind, limit, (page - 1) * limit);
  }

  async get(actor: Actor, kind: RowKind, id: number): Promise<ShownRow> {
    requireReader(actor, kind);
    return this.existing(this.db, kind, id);
  }

  async create(actor: Caller, kind: RowKind, input: RowValues): Promise<ShownRow> {
    return this.write(actor, kind, async (tx, now) => {
      const values = await this.checked(input);
      if (values.name === undefined) throw blank();
      const id = await this.rows.insert(tx, kind, values, actor.userId, now);
      const row = await this.existing(tx, kind, id);
      await this.tell(tx, actor, kind, 'created', null, row);
      return row;
    });
  }

  async update(actor: Caller, kind: RowKind, id: number, input: RowValues): Promise<ShownRow> {
    return this.write(actor, kind, async (tx, now) => {
      const before = await this.existing(tx, kind, id);
      await this.rows.update(tx, kind, id, await this.checked(input), actor.userId, now);
      const row = await this.existing(tx, kind, id);
      await this.tell(tx, actor, kind, 'changed', before, row);
      return row;
    });
  }

  async remove(actor: Caller, kind: RowKind, id: number): Promise<void> {
    await this.write(actor, kind, async (tx) => {
      const before = await this.existing(tx, kind, id);
      await this.rows.remove(tx, kind, id);
      await this.tell(tx, actor, kind, 'deleted', before, null);
    });
  }

  /** @throws AppError invalid `input.name-blank`, `checklist.item-blank`, `condition.unsupported` */
  private async checked({ name, items, condition, ...rest }: RowValues): Promise<RowValues> {
    const clean = typeof name === 'string' ? name.trim() : undefined;
    if (clean === '') throw blank();
    const texts = items as readonly string[] | undefined;
    if (condition !== undefined) await this.conditions.read(condition);
    return {
      ...rest,
      ...(clean && { name: clean }),
      ...(texts && { items: texts.map(itemText) }),
      ...(condition !== undefined && { condition: condition ?? {} }),
    };
  }

  private async existing(on: DataSource | EntityManager, kind: RowKind, id: number): Promise<ShownRow> {
    const row = await this.rows.get(on, kind, id);
    if (!row) throw notFound(kinds[kind].type, id);
    return row;
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    kind: RowKind,
    what: 'created' | 'changed' | 'deleted',
    before: ShownRow | null,
    after: ShownRow | null,
  ): Promise<void> {
    const { type, audited } = kinds[kind];
    const { id, name } = (after ?? before) as ShownRow;
    const changes = changesBetween(before, after, audited);
    const told = { action: `${kind}.${what}`, object: { type, id, label: name }, changes };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async write<T>(
    actor: Actor,
    kind: RowKind,
    work: (tx: EntityManager, now: EpochMs) => Promise<T>,
  ): Promise<T> {
    requireAnyOf(actor, [kinds[kind].permission]);
    try {
      return await transaction(this.db, (tx) => work(tx, this.clock.now()));
    } catch (error) {
      const state = sqlstateOf(error);
      if (state === '23505') throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
      if (state === '23503') {
        throw new AppError('invalid', 'input.referenced', "Can't delete, object has references.");
      }
      throw error;
    }
  }
}

function requireReader(actor: Actor, kind: RowKind): void {
  requireAnyOf(actor, [...kinds[kind].readers, kinds[kind].permission]);
}

function blank(): AppError {
  return new AppError('invalid', 'input.name-blank', "Name can't be blank");
}
