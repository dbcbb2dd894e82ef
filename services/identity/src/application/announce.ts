import {
  accessChanged,
  groupCreated,
  groupDeleted,
  groupUpdated,
  organizationCreated,
  organizationDeleted,
  organizationUpdated,
  userCreated,
  userDeleted,
  userUpdated,
} from '@helpmesh/contracts';
import { Bus, Outbox } from '@helpmesh/messaging';
import { afterCommit } from '@helpmesh/persistence';
import { Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GroupStore } from '../persistence/group.store.ts';
import { OrganizationStore } from '../persistence/organization.store.ts';
import { UserStore } from '../persistence/user.store.ts';

/** Tells neighbours what changed, in the transaction in which it changed: always the row as it is now. */
@Injectable()
export class Announce {
  constructor(
    private readonly outbox: Outbox,
    private readonly users: UserStore,
    private readonly organizations: OrganizationStore,
    private readonly groups: GroupStore,
    /** None while a database is seeded: nobody has cached anything then. */
    @Optional() private readonly bus?: Bus,
  ) {}

  async usersChanged(tx: EntityManager, what: 'created' | 'updated', ids: readonly number[]): Promise<void> {
    const snapshots = await this.users.snapshots(tx, ids);
    await this.outbox.addMany(
      tx,
      what === 'created' ? userCreated : userUpdated,
      snapshots.map(({ version, user }) => ({ aggregateId: user.id, aggregateVersion: version, data: user })),
    );
  }

  async userDeleted(tx: EntityManager, id: number, version: number): Promise<void> {
    await this.outbox.add(tx, userDeleted, { aggregateId: id, aggregateVersion: version + 1, data: { id } });
  }

  async organizationsChanged(tx: EntityManager, what: 'created' | 'updated', ids: readonly number[]): Promise<void> {
    const snapshots = await this.organizations.snapshots(tx, ids);
    await this.outbox.addMany(
      tx,
      what === 'created' ? organizationCreated : organizationUpdated,
      snapshots.map(({ version, organization }) => ({
        aggregateId: organization.id,
        aggregateVersion: version,
        data: organization,
      })),
    );
  }

  async organizationDeleted(tx: EntityManager, id: number): Promise<void> {
    const version = (await this.organizations.snapshots(tx, [id]))[0]?.version ?? 0;
    await this.outbox.add(tx, organizationDeleted, { aggregateId: id, aggregateVersion: version + 1, data: { id } });
  }

  async groupsChanged(tx: EntityManager, what: 'created' | 'updated', ids: readonly number[]): Promise<void> {
    const snapshots = await this.groups.snapshots(tx, ids);
    await this.outbox.addMany(
      tx,
      what === 'created' ? groupCreated : groupUpdated,
      snapshots.map(({ version, group }) => ({ aggregateId: group.id, aggregateVersion: version, data: group })),
    );
  }

  async groupDeleted(tx: EntityManager, id: number): Promise<void> {
    const version = (await this.groups.snapshots(tx, [id]))[0]?.version ?? 0;
    await this.outbox.add(tx, groupDeleted, { aggregateId: id, aggregateVersion: version + 1, data: { id } });
  }

  /**
   * Ends every cached answer about these people. Has no versions: whoever hears it forgets, in any order.
   *
   * It also goes out right after the commit, on the connection that answers go out on. So the gateway that asked for
   * the change hears it before it has its answer, and the others as soon. The relay publishes it once more, for the
   * stream, which keeps one of the two: they have the same message id.
   * @param userIds  null: everybody
   */
  async accessChanged(tx: EntityManager, userIds: readonly number[] | null, reason: string): Promise<void> {
    if (userIds?.length === 0) return;
    const row = this.outbox.row(accessChanged, {
      aggregateId: userIds?.length === 1 ? `access-${userIds[0]}` : 'access',
      data: { userIds: userIds && [...userIds], reason },
    });
    await this.outbox.insertRows(tx, [row]);
    afterCommit(tx, () => this.bus?.sayAhead(row));
  }
}
