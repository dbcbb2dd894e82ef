import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RetentionStore } from '../../persistence/retention.store.ts';
import { LegalHolds } from './legal-holds.ts';

/** Tells mail-ingest which mails it must keep as they came, however old they are. */
@Injectable()
export class MailsNeeded {
  constructor(
    private readonly db: DataSource,
    private readonly store: RetentionStore,
    private readonly holds: LegalHolds,
  ) {}

  async among(ids: readonly number[]): Promise<{ ids: number[] }> {
    return { ids: await this.store.mailsNeeded(this.db, ids, await this.holds.now()) };
  }
}
