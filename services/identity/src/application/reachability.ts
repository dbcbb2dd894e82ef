import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { normalAddress } from '../domain/address.ts';
import { CustomerStore } from '../persistence/customer.store.ts';
import { UserStore } from '../persistence/user.store.ts';
import { Announce } from './announce.ts';

const SYSTEM_USER = 1;

/** Under the names that existing clients know. */
const marks = ['mail_delivery_failed', 'mail_delivery_failed_reason', 'mail_delivery_failed_data'] as const;

/** Whether mail reaches people: it does until a server says that there is no such mailbox, and again once they write. */
@Injectable()
export class Reachability {
  constructor(
    private readonly db: DataSource,
    private readonly customers: CustomerStore,
    private readonly users: UserStore,
    private readonly announce: Announce,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param since  ISO-8601 */
  async lost(tx: EntityManager, address: string, reason: string, since: string): Promise<void> {
    const [found] = await this.customers.find(tx, [normalAddress(address)]);
    if (!found || found.id === null || found.undeliverable) return;
    await this.write(tx, found.id, (preferences) => ({
      ...preferences,
      mail_delivery_failed: true,
      mail_delivery_failed_reason: reason,
      mail_delivery_failed_data: since,
    }));
  }

  back(ids: readonly number[]): Promise<void> {
    return transaction(this.db, async (tx) => {
      for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
        await this.write(tx, id, (preferences) => {
          const kept = Object.entries(preferences).filter(([name]) => !marks.some((mark) => mark === name));
          return Object.fromEntries(kept);
        });
      }
    });
  }

  private async write(
    tx: EntityManager,
    id: number,
    change: (preferences: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<void> {
    const before = await this.users.lock(tx, id);
    if (!before) return;
    const by = { userId: SYSTEM_USER, at: new Date(this.clock.now()) };
    await this.users.update(tx, id, { preferences: change(before.preferences) }, by);
    await this.announce.usersChanged(tx, 'updated', [id]);
  }
}
