import type { MailList } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** The table `left_list`. */
export class LeftListStore {
  async leave(on: On, list: MailList, key: string, at: EpochMs): Promise<void> {
    const text = 'INSERT INTO left_list VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
    await sql(on, text, [list, key, new Date(at)]);
  }

  async join(on: On, list: MailList, key: string): Promise<void> {
    await sql(on, 'DELETE FROM left_list WHERE list = $1 AND key = $2', [list, key]);
  }

  /** Those of the keys that want no mails of it. */
  async left(on: On, list: MailList, keys: readonly string[]): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    const text = 'SELECT key FROM left_list WHERE list = $1 AND key = ANY ($2::text[])';
    return new Set((await sql<{ key: string }>(on, text, [list, keys])).map(({ key }) => key));
  }

  async forget(on: On, keys: readonly string[]): Promise<void> {
    await sql(on, 'DELETE FROM left_list WHERE key = ANY ($1::text[])', [keys]);
  }
}
