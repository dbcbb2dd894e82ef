import type { Actor, OutputOf, pbas } from '@helpmesh/contracts';
import type { DataSource } from 'typeorm';
import type { PbasStore } from '../../persistence/pbas.store.ts';
import { requireAdmin } from '../access.ts';

/** Contacts of the control panel, for administrators. */
export class PbasAccounts {
  constructor(
    private readonly db: DataSource,
    private readonly store: PbasStore,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor | undefined, limit: number, offset: number): Promise<OutputOf<typeof pbas.accounts>> {
    requireAdmin(actor);
    return (await this.store.accounts(this.db, limit, offset)).map((row) => ({
      id: row.id,
      pbas_id: row.pbas_id,
      user_id: row.user_id,
      accounts: row.accounts,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    }));
  }
}
