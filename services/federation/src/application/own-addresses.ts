import type { DataSource } from 'typeorm';
import type { GroupStore } from '../persistence/group.store.ts';

/** Where this desk receives mail: what the configuration says and what the groups say. */
export class OwnAddresses {
  constructor(
    private readonly db: DataSource,
    private readonly groups: GroupStore,
    private readonly configured: ReadonlySet<string>,
  ) {}

  /** Lower case. */
  async all(): Promise<ReadonlySet<string>> {
    return new Set([...this.configured, ...(await this.groups.addresses(this.db))]);
  }
}
