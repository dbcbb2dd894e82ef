import type { ErasedPerson, Eraser, ErasureJob, ErasurePart } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CmdbStore } from '../persistence/cmdb.store.ts';
import { PbasStore } from '../persistence/pbas.store.ts';
import { EraseShared } from './erase-shared.ts';

/**
 * Beside the messages this service knows of people only which contact of a control panel they are, titles of tickets
 * that a logbook of the CMDB is still to be told, and what is told to other helpdesks.
 */
@Injectable()
export class ErasePeople implements Eraser {
  constructor(
    private readonly db: DataSource,
    private readonly pbas: PbasStore,
    private readonly cmdb: CmdbStore,
    private readonly shared: EraseShared,
  ) {}

  async erase(job: ErasureJob): Promise<ErasurePart> {
    const { person } = job;
    const shared = await this.shared.erase(job);
    const counts = {
      pbas_accounts: await this.pbas.forget(this.db, person.userId),
      cmdb_logbook: await this.cmdb.forget(this.db, person.patterns),
      ...shared.counts,
    };
    return { ...shared, counts };
  }

  async preview(person: ErasedPerson): Promise<Record<string, number>> {
    const { userId, patterns } = person;
    return {
      pbas_accounts: await this.pbas.count(this.db, userId),
      cmdb_logbook: await this.cmdb.count(this.db, patterns),
      ...(await this.shared.preview(person)),
    };
  }
}
