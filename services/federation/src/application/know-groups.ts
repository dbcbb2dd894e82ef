import type { GroupSnapshot } from '@helpmesh/contracts';
import type { EntityManager } from 'typeorm';
import type { GroupStore } from '../persistence/group.store.ts';

/** Keeps which groups there are, and where they receive mail. */
export class KnowGroups {
  constructor(private readonly groups: GroupStore) {}

  async keep(tx: EntityManager, group: GroupSnapshot, version: number): Promise<void> {
    await this.groups.keep(tx, group, version);
  }

  async forget(tx: EntityManager, groupId: number, version: number): Promise<void> {
    await this.groups.gone(tx, groupId, version);
  }
}
