import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { record } from '../../events.ts';
import { FederatedStore } from '../../persistence/federated.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { History } from '../history/history.ts';
import { refusals } from '../refusals.ts';

/** Nobody did it: the provider says so. */
const SYSTEM = 1;

/** Keeps the roles and groups that come from elsewhere (entitlements, directories) equal to what was earned there. */
@Injectable()
export class FederatedRights {
  constructor(
    private readonly store: FederatedStore,
    private readonly users: UserStore,
    private readonly history: History,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Rights that changed end the sessions that were opened with the old ones, like a change by an administrator.
   * That may take the last administrator's role: whoever gives rights by entitlement takes them so as well. A directory
   * may not.
   * @throws AppError invalid `identity.last-admin`, when `lastAdmin` is to stay
   */
  async settle(
    tx: EntityManager,
    userIds: readonly number[],
    { lastAdmin }: { lastAdmin: 'may-go' | 'stays' } = { lastAdmin: 'may-go' },
  ): Promise<void> {
    if (userIds.length === 0) return;
    const before = await this.users.byIds(tx, userIds);
    const changed = await this.store.settle(tx, userIds);
    if (changed.length === 0) return;
    if (lastAdmin === 'stays' && !(await this.users.anyAdminLeft(tx))) throw refusals.lastAdmin();
    const at = new Date(this.clock.now());
    await this.store.moveOn(tx, changed, at);
    await this.history.users(tx, before, await this.users.byIds(tx, changed), { userId: SYSTEM, at });
    await this.announce.usersChanged(tx, 'updated', changed);
    await this.announce.accessChanged(tx, changed, 'entitlements');
    record.federatedRightsChanged(changed);
    const entry = (id: number) => ({ action: 'user.entitlements-applied', object: { type: 'User', id } });
    await this.audit.record(tx, null, ...changed.map(entry));
  }
}
