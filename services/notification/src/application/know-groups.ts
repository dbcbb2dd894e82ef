import type { GroupSnapshot } from '@helpmesh/contracts';
import type { EntityManager } from 'typeorm';
import type { GroupAddressStore } from '../persistence/group-address.store.ts';

/** Keeps the addresses that groups send from and receive at, and how their mails look. */
export class KnowGroups {
  constructor(private readonly groups: GroupAddressStore) {}

  async keep(tx: EntityManager, { id, active, email, brand }: GroupSnapshot, version: number): Promise<void> {
    await this.groups.keep(tx, id, { address: active ? email : null, brand: brand ?? null }, version);
  }

  async forget(tx: EntityManager, groupId: number, version: number): Promise<void> {
    await this.groups.keep(tx, groupId, { address: null, brand: null }, version);
  }
}
