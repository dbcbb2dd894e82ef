import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

/** The hash of the one token there is, if any. */
@Injectable()
export class MonitoringTokenStore {
  async set(tx: EntityManager, hash: Buffer, at: Date): Promise<void> {
    await sql(
      tx,
      `INSERT INTO monitoring_token (hash, created_at) VALUES ($1, $2)
       ON CONFLICT (one) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at`,
      [hash, at],
    );
  }

  async is(on: DataSource, hash: Buffer): Promise<boolean> {
    return (await sql(on, 'SELECT 1 FROM monitoring_token WHERE hash = $1', [hash])).length > 0;
  }
}
