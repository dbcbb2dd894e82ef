import type { GroupSnapshot } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

/** Replica of the groups: that they exist, and where they receive and send mail. */
export class GroupStore {
  /** Keeps the newer of what is held and what is told. A version of 0 (read-through) never beats an event. */
  async keep(on: EntityManager | DataSource, group: GroupSnapshot, version: number): Promise<void> {
    await sql(
      on,
      `INSERT INTO group_replica (group_id, name, address_name, address, gone, version) VALUES ($1, $2, $3, $4, false, $5)
       ON CONFLICT (group_id) DO UPDATE SET name = $2, address_name = $3, address = $4, gone = false, version = $5
         WHERE group_replica.version < $5`,
      [group.id, group.name, group.email?.name ?? null, group.email?.address ?? null, version],
    );
  }

  async gone(tx: EntityManager, groupId: number, version: number): Promise<void> {
    await sql(
      tx,
      `INSERT INTO group_replica (group_id, name, gone, version) VALUES ($1, '', true, $2)
       ON CONFLICT (group_id) DO UPDATE SET address = NULL, gone = true, version = $2 WHERE group_replica.version < $2`,
      [groupId, version],
    );
  }

  async exists(db: DataSource, groupId: number): Promise<boolean> {
    return (await sql(db, 'SELECT 1 FROM group_replica WHERE group_id = $1 AND NOT gone', [groupId])).length > 0;
  }

  async addressOf(db: DataSource, groupId: number): Promise<{ name: string; address: string } | null> {
    const [row] = await sql<{ address_name: string | null; address: string | null }>(
      db,
      'SELECT address_name, address FROM group_replica WHERE group_id = $1',
      [groupId],
    );
    return row?.address ? { name: row.address_name ?? '', address: row.address } : null;
  }

  /** Lower case. */
  async addresses(db: DataSource): Promise<string[]> {
    const rows = await sql<{ address: string }>(
      db,
      'SELECT lower(address) AS address FROM group_replica WHERE address IS NOT NULL',
    );
    return rows.map(({ address }) => address);
  }
}
