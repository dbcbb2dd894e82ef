import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { type ChannelRow, type ChannelValues, keyOf } from '../application/channel/mail-channel.ts';

type On = DataSource | EntityManager;

const select = `SELECT c.*, s.status, s.error, s.success_at
  FROM mail_channel c LEFT JOIN mail_channel_state s ON s.channel_id = c.id`;

/** The table `mail_channel`, how each of them does, and the revision of all. */
export class ChannelStore {
  async revision(on: On): Promise<number> {
    const [row] = await sql<{ revision: number }>(on, 'SELECT revision FROM mail_channel_revision');
    return row?.revision ?? 0;
  }

  inForce(on: On): Promise<ChannelRow[]> {
    return sql(on, `${select} WHERE c.active ORDER BY c.id`);
  }

  /** @param groupIds  that lead to these groups only; null: all */
  list(on: On, groupIds: readonly number[] | null, limit: number, offset: number): Promise<ChannelRow[]> {
    const where = 'WHERE $3::int[] IS NULL OR c.group_id = ANY ($3)';
    return sql(on, `${select} ${where} ORDER BY c.id LIMIT $1 OFFSET $2`, [limit, offset, groupIds]);
  }

  async get(on: On, id: number): Promise<ChannelRow | undefined> {
    return (await sql<ChannelRow>(on, `${select} WHERE c.id = $1`, [id]))[0];
  }

  /** Holds the row until the transaction ends. */
  async lock(tx: EntityManager, id: number): Promise<ChannelRow | undefined> {
    return (await sql<ChannelRow>(tx, `${select} WHERE c.id = $1 FOR UPDATE OF c`, [id]))[0];
  }

  /** @returns the id; its secrets are sealed for it and follow */
  async insert(tx: EntityManager, values: ChannelValues, by: number, at: Date): Promise<number> {
    const { name, email, group_id, adapter, source, auth, active } = values;
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO mail_channel (name, email, group_id, adapter, source, auth, active, secrets, created_by_id,
         updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $8, $9, $9) RETURNING id`,
      [name, email, group_id, adapter, JSON.stringify(source), auth && JSON.stringify(auth), active, by, at],
    );
    await this.outdate(tx);
    return (row as { id: number }).id;
  }

  /** @param moved  it is another mailbox now */
  async update(tx: EntityManager, id: number, values: ChannelValues, moved: boolean, by: number, at: Date) {
    const { name, email, group_id, adapter, source, auth, active } = values;
    await sql(
      tx,
      `UPDATE mail_channel SET name = $2, email = $3, group_id = $4, adapter = $5, source = $6, auth = $7, active = $8,
         generation = generation + $9, updated_by_id = $10, updated_at = greatest($11, updated_at + interval '1 ms')
       WHERE id = $1`,
      [
        ...[id, name, email, group_id, adapter, JSON.stringify(source), auth && JSON.stringify(auth), active],
        ...[moved ? 1 : 0, by, at],
      ],
    );
    // What is known of it is of before the change.
    await sql(tx, 'DELETE FROM mail_channel_state WHERE channel_id = $1', [id]);
    await this.outdate(tx);
  }

  async remove(tx: EntityManager, row: ChannelRow): Promise<void> {
    await sql(tx, 'DELETE FROM mail_channel WHERE id = $1', [row.id]);
    await sql(tx, 'DELETE FROM mailbox WHERE name = $1', [keyOf(row)]);
    await this.outdate(tx);
  }

  async seal(tx: EntityManager, id: number, secrets: Buffer): Promise<void> {
    await sql(tx, 'UPDATE mail_channel SET secrets = $2 WHERE id = $1', [id, secrets]);
    await this.outdate(tx);
  }

  /** A token that the provider changed by itself: only in the place of the one it was changed for. */
  async reseal(db: DataSource, id: number, before: Buffer, secrets: Buffer): Promise<void> {
    await sql(db, 'UPDATE mail_channel SET secrets = $3 WHERE id = $1 AND secrets = $2', [id, before, secrets]);
  }

  /** @param error  null: it went well. A change of the channel meanwhile wins. */
  async told(
    db: DataSource,
    { id, generation }: Pick<ChannelRow, 'id' | 'generation'>,
    error: string | null,
    at: Date,
  ) {
    await sql(
      db,
      `INSERT INTO mail_channel_state (channel_id, status, error, success_at)
       SELECT id, CASE WHEN $3::text IS NULL THEN 'ok' ELSE 'error' END, $3, CASE WHEN $3::text IS NULL THEN $4::timestamptz END
         FROM mail_channel WHERE id = $1 AND generation = $2
       ON CONFLICT (channel_id) DO UPDATE SET status = excluded.status, error = excluded.error,
         success_at = coalesce(excluded.success_at, mail_channel_state.success_at)`,
      [id, generation, error, at],
    );
  }

  private async outdate(tx: EntityManager): Promise<void> {
    await sql(tx, 'UPDATE mail_channel_revision SET revision = revision + 1');
  }
}
