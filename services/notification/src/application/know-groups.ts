import type { GroupSnapshot } from '@helpmesh/contracts';
import type { EntityManager } from 'typeorm';
import type { GroupAddressStore } from '../persistence/group-address.store.ts';

/** Keeps the addresses that groups send from and receive at. */
export class KnowGroups {
  constructor(private readonly groups: GroupAddressStore) {}

  async keep(tx: EntityManager, { id, active, email }: GroupSnapshot, version: number): Promise<void> {
    await this.groups.keep(tx, id, active ? email : null, version);
  }

  async forget(tx: EntityManager, groupId: number, version: number): Promise<void> {
    await this.groups.keep(tx, groupId, null, version);
  }
}
