import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

/** The one row that says whether this installation was set up. */
@Injectable()
export class SetupStore {
  async state(tx: Read): Promise<{ done: boolean; nonce: Buffer }> {
    const [row] = await sql<{ done: boolean; nonce: Buffer }>(
      tx,
      'SELECT done_at IS NOT NULL AS done, nonce FROM setup',
    );
    return row as { done: boolean; nonce: Buffer };
  }

  /** Of any number of attempts exactly one gets true, once its transaction and no other is committed. */
  async finish(tx: EntityManager, at: Date): Promise<boolean> {
    const rows = await sql(tx, 'UPDATE setup SET done_at = $1 WHERE done_at IS NULL RETURNING one', [at]);
    return rows.length > 0;
  }
}
