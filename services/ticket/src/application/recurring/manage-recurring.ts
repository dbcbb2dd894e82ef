import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type ParsedInputOf,
  type RecurringTicket,
  recordAudit,
  type recurringTickets,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Recurrence } from '../../domain/recurring/recurrence.ts';
import { RecurringStore, type RecurringValues } from '../../persistence/recurring.store.ts';
import { notFound, requireAnyOf } from '../access.ts';
import { CreateTickets } from '../create-tickets.ts';
import { desk, inputOf } from './open-recurring.ts';

const SHOWN = 10;

type Plan = ParsedInputOf<typeof recurringTickets.preview>['body'];
type NewOne = ParsedInputOf<typeof recurringTickets.create>['body'];
type Edit = ParsedInputOf<typeof recurringTickets.update>['body'];

const audited = ['name', 'active', 'rrule', 'starts_at', 'timezone', 'catch_up', 'ticket', 'note'] as const;

/** Tickets that are opened again and again, for administrators. */
@Injectable()
export class ManageRecurring {
  constructor(
    private readonly db: DataSource,
    private readonly store: RecurringStore,
    private readonly creates: CreateTickets,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor): Promise<RecurringTicket[]> {
    requireAdmin(actor);
    return this.store.list(this.db);
  }

  async get(actor: Actor, id: number): Promise<RecurringTicket> {
    requireAdmin(actor);
    return this.existing(this.db, id);
  }

  preview(actor: Actor, plan: Plan): { times: string[] } {
    requireAdmin(actor);
    const recurrence = recurrenceOf(plan);
    const times: string[] = [];
    for (let at = recurrence.next(this.clock.now()); at !== null && times.length < SHOWN; at = recurrence.next(at)) {
      times.push(isoTime(at));
    }
    return { times };
  }

  async create(actor: Caller, { active = true, catch_up = 'once', note = null, ...rest }: NewOne) {
    requireAdmin(actor);
    const values = { active, catch_up, note, ...rest } as RecurringValues;
    await this.check(values);
    return transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const id = await this.store.insert(tx, values, this.nextOf(values, now), actor.userId, now);
      const row = await this.existing(tx, id);
      await this.tell(tx, actor, 'created', null, row);
      return row;
    });
  }

  async update(actor: Caller, id: number, edit: Edit): Promise<RecurringTicket> {
    requireAdmin(actor);
    const known = await this.existing(this.db, id);
    await this.check(merged(known, edit));
    return transaction(this.db, async (tx) => {
      const before = await this.store.lock(tx, id);
      if (!before) throw notFound('RecurringTicket', id);
      const now = this.clock.now();
      const values = merged(before, edit);
      await this.store.update(tx, id, values, this.nextOf(values, now), actor.userId, now);
      const row = await this.existing(tx, id);
      await this.tell(tx, actor, 'changed', before, row);
      return row;
    });
  }

  async remove(actor: Caller, id: number): Promise<void> {
    requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.store.lock(tx, id);
      if (!before) throw notFound('RecurringTicket', id);
      await this.store.remove(tx, id);
      await this.tell(tx, actor, 'deleted', before, null);
    });
  }

  /** A ticket like this can be opened, and the rule says when. */
  private async check(values: RecurringValues): Promise<void> {
    recurrenceOf(values);
    if (values.name.trim() === '') throw new AppError('invalid', 'recurring-ticket.name-missing', 'It needs a name.');
    const input = inputOf(values, this.clock.now());
    await this.creates.check({ actor: desk, input, flags: {}, key: undefined });
  }

  private nextOf(values: RecurringValues, now: EpochMs): EpochMs | null {
    return recurrenceOf(values).next(now);
  }

  private async existing(on: DataSource | EntityManager, id: number): Promise<RecurringTicket> {
    const row = await this.store.get(on, id);
    if (!row) throw notFound('RecurringTicket', id);
    return row;
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    what: 'created' | 'changed' | 'deleted',
    before: RecurringTicket | null,
    after: RecurringTicket | null,
  ): Promise<void> {
    const changes = changesBetween<Partial<RecurringTicket>>(before ?? {}, after ?? {}, audited);
    if (what === 'changed' && Object.keys(changes).length === 0) return;
    const { id, name } = (after ?? before) as RecurringTicket;
    const object = { type: 'RecurringTicket', id, label: name };
    await this.outbox.add(
      tx,
      recordAudit,
      auditMessage(actor, { action: `recurring-ticket.${what}`, object, changes }),
    );
  }
}

function requireAdmin(actor: Actor): void {
  requireAnyOf(actor, ['admin.scheduler']);
}

function merged(row: RecurringTicket, edit: Edit): RecurringValues {
  const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
  const { name, active, rrule, starts_at, timezone, catch_up, ticket, note } = { ...row, ...given };
  return { name, active, rrule, starts_at, timezone, catch_up, ticket, note };
}

/** @throws AppError invalid `recurring-ticket.rule-invalid` */
function recurrenceOf({ rrule, starts_at, timezone }: Plan): Recurrence {
  try {
    return new Recurrence(rrule, starts_at, timezone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('invalid', 'recurring-ticket.rule-invalid', error.message);
  }
}
