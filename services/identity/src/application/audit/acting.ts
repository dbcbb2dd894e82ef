import type { Caller, ParsedInputOf, recordActing } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditStore } from '../../persistence/audit.store.ts';
import { Audit } from './audit.ts';
import type { AuditFacts } from './chain.ts';

const REQUEST = 'acting-for.request';
const REFUSED = 'acting-for.refused';
/** Somebody who tries on and on fills no log: one entry a minute tells as much. */
const REFUSAL_EVERY_MS = 60_000;

export interface ActingRequest {
  caller: Caller;
  request: ParsedInputOf<typeof recordActing>;
}

/** Keeps in the audit log who acted for whom, request by request, and who tried to. */
@Injectable()
export class Acting {
  constructor(
    private readonly db: DataSource,
    private readonly store: AuditStore,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All or none. @throws AppError bug for a caller who acts for nobody */
  async requests(items: readonly ActingRequest[]): Promise<void> {
    const at = new Date(this.clock.now());
    const entries = items.map(({ caller, request: { method, path } }): AuditFacts => {
      if (caller.kind !== 'user' || caller.actingUserId === undefined) {
        throw new AppError('bug', 'internal', 'Something went wrong on our side.', 'this actor acts for nobody');
      }
      return {
        at,
        service: 'gateway',
        action: REQUEST,
        actorId: caller.actingUserId,
        onBehalfOfId: caller.userId,
        objectType: 'Request',
        objectId: null,
        objectLabel: `${method} ${path}`,
        changes: '{}',
        address: caller.address ?? null,
        requestId: caller.requestId ?? null,
      };
    });
    await transaction(this.db, (tx) => this.audit.append(tx, entries));
  }

  /** @param target  the user who was named, or only the name when nobody has it */
  async refused(
    callerId: number,
    target: { id: number | null; name: string },
    from: { address?: string | undefined; requestId?: string | undefined },
  ): Promise<void> {
    const now = this.clock.now();
    await transaction(this.db, async (tx) => {
      if (await this.store.happenedSince(tx, callerId, REFUSED, new Date(now - REFUSAL_EVERY_MS))) return;
      await this.audit.append(tx, [
        {
          at: new Date(now),
          service: 'identity',
          action: REFUSED,
          actorId: callerId,
          onBehalfOfId: target.id,
          objectType: 'User',
          objectId: target.id === null ? null : String(target.id),
          objectLabel: target.id === null ? target.name : null,
          changes: '{}',
          address: from.address ?? null,
          requestId: from.requestId ?? null,
        },
      ]);
    });
  }
}
