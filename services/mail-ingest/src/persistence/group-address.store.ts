import type { GroupSnapshot } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { GroupAddresses } from '../application/ports.ts';
import { baseAddress } from '../domain/address.ts';

/** The table `group_address`. What each method promises stands at the port. */
export class GroupAddressStore implements GroupAddresses {
  constructor(private readonly db: DataSource) {}

  async all(): Promise<string[]> {
    const rows = await sql<{ address: string }>(
      this.db,
      'SELECT DISTINCT address FROM group_address WHERE address IS NOT NULL',
    );
    return rows.map(({ address }) => address);
  }

  // A deleted group stays as a mark, so that a late event does not bring it back.
  async apply(tx: EntityManager, groupId: number, version: number, group: GroupSnapshot | null): Promise<void> {
    await sql(
      tx,
      `INSERT INTO group_address (group_id, version, address) VALUES ($1, $2, $3)
       ON CONFLICT (group_id) DO UPDATE SET version = excluded.version, address = excluded.address
       WHERE group_address.version <= excluded.version`,
      [groupId, version, group && addressOf(group)],
    );
  }

  async replace(groups: GroupSnapshot[]): Promise<void> {
    await sql(
      this.db,
      `INSERT INTO group_address (group_id, version, address)
       SELECT id, 0, address FROM unnest($1::bigint[], $2::text[]) AS g (id, address)
       ON CONFLICT (group_id) DO UPDATE SET address = excluded.address`,
      [groups.map(({ id }) => id), groups.map(addressOf)],
    );
  }
}

function addressOf(group: GroupSnapshot): string | null {
  return group.active && group.email ? baseAddress(group.email.address) : null;
}
