import type { Actor } from '@helpmesh/contracts';
import { transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayUsers } from '../../domain/access.ts';
import { TriesStore } from '../../persistence/tries.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';

/** Lets somebody sign in at once, from wherever too many wrong passwords made them wait. */
@Injectable()
export class UnlockUser {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly tries: TriesStore,
    private readonly audit: Audit,
  ) {}

  /** @throws AppError forbidden, not-found */
  async run(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayUsers.grant(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const row = await this.users.lock(tx, id);
      if (!row) throw refusals.notFound('User', id);
      if (!mayUsers.changeAccount(actor, row)) throw refusals.beyondOwnRights();
      for (const name of new Set([row.login, row.email, `#${id}`])) {
        if (name !== '') await this.tries.forget(tx, name);
      }
      await this.tries.signedIn(tx, id, null);
      await this.audit.record(tx, actor, { action: 'user.unlocked', object: { type: 'User', id } });
    });
    return {};
  }
}
