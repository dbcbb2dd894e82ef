import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  hasAnyPermission,
  hasPermission,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { LookupInput, LookupKind } from '../domain/ticket/lookup.ts';
import { LookupStore } from '../persistence/lookup.store.ts';
import { missingValue, noLookupValue, notAuthorized, notFound, requireAnyOf } from './access.ts';

const classes = { state: 'Ticket::State', priority: 'Ticket::Priority' } as const;
const writers = {
  state: ['admin.ticket_state', 'admin.object'],
  priority: ['admin.ticket_priority', 'admin.object'],
} as const;

const audited: Record<LookupKind, readonly (keyof LookupInput)[]> = {
  state: [
    ...(['name', 'state_type_id', 'next_state_id', 'ignore_escalation', 'default_create'] as const),
    ...(['default_follow_up', 'note', 'active'] as const),
  ],
  priority: ['name', 'default_create', 'ui_icon', 'ui_color', 'note', 'active'],
};

type Named = LookupInput & { id: number; name: string };

/** States and priorities, which administrators may add to. Exactly one of each holds a default flag. */
@Injectable()
export class ManageLookups {
  constructor(
    private readonly db: DataSource,
    private readonly lookups: LookupStore,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(
    actor: Actor,
    kind: LookupKind,
    page: { page?: number | undefined; per_page?: number | undefined; expand?: boolean | undefined },
  ): Promise<string> {
    requireReader(actor);
    const limit = Math.min(page.per_page ?? 500, 1000);
    return this.lookups.list(this.db, kind, limit, ((page.page ?? 1) - 1) * limit, page.expand ?? false);
  }

  async get(actor: Actor, kind: LookupKind, id: number, named = false): Promise<string> {
    requireReader(actor);
    return (await this.lookups.get(this.db, kind, id, named)) ?? raise(notFound(classes[kind], id));
  }

  async create(actor: Caller, kind: LookupKind, input: LookupInput): Promise<string> {
    requireAnyOf(actor, writers[kind]);
    if (!input.name?.trim()) throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
    return this.write(async (tx) => {
      const values = await this.resolve(tx, kind, input);
      if (kind === 'state' && values.state_type_id == null) throw missingValue('state_type_id');
      const row = await this.lookups.insert(tx, kind, values, actor.userId, this.clock.now());
      await this.tell(tx, actor, kind, 'created', { after: row });
      return row;
    });
  }

  async update(actor: Caller, kind: LookupKind, id: number, input: LookupInput): Promise<string> {
    requireAnyOf(actor, writers[kind]);
    if (input.name !== undefined && !input.name.trim()) {
      throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
    }
    return this.write(async (tx) => {
      const values = await this.resolve(tx, kind, input);
      const before = (await this.lookups.get(tx, kind, id)) ?? raise(notFound(classes[kind], id));
      const updated = await this.lookups.update(tx, kind, id, values, actor.userId, this.clock.now());
      const row = updated ?? raise(notFound(classes[kind], id));
      await this.tell(tx, actor, kind, 'changed', { before, after: row });
      return row;
    });
  }

  async remove(actor: Caller, kind: LookupKind, id: number): Promise<void> {
    requireAnyOf(actor, writers[kind]);
    await this.write(async (tx) => {
      const row = await this.lookups.get(tx, kind, id);
      if (!row) throw notFound(classes[kind], id);
      const { default_create, default_follow_up } = JSON.parse(row) as Record<string, unknown>;
      if (default_create || default_follow_up) throw referenced();
      if (kind === 'priority' && (await this.lookups.inMatrix(tx, id))) throw referenced();
      await this.lookups.remove(tx, kind, id);
      await this.tell(tx, actor, kind, 'deleted', { before: row });
      return '';
    });
  }

  /** For the audit log. @param rows  JSON of the row, as far as there was and is one */
  private async tell(
    tx: EntityManager,
    actor: Caller,
    kind: LookupKind,
    what: 'created' | 'changed' | 'deleted',
    rows: { before?: string; after?: string },
  ): Promise<void> {
    const read = (row: string | undefined) => (row === undefined ? null : (JSON.parse(row) as Named));
    const [before, after] = [read(rows.before), read(rows.after)];
    const { id, name } = (after ?? before) as Named;
    const told = {
      action: `ticket-${kind}.${what}`,
      object: { type: classes[kind], id, label: name },
      changes: changesBetween(before, after, audited[kind]),
    };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async resolve(
    tx: Parameters<LookupStore['get']>[0],
    kind: LookupKind,
    input: LookupInput,
  ): Promise<LookupInput> {
    if (kind === 'priority') return input;
    const { state_type, next_state, ...values } = input;
    if (values.state_type_id == null && state_type !== undefined) {
      values.state_type_id =
        (await this.lookups.stateType(tx, state_type)) ?? raise(noLookupValue('state_type', state_type));
    }
    if (values.next_state_id === undefined && next_state != null) {
      values.next_state_id =
        (await this.lookups.stateNamed(tx, next_state)) ?? raise(noLookupValue('next_state', next_state));
    }
    return values;
  }

  private async write(work: Parameters<typeof transaction<string>>[1]): Promise<string> {
    try {
      return await transaction(this.db, work);
    } catch (error) {
      const state = sqlstateOf(error);
      if (state === '23505') throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
      if (state === '23503') throw referenced();
      throw error;
    }
  }
}

function requireReader(actor: Actor): void {
  const reader = hasPermission(actor, 'ticket.agent') || hasPermission(actor, 'ticket.customer');
  if (!reader && actor.kind !== 'service' && !hasAnyPermission(actor, 'admin')) throw notAuthorized();
}

function referenced(): AppError {
  return new AppError('invalid', 'input.referenced', "Can't delete, object has references.");
}

function raise(error: AppError): never {
  throw error;
}
