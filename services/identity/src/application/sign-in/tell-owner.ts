import type { AccountChange, Author } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { UserStore } from '../../persistence/user.store.ts';
import { fullName, type Recipient } from './links.ts';
import { PersonMail } from './person-mail.ts';

/**
 * Mails the owner of an account that the ways to sign in to it changed, whoever did it: somebody who got in must not be
 * able to stay unseen. Once for each change, in its transaction.
 */
@Injectable()
export class TellOwner {
  constructor(
    private readonly users: UserStore,
    private readonly mail: PersonMail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param by    null: whoever had the link of a mail
   * @param owner  as they were before the change, where it is the address that changed
   */
  async changed(
    tx: EntityManager,
    by: Author | null,
    userId: number,
    change: AccountChange,
    owner?: Recipient & { active: boolean },
  ): Promise<void> {
    const doer = by?.kind === 'user' ? (by.actingUserId ?? by.userId) : userId;
    const ids = doer === userId ? [userId] : [userId, doer];
    const rows = await this.users.byIds(tx, ids);
    const to = owner ?? rows.find(({ id }) => id === userId);
    // Who is not active can neither have done it nor undo it.
    if (!to?.active || to.email === '') return;
    const other = doer === userId ? undefined : rows.find(({ id }) => id === doer);
    const name = fullName(to);
    await this.mail.send(tx, {
      kind: 'account-changed',
      template: 'account-changed',
      to: { name, address: to.email },
      locale: typeof to.preferences.locale === 'string' ? to.preferences.locale : 'en',
      values: {
        name: name || to.login,
        change,
        at: new Date(this.clock.now()).toISOString(),
        ...(other && { by: fullName(other) || other.login }),
      },
      preferences: to.preferences,
      path: '/account',
    });
  }
}
