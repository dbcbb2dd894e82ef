import { type Message, mailPasswordReset } from '@helpmesh/contracts';
import { type Clock, uuidv7 } from '@helpmesh/kernel';
import { Outbox, type Verdict } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { normalAddress } from '../../domain/address.ts';
import { countTry } from '../../domain/throttle.ts';
import { TriesStore } from '../../persistence/tries.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Links } from './links.ts';

/** A forgotten password: the wish for a link is written down, and whoever it concerns is mailed later. */
@Injectable()
export class PasswordReset {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly tries: TriesStore,
    private readonly links: Links,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Orders a reset link. The answer never tells whether there is such an account, nor does the time it takes: the
   * transaction is the same for every name, and the order in it outlives a crash. Asking on and on for the same one
   * orders nothing for a while (the limit of domain/throttle.ts, counted for unknown accounts as well).
   */
  async request({ username }: { username: string }): Promise<{ message: string }> {
    const account = normalAddress(username);
    if (account === '') return { message: 'ok' };
    const now = this.clock.now();
    const key = { account, place: 'password reset' };
    await transaction(this.db, async (tx) => {
      const { place, account: everywhere } = await this.tries.lock(tx, key, new Date(now));
      const attempt = countTry(place, { ...everywhere, failures: 0 }, now);
      if (attempt.do === 'wait') return;
      await this.tries.save(tx, key, attempt.place);
      await this.outbox.add(tx, mailPasswordReset, { aggregateId: uuidv7(), data: { username: account } });
    });
    return { message: 'ok' };
  }

  /** Mails the link, if there is somebody to mail it to. */
  async mail(tx: EntityManager, order: Message<typeof mailPasswordReset>): Promise<Verdict> {
    const { username, locale } = order.data;
    const id = await this.users.findId(tx, username);
    const [user] = id === undefined ? [] : await this.users.byIds(tx, [id]);
    if (!user) return { do: 'skip', why: 'nobody has this login or address' };
    if (!user.active) return { do: 'skip', why: 'the account is not active' };
    if (user.email === '') return { do: 'skip', why: 'the account has no address' };
    await this.links.send(tx, 'password-reset', user, { locale, cause: order });
    return { do: 'ack' };
  }
}
