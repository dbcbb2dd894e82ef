import { lockInTransaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Identification } from '../../domain/user.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow } from '../../persistence/user.table.ts';
import { refusals } from '../refusals.ts';

@Injectable()
export class TakenNames {
  constructor(private readonly users: UserStore) {}

  /**
   * People sign in and are found by login or e-mail: one name must never lead to two of them, so a login may not be
   * somebody else's e-mail either, nor the other way round. Two equal logins are left to the unique constraint.
   * @throws AppError invalid `identity.email-taken`, `identity.login-taken`
   */
  async refuseTaken(tx: EntityManager, { login, email }: Identification, before: UserRow | null): Promise<void> {
    const written = [login !== before?.login ? login : '', email !== before?.email ? email : ''];
    const names = [...new Set(written.filter((name) => name !== ''))].sort();
    // No constraint spans both columns: writers of the same name take turns, in one order.
    for (const name of names) await lockInTransaction(tx, `identity.name ${name}`);
    for (const other of await this.users.namesakes(tx, names, before?.id ?? 0)) {
      if (written[1] !== '' && [other.email, other.login].includes(email)) throw refusals.emailTaken(email);
      if (written[0] !== '' && other.email === login && other.login !== login) throw refusals.loginTaken(login);
    }
  }
}
