import type { GroupSnapshot, MailAddress, MailBrand } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

/** Replica of the groups' sending addresses and of how their mails look, fed by `group.v1.>`. */
export class GroupAddressStore {
  /** Keeps the newer of what is held and what is told. @param address  null: the group has none, or is gone */
  async keep(
    tx: EntityManager,
    groupId: number,
    { address, brand }: { address: GroupSnapshot['email']; brand: MailBrand | null },
    version: number,
  ): Promise<void> {
    await sql(
      tx,
      `WITH before AS (SELECT address, channel_id FROM group_address WHERE group_id = $1),
         kept AS (
           INSERT INTO group_address (group_id, name, address, version, brand, channel_id)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (group_id) DO UPDATE SET name = $2, address = $3, version = $4, brand = $5, channel_id = $6
           WHERE group_address.version < $4 RETURNING address, channel_id)
       -- Which account sends the mails of an address is read again by every process.
       UPDATE mail_account_revision SET revision = revision + 1 FROM kept LEFT JOIN before ON true
       WHERE (kept.address, kept.channel_id) IS DISTINCT FROM (before.address, before.channel_id)
         AND coalesce(kept.channel_id, before.channel_id) IS NOT NULL`,
      [
        ...[groupId, address?.name ?? null, address?.address ?? null, version, brand && JSON.stringify(brand)],
        address?.channelId ?? null,
      ],
    );
  }

  /** By group: how its mails look. One whose mails look as those of the installation is missing. */
  async brandsOf(tx: EntityManager | DataSource, groupIds: readonly number[]): Promise<Map<number, MailBrand>> {
    if (groupIds.length === 0) return new Map();
    const rows = await sql<{ id: number; brand: MailBrand }>(
      tx,
      'SELECT group_id AS id, brand FROM group_address WHERE group_id = ANY ($1::int[]) AND brand IS NOT NULL',
      [groupIds],
    );
    return new Map(rows.map(({ id, brand }) => [id, brand]));
  }

  /** How the mails of a community look. @param id  null: those of the desk */
  async brand(on: EntityManager | DataSource, id: number | null): Promise<MailBrand | undefined> {
    const [row] = await sql<{ brand: MailBrand }>(
      on,
      `SELECT brand FROM group_address
       WHERE CASE WHEN $1::int IS NULL THEN (brand->>'standard')::boolean ELSE (brand->>'id')::int = $1 END
       ORDER BY group_id LIMIT 1`,
      [id],
    );
    return row?.brand;
  }

  /** By group. One that has none of its own, or is not known here yet, is missing: the system's address speaks for it. */
  async of(tx: EntityManager | DataSource, groupIds: readonly number[]): Promise<Map<number, MailAddress>> {
    const rows = await sql<{ id: number; name: string | null; address: string }>(
      tx,
      'SELECT group_id AS id, name, address FROM group_address WHERE group_id = ANY ($1::int[]) AND address IS NOT NULL',
      [groupIds],
    );
    return new Map(rows.map(({ id, name, address }) => [id, { name: name ?? '', address }]));
  }

  /** Those of these addresses (lower case) at which mail comes in at one of our groups. */
  async owned(tx: EntityManager, addresses: readonly string[]): Promise<string[]> {
    const rows = await sql<{ address: string }>(
      tx,
      'SELECT DISTINCT lower(address) AS address FROM group_address WHERE lower(address) = ANY ($1::text[])',
      [addresses],
    );
    return rows.map(({ address }) => address);
  }
}
