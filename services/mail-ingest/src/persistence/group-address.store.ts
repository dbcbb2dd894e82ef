import type { GroupSnapshot } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { baseAddress } from '../domain/address.ts';

/** The replica of the groups' addresses. */
export class GroupAddressStore {
  constructor(private readonly db: DataSource) {}

  /** Base addresses of active groups, lower case. */
  async all(): Promise<string[]> {
    const rows = await sql<{ address: string }>(
      this.db,
      'SELECT DISTINCT address FROM group_address WHERE address IS NOT NULL',
    );
    return rows.map(({ address }) => address);
  }

  /** What an event says; an older one than what is held changes nothing. A deleted group stays as a mark. */
  async apply(tx: EntityManager, groupId: number, version: number, group: GroupSnapshot | null): Promise<void> {
    await sql(
      tx,
      `INSERT INTO group_address (group_id, version, address) VALUES ($1, $2, $3)
       ON CONFLICT (group_id) DO UPDATE SET version = excluded.version, address = excluded.address
       WHERE group_address.version <= excluded.version`,
      [groupId, version, group && addressOf(group)],
    );
  }

  /** What the owner of the groups answers now. Events still on their way come later and settle it. */
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
