import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountRow, AccountValues } from '../application/account/mail-account.ts';

type On = DataSource | EntityManager;

const select = `SELECT a.*, s.status, s.error, s.success_at
  FROM mail_account a LEFT JOIN mail_account_state s ON s.account_id = a.id`;

/** The table `mail_account`, how each of them does, and the revision of all. */
export class AccountStore {
  async revision(on: On): Promise<number> {
    const [row] = await sql<{ revision: number }>(on, 'SELECT revision FROM mail_account_revision');
    return row?.revision ?? 0;
  }

  /** In the order in which they are asked whose mails are theirs. */
  inForce(on: On): Promise<AccountRow[]> {
    return sql(on, `${select} WHERE a.active ORDER BY a.id`);
  }

  /** Accounts by the addresses, in lower case, that were tied to them by name. */
  async bound(on: On): Promise<Map<string, number>> {
    const rows = await sql<{ address: string; id: number }>(
      on,
      `SELECT lower(address) AS address, max(channel_id) AS id FROM group_address
       WHERE address IS NOT NULL AND channel_id IS NOT NULL GROUP BY 1`,
    );
    return new Map(rows.map(({ address, id }) => [address, id]));
  }

  async has(on: On, id: number): Promise<boolean> {
    return (await sql(on, 'SELECT 1 FROM mail_account WHERE id = $1', [id])).length > 0;
  }

  list(on: On, limit: number, offset: number): Promise<AccountRow[]> {
    return sql(on, `${select} ORDER BY a.id LIMIT $1 OFFSET $2`, [limit, offset]);
  }

  async get(on: On, id: number): Promise<AccountRow | undefined> {
    return (await sql<AccountRow>(on, `${select} WHERE a.id = $1`, [id]))[0];
  }

  /** Holds the row until the transaction ends. */
  async lock(tx: EntityManager, id: number): Promise<AccountRow | undefined> {
    return (await sql<AccountRow>(tx, `${select} WHERE a.id = $1 FOR UPDATE OF a`, [id]))[0];
  }

  /** @returns the id; its secrets are sealed for it and follow */
  async insert(tx: EntityManager, values: AccountValues, by: number, at: Date): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO mail_account (name, adapter, addresses, fallback, server, auth, active, max_size_mb, secrets,
         created_by_id, updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $9, $10, $10) RETURNING id`,
      [...columnsOf(values), by, at],
    );
    await this.outdate(tx);
    return (row as { id: number }).id;
  }

  async update(tx: EntityManager, id: number, values: AccountValues, by: number, at: Date): Promise<void> {
    await sql(
      tx,
      `UPDATE mail_account SET name = $1, adapter = $2, addresses = $3, fallback = $4, server = $5, auth = $6,
         active = $7, max_size_mb = $8, updated_by_id = $9, updated_at = greatest($10, updated_at + interval '1 ms')
       WHERE id = $11`,
      [...columnsOf(values), by, at, id],
    );
    // What is known of it is of before the change.
    await sql(tx, 'DELETE FROM mail_account_state WHERE account_id = $1', [id]);
    await this.outdate(tx);
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM mail_account WHERE id = $1', [id]);
    await this.outdate(tx);
  }

  async seal(tx: EntityManager, id: number, secrets: Buffer): Promise<void> {
    await sql(tx, 'UPDATE mail_account SET secrets = $2 WHERE id = $1', [id, secrets]);
    await this.outdate(tx);
  }

  /** A token that the provider changed by itself: only in the place of the one it was changed for. */
  async reseal(db: DataSource, id: number, before: Buffer, secrets: Buffer): Promise<void> {
    await sql(db, 'UPDATE mail_account SET secrets = $3 WHERE id = $1 AND secrets = $2', [id, before, secrets]);
  }

  /** @param error  null: it went well. An account that was changed meanwhile is another one. */
  async told(db: DataSource, { id, updated_at }: AccountRow, error: string | null, at: Date): Promise<void> {
    await sql(
      db,
      `INSERT INTO mail_account_state (account_id, status, error, success_at)
       SELECT id, CASE WHEN $3::text IS NULL THEN 'ok' ELSE 'error' END, $3,
              CASE WHEN $3::text IS NULL THEN $4::timestamptz END
         FROM mail_account WHERE id = $1 AND updated_at = $2
       ON CONFLICT (account_id) DO UPDATE SET status = excluded.status, error = excluded.error,
         success_at = coalesce(excluded.success_at, mail_account_state.success_at)`,
      [id, updated_at, error, at],
    );
  }

  private async outdate(tx: EntityManager): Promise<void> {
    await sql(tx, 'UPDATE mail_account_revision SET revision = revision + 1');
  }
}

function columnsOf(values: AccountValues): unknown[] {
  const { name, adapter, addresses, fallback, server, auth, active, max_size_mb } = values;
  const json = [server && JSON.stringify(server), auth && JSON.stringify(auth)];
  return [name, adapter, addresses, fallback, ...json, active, max_size_mb];
}
