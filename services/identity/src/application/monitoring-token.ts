import { type Actor, hasPermission } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { MonitoringTokenStore } from '../persistence/monitoring-token.store.ts';
import { Audit } from './audit/audit.ts';
import { refusals } from './refusals.ts';
import { hashOf, newSecret } from './secrets.ts';

/** What programs carry that watch the installation; it opens nothing else. */
@Injectable()
export class MonitoringToken {
  constructor(
    private readonly db: DataSource,
    private readonly store: MonitoringTokenStore,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async renew(actor: Actor): Promise<{ token: string }> {
    if (!hasPermission(actor, 'admin.monitoring')) throw refusals.notAuthorized();
    const token = newSecret();
    await transaction(this.db, async (tx) => {
      await this.store.set(tx, hashOf(token), new Date(this.clock.now()));
      await this.audit.record(tx, actor, {
        action: 'monitoring-token.renewed',
        object: { type: 'MonitoringToken', id: 1 },
      });
    });
    return { token };
  }

  isValid(token: string): Promise<boolean> {
    return this.store.is(this.db, hashOf(token));
  }
}
