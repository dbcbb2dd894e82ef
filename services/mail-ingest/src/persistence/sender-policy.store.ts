import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { SenderPolicy } from '../domain/proof/sender-policy.ts';

type On = DataSource | EntityManager;

/** The one row of `sender_policy`. */
export class SenderPolicyStore {
  /** @param hold  nobody else changes it meanwhile */
  async read(on: On, { hold = false } = {}): Promise<SenderPolicy> {
    const [row] = await sql<SenderPolicy>(
      on,
      `SELECT policy, trusted_servers, sender_based_on_reply_to, updated_at FROM sender_policy${hold ? ' FOR UPDATE' : ''}`,
    );
    return row as SenderPolicy;
  }

  async write(
    tx: EntityManager,
    { policy, trusted_servers, sender_based_on_reply_to }: Omit<SenderPolicy, 'updated_at'>,
    at: Date,
  ) {
    await sql(
      tx,
      `UPDATE sender_policy SET policy = $1, trusted_servers = $2, sender_based_on_reply_to = $3,
         updated_at = greatest($4, updated_at + interval '1 ms')`,
      [policy, trusted_servers, sender_based_on_reply_to, at],
    );
  }
}
