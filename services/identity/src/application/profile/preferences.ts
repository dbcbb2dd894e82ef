import type { Actor, PreferencesInput } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayProfile } from '../../domain/access.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { refusals } from '../refusals.ts';

/**
 * How people like to work. Theirs alone, so neither audited nor told in their history; what follows from it for others
 * (the language of mails) goes out with their row.
 */
@Injectable()
export class Preferences {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly announce: Announce,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Null takes one back. @throws AppError forbidden, when one of them is not the caller's to choose */
  async change(actor: Actor, wished: PreferencesInput): Promise<{ message: string }> {
    const named = Object.entries(wished).filter(([, value]) => value !== undefined);
    if (!named.every(([name]) => mayProfile.prefer(actor, name as keyof PreferencesInput))) {
      throw refusals.notAuthorized();
    }
    await transaction(this.db, async (tx) => {
      const before = await this.users.lock(tx, actor.userId);
      if (!before) throw refusals.notFound('User', actor.userId);
      const kept = Object.entries({ ...before.preferences, ...Object.fromEntries(named) });
      const preferences = Object.fromEntries(kept.filter(([, value]) => value !== null));
      if (JSON.stringify(preferences) === JSON.stringify(before.preferences)) return;
      const by = { userId: actor.userId, at: new Date(this.clock.now()) };
      await this.users.update(tx, actor.userId, { preferences }, by);
      await this.announce.usersChanged(tx, 'updated', [actor.userId]);
      // Who is signed in is told with their language.
      if (preferences.locale !== before.preferences.locale) {
        await this.announce.accessChanged(tx, [actor.userId], 'preferences');
      }
    });
    return { message: 'ok' };
  }
}
