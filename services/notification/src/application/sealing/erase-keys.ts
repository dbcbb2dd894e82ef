import { plainAddress } from '@helpmesh/kernel';
import type { ErasedPerson, Eraser, ErasureJob, ErasurePart } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { MailKeyStore } from '../../persistence/mail-key.store.ts';

/** Erases the certificates of a person: they name him and his addresses. */
export class EraseKeys implements Eraser {
  constructor(
    private readonly db: DataSource,
    private readonly keys: MailKeyStore,
  ) {}

  async erase({ person }: ErasureJob): Promise<ErasurePart> {
    return {
      counts: { mail_keys: await this.keys.erase(this.db, person.emails.map(plainAddress)) },
      waiting: 0,
      kept: [],
    };
  }

  async preview({ emails }: ErasedPerson): Promise<Record<string, number>> {
    return { mail_keys: await this.keys.count(this.db, emails.map(plainAddress)) };
  }
}
