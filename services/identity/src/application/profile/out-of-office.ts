import { type Caller, type ParsedInputOf, updateOutOfOffice } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { lockInTransaction, transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { leadsBack } from '../../domain/absence.ts';
import { mayProfile } from '../../domain/access.ts';
import { grants } from '../../domain/permissions.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow, UserValues } from '../../persistence/user.table.ts';
import { refusals } from '../refusals.ts';
import { ChangeUser } from '../users/change-user.ts';

type Wished = ParsedInputOf<typeof updateOutOfOffice>['body'];

const names = [
  ...(['out_of_office', 'out_of_office_start_at', 'out_of_office_end_at'] as const),
  'out_of_office_replacement_id' as const,
];

/** When people are away, and who stands in for them. */
@Injectable()
export class OutOfOffice {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly change: ChangeUser,
  ) {}

  /** @throws AppError forbidden; invalid */
  async own(actor: Caller, wished: Wished): Promise<{ message: string }> {
    if (!mayProfile.outOfOffice(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const before = await this.users.lock(tx, actor.userId);
      if (!before) throw refusals.notFound('User', actor.userId);
      await this.change.run(tx, actor, before, { values: await this.valuesOf(tx, before, wished) });
    });
    return { message: 'ok' };
  }

  /**
   * What is to be written, once it holds together with what is there and with the absences of others.
   * @throws AppError invalid `identity.out-of-office-invalid`
   */
  async valuesOf(tx: EntityManager, before: UserRow, wished: Wished): Promise<UserValues> {
    // What is written as it was is no change: clients that send the whole row need not be right about it again.
    const values = Object.fromEntries(
      names
        .filter((name) => wished[name] !== undefined && wished[name] !== before[name])
        .map((name) => [name, wished[name]]),
    ) as Wished;
    const { out_of_office, ...after } = { ...before, ...values };
    if (Object.keys(values).length === 0 || !out_of_office) return values as UserValues;
    const { out_of_office_start_at: from, out_of_office_end_at: until, out_of_office_replacement_id: who } = after;
    if (!from) throw refused('out of office start is required');
    if (!until) throw refused('out of office end is required');
    if (from > until) throw refused('out of office end is before start');
    if (!who) throw refused('out of office replacement user is required');
    // Two who name each other in the same instant must not both be right.
    await lockInTransaction(tx, 'identity.out-of-office');
    const [replacement] = await this.users.byIds(tx, [who]);
    if (!replacement?.active || !grants(replacement.permissions, 'ticket.agent')) {
      throw refused('out of office no such replacement user');
    }
    const others = (await this.users.absences(tx)).filter(({ userId }) => userId !== before.id);
    if (leadsBack({ userId: before.id, replacementId: who, from, until }, others)) {
      throw refused('out of office replacement user is away at that time, and leads back to this one');
    }
    return values as UserValues;
  }
}

const refused = (detail: string) => new AppError('invalid', 'identity.out-of-office-invalid', detail);
