import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { PbasChoices } from '../domain/pbas/settings.ts';

type On = DataSource | EntityManager;

export interface PbasSettingRow {
  choices: Partial<PbasChoices>;
  secret: Buffer | null;
  previous_secret: Buffer | null;
  previous_until: Date | null;
}

export interface PbasAccountRow {
  id: number;
  pbas_id: string;
  user_id: number;
  accounts: string[];
  created_at: Date;
  updated_at: Date;
}

export interface PbasLink {
  userId: number;
  act: 'add' | 'list';
  /** Where it may be opened from; null: anywhere. */
  ip: string | null;
}

export class PbasStore {
  async setting(on: On): Promise<PbasSettingRow | undefined> {
    const rows = await sql<PbasSettingRow>(
      on,
      'SELECT choices, secret, previous_secret, previous_until FROM pbas_setting',
    );
    return rows[0];
  }

  /** Loads and locks, so that two who change it come one after another. */
  async lockSetting(tx: EntityManager): Promise<PbasSettingRow | undefined> {
    await sql(tx, 'LOCK TABLE pbas_setting IN SHARE ROW EXCLUSIVE MODE');
    return this.setting(tx);
  }

  async saveSetting(tx: EntityManager, row: PbasSettingRow, byId: number, now: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO pbas_setting (choices, secret, previous_secret, previous_until, updated_by_id, updated_at)
       VALUES ($1::jsonb, $2, $3, $4, $5, $6)
       ON CONFLICT (singleton) DO UPDATE SET choices = excluded.choices, secret = excluded.secret,
         previous_secret = excluded.previous_secret, previous_until = excluded.previous_until,
         updated_by_id = excluded.updated_by_id, updated_at = excluded.updated_at`,
      [JSON.stringify(row.choices), row.secret, row.previous_secret, row.previous_until, byId, new Date(now)],
    );
  }

  async accounts(on: On, limit: number, offset: number): Promise<PbasAccountRow[]> {
    return sql<PbasAccountRow>(on, 'SELECT * FROM pbas_account ORDER BY id LIMIT $1 OFFSET $2', [limit, offset]);
  }

  async ids(on: On): Promise<string[]> {
    const rows = await sql<{ pbas_id: string }>(on, 'SELECT pbas_id FROM pbas_account ORDER BY id');
    return rows.map((row) => row.pbas_id);
  }

  async byPbasIds(on: On, ids: readonly string[]): Promise<Map<string, PbasAccountRow>> {
    const rows = await sql<PbasAccountRow>(on, 'SELECT * FROM pbas_account WHERE pbas_id = ANY ($1::text[])', [ids]);
    return new Map(rows.map((row) => [row.pbas_id, row]));
  }

  /** Of these users, those who are a contact. */
  async linked(on: On, userIds: readonly number[]): Promise<Set<number>> {
    const rows = await sql<{ user_id: number }>(
      on,
      'SELECT user_id FROM pbas_account WHERE user_id = ANY ($1::bigint[])',
      [userIds],
    );
    return new Set(rows.map((row) => row.user_id));
  }

  /** Writes what differs. @returns ids of the contacts that are new or of which something changed */
  async keep(
    tx: EntityManager,
    contacts: readonly { pbasId: string; userId: number; accounts: readonly string[] }[],
    now: EpochMs,
  ): Promise<Set<string>> {
    const rows = await sql<{ pbas_id: string }>(
      tx,
      `INSERT INTO pbas_account AS kept (pbas_id, user_id, accounts, created_at, updated_at)
       SELECT given->>'pbasId', (given->>'userId')::bigint,
              ARRAY(SELECT jsonb_array_elements_text(given->'accounts')), $2, $2
       FROM jsonb_array_elements($1::jsonb) AS given
       ON CONFLICT (pbas_id) DO UPDATE SET user_id = excluded.user_id, accounts = excluded.accounts, updated_at = $2
         WHERE kept.user_id <> excluded.user_id OR kept.accounts <> excluded.accounts
       RETURNING pbas_id`,
      [JSON.stringify(contacts), new Date(now)],
    );
    return new Set(rows.map((row) => row.pbas_id));
  }

  async addLink(tx: On, tokenHash: Buffer, link: PbasLink, expiresAt: EpochMs, now: EpochMs): Promise<void> {
    await sql(tx, 'DELETE FROM pbas_link WHERE expires_at < $1', [new Date(now)]);
    await sql(tx, 'INSERT INTO pbas_link (token_hash, user_id, act, ip, expires_at) VALUES ($1, $2, $3, $4, $5)', [
      ...[tokenHash, link.userId, link.act, link.ip, new Date(expiresAt)],
    ]);
  }

  /** Takes the link: nobody gets it again. */
  async takeLink(on: On, tokenHash: Buffer, now: EpochMs): Promise<PbasLink | undefined> {
    const [row] = await sql<{ user_id: number; act: 'add' | 'list'; ip: string | null; expires_at: Date }>(
      on,
      'DELETE FROM pbas_link WHERE token_hash = $1 RETURNING user_id, act, ip, expires_at',
      [tokenHash],
    );
    return row && row.expires_at.getTime() > now ? { userId: row.user_id, act: row.act, ip: row.ip } : undefined;
  }

  /** @returns false when the envelope was seen before, and may not be again yet */
  async firstTime(on: On, envelopeHash: Buffer, expiresAt: EpochMs, now: EpochMs): Promise<boolean> {
    await sql(on, 'DELETE FROM pbas_seen WHERE expires_at < $1', [new Date(now)]);
    const rows = await sql(
      on,
      `INSERT INTO pbas_seen (envelope_hash, expires_at) VALUES ($1, $2)
       ON CONFLICT (envelope_hash) DO NOTHING RETURNING 1`,
      [envelopeHash, new Date(expiresAt)],
    );
    return rows.length > 0;
  }

  /** @returns how many rows told of the person */
  async forget(tx: On, userId: number): Promise<number> {
    await sql(tx, 'DELETE FROM pbas_link WHERE user_id = $1', [userId]);
    return (await sql(tx, 'DELETE FROM pbas_account WHERE user_id = $1 RETURNING id', [userId])).length;
  }

  async count(on: On, userId: number): Promise<number> {
    return (await sql(on, 'SELECT 1 FROM pbas_account WHERE user_id = $1', [userId])).length;
  }
}
